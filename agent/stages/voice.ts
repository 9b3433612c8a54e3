// Voice: what the speech should sound like. With a clip its pitch and tone are measured; without one, or when
// the person's own recording is the narration, there is nothing to match.
import type { SpinOptions } from '@myspinbot/shared/project/options.ts';
import { voiceProfileSchema } from '../engines/voice/port.ts';
import type { VoiceOutput } from './outputs.ts';
import type { Stage } from './stage.ts';

/** The clip that is matched; undefined when the speech is not made by an engine or no clip was given. */
function clipOf({ narration, voiceClip }: SpinOptions) {
  return narration.kind === 'recording' ? undefined : voiceClip;
}

export const voiceStage: Stage<'voice'> = {
  name: 'voice',
  version: '1',
  needs: ['voice'],
  uses: (options) => (clipOf(options) === undefined ? [] : ['voice']),

  ingredients: (options) => ({ clip: clipOf(options) ?? null }),

  async run(
    options,
    _earlier,
    { engines, assets, work, signal, log, smaller, progress },
  ): Promise<VoiceOutput> {
    const clip = clipOf(options);
    if (clip === undefined) return { profile: { kind: 'default' }, notes: [] };
    const answer = await engines.voice.profile(assets.path(clip), {
      signal,
      log,
      workDir: work.path,
      smaller,
      progress,
    });
    return { profile: voiceProfileSchema.parse(answer), notes: answer.notes ?? [] };
  },
};
