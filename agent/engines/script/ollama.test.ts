import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readinessSchema } from '@myspinbot/shared/document/agent-entry.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { createEngines, offer, probeAll } from '../registry.ts';
import { scriptContract } from './contract.ts';
import { createOllamaScript, type OllamaOptions } from './ollama.ts';
import { scriptOllama } from './ollama-id.ts';
import type { After } from './ollama-link.ts';
import { unloadAll } from './ollama-memory.ts';
import type { ScriptRequest } from './port.ts';
import { type ChatEnd, type OllamaDouble, startOllamaDouble } from './testing/ollama-double.ts';

let double: OllamaDouble;
let fresh: Pick<OllamaDouble, 'version' | 'models'>;
/** Short waits pass at once, limits never come by themselves. */
const atOnce: After = (ms, then) => {
  if (ms >= 1_000) return () => {};
  const turn = setImmediate(then);
  return () => clearImmediate(turn);
};
/** Time that a test turns by hand. */
function handTime() {
  const due = new Map<symbol, { ms: number; then: () => void }>();
  let armed: { ms: number; tell: () => void } | undefined;
  const after: After = (ms, then) => {
    const key = Symbol();
    due.set(key, { ms, then });
    if (armed?.ms === ms) armed.tell();
    return () => due.delete(key);
  };
  const pass = (ms: number) => {
    for (const [key, one] of due) {
      if (one.ms > ms) continue;
      due.delete(key);
      one.then();
    }
  };
  /** Resolves when somebody begins to wait for so long. */
  const waitsFor = (ms: number) =>
    new Promise<void>((tell) => {
      armed = { ms, tell };
    });
  return { after, pass, waitsFor, waiting: () => [...due.values()].map((one) => one.ms) };
}

const engine = (options: OllamaOptions = {}) =>
  createOllamaScript({ url: double.url, after: atOnce, ...options });
const context = (signal = new AbortController().signal) => ({
  signal,
  log: silentLogger,
  workDir: '/nonexistent',
  progress() {},
});
const base: ScriptRequest = { topic: 'tea', tone: 'casual', persona: '', seconds: 20, lang: 'en', seed: 1 };
const write = (change: Partial<ScriptRequest> = {}) => engine().write({ ...base, ...change }, context());
const never = new AbortController().signal;
const failed = async (work: Promise<unknown>): Promise<Failure> => {
  const error = await work.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw error;
  expect(error.message).not.toBe('');
  expect(error.hint).not.toBe('');
  return error;
};
const says = (content: unknown, reason?: string): ChatEnd => ({
  does: 'says',
  content: typeof content === 'string' ? content : JSON.stringify(content),
  ...(reason === undefined ? {} : { reason }),
});
const talk = (narration: string, change: object = {}) => ({
  title: 'Tea',
  tone: 'casual',
  scenes: [{ backdrop: 'studio', picture: 'a cup', narration }],
  ...change,
});
const words = (count: number) => `${Array.from({ length: count }, () => 'tea').join(' ')}.`;

beforeAll(async () => {
  double = await startOllamaDouble();
  fresh = { version: double.version, models: double.models };
});
beforeEach(() => {
  Object.assign(double, { ...fresh, chats: [{ does: 'writes' }], lingers: 0, broken: undefined });
  for (const list of [double.asked, double.requests]) list.splice(0);
});
afterAll(() => double.close());

scriptContract('Ollama, against its double', () => engine());

