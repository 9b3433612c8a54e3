// Portrait: the look speaks: from mesh and times to a silent moving picture in front of its backdrop.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { Background, Scene, SpinOptions } from '@myspinbot/shared/project/options.ts';
import type { Backdrop } from '../engines/portrait/port.ts';
import {
  lookOutputSchema,
  type PortraitOutput,
  scriptOutputSchema,
  speechOutputSchema,
  timingOutputSchema,
} from './outputs.ts';
import type { Earlier, Stage } from './stage.ts';

/**
 * What stands behind the person: their own choice ('keep' included) goes before everything; without a choice
 * the staging that came with written words; without either the photo's own background.
 */
export function chooseBackground(chosen: Background | undefined, written: Scene | null): Background {
  if (chosen !== undefined) return chosen;
  return written === null ? { kind: 'keep' } : { kind: 'scene', scene: written };
}

function inputs(options: SpinOptions, earlier: Earlier) {
  // A pipeline may leave the script out (a recording needs none); then nobody wrote a staging.
  const scene = earlier.script === undefined ? null : scriptOutputSchema.parse(earlier.script).scene;
  return {
    look: lookOutputSchema.parse(earlier.look),
    timing: timingOutputSchema.parse(earlier.timing).timing,
    background: chooseBackground(options.background, scene),
  };
}

function backdropOf(background: Background, path: (hash: AssetHash) => string): Backdrop {
  return background.kind === 'image' ? { kind: 'picture', path: path(background.image) } : background;
}

export const portraitStage: Stage<'portrait'> = {
  name: 'portrait',
  version: '1',
  needs: ['portrait'],
  uses: () => ['portrait'],

  ingredients(options, earlier) {
    const { look, timing, background } = inputs(options, earlier);
    const { size, fps, captions, seed } = options;
    const { photo, matte, width, height, mesh } = look;
    return {
      look: { photo: photo.hash, matte: matte.hash, width, height, mesh },
      // Words are seen only when they are burned in.
      timing: captions ? timing : { ...timing, words: [] },
      background,
      size,
      fps,
      captions,
      seed,
    };
  },

  async run(
    options,
    earlier,
    { engines, assets, work, signal, log, smaller, progress, preview, live },
  ): Promise<PortraitOutput> {
    const { look, timing, background } = inputs(options, earlier);
    const { size, fps, captions, seed } = options;
    // Heard while the picture is made; it decides nothing of the picture, so it is no ingredient.
    const speech = speechOutputSchema.safeParse(earlier.speech);
    let shown: Promise<void> | undefined;
    const frames = await engines.portrait.render(
      {
        photo: assets.path(look.photo.hash),
        matte: assets.path(look.matte.hash),
        width: look.width,
        height: look.height,
        mesh: look.mesh,
        timing,
        size,
        fps,
        backdrop: backdropOf(background, assets.path),
        captions,
        seed,
      },
      {
        signal,
        log,
        workDir: work.path,
        smaller,
        progress,
        live: speech.success ? { wav: assets.path(speech.data.wav.hash), grew: live } : undefined,
        preview(jpeg) {
          shown ??= work.keep(jpeg, 'image/jpeg', 'preview.jpg').then(preview, (error: unknown) => {
            log.warn('portrait.preview-lost', { why: String(error) }); // a still is a courtesy, not the work
          });
        },
      },
    );
    await shown;
    return {
      video: await work.keep(frames.video, 'video/mp4', 'portrait.mp4'),
      frames: frames.frames,
      encoderShare: frames.encoderShare,
      notes: [],
    };
  },
};
