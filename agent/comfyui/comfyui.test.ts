// The contract against doubles of two generations, and against a real server where one is named (MYSPINBOT_TEST_COMFYUI).
// Then what only a double does when it is told to: dying, lying, forgetting.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { comfyAddress } from './address.ts';
import { type ComfyUi, connectComfyUi } from './comfyui.ts';
import { comfyContract } from './contract.ts';
import { buildGraph } from './graph.ts';
import { type ComfyDouble, comfyDouble } from './testing/comfy-double.ts';

for (const version of ['0.3.64', '0.27.0'] as const) {
  comfyContract(`a double of ${version}`, async () => {
    const double = await comfyDouble({ version });
    return {
      address: double.address,
      isIdle: async () => double.isIdle(),
      beSlow: () => double.behave('waits'),
      close: double.close,
    };
  });
}

const real = process.env.MYSPINBOT_TEST_COMFYUI;
if (real !== undefined) {
  comfyContract(`the real one at ${real}`, async () => ({
    address: real,
    async isIdle() {
      const answer = (await (await fetch(new URL('queue', `${real}/`))).json()) as Record<string, unknown[]>;
      return answer.queue_running?.length === 0 && answer.queue_pending?.length === 0;
    },
    beSlow() {},
    async close() {},
  }));
}

describe.each(['0.3.64', '0.27.0'] as const)('a double of %s', (version) => {
  const clock = handClock();
  const never = new AbortController().signal;
  let double: ComfyDouble;
  let ui: ComfyUi;
  let hurry: NodeJS.Timeout;
  beforeEach(async () => {
    double = await comfyDouble({ version });
    ui = connectComfyUi({ address: double.address, clock });
    // Time flies: whatever is waited for by the clock comes soon.
    hurry = setInterval(() => clock.advance(500), 5);
  });
  afterEach(async () => {
    clearInterval(hurry);
    await double.close();
  });
  const graph = async () => {
    const of = buildGraph(await ui.nodes(never), ui.server);
    const image = of.add('EmptyImage', { width: 8, height: 8 });
    of.add('SaveImage', { images: image.out('IMAGE'), filename_prefix: 'msb/x' });
    return of.graph;
  };

  test('memory that ran out is called so', async () => {
    double.behave('runs-out-of-memory');
    const run = ui.run(await graph(), { signal: never });
    await expect(run).rejects.toMatchObject({
      code: 'out-of-memory',
      retry: 'soon',
      message: expect.stringMatching(/SaveImage/),
    });
  });

  test('an exception is told with its node and its words, on one line', async () => {
    double.behave('raises');
    const run = ui.run(await graph(), { signal: never });
    const message = expect.stringMatching(
      /failed at node 2 \(SaveImage\): RuntimeError: mat1 and mat2 shapes differ$/,
    );
    await expect(run).rejects.toMatchObject({ code: 'engine-failed', message });
  });

  test('a server that was restarted has forgotten the work, and that is found', async () => {
    double.behave('dies');
    const run = ui.run(await graph(), { signal: never });
    await expect(run).rejects.toMatchObject({
      code: 'engine-failed',
      retry: 'soon',
      message: expect.stringMatching(/restarted/),
    });
  });

  test('a server that is gone is out of reach', async () => {
    double.behave('waits');
    const run = ui.run(await graph(), { signal: never });
    const told = expect(run).rejects.toMatchObject({ code: 'engine-missing', retry: 'soon' });
    await vi.waitFor(() => expect(double.isIdle()).toBe(false));
    await double.close();
    await told;
    double = await comfyDouble({ version });
  });

  test('a socket that broke loses events, never the end', async () => {
    double.behave('loses-socket');
    expect((await ui.run(await graph(), { signal: never })).files.get('2')).toHaveLength(1);
  });

  test('frames that nobody understands harm nothing; both kinds of previews are told', async () => {
    double.behave('babbles');
    const previews: string[] = [];
    const preview = (image: Uint8Array, kind: string) => previews.push(`${kind} ${Buffer.from(image)}`);
    expect((await ui.run(await graph(), { signal: never, preview })).files.size).toBe(1);
    expect(previews).toContain('image/png png');
    expect(previews).toContain('image/jpeg jpeg');
  });

  test('a graph that made nothing has no files', async () => {
    double.behave('makes-nothing');
    expect((await ui.run(await graph(), { signal: never })).files.size).toBe(0);
  });

  test('an answer of 200 that dropped an output is a refusal, and the rest is stopped', async () => {
    double.dropAnOutput();
    double.behave('waits');
    const run = ui.run(await graph(), { signal: never });
    await expect(run).rejects.toMatchObject({
      code: 'engine-failed',
      message: expect.stringMatching(/SaveVideo.*dropped/),
    });
    await vi.waitFor(() => expect(double.isIdle()).toBe(true));
  });

  test('stopping says so in the way of its generation', async () => {
    double.behave('waits');
    const stop = new AbortController();
    const run = ui.run(await graph(), {
      signal: stop.signal,
      progress: () => stop.abort(new Error('enough')),
    });
    await expect(run).rejects.toThrow('enough');
    const isNew = version === '0.27.0';
    expect(double.asked.includes('POST /interrupt')).toBe(!isNew);
    await vi.waitFor(() => expect(double.isIdle()).toBe(true));
  });

  test('freeing waits until the card has its memory back: the answer to it says nothing', async () => {
    double.loadedBytes = 8 * 1024 ** 3;
    expect(await ui.free(never)).toBe(16 * 1024 ** 3);
    expect(double.asked.filter((path) => path === 'GET /system_stats').length).toBeGreaterThan(3);
  });
});

test.each([
  ['http://127.0.0.1:8188', 'http://127.0.0.1:8188/'],
  ['http://localhost:8188', 'http://localhost:8188/'],
  ['http://192.168.1.20:8188/comfy?x=1#y', 'http://192.168.1.20:8188/comfy/'],
  ['http://[::1]:8188', 'http://[::1]:8188/'],
])('%s is of this house', (text, url) => {
  expect(comfyAddress(text).href).toBe(url);
});

test.each([
  ['nothing', ''],
  ['a word', 'comfy'],
  ['a file', 'file:///etc/passwd'],
  ['a server elsewhere', 'https://comfy.example.com'],
  ['a name, which may lead anywhere', 'https://box.local'],
  ['an address elsewhere', 'http://8.8.8.8:8188'],
  ['one with a password', 'http://me:secret@127.0.0.1:8188'],
])('%s is refused with the way to set it', (_, text) => {
  expect(() => comfyAddress(text)).toThrow(
    expect.objectContaining({ code: 'bad-input', hint: expect.stringMatching(/MYSPINBOT_COMFYUI/) }),
  );
});