describe('what is asked', () => {
  test('a streamed answer in a given form, without thinking, with its own context size, seed and no stay', async () => {
    await write({ seed: 42, tone: 'formal' });
    const [asked] = double.asked;
    expect(asked).toMatchObject({
      model: 'llama3.2:latest',
      stream: true,
      think: false,
      keep_alive: 0,
      options: { num_ctx: 8192, num_predict: 3072, seed: 42, temperature: 0.5 },
      format: { type: 'object', required: ['title', 'tone', 'scenes'] },
    });
    // The documentation advises to show the form in the words, too.
    expect(asked!.messages[0]!.content).toContain(JSON.stringify(asked!.format));
  });

  test('after memory ran out, less of it', async () => {
    await engine().write(base, { ...context(), smaller: true });
    expect(double.asked[0]!.options).toMatchObject({ num_ctx: 4096, num_predict: 2048 });
  });

  test('scenes, pictures and tone arrive, and the words are those of the scenes', async () => {
    const script = await write({ seconds: 40 });
    expect(script.scenes).toHaveLength(3);
    expect(script.scenes!.map(({ narration }) => narration).join(' ')).toBe(script.narration);
    expect(script.scenes![0]!.picture).toBe('a still life, number 1');
    expect(script).toMatchObject({ scene: 'meadow', tone: 'casual', title: 'On tea' });
    expect(script.notes).toEqual(['The words were written by the model llama3.2:latest.']);
  });

  test('progress grows and ends with the whole', async () => {
    const told: number[] = [];
    await engine().write(base, { ...context(), progress: (done, total) => told.push(done / total) });
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });
});

describe('an answer that cannot be used', () => {
  test.each<[string, ChatEnd, RegExp]>([
    ['is cut off', says('{"title":"Tea","tone":"cas', 'length'), /cut off/],
    ['is no JSON', says('Sure! Here is your script: ...'), /not one whole JSON/],
    ['has another form', says({ title: 'Tea', scenes: [] }), /tone/],
    [
      'has a place that is none',
      says(talk(words(50), { scenes: [{ backdrop: 'moon', picture: '', narration: 'x' }] })),
      /scenes\.0\.backdrop/,
    ],
    ['says nothing', says(talk('[music] 🎵')), /nothing to speak/],
    ['is in another script', says(talk('茶'.repeat(60))), /not in English/],
    ['is too short', says(talk(words(10))), /too short: 10 words instead of 50/],
    ['has no end', { does: 'babbles' }, /cut off/],
  ])('that %s is asked for again with what was wrong', async (_what, end, wrong) => {
    double.chats = [end, { does: 'writes' }];
    const script = await write();
    expect(script.narration).toContain('tea');
    expect(double.asked).toHaveLength(2);
    expect(double.asked[1]!.messages.at(-1)!.content).toMatch(wrong);
    // The same seed would make the same mistake.
    expect(double.asked[1]!.options).toMatchObject({ seed: 2 });
  });

  test('three times is a failure that says what was wrong', async () => {
    double.chats = [says('no')];
    expect(await failed(write())).toMatchObject({
      code: 'engine-failed',
      message: expect.stringMatching(/llama3\.2.*3 times.*JSON/),
    });
    expect(double.asked).toHaveLength(3);
    expect(double.loaded()).toEqual([]);
  });

  test('far too short three times is a failure, somewhat too short is told', async () => {
    double.chats = [says(talk(words(10)))];
    expect(await failed(write())).toMatchObject({
      message: expect.stringContaining('10 words instead of 50'),
    });
    double.chats = [says(talk(words(35)))];
    expect((await write()).notes).toContain('The model did not keep to the length: 35 words instead of 50.');
  });

  test('too long three times is ended at a sentence that fits', async () => {
    const sentences = Array.from({ length: 12 }, () => words(10)).join(' ');
    double.chats = [says(talk(sentences))];
    const script = await write();
    expect(script.narration.split(/\s+/)).toHaveLength(60);
    expect(script.narration).toMatch(/\.$/);
    expect(script.scenes).toHaveLength(1);
  });

  test('what is not spoken does not get through', async () => {
    const hostile = `Narrator: <think>hm</think> [laughs] Tea\u0000\u202e is **good** {x} <|im_end|> https://evil.example/ 🎉 \`rm\` ${words(40)}`;
    double.chats = [says(talk(hostile, { title: `<b>T</b>\u0007${'e'.repeat(500)}`, extra: 'ignored' }))];
    const { narration, title, scenes } = await write();
    expect(narration).not.toMatch(/[<>{}[\]*`|]|https?:|laughs|im_end|Narrator|🎉|\p{Cc}|\u202e/u);
    expect(title.length).toBeLessThanOrEqual(60);
    expect(title).not.toMatch(/[<>]|\p{Cc}/u);
    expect(Object.keys(scenes![0]!)).toEqual(['backdrop', 'picture', 'narration']);
  });

  test('a fence or thoughts around the object are no reason to ask again', async () => {
    double.chats = [
      says(`<think>Tea, I see.</think>\n\`\`\`json\n${JSON.stringify(talk(words(50)))}\n\`\`\``),
    ];
    await write();
    expect(double.asked).toHaveLength(1);
  });
});

