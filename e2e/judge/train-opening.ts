// Makes opening-weights.json: `npx tsx e2e/judge/train-opening.ts`, about a minute, same result every time.
// Run by hand when the model's shape changes; a finished video is judged by the file in the repository.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Phone } from '@myspinbot/shared/speech/timing.ts';
import { createBuiltinSpeech } from '../../agent/engines/speech/builtin.ts';
import { silentLogger } from '../../agent/log/logger.ts';
import { soundSamples } from './decode.ts';
import { gather, INPUTS, normalise, predictOpening } from './opening-model.ts';
import { BANDS_HZ, type MelBands, melBands } from './spectrum.ts';
import { correlation } from './sync.ts';

/** Of two clips: how much the squared weights cost. Chosen once for the best held-out voice; flat around it. */
const RIDGE = 2000;
/** A mouth does not jump: targets are smoothed with a Hann window this long. */
const SMOOTH_MS = 120;

/**
 * Jaw and lip opening by phone, 0..1, after the vowel chart (open to close) and place and manner of
 * consonants: lips shut for p b m, nearly for f v, teeth together for sibilants, loose for velars and h.
 */
const opening: Record<string, number> = {
  ...each('aɑæɐɶ', 1),
  ...each('ɛɔʌɒœɜ', 0.78),
  ...each('eoəøɘɵɤɚɝ', 0.55),
  ...each('ɪʊʏ', 0.42),
  ...each('iuyɨʉɯ', 0.33),
  ...each('pbm', 0),
  ...each('fvɱβɸ', 0.1),
  ...each('wɥʍ', 0.18),
  ...each('szʃʒtdnɲθðɕʑʂʐɾr', 0.22),
  ...each('lɹɻʎjɭɫ', 0.32),
  ...each('kɡgŋhxɣqʁχʔɦħcɟç', 0.34),
};

function each(phones: string, value: number): Record<string, number> {
  return Object.fromEntries([...phones].map((phone) => [phone, value]));
}

const sentences: Record<'en' | 'de' | 'fr' | 'es', string[]> = {
  en: [
    'The captain bought a basket of apples before the market opened. My father always warms the car in January.',
    'Please put both papers in the purple box by the door. Five voices floated over the quiet valley.',
    'She showed us how the wheel should turn in shallow water. Old Tom bakes warm bread at four in the morning.',
    'We may move the meeting to Monday if nobody objects. A thin layer of ice covered every branch.',
    'Look, the moon is bigger than my thumb tonight. The judge read the long letter out loud.',
    'Bob and Mary made a map of the mountain path. Strange noises came from under the wooden floor.',
    'I thought about that thing you said on Thursday. How far apart are the yellow arches?',
    'Every child wanted a cup of cocoa and a piece of pie. The army of ants marched past the barn.',
    'Our new neighbour plays the oboe rather badly. Open your mouth and say ah, said the doctor.',
    'Pale blue smoke blew up from the camp below. I am happy to be part of a family of farmers.',
  ],
  de: [
    'Am Abend gehen wir oft noch einmal um den Block. Das Boot lag ruhig im blauen Wasser.',
    'Mein Vater hat immer Butter und Brot gekauft. Pack bitte alle Papiere in die große Mappe.',
  ],
  fr: [
    'Le bateau passe lentement sous le pont de bois. Ma mère a acheté beaucoup de pommes au marché.',
    'Nous avons parlé pendant des heures de ce beau voyage. Le bébé a peur de la pluie.',
  ],
  es: [
    'La abuela compró pan blanco y una bolsa de manzanas. Mañana por la tarde vamos al campo.',
    'El barco pasa bajo el puente viejo. Mi padre habla poco, pero canta muy bien.',
  ],
};

/** Named, not asked for: voices that are added later must not change the judge. */
const voices = [
  ['slt', 'en'],
  ['rms', 'en'],
  ['awb', 'en'],
  ['kal', 'en'],
  ['en-us-bright', 'en'],
  ['en-us-deep', 'en'],
  ['de-bright', 'de'],
  ['de-deep', 'de'],
  ['fr-deep', 'fr'],
  ['es-deep', 'es'],
] as const;

interface Clip {
  voice: string;
  bands: MelBands;
  target: Float32Array;
}

