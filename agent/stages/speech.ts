// Speech: the sound. Spoken from the script with the voice's profile, or the person's own recording, decoded
// and otherwise left as it is.
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { importSound } from '../media/sound.ts';
import { type SpeechOutput, scriptOutputSchema, voiceOutputSchema } from './outputs.ts';
import type { Earlier, Stage } from './stage.ts';

function inputs(earlier: Earlier) {
  return {
    text: scriptOutputSchema.parse(earlier.script).text,
    profile: voiceOutputSchema.parse(earlier.voice).profile,
  };
}

export const speechStage: Stage<'speech'> = {
  name: 'speech',
  version: '1',
  needs: ['speech'],
  uses: (options) => (options.narration.kind === 'recording' ? [] : ['speech']),

  ingredients(options, earlier) {
    const { narration, voiceName, seed } = options;
    if (narration.kind === 'recording') return { audio: narration.audio, lang: narration.lang };
    return { ...inputs(earlier), lang: narration.lang, voiceName: voiceName ?? null, seed };
  },

  async run(
    options,
    earlier,
    { engines, assets, work, signal, log, smaller, progress },
  ): Promise<SpeechOutput> {
    const { narration, voiceName, seed } = options;
    if (narration.kind === 'recording') {
      const wav = join(work.path, 'recording.wav');
      const report = await importSound(assets.path(narration.audio), wav, { signal });
      return {
        wav: await work.keep(wav, 'audio/wav', 'recording.wav'),
        durationMs: report.durationMs,
        lang: narration.lang,
        voiceName: null,
        known: null,
        notes: report.notes,
      };
    }
    const { text, profile } = inputs(earlier);
    if (text === null) {
      throw new Failure({
        code: 'text-empty',
        message: 'There are no words to speak: the script is empty.',
        hint: 'Write what your bot should say, then spin again.',
      });
    }
    const speech = await engines.speech.speak(
      {
        text,
        lang: narration.lang,
        voice: profile,
        seed,
        ...(voiceName === undefined ? {} : { voiceName }),
      },
      { signal, log, workDir: work.path, smaller, progress },
    );
    const { durationMs, lang, phones, words, notes } = speech;
    return {
      wav: await work.keep(speech.wav, 'audio/wav', 'speech.wav'),
      durationMs,
      lang,
      voiceName: speech.voiceName,
      known: { phones, words },
      notes,
    };
  },
};
