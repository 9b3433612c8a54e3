// Files made to get out: playlists, manifests and scripts under the name of a sound, which point at this machine's
// own services and at a secret file. A listener counts visits; the secret must not come back in any form.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { confinement, type FfmpegTools, findFfmpeg, probe, readProbe, runFfmpeg } from './ffmpeg.ts';
import { importSound } from './sound.ts';

let tools: FfmpegTools;
let dir: string;
let server: Server;
let visits: string[] = [];
const work = () => join(dir, 'work');
const secret = () => join(dir, 'secret.wav');

beforeAll(async () => {
  tools = await findFfmpeg();
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'strangers-')));
  mkdirSync(work());
  await runFfmpeg(tools, ['-v', 'error', '-f', 'lavfi', '-i', 'sine=duration=1', secret()]);
  server = createServer((request, response) => {
    visits.push(request.url ?? '');
    response.end(readFileSync(secret()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  visits = [];
});
afterAll(() => {
  server.close();
  rmSync(dir, { recursive: true, force: true });
});

/** What points at `target`, by name. */
const traps: readonly [string, (target: string) => string | Buffer][] = [
  [
    'an HLS playlist',
    (target) => `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${target}\n#EXT-X-ENDLIST\n`,
  ],
  ['a concat script', (target) => `ffconcat version 1.0\nfile '${target}'\n`],
  [
    'a DASH manifest',
    (target) =>
      `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT1S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="audio/mp4"><Representation id="1" bandwidth="1"><BaseURL>${target}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
  ],
  [
    'an SVG',
    (target) =>
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink" width="9" height="9"><image x:href="${target}" width="9" height="9"/></svg>`,
  ],
  [
    'an SDP description',
    (target) =>
      `v=0\no=- 0 0 IN IP4 127.0.0.1\ns=${target}\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n`,
  ],
  [
    'an IMF list',
    (target) =>
      `<AssetMap xmlns="http://www.smpte-ra.org/schemas/429-9/2007/AM"><AssetList><Asset><Path>${target}</Path></Asset></AssetList></AssetMap>`,
  ],
  [
    'a playlist behind the magic number of a sound',
    (target) => Buffer.concat([Buffer.from('ID3'), Buffer.from(`\n#EXTM3U\n#EXTINF:1,\n${target}\n`)]),
  ],
];
const named = ['trap.wav', 'trap.mp4'];
const targets: readonly [string, () => string][] = [
  ['an address', () => `http://127.0.0.1:${(server.address() as { port: number }).port}/secret.wav`],
  ['a file', secret],
  ['a file by its address', () => `file://${secret()}`],
  ['/etc/passwd', () => '/etc/passwd'],
];

describe.each(targets)('a file that points at %s', (_what, target) => {
  test.each(traps)('as %s is refused and reaches nothing', async (_kind, trap) => {
    for (const name of named) {
      const file = join(dir, name);
      writeFileSync(file, trap(target()));
      const output = join(work(), 'out.wav');
      const tries = await Promise.allSettled([probe(tools, file), importSound(file, output, { tools })]);
      for (const one of tries) expect(one).toMatchObject({ reason: { code: 'bad-input' } });
      expect(existsSync(output)).toBe(false);
    }
    expect(visits).toEqual([]);
  });
});

/** Every protocol and container allowed, as if a new version forgot its own list. */
const careless = ['-protocol_whitelist', 'file,pipe,http,tcp', '-safe', '0', '-f', 'concat'];

test('even an ffmpeg that goes wherever it is pointed does not arrive', async () => {
  const walls = await confinement();
  const file = join(dir, 'careless.txt');
  const open = (target: string, shut: boolean) => {
    writeFileSync(file, traps[1]![1](target));
    const output = join(work(), 'careless.wav');
    rmSync(output, { force: true });
    return runFfmpeg(tools, ['-v', 'error', ...careless, '-i', file, output], {
      timeoutMs: 20_000,
      ...(shut ? { strange: { reads: [file], writes: work() } } : {}),
    }).then(
      () => existsSync(output),
      () => false,
    );
  };
  const [[, address], [, local]] = targets as unknown as [[string, () => string], [string, () => string]];
  expect(await open(address(), false)).toBe(true); // in the open it does arrive
  expect(visits).not.toEqual([]);
  visits = [];
  if (!walls.network)
    return console.log(`skipped: no network wall here (${walls.by.join() || 'no program'})`);
  expect(await open(address(), true)).toBe(false);
  expect(visits).toEqual([]);
  expect(await open(local(), false)).toBe(true);
  if (!walls.files) return console.log(`skipped: no file wall here (${walls.by.join()})`);
  expect(await open(local(), true)).toBe(false);
});

test('what ffprobe is run with is the wall: one that looks around sees nothing of ours', async () => {
  const walls = await confinement();
  if (!walls.files) return console.log(`skipped: no file wall here (${walls.by.join() || 'no program'})`);
  const nosy = join(dir, 'ffprobe-looks-around');
  const hidden = join(dir, 'hidden.txt');
  writeFileSync(hidden, 'seen');
  writeFileSync(
    nosy,
    `#!/bin/sh\nprintf '{"format":{"format_name":"%s-%s"}}' "$(cat ${hidden} 2>/dev/null)" "$HOME"\n`,
    { mode: 0o755 },
  );
  expect(await probe({ ...tools, ffprobe: nosy }, secret())).toEqual({
    format: { format_name: '-' },
    streams: [],
  });
});

test('a tool that hangs inside is ended with its walls', async () => {
  const hanging = join(dir, 'ffprobe-hangs');
  writeFileSync(hanging, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  // Told only once its pipes are closed, and they are closed only once nobody in there is left.
  await expect(probe({ ...tools, ffprobe: hanging }, secret(), { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'timed-out',
  });
});

test('a picture as large as a county inside a film costs no memory', async () => {
  const walls = await confinement();
  if (!walls.memory) return console.log('skipped: memory cannot be bounded here');
  const bomb = ['-v', 'error', '-f', 'lavfi', '-i', 'color=s=30000x30000:r=1:d=1', '-f', 'null', '-'];
  await expect(runFfmpeg(tools, bomb, { strange: { reads: [] }, timeoutMs: 20_000 })).rejects.toBeInstanceOf(
    Failure,
  );
});

describe('what ffprobe prints', () => {
  test.each([
    ['nothing', ''],
    ['half of it', '{"format":{"duration":"1'],
    ['another shape', '[1,2,3]'],
    ['a number where words belong', '{"format":{"duration":7}}'],
    ['words where numbers belong', '{"streams":[{"index":0,"width":"wide"}]}'],
    [
      'a thousand streams',
      JSON.stringify({ streams: Array.from({ length: 1000 }, (_, index) => ({ index })) }),
    ],
    ['a name of a megabyte', JSON.stringify({ format: { format_name: 'x'.repeat(1_000_000) } })],
  ])('%s is bad input', (_what, printed) => {
    expect(() => readProbe(printed)).toThrow(expect.objectContaining({ code: 'bad-input' }));
  });

  test('titles and comments of the file are not among it', async () => {
    const titled = join(dir, 'titled.mp4');
    await runFfmpeg(tools, ['-v', 'error', '-i', secret(), '-metadata', 'title=private', titled]);
    expect(JSON.stringify(await probe(tools, titled))).not.toContain('private');
  });

  test('fields that the product does not read are dropped', () => {
    expect(readProbe('{"programs":[],"format":{"duration":"1.0","tags":{"a":"b"}}}')).toEqual({
      format: { duration: '1.0' },
      streams: [],
    });
  });
});
