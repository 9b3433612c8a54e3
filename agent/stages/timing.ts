// Timing: when each sound is made, from the engine's own phones, from a recording and its words, or from the
// recording alone.
import { scriptOutputSchema, speechOutputSchema, type TimingOutput } from './outputs.ts';
import type { Earlier, Stage } from './stage.ts';

function inputs(earlier: Earlier) {
  const { text } = scriptOutputSchema.parse(earlier.script);
  const { wav, lang, known } = speechOutputSchema.parse(earlier.speech);
  return { wav, lang, known, text: known === null ? text : null };
}

export const timingStage: Stage<'timing'> = {
  name: 'timing',
  version: '1',
  needs: ['timing'],
  uses: () => ['timing'],

  ingredients(_options, earlier) {
    const { wav, lang, known, text } = inputs(earlier);
    return { wav: wav.hash, lang, known, text };
  },

  async run(
    _options,
    earlier,
    { engines, assets, work, signal, log, smaller, progress },
  ): Promise<TimingOutput> {
    const { wav, lang, known, text } = inputs(earlier);
    return engines.timing.time(
      {
        wav: assets.path(wav.hash),
        lang,
        ...(known === null ? {} : { known }),
        ...(text === null ? {} : { text }),
      },
      { signal, log, workDir: work.path, smaller, progress },
    );
  },
};
