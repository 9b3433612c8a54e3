// The suite every look engine must pass, built in or not: what the portrait stage and the app rely on.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { faceMeshSchema } from '@myspinbot/shared/puppet/face-mesh.ts';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import type { EngineContext } from '../engine.ts';
import type { LookEngine } from './port.ts';

export interface LookSetup {
  engine: LookEngine;
  /** Path of a picture that shows exactly one face which can be animated, upright. */
  portrait: string;
}

/** `setup` runs once; `name` says which engine and which portrait. */
export function lookContract(name: string, setup: () => Promise<LookSetup>): void {
  describe(`look engine: ${name}`, () => {
    let engine: LookEngine;
    let portrait: string;
    let folder: string;
    let calls = 0;

    beforeAll(async () => {
      ({ engine, portrait } = await setup());
      folder = await mkdtemp(join(tmpdir(), 'look-contract-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const context = async (signal = new AbortController().signal): Promise<EngineContext> => {
      const workDir = join(folder, `call-${calls++}`);
      await mkdir(workDir);
      return { signal, log: silentLogger, workDir, progress() {} };
    };
    const given = async (file: string, bytes: Uint8Array | string): Promise<string> => {
      const path = join(folder, file);
      await writeFile(path, bytes);
      return path;
    };
    const meadow = async () =>
      given(
        'meadow.png',
        await sharp(
          Buffer.from(
            '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><rect width="640" height="480" fill="#9cd"/><path d="M0 300 Q320 200 640 320 V480 H0Z" fill="#4a3"/></svg>',
          ),
        )
          .png()
          .toBuffer(),
      );
    const pair = async () => {
      const one = await sharp(portrait).resize(600, 600, { fit: 'cover' }).toBuffer();
      const two = await sharp(portrait).resize(700, 700, { fit: 'cover' }).toBuffer();
      return given(
        'pair.png',
        await sharp({ create: { width: 1300, height: 700, channels: 3, background: '#887' } })
          .composite([
            { input: one, left: 0, top: 50 },
            { input: two, left: 600, top: 0 },
          ])
          .png()
          .toBuffer(),
      );
    };

    it('says who it is, and that it is ready', async () => {
      expect(engine.id).toMatch(/^look\/[a-z0-9-]+$/);
      expect(engine.version).not.toBe('');
      expect(await engine.probe(new AbortController().signal)).toMatchObject({ ready: true });
    });

    it('writes an upright RGB photo and a grey matte of the same size', async () => {
      const look = await engine.prepare({ photos: [portrait] }, await context());
      const photo = await sharp(look.photo).metadata();
      const matte = await sharp(look.matte).metadata();
      expect(photo).toMatchObject({
        format: 'png',
        channels: 3,
        depth: 'uchar',
        width: look.width,
        height: look.height,
      });
      expect(matte).toMatchObject({
        format: 'png',
        channels: 1,
        depth: 'uchar',
        width: look.width,
        height: look.height,
      });
      expect(look.chosen).toBe(0);
    });

    it('returns a mesh of the schema, inside the photo, with eyes above the mouth', async () => {
      const { mesh, width, height, faces } = await engine.prepare({ photos: [portrait] }, await context());
      expect(faceMeshSchema.safeParse(mesh).error).toBeUndefined();
      expect(faces).toHaveLength(1);
      const y = (point: number) => mesh.points[3 * point + 1]!;
      const x = (point: number) => mesh.points[3 * point]!;
      expect(y(33)).toBeLessThan(y(13));
      expect(x(33)).toBeLessThan(x(263));
      expect(mesh.box.x + mesh.box.width).toBeLessThanOrEqual(width);
      expect(mesh.box.y + mesh.box.height).toBeLessThanOrEqual(height);
    });

    it('marks the face as person and the corner above it as room', async () => {
      const { matte, mesh, width } = await engine.prepare({ photos: [portrait] }, await context());
      const grey = await sharp(matte).extractChannel(0).raw().toBuffer();
      const nose = Math.round(mesh.points[4]!) * width + Math.round(mesh.points[3]!);
      expect(grey[nose]).toBe(255);
      expect(grey[2 * width + 2]).toBe(0);
    });

    it('gives the same answer for the same photo', async () => {
      const first = await engine.prepare({ photos: [portrait] }, await context());
      const second = await engine.prepare({ photos: [portrait] }, await context());
      expect(second.mesh).toEqual(first.mesh);
    });

    it('shrinks a large photo to 2048 pixels', async () => {
      const large = await given(
        'large.jpg',
        await sharp(portrait).resize(2600, 2600, { fit: 'fill' }).jpeg().toBuffer(),
      );
      const look = await engine.prepare({ photos: [large] }, await context());
      expect(Math.max(look.width, look.height)).toBe(2048);
    });

    it('lists faces from left to right and animates the one that was asked for', async () => {
      const photo = await pair();
      const left = await engine.prepare({ photos: [photo], face: 0 }, await context());
      const right = await engine.prepare({ photos: [photo], face: 1 }, await context());
      const largest = await engine.prepare({ photos: [photo] }, await context());
      expect(left.faces).toHaveLength(2);
      expect(left.mesh.box.x).toBeLessThan(600);
      expect(right.mesh.box.x).toBeGreaterThan(600);
      expect(largest.mesh.box.x).toBeGreaterThan(600);
      expect(largest.notes.join(' ')).toMatch(/2 faces/);
    });

    it('refuses a face number that is not in the photo', async () => {
      const failure = await failureOf(engine.prepare({ photos: [portrait], face: 7 }, await context()));
      expect(failure.code).toBe('several-faces');
    });

    it('leaves an unusable photo out with a note when another can be used', async () => {
      const look = await engine.prepare({ photos: [await meadow(), portrait] }, await context());
      expect(look.chosen).toBe(1);
      expect(look.notes.join(' ')).toMatch(/Photo 1 was left out/);
    });

    it('refuses a photo without a face, with the next step', async () => {
      const failure = await failureOf(engine.prepare({ photos: [await meadow()] }, await context()));
      expect(failure.code).toBe('no-face');
      expect(failure.hint).not.toBe('');
    });

    it('refuses what is not a picture, whatever its name says', async () => {
      for (const [file, bytes] of [
        ['letter.jpg', 'Dear Sir or Madam'],
        ['empty.png', ''],
        ['page.webp', '<html><body>404</body></html>'],
        ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
      ] as const) {
        const path = await given(file, bytes);
        expect((await failureOf(engine.prepare({ photos: [path] }, await context()))).code, file).toBe(
          'bad-input',
        );
      }
      const absent = join(folder, 'absent.jpg');
      expect((await failureOf(engine.prepare({ photos: [absent] }, await context()))).code).toBe('not-found');
    });

    it('refuses no photos at all', async () => {
      expect((await failureOf(engine.prepare({ photos: [] }, await context()))).code).toBe('bad-input');
    });

    it('names every photo when none can be used', async () => {
      const letter = await given('note.jpg', 'not a picture');
      const failure = await failureOf(engine.prepare({ photos: [await meadow(), letter] }, await context()));
      expect(failure.message).toMatch(/photo 1: .*photo 2: /);
    });

    it('stops with the reason of the signal', async () => {
      const stop = new AbortController();
      stop.abort(new Error('changed my mind'));
      await expect(engine.prepare({ photos: [portrait] }, await context(stop.signal))).rejects.toThrow(
        'changed my mind',
      );
    });

    it('reports progress up to the end', async () => {
      const seen: number[] = [];
      const call = await context();
      await engine.prepare(
        { photos: [portrait] },
        { ...call, progress: (done, total) => seen.push(done / total) },
      );
      expect(seen.at(-1)).toBe(1);
      expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    });

    it('inspects a photo without throwing for bad ones', async () => {
      const { signal } = new AbortController();
      const good = await engine.inspect(portrait, signal);
      expect(good.unfit).toBeUndefined();
      expect(good.faces).toHaveLength(1);
      expect(good.width).toBeGreaterThan(0);
      const none = await engine.inspect(await meadow(), signal);
      expect(none.unfit?.code).toBe('no-face');
      const letter = await engine.inspect(await given('letter.png', 'Dear Sir'), signal);
      expect(letter.unfit?.code).toBe('bad-input');
    });
  });
}

async function failureOf(call: Promise<unknown>): Promise<Failure> {
  const error = await call.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw error;
  return error;
}