async function speakAll(): Promise<Clip[]> {
  const speech = createBuiltinSpeech();
  const folder = await mkdtemp(join(tmpdir(), 'train-opening-'));
  const clips: Clip[] = [];
  try {
    for (const [name, lang] of voices) {
      const texts = sentences[lang];
      for (const text of texts) {
        const spoken = await speech.speak(
          {
            text,
            lang: lang as keyof typeof sentences,
            voice: { kind: 'default' },
            voiceName: name,
            seed: 1,
          },
          { signal: new AbortController().signal, log: silentLogger, workDir: folder, progress() {} },
        );
        const bands = melBands(await soundSamples(spoken.wav));
        clips.push({ voice: name, bands, target: targetOf(spoken.phones, bands.frames) });
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return clips;
}

function targetOf(phones: readonly Phone[], frames: number): Float32Array {
  const steps = new Float32Array(frames);
  for (const { phone, startMs, endMs } of phones) {
    const known = [...phone].map((symbol) => opening[symbol]).filter((value) => value !== undefined);
    const value = phone === '' || known.length === 0 ? 0 : known.reduce((a, b) => a + b) / known.length;
    const from = Math.round((startMs / 1000) * BANDS_HZ);
    steps.fill(value, from, Math.round((endMs / 1000) * BANDS_HZ));
  }
  const reach = Math.round(((SMOOTH_MS / 1000) * BANDS_HZ) / 2);
  return steps.map((_, i) => {
    let sum = 0;
    let total = 0;
    for (let k = -reach; k <= reach; k++) {
      const weight = 1 + Math.cos((Math.PI * k) / (reach + 1));
      sum += weight * (steps[i + k] ?? 0);
      total += weight;
    }
    return sum / total;
  });
}

/** Solves (X'X + ridge) w = X'y by Gaussian elimination; the constant is not held down. */
function fit(clips: readonly Clip[]): number[] {
  const gram = new Float64Array(INPUTS * INPUTS);
  const right = new Float64Array(INPUTS);
  const x = new Float64Array(INPUTS);
  for (const { bands, target } of clips) {
    const normalised = normalise(bands);
    for (let frame = 0; frame < bands.frames; frame++) {
      gather(normalised, bands.frames, frame, x);
      for (let i = 0; i < INPUTS; i++) {
        right[i]! += x[i]! * target[frame]!;
        for (let j = i; j < INPUTS; j++) gram[i * INPUTS + j]! += x[i]! * x[j]!;
      }
    }
  }
  for (let i = 0; i < INPUTS; i++) {
    for (let j = 0; j < i; j++) gram[i * INPUTS + j] = gram[j * INPUTS + i]!;
    if (i < INPUTS - 1) gram[i * INPUTS + i]! += RIDGE;
  }
  for (let pivot = 0; pivot < INPUTS; pivot++) {
    const scale = gram[pivot * INPUTS + pivot]!;
    for (let row = pivot + 1; row < INPUTS; row++) {
      const factor = gram[row * INPUTS + pivot]! / scale;
      if (factor === 0) continue;
      for (let j = pivot; j < INPUTS; j++) gram[row * INPUTS + j]! -= factor * gram[pivot * INPUTS + j]!;
      right[row]! -= factor * right[pivot]!;
    }
  }
  const weights = new Array<number>(INPUTS).fill(0);
  for (let row = INPUTS - 1; row >= 0; row--) {
    let sum = right[row]!;
    for (let j = row + 1; j < INPUTS; j++) sum -= gram[row * INPUTS + j]! * weights[j]!;
    weights[row] = sum / gram[row * INPUTS + row]!;
  }
  return weights;
}

const clips = await speakAll();
const heldOut: Record<string, number> = {};
for (const [voice] of voices) {
  const weights = fit(clips.filter((clip) => clip.voice !== voice));
  const own = clips.filter((clip) => clip.voice === voice);
  const r = own.map((clip) => correlation(predictOpening(clip.bands, weights), clip.target));
  heldOut[voice] = Number((r.reduce((a, b) => a + b) / r.length).toFixed(3));
}
process.stdout.write(`held-out voices: ${JSON.stringify(heldOut)}\n`);
const weights = fit(clips).map((weight) => Number(weight.toPrecision(5)));
writeFileSync(join(import.meta.dirname, 'opening-weights.json'), `${JSON.stringify({ heldOut, weights })}\n`);
