// Script: the words that will be spoken. The person's own text as it is, or a writer that turns a topic into
// words and a staging. A recording brings its own words, if anybody knows them.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ScriptOutput } from './outputs.ts';
import type { Stage } from './stage.ts';

/** Words that a person brought have no staging. */
const unwritten = { title: '', scene: null, scenes: [], tone: null, notes: [] };

export const scriptStage: Stage<'script'> = {
  name: 'script',
  version: '1',
  needs: ['script'],
  uses: (options) => (options.narration.kind === 'topic' ? ['script'] : []),

  ingredients({ narration, seed }) {
    if (narration.kind === 'topic') return { narration, seed };
    if (narration.kind === 'recording') return { text: narration.text ?? null };
    return { text: narration.text };
  },

  async run(
    { narration, seed },
    _earlier,
    { engines, work, signal, log, smaller, progress },
  ): Promise<ScriptOutput> {
    if (narration.kind === 'recording') {
      return { ...unwritten, text: narration.text?.trim() || null };
    }
    if (narration.kind === 'text') {
      if (narration.text.trim() === '') {
        throw new Failure({
          code: 'text-empty',
          message: 'There are no words to speak: the script is empty.',
          hint: 'Write what your bot should say, then spin again.',
        });
      }
      return { ...unwritten, text: narration.text };
    }
    const { topic, tone, persona, seconds } = narration;
    const script = await engines.script.write(
      { topic, tone, persona, seconds, lang: narration.lang === 'auto' ? 'en' : narration.lang, seed },
      { signal, log, workDir: work.path, smaller, progress },
    );
    return {
      text: script.narration,
      title: script.title,
      scene: script.scene,
      scenes: [...(script.scenes ?? [])],
      tone: script.tone ?? null,
      notes: [...(script.notes ?? [])],
    };
  },
};
