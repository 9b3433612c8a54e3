// What is refused before any stage runs; whole renders with the real engines are a journey of their own.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { renderCommand } from './command.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'render-'));
  await writeFile(join(dir, 'photo.jpg'), 'not really a photo');
  await writeFile(join(dir, 'empty.jpg'), '');
  await writeFile(join(dir, 'blank.txt'), ' \n\t ');
  await writeFile(join(dir, 'latin1.txt'), Buffer.from([0x67, 0xfc, 0x6e]));
  await writeFile(join(dir, 'long.txt'), 'word '.repeat(10_000));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function run(
  ...argv: string[]
): Promise<{ code: number; lines: Record<string, unknown>[]; err: string }> {
  const said = { out: '', err: '' };
  const screen = (name: keyof typeof said) => ({
    write(text: string) {
      said[name] += text;
    },
    columns: undefined,
  });
  const code = await renderCommand({
    argv: [...argv, '--json'],
    dataDir: join(dir, 'data'),
    catalog: [],
    log: silentLogger,
    out: screen('out'),
    err: screen('err'),
    signal: new AbortController().signal,
  });
  const lines = said.out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code, lines, err: said.err };
}
const at = (name: string) => join(dir, name);
const spoken = (...rest: string[]) => run('--photo', at('photo.jpg'), ...rest, '--out', at('bot.mp4'));

describe('render refuses before it works', () => {
  test.each<[string, () => ReturnType<typeof run>, string, RegExp]>([
    ['bad usage', () => run('--photo', 'x.jpg'), 'bad-input', /what should it say/],
    [
      'a photo that is not there',
      () => run('--photo', at('no.jpg'), '--say', 'Hi', '--out', at('b.mp4')),
      'not-found',
      /photo .*no\.jpg was not found/,
    ],
    [
      'an empty photo',
      () => run('--photo', at('empty.jpg'), '--say', 'Hi', '--out', at('b.mp4')),
      'bad-input',
      /is empty/,
    ],
    ['nothing to say', () => spoken('--say', '   '), 'text-empty', /script is empty/],
    ['a blank script', () => spoken('--script', at('blank.txt')), 'text-empty', /script is empty/],
    [
      'a ten-thousand-word script',
      () => spoken('--script', at('long.txt')),
      'text-too-long',
      /longer than 10000/,
    ],
    ['a script that is no text', () => spoken('--script', at('latin1.txt')), 'bad-input', /UTF-8/],
    [
      'a folder that is not there',
      () => run('--photo', at('photo.jpg'), '--say', 'Hi', '--out', at('no/b.mp4')),
      'bad-input',
      /no folder/,
    ],
  ])('%s', async (_name, go, code, message) => {
    const { code: exit, lines, err } = await go();
    expect(exit).toBe(2);
    expect(lines).toEqual([
      expect.objectContaining({
        event: 'failed',
        code,
        message: expect.stringMatching(message),
        hint: expect.any(String),
      }),
    ]);
    expect(err).toBe('');
  });

  test('nothing of the person is left in the data folder, and what a killed render left is removed', async () => {
    // No process can have this id: the kernel's largest is smaller.
    await mkdir(at('data/renders/99999999-0123abcd/vault'), { recursive: true });
    await run('--photo', at('no.jpg'), '--say', 'Hi', '--out', at('b.mp4'));
    expect(await readdir(at('data/renders'))).toEqual([]);
  });
});
