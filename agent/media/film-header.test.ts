import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chanceOf } from '../queue/fixtures/random.ts';
import { smallFilm } from '../transfer/fixtures/small-film.ts';
import { readFilmHeader } from './film-header.ts';

let film: Awaited<ReturnType<typeof smallFilm>>;
beforeAll(async () => {
  film = await smallFilm();
});
afterAll(() => rm(film.folder, { recursive: true, force: true }));

test('a header names the codecs as a browser wants them, and the shape', () => {
  const header = readFilmHeader(film.bytes)!;
  expect(header).toMatchObject({
    mime: expect.stringMatching(/^video\/mp4; codecs="avc1\.6400[0-9a-f]{2}, mp4a\.40\.2"$/),
    width: 320,
    height: 180,
  });
  expect(Buffer.from(film.bytes.subarray(header.bytes + 4, header.bytes + 8)).toString()).toBe('moof');
});

test('a header that is not whole yet is none, at every byte', () => {
  const { bytes } = readFilmHeader(film.bytes)!;
  for (let length = 0; length < bytes; length++) {
    expect(readFilmHeader(film.bytes.subarray(0, length))).toBeUndefined();
  }
  expect(readFilmHeader(film.bytes.subarray(0, bytes))).toBeDefined();
});

test('a damaged header is read or not, never a throw', () => {
  const seed = Number(process.env.SEED ?? 4711);
  console.log(`film header fuzz: seed ${seed}`);
  const chance = chanceOf(seed);
  const { bytes } = readFilmHeader(film.bytes)!;
  let read = 0;
  for (let count = 0; count < 20_000; count++) {
    const damaged = film.bytes.slice(0, bytes);
    for (let times = 1 + Math.floor(chance.number() * 3); times > 0; times--) {
      damaged[Math.floor(chance.number() * bytes)] = Math.floor(chance.number() * 256);
    }
    const header = readFilmHeader(damaged);
    if (header === undefined) continue;
    read++;
    expect(header.mime).toMatch(/^video\/mp4; codecs="avc1\.[0-9a-f]{6}(, mp4a\.40\.\d+)?"$/);
  }
  expect(read).toBeGreaterThan(1000);
  expect(read).toBeLessThan(20_000);
});