describe('a server in trouble', () => {
  test.each<[string, ChatEnd, Partial<Failure>]>([
    [
      'busy',
      {
        does: 'refuses',
        status: 503,
        error: 'server busy, please try again.  maximum pending requests exceeded',
      },
      { code: 'engine-failed', retry: 'soon' },
    ],
    [
      'without the model any more',
      { does: 'refuses', status: 404, error: "model 'llama3.2' not found" },
      { code: 'engine-missing', retry: 'never' },
    ],
    ['that sends to a cloud', { does: 'refuses', status: 403, error: 'cloud disabled' }, { code: 'refused' }],
    [
      'out of memory',
      {
        does: 'refuses',
        status: 500,
        error: 'llama runner process has terminated: cudaMalloc failed: out of memory',
      },
      { code: 'out-of-memory', retry: 'soon' },
    ],
    [
      'out of memory in the middle of a stream',
      { does: 'errs-midway', error: 'CUDA error: out of memory' },
      { code: 'out-of-memory' },
    ],
    [
      'that fails in the middle of a stream',
      { does: 'errs-midway', error: 'unexpected EOF' },
      { code: 'engine-failed', retry: 'soon' },
    ],
    ['that dies', { does: 'dies' }, { code: 'engine-failed', retry: 'soon' }],
    ['that raves', { does: 'raves', bytes: '<html>secret words</html>\n' }, { code: 'engine-failed' }],
    [
      'that ends before it is done',
      { does: 'raves', bytes: '{"message":{"content":"{"},"done":false}\n' },
      { code: 'engine-failed' },
    ],
    ['that sends other objects', { does: 'raves', bytes: '{"hello":1}\n' }, { code: 'engine-failed' }],
  ])('%s is a failure of its own', async (_what, end, expected) => {
    const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn')];
    double.chats = [end];
    const failure = await failed(write());
    expect(failure).toMatchObject(expected);
    expect(double.asked).toHaveLength(1);
    // What comes from a model may be what somebody wrote: it is not printed, and shown only as an error's words.
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    expect(failure.message).not.toContain('secret');
    for (const spy of printed) spy.mockRestore();
    expect(double.loaded()).toEqual([]);
  });

  test('one that is gone is missing, with the way back', async () => {
    const gone = createOllamaScript({ url: await nobodyAt(), after: atOnce });
    expect(await failed(gone.write(base, context()))).toMatchObject({
      code: 'engine-missing',
      hint: expect.stringContaining('templates'),
    });
  });

  test('a redirect is not followed', async () => {
    const elsewhere = createServer((_, response) =>
      response.writeHead(307, { location: `${double.url}/api/version` }).end(),
    );
    const url = await listening(elsewhere);
    expect(await createOllamaScript({ url, after: atOnce }).probe(never)).toMatchObject({ ready: false });
    expect(double.requests).toEqual([]);
    elsewhere.close();
  });
});

