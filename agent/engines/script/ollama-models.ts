// Which model writes: what a server has and says of itself, judged. Pure decisions over one look; nothing is loaded.
import { z } from 'zod';
import type { ProbeAnswer } from '../engine.ts';
import { isUnreachable, NotOllama, type OllamaPlace, openOllama, saidBy } from './ollama-link.ts';

/** Answers that follow a JSON schema are of this version. */
const OLDEST = [0, 5, 0] as const;
/** Of a model of this size weights and context fit a card of 16 GB; a larger one spills over and is slow. */
const ROOMY_BYTES = 11e9;
/** Digits of a digest that tell models apart; the whole would not fit a version. */
const DIGEST_DIGITS = 24;
/** Families that turn text into numbers and write nothing. Only asked of servers that do not say what models can do. */
const silentFamilies = /bert|embed|minilm|bge/i;

const versionSchema = z.object({ version: z.string().max(60) });
const modelSchema = z.object({
  name: z.string().min(1).max(300),
  digest: z.string().max(100).default(''),
  size: z.number().default(0),
  /** Where it really runs: a cloud model. */
  remote_host: z.string().optional(),
  remote_model: z.string().optional(),
  capabilities: z.array(z.string()).nullish(),
  details: z.object({ family: z.string().nullish(), quantization_level: z.string().nullish() }).nullish(),
});
type Listed = z.infer<typeof modelSchema>;
const tagsSchema = z.object({ models: z.array(z.unknown()).nullable() });

export interface Model {
  name: string;
  digest: string;
  bytes: number;
  /** "Q4_K_M"; empty when the server does not say. */
  quantization: string;
}

export type Sight = { ready: true; version: string; model: Model } | Extract<ProbeAnswer, { ready: false }>;

/** Asks the server for its version and models. Throws what went wrong on the way; see `unreachable`. */
export async function lookAt(
  place: OllamaPlace,
  wanted: string | undefined,
  signal: AbortSignal,
): Promise<Sight> {
  const ollama = openOllama(place, signal);
  const [said, list] = await Promise.all([ollama.version(), ollama.list()]);
  const version = versionSchema.safeParse(said);
  const tags = tagsSchema.safeParse(list);
  if (!version.success || !tags.success) throw new NotOllama('an answer of another form');
  // One entry of another form does not hide the others.
  const models = (tags.data.models ?? []).flatMap((one) => {
    const parsed = modelSchema.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
  return judge(version.data.version, models, wanted, place.url);
}

/** Pure. */
export function judge(
  version: string,
  models: readonly Listed[],
  wanted: string | undefined,
  url: string,
): Sight {
  if (isTooOld(version)) {
    return {
      ready: false,
      reason: 'too-old',
      hint: `Ollama ${version} at ${url} is too old: answers in a given form came with ${OLDEST.join('.')}. Install the newest from https://ollama.com/download`,
    };
  }
  const local = models.filter((one) => one.remote_host === undefined && one.remote_model === undefined);
  const able = local.filter(canWrite);
  if (wanted !== undefined) return named(wanted, models, able, version);
  const chosen = best(able);
  if (chosen !== undefined) return { ready: true, version, model: modelOf(chosen) };
  const pull = 'Get one, for example: ollama pull llama3.2';
  if (models.length === 0) return missing(`Ollama ${version} runs and has no model yet. ${pull}`);
  if (local.length === 0) {
    return missing(
      `Ollama has only cloud models, and those are not used: what you write would leave the house. ${pull}`,
    );
  }
  return missing(`None of the models in Ollama can write text. ${pull}`);
}

function named(wanted: string, models: readonly Listed[], able: readonly Listed[], version: string): Sight {
  const isWanted = ({ name }: Listed) => name === wanted || name === `${wanted}:latest`;
  const found = able.find(isWanted);
  if (found !== undefined) return { ready: true, version, model: modelOf(found) };
  const other = models.find(isWanted);
  if (other === undefined)
    return missing(`Ollama does not have the model ${wanted}. Get it: ollama pull ${wanted}`);
  if (other.remote_host !== undefined || other.remote_model !== undefined) {
    return missing(
      `The model ${wanted} runs in a cloud and is not used: what you write would leave the house. Name one that runs here in MYSPINBOT_OLLAMA_MODEL.`,
    );
  }
  return missing(`The model ${wanted} cannot write text. Name another one in MYSPINBOT_OLLAMA_MODEL.`);
}

function missing(hint: string): Sight {
  return { ready: false, reason: 'model-missing', hint: hint.slice(0, 400) };
}

/** The largest that fits a usual card, else the smallest there is; among equals by name, so that it is always the same. */
function best(models: readonly Listed[]): Listed | undefined {
  const ordered = [...models].sort((a, b) => b.size - a.size || (a.name < b.name ? -1 : 1));
  return ordered.find(({ size }) => size <= ROOMY_BYTES) ?? ordered.at(-1);
}

function canWrite({ name, capabilities, details }: Listed): boolean {
  if (capabilities != null && capabilities.length > 0) return capabilities.includes('completion');
  return !silentFamilies.test(`${name} ${details?.family ?? ''}`);
}

function modelOf({ name, digest, size, details }: Listed): Model {
  return { name, digest, bytes: size, quantization: details?.quantization_level ?? '' };
}

/** Builds from source say 0.0.0, and what is no number is taken for newer than we know. */
function isTooOld(version: string): boolean {
  const numbers = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  if (numbers === undefined || numbers.every((number) => number === 0)) return false;
  const at = OLDEST.findIndex((oldest, index) => numbers[index] !== oldest);
  return at >= 0 && numbers[at]! < OLDEST[at]!;
}

/** What decides the words besides our own code: the server's version and the model's digest. */
export function identityOf(version: string, { name, digest }: Model): string {
  const model = digest.replace(/^sha256:/, '').slice(0, DIGEST_DIGITS) || name;
  return `${version.slice(0, 20)} ${model}`;
}

/** Why nothing could be seen there. */
export function unreachable(error: unknown, url: string): Extract<ProbeAnswer, { ready: false }> {
  const { status, words } = saidBy(error);
  const hint = isUnreachable(error)
    ? `Ollama does not run at ${url}. With it a model on your own machine writes the words: install it from https://ollama.com/download, or start it (ollama serve).`
    : error instanceof NotOllama || status !== undefined
      ? `What answers at ${url} is not Ollama (${words}). Say where it is in MYSPINBOT_OLLAMA.`
      : `Ollama at ${url} did not answer in time. Is the machine on, and may it be reached? (OLLAMA_HOST there says who may ask.)`;
  return { ready: false, reason: 'unreachable', hint: hint.slice(0, 400) };
}
