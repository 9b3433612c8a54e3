// Goes once through a finished video and takes down what the figures are made of.
import { eachFrame, readFacts, readLoudness, soundSamples, type VideoFacts } from './decode.ts';
import { openFaceReader } from './faces.ts';
import { type Features, featuresOf } from './features.ts';
import { predictOpening } from './opening-model.ts';
import { patchPsnr, sharpness } from './picture-quality.ts';
import { type MelBands, melBands } from './spectrum.ts';
import { readStill, type Still } from './still.ts';

export interface Measured {
  facts: VideoFacts;
  loudness: { lufs: number; truePeakDb: number };
  frames: number;
  /** One entry per frame; undefined where no face was found. */
  track: (Features | undefined)[];
  /** Mean absolute difference of each frame to the one before, 0..255; the first is NaN. */
  change: number[];
  bands: MelBands;
  /** Predicted opening, BANDS_HZ values a second. */
  predicted: Float32Array;
  /** Only when a photo was given. */
  photo?: {
    features: Features;
    /** Frame over photo, one per frame with a face. */
    mouthSharpness: number[];
    skinSharpness: number[];
    /** Best resemblance of the skin between eyes and mouth, dB, over all frames. */
    bestPsnr: number;
  };
}

/** Throws an Error with one sentence when the video or the photo cannot be judged. */
export async function measureVideo(video: string, photo: string | undefined): Promise<Measured> {
  const facts = await readFacts(video);
  const faces = await openFaceReader();
  const still = photo === undefined ? undefined : await readStill(photo);
  const track: (Features | undefined)[] = [];
  const change: number[] = [];
  const against = still && comparison(still);
  let before: Uint8Array | undefined;
  const frames = await eachFrame(video, facts, async (frame) => {
    change.push(before === undefined ? Number.NaN : difference(before, frame.data));
    before ??= new Uint8Array(frame.data.length);
    before.set(frame.data);
    const seen = await faces.read(frame);
    track.push(seen && featuresOf(seen.reading.mesh));
    if (seen !== undefined) against?.add(seen.ladder, seen.reading.mesh);
  });
  const bands = melBands(await soundSamples(video));
  return {
    facts,
    loudness: await readLoudness(video),
    frames,
    track,
    change,
    bands,
    predicted: predictOpening(bands),
    ...(against === undefined ? {} : { photo: against.result() }),
  };
}

function comparison(still: Still) {
  const mouth = sharpness(still.ladder, still.mesh, 'mouth');
  const skin = sharpness(still.ladder, still.mesh, 'skin');
  const mouthSharpness: number[] = [];
  const skinSharpness: number[] = [];
  let bestPsnr = Number.NEGATIVE_INFINITY;
  return {
    add(ladder: Still['ladder'], mesh: Still['mesh']) {
      mouthSharpness.push(sharpness(ladder, mesh, 'mouth') / mouth);
      skinSharpness.push(sharpness(ladder, mesh, 'skin') / skin);
      bestPsnr = Math.max(bestPsnr, patchPsnr(still, { ladder, mesh }));
    },
    result: () => ({ features: featuresOf(still.mesh), mouthSharpness, skinSharpness, bestPsnr }),
  };
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
