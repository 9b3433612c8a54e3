// The writer behind Ollama: a model on this machine, or on one of the house, writes scenes and narration in a given form.
// What is asked and read is in ollama-words.ts, which model in ollama-models.ts, the way there in ollama-link.ts.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Tone } from '@myspinbot/shared/project/options.ts';
import { z } from 'zod';
import type { Logger } from '../../log/logger.ts';
import type { EngineContext, ProbeAnswer } from '../engine.ts';
import { scriptOllama } from './ollama-id.ts';
import {
  type After,
  failureOf,
  NotOllama,
  OLLAMA_URL,
  type OllamaPlace,
  openOllama,
  systemAfter,
  within,
} from './ollama-link.ts';
import { unloadAll } from './ollama-memory.ts';
import { identityOf, lookAt, type Model, unreachable } from './ollama-models.ts';
import {
  answerForm,
  askAgain,
  type ChatMessage,
  countWords,
  isStump,
  lengthFault,
  messagesFor,
  readAnswer,
  shortened,
  topicOf,
  wordsWanted,
} from './ollama-words.ts';
import type { Script, ScriptEngine, ScriptRequest } from './port.ts';

/** Every engine is asked at the start, and before a stage: nobody may wait for a machine that is off. */
const LOOK_LIMIT_MS = 1_500;
/** Of a cancelled request the model is put out; whoever cancelled does not wait longer for that. */
const PUT_OUT_LIMIT_MS = 1_000;
/** How often the same is asked before it is given up. */
const TRIES = 3;
/** Without it the server takes 4096 or 262144 by the size of the card, and cuts what is longer without a word. */
const CONTEXT = { usual: 8192, smaller: 4096 } as const;
/** A minute of speech in the wordiest script is some 2000 tokens. */
const ANSWER_TOKENS = { usual: 3072, smaller: 2048 } as const;
/** More than that is not an answer to this question. */
const MAX_ANSWER_CHARS = 30_000;
/** How freely the model chooses its words. Not 0: another seed shall write another talk. */
const temperatures: Readonly<Record<Tone, number>> = {
  formal: 0.5,
  casual: 0.7,
  playful: 0.9,
  dramatic: 0.8,
};

const partSchema = z.object({
  message: z.object({ content: z.string().default('') }).optional(),
  done: z.boolean(),
  done_reason: z.string().max(60).optional(),
});

export interface OllamaOptions {
  url?: string;
  /** Its own choice among what is there when absent. */
  model?: string;
  after?: After;
  /** Has other tools put their models out of the card first. Never throws but `signal.reason`. */
  makeRoom?: (of: { signal: AbortSignal; log: Logger }) => Promise<unknown>;
}

export function createOllamaScript(options: OllamaOptions = {}): ScriptEngine {
  const place: OllamaPlace = { url: options.url ?? OLLAMA_URL, after: options.after ?? systemAfter };
  const look = async (signal: AbortSignal) => {
    const limit = within(place.after, LOOK_LIMIT_MS, signal);
    try {
      return await lookAt(place, options.model, limit.signal);
    } finally {
      limit.done();
    }
  };
  return {
    ...scriptOllama,

    async probe(signal): Promise<ProbeAnswer> {
      try {
        const seen = await look(signal);
        if (!seen.ready) return seen;
        const { version, model } = seen;
        return {
          ready: true,
          detail: `Ollama ${version} with ${describeModel(model)}`.slice(0, 400),
          identity: identityOf(version, model),
        };
      } catch (error) {
        return unreachable(error, place.url);
      }
    },

    async write(request, context) {
      context.signal.throwIfAborted();
      if (topicOf(request.topic) === '') {
        throw new Failure({
          code: 'text-empty',
          message: 'The topic is empty.',
          hint: 'Say in a few words what the bot should talk about.',
        });
      }
      const model = await chosenModel(look, place, context.signal);
      await options.makeRoom?.(context);
      try {
        return await writeWith(place, model.name, request, context);
      } catch (error) {
        if (context.signal.aborted) throw context.signal.reason;
        throw failureOf(error, place, model.name);
      } finally {
        await letGo(place, model.name, context);
      }
    },
  };
}

async function chosenModel(
  look: (signal: AbortSignal) => ReturnType<typeof lookAt>,
  place: OllamaPlace,
  signal: AbortSignal,
): Promise<Model> {
  let why: Extract<ProbeAnswer, { ready: false }>;
  try {
    const seen = await look(signal);
    if (seen.ready) return seen.model;
    why = seen;
  } catch (error) {
    signal.throwIfAborted();
    why = unreachable(error, place.url);
  }
  throw new Failure({
    code: 'engine-missing',
    message: `No model in Ollama at ${place.url} can write the script now (${why.reason}).`,
    hint: `${why.hint} Spin again without it, and the words are written from templates.`,
  });
}