describe('a cancel', () => {
  test.each<[string, ChatEnd]>([
    ['while the model loads and nothing has come yet', { does: 'loads' }],
    ['in the middle of an answer', { does: 'stops-talking' }],
  ])('%s ends at once with its reason, and the model goes', async (_what, end) => {
    double.chats = [end];
    const stop = new AbortController();
    const before = double.abandoned;
    const writing = engine().write(base, context(stop.signal));
    writing.catch(() => {});
    await double.until(({ asked }) => asked.length === 1 && double.loaded().length === 1);
    const reason = new Error('the person changed their mind');
    stop.abort(reason);
    await expect(writing).rejects.toBe(reason);
    await double.until(() => double.abandoned === before + 1 && double.loaded().length === 0);
  });

  test('between two tries asks no third time', async () => {
    const stop = new AbortController();
    double.chats = [says('no')];
    const progress = () => {
      if (double.asked.length === 2) stop.abort(new Error('enough'));
    };
    await expect(engine().write(base, { ...context(stop.signal), progress })).rejects.toThrow('enough');
    expect(double.asked).toHaveLength(2);
  });
});

describe('memory', () => {
  test('is looked at until the model is gone, because the server says yes before', async () => {
    double.lingers = 3;
    await write();
    expect(double.loaded()).toEqual([]);
    expect(double.requests.filter((what) => what === 'GET /api/ps').length).toBeGreaterThanOrEqual(3);
  });

  test('unloadAll puts out every model, also one whose files were removed', async () => {
    double.models = [...double.models, { name: 'qwen3:8b' }];
    for (const name of ['llama3.2:latest', 'qwen3:8b']) double.load(name);
    double.lingers = 2;
    const place = { url: double.url, after: atOnce };
    expect(await unloadAll(place, never)).toEqual({ freed: true, models: ['llama3.2:latest', 'qwen3:8b'] });
    expect(double.loaded()).toEqual([]);
    expect(await unloadAll(place, never)).toEqual({ freed: true, models: [] });
  });

  test('of a model that somebody else holds it is said that it stays', async () => {
    double.load('llama3.2:latest');
    double.lingers = Number.POSITIVE_INFINITY;
    const time = handTime();
    const looksAgain = time.waitsFor(100);
    const unloading = unloadAll({ url: double.url, after: time.after }, never);
    await looksAgain;
    time.pass(10_000);
    expect(await unloading).toEqual({ freed: false, still: ['llama3.2:latest'], why: 'not gone in time' });
    double.lingers = 0;
    await unloadAll({ url: double.url, after: atOnce }, never);
  });

  test('where no server runs nothing is loaded; an abort ends the wait', async () => {
    expect(await unloadAll({ url: await nobodyAt(), after: atOnce }, never)).toEqual({
      freed: true,
      models: [],
    });
    const reason = new Error('stop');
    await expect(unloadAll({ url: double.url, after: atOnce }, AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
  });
});

describe('whether it can work', () => {
  const probed = async (options: OllamaOptions = {}) => {
    const answer = await engine(options).probe(never);
    const { identity: _, ...readiness } = answer;
    // What a person reads has its limits, and goes to every device.
    expect(readinessSchema.parse(readiness)).toEqual(readiness);
    return answer;
  };

  test('with a model: which one, and what makes its words its own', async () => {
    expect(await probed()).toEqual({
      ready: true,
      detail: 'Ollama 0.33.0 with llama3.2:latest (2.0 GB, Q4_K_M)',
      identity: '0.33.0 a80c4f17acd5000000000000',
    });
    const identity = { ...scriptOllama };
    const engines = createEngines([offer('script', identity, async () => engine())], {
      ffmpeg: () => Promise.reject(new Error('not needed')),
    });
    const [entry] = await probeAll(engines, never);
    expect(entry).toMatchObject({ version: '1+0.33.0 a80c4f17acd5000000000000' });
    expect(entry!.readiness).not.toHaveProperty('identity');
  });

  test('nothing runs there: how to get it, at once', async () => {
    expect(await probed({ url: await nobodyAt() })).toMatchObject({
      reason: 'unreachable',
      hint: expect.stringMatching(/ollama serve/),
    });
  });

  test('a machine that is off is waited for 1.5 s, no longer', async () => {
    double.broken = 'silent';
    const time = handTime();
    const asking = engine({ after: time.after }).probe(never);
    await double.until(({ requests }) => requests.length === 2);
    expect(time.waiting()).toEqual([1_500]);
    time.pass(1_500);
    expect(await asking).toMatchObject({ reason: 'unreachable', hint: expect.stringMatching(/in time/) });
  });

  test('something else on that port', async () => {
    double.broken = 502;
    expect(await probed()).toMatchObject({
      reason: 'unreachable',
      hint: expect.stringMatching(/not Ollama/),
    });
    const website = createServer((_, response) => response.end('<html>Hello</html>'));
    expect(await probed({ url: await listening(website) })).toMatchObject({ reason: 'unreachable' });
    website.close();
  });

  test('no model, only cloud models, only models that do not write', async () => {
    double.models = [];
    expect(await probed()).toMatchObject({
      reason: 'model-missing',
      hint: expect.stringMatching(/ollama pull/),
    });
    double.models = [{ name: 'gpt-oss:120b-cloud', remote_host: 'https://ollama.com:443' }];
    expect(await probed()).toMatchObject({
      reason: 'model-missing',
      hint: expect.stringMatching(/only cloud/),
    });
    expect(await failed(write())).toMatchObject({ code: 'engine-missing' });
    expect(double.asked).toEqual([]);
    double.models = [{ name: 'nomic-embed-text:latest', details: { family: 'nomic-bert' } }];
    expect(await probed()).toMatchObject({
      reason: 'model-missing',
      hint: expect.stringMatching(/can write/),
    });
  });

  test('a model that was named is used, or missing, or refused because it runs elsewhere', async () => {
    double.models = [
      { name: 'big:latest', size: 9e9 },
      { name: 'small:latest', size: 1e9 },
      { name: 'far:latest', remote_model: 'far' },
      { name: 'numbers:latest', capabilities: ['embedding'] },
    ];
    expect(await probed({ model: 'small' })).toMatchObject({
      ready: true,
      detail: expect.stringContaining('small'),
    });
    await engine({ model: 'small' }).write(base, context());
    expect(double.asked[0]!.model).toBe('small:latest');
    for (const [model, hint] of [
      ['absent', /ollama pull absent/],
      ['far', /cloud/],
      ['numbers', /cannot write/],
    ] as const) {
      expect(await probed({ model })).toMatchObject({
        reason: 'model-missing',
        hint: expect.stringMatching(hint),
      });
    }
  });

  test('without a name, the largest that fits a usual card, else the smallest', async () => {
    const sized = (name: string, size: number) => ({ name, size });
    double.models = [sized('tiny', 1e9), sized('right', 9e9), sized('huge', 40e9), sized('also-right', 9e9)];
    expect(await probed()).toMatchObject({ detail: expect.stringContaining('with also-right') });
    double.models = [sized('huge', 40e9), sized('large', 20e9)];
    expect(await probed()).toMatchObject({ detail: expect.stringContaining('with large') });
  });

  test.each([
    ['0.4.9', false],
    ['0.5.0', true],
    ['0.33.0-rc2', true],
    ['0.0.0', true],
    ['1.0.0', true],
    ['nightly', true],
  ])('version %s: ready %s', async (version, isReady) => {
    double.version = version;
    const answer = await probed();
    expect(answer.ready).toBe(isReady);
    if (!answer.ready) expect(answer.reason).toBe('too-old');
  });
});

async function listening(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Where something was and is no more. */
async function nobodyAt(): Promise<string> {
  const server = createServer();
  const url = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}
