// The drawn character is accepted by the same gates as any photo, and its eyes and lips are found where they
// were drawn: otherwise its mouth would open beside its lips.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { languages } from '@myspinbot/shared/project/options.ts';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findFaces } from '../engines/look/face/find.ts';
import { openLookModels } from '../engines/look/models.ts';
import { readPicture } from '../media/picture.ts';
import { EYE_DISTANCE, features, inPicture, type Spot, VIEW } from './portrait/geometry.ts';
import { renderSamplePortrait } from './render-portrait.ts';

const folder = await mkdtemp(join(tmpdir(), 'portrait-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** MediaPipe's point numbers of the corners, as seen in the picture. */
const corners: [string, number, Spot][] = [
  ['left eye, outer corner', 33, features.leftEye.outer],
  ['left eye, inner corner', 133, features.leftEye.inner],
  ['right eye, inner corner', 362, features.rightEye.inner],
  ['right eye, outer corner', 263, features.rightEye.outer],
  ['lips, left corner', 61, features.mouth.left],
  ['lips, right corner', 291, features.mouth.right],
  ['upper lip, middle', 0, features.mouth.top],
  ['lower lip, middle', 17, features.mouth.bottom],
];

describe.each([512, 1024])('the sample portrait at %i px', (px) => {
  it('passes the face gates, and its corners are found within 4 % of the eye distance', async () => {
    const file = join(folder, `${px}.png`);
    await renderSamplePortrait(file, px);
    const search = await findFaces(
      await openLookModels(),
      await readPicture(file, 2048),
      new AbortController().signal,
    );
    expect(search.faces).toHaveLength(1);
    const [face] = search.faces;
    expect(face!.verdict).toEqual({ fit: true });
    const { points } = face!.reading.mesh;
    const eyeDistance = (EYE_DISTANCE * px) / VIEW.side;
    for (const [name, point, drawn] of corners) {
      const want = inPicture(drawn, px);
      const away = Math.hypot(points[3 * point]! - want.x, points[3 * point + 1]! - want.y);
      expect(away / eyeDistance, name).toBeLessThan(0.04);
    }
  });
});

it('has a name and a script that fits the limits', async () => {
  const schema = z.strictObject({
    name: z.string().min(2).max(30),
    title: z.string().min(2).max(80),
    script: z.string().min(60).max(400),
    lang: z.enum(languages),
  });
  const sample = schema.parse(JSON.parse(await readFile(join(import.meta.dirname, 'sample.json'), 'utf8')));
  expect(sample.script.match(/[.!?](\s|$)/g)).toHaveLength(3);
});