/** Asks until the answer can be used, a few times, each time saying what was wrong. */
async function writeWith(
  place: OllamaPlace,
  model: string,
  request: ScriptRequest,
  context: EngineContext,
): Promise<Script> {
  const first = messagesFor(request);
  let messages = first;
  let best: { script: Script; miss: number } | undefined;
  let wrong = '';
  const wanted = wordsWanted(request.seconds);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = await chat(place, model, messages, { request, attempt }, context);
    if (answer.isWhole) {
      const reading = readAnswer(answer.text, request);
      if (reading.usable) {
        const fault = lengthFault(reading.words, wanted);
        const miss = Math.abs(reading.words - wanted);
        if (best === undefined || miss < best.miss) best = { script: reading.script, miss };
        if (fault === undefined) break;
        wrong = fault;
      } else wrong = reading.wrong;
    } else wrong = 'it was cut off before its end; write less';
    context.log.info('ollama.asked-again', { attempt, wrong });
    messages = askAgain(first, answer.text, wrong);
  }
  if (best === undefined) throw useless(model, `what it answered cannot be used: ${wrong}`);
  const script = lengthFault(countWords(best.script.narration), wanted)?.includes('too long')
    ? shortened(best.script, wanted)
    : best.script;
  const words = countWords(script.narration);
  if (isStump(words, wanted)) throw useless(model, `it wrote ${words} words instead of ${wanted}`);
  context.progress(1, 1);
  const fault = lengthFault(words, wanted);
  const notes = [`The words were written by the model ${model}.`];
  if (fault !== undefined)
    notes.push(`The model did not keep to the length: ${words} words instead of ${wanted}.`);
  return { ...script, notes };
}

function useless(model: string, why: string): Failure {
  return new Failure({
    code: 'engine-failed',
    message: `The model ${model} was asked ${TRIES} times for a script, and ${why}.`.slice(0, 600),
    hint: 'Spin again with another seed, choose a larger model (MYSPINBOT_OLLAMA_MODEL), or write the words yourself.',
  });
}

/** One answer, read while it comes. Not whole when the server or we cut it off. */
async function chat(
  place: OllamaPlace,
  model: string,
  messages: ChatMessage[],
  { request, attempt }: { request: ScriptRequest; attempt: number },
  context: EngineContext,
): Promise<{ text: string; isWhole: boolean }> {
  const size = context.smaller === true ? 'smaller' : 'usual';
  const enough = new AbortController();
  const ollama = openOllama(place, AbortSignal.any([context.signal, enough.signal]));
  const parts = await ollama.chat({
    model,
    messages,
    format: answerForm,
    stream: true,
    think: false,
    // At once after the answer, and also when this process is ended in the middle of it: the GPU is wanted by the next stage.
    keep_alive: 0,
    options: {
      num_ctx: CONTEXT[size],
      num_predict: ANSWER_TOKENS[size],
      temperature: temperatures[request.tone],
      // Another try with the same seed would make the same mistake.
      seed: (request.seed + attempt) % 2 ** 31,
    },
  });
  const expected = wordsWanted(request.seconds) * 8;
  let text = '';
  try {
    for await (const raw of parts) {
      const part = partSchema.safeParse(raw);
      if (!part.success) throw new NotOllama('Ollama sent a part of another form');
      text += part.data.message?.content ?? '';
      if (text.length > MAX_ANSWER_CHARS) return { text: '', isWhole: false };
      context.progress(Math.min(text.length, expected), expected * 1.1);
      if (part.data.done) return { text, isWhole: part.data.done_reason !== 'length' };
    }
  } finally {
    // Ends the connection of an answer that has no end; of one that has ended nothing is left.
    enough.abort(new Error('enough was read'));
  }
  // The client throws when a stream ends before it is done.
  return { text, isWhole: false };
}

/** Never throws: what was written is not lost because the model stays a while. */
async function letGo(place: OllamaPlace, model: string, { signal, log }: EngineContext): Promise<void> {
  const limit = signal.aborted ? within(place.after, PUT_OUT_LIMIT_MS) : undefined;
  try {
    const end = await unloadAll(place, limit?.signal ?? signal, model);
    if (!end.freed) log.warn('ollama.still-loaded', { models: end.still, why: end.why });
  } catch {
    // Aborted, or not within the time that somebody who cancelled waits: it goes by keep_alive, too.
  } finally {
    limit?.done();
  }
}

function describeModel({ name, bytes, quantization }: Model): string {
  const facts = [bytes > 0 ? `${(bytes / 1e9).toFixed(1)} GB` : '', quantization].filter((one) => one !== '');
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`;
}
