// The arithmetic between a picture and a verdict: reading turned squares, merging detections, the pose's
// signs, and the gates that no test picture can be made for.
import { FACE_POINTS, type FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import { describe, expect, it } from 'vitest';
import { mergeDetections } from './detect.ts';
import { judgeFace } from './gates.ts';
import { facePose } from './mesh.ts';
import { createLadder, regionPoint } from './raster.ts';

describe('reading a square out of a picture', () => {
  /** Red grows to the right, green downwards: a colour tells its place. */
  const size = 256;
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      data[(y * size + x) * 3] = x;
      data[(y * size + x) * 3 + 1] = y;
    }
  }
  const ladder = createLadder({ width: size, height: size, data });
  const sampleAt = (region: Parameters<typeof ladder.sample>[0], n: number, column: number, row: number) => {
    const out = ladder.sample(region, n, 0, 255, new Float32Array(n * n * 3));
    return { x: out[(row * n + column) * 3]!, y: out[(row * n + column) * 3 + 1]! };
  };

  it.each([1, 2, 4])('reads the right place at %i picture pixels a step', (step) => {
    const n = 32;
    const region = { cx: 128, cy: 128, width: n * step, height: n * step, angle: 0 };
    const got = sampleAt(region, n, 5, 20);
    const want = regionPoint(region, 5.5 / n, 20.5 / n);
    expect(Math.abs(got.x + 0.5 - want.x)).toBeLessThan(0.6);
    expect(Math.abs(got.y + 0.5 - want.y)).toBeLessThan(0.6);
  });

  it('turns clockwise', () => {
    const region = { cx: 128, cy: 128, width: 64, height: 64, angle: Math.PI / 2 };
    // Seen a quarter turned, the right of the square is what lies below the centre.
    const right = sampleAt(region, 64, 63, 32);
    expect(right.y).toBeGreaterThan(150);
    expect(Math.abs(right.x - 128)).toBeLessThan(3);
  });

  it('is black outside the picture', () => {
    expect(sampleAt({ cx: 0, cy: 0, width: 64, height: 64, angle: 0 }, 64, 2, 2)).toEqual({ x: 0, y: 0 });
  });
});

it('detections of one face become one, at their mean place', () => {
  const at = (score: number, cx: number) => ({ score, cx, cy: 100, side: 80, angle: 0 });
  const merged = mergeDetections([at(0.6, 104), at(0.9, 100), at(0.7, 400)]);
  expect(merged.map(({ score }) => score)).toEqual([0.9, 0.7]);
  expect(merged[0]!.cx).toBeCloseTo((0.9 * 100 + 0.6 * 104) / 1.5, 5);
});

describe('the pose', () => {
  /** Eyes, cheeks, jaw, forehead and chin on a head of radius 100 round (300, 300), turned by yaw degrees. */
  const head = (yaw: number, pitch: number, roll: number) => {
    const points = new Float32Array(FACE_POINTS * 3);
    const rad = Math.PI / 180;
    const put = (i: number, x: number, y: number, z: number) => {
      // Yaw: to the picture's right moves what is in front (z < 0) to larger x.
      const x1 = x * Math.cos(yaw * rad) - z * Math.sin(yaw * rad);
      const z1 = x * Math.sin(yaw * rad) + z * Math.cos(yaw * rad);
      // Pitch: looking up moves what is in front upwards (smaller y).
      const y2 = y * Math.cos(pitch * rad) + z1 * Math.sin(pitch * rad);
      const z2 = -y * Math.sin(pitch * rad) + z1 * Math.cos(pitch * rad);
      points[3 * i] = 300 + x1 * Math.cos(roll * rad) - y2 * Math.sin(roll * rad);
      points[3 * i + 1] = 300 + x1 * Math.sin(roll * rad) + y2 * Math.cos(roll * rad);
      points[3 * i + 2] = z2;
    };
    for (const [left, right, x, y, z] of [
      [33, 263, 45, -20, -40],
      [133, 362, 18, -20, -45],
      [159, 386, 30, -26, -45],
      [145, 374, 30, -14, -45],
      [234, 454, 75, 0, 20],
      [172, 397, 60, 50, 0],
    ] as const) {
      put(left, -x, y, z);
      put(right, x, y, z);
    }
    put(10, 0, -90, -20);
    put(152, 0, 90, -20);
    return points;
  };

  it.each([
    [0, 0, 0],
    [25, 0, 0],
    [-25, 0, 0],
    [0, 0, 30],
    [0, 0, -60],
    [0, 12, 0],
    [0, -12, 0],
    [15, 0, 20],
  ])('yaw %i, pitch %i, roll %i is measured so', (yaw, pitch, roll) => {
    const pose = facePose(head(yaw, pitch, roll));
    expect(Math.abs(pose.yaw - yaw)).toBeLessThan(3);
    expect(Math.abs(pose.pitch - pitch)).toBeLessThan(3);
    expect(Math.abs(pose.roll - roll)).toBeLessThan(3);
  });
});

describe('the gates', () => {
  const mesh: FaceMesh = {
    points: new Array(FACE_POINTS * 3).fill(0),
    box: { x: 0, y: 0, width: 100, height: 120 },
    yaw: 0,
    pitch: 0,
    roll: 0,
    eyeDistance: 60,
    detection: 0.9,
    presence: 0.99,
  };
  const judge = (fields: Partial<FaceMesh>, movement = 0.01, detail = 0.2, outside = 0) =>
    judgeFace({ mesh: { ...mesh, ...fields }, movement }, detail, outside);

  it('lets a clear face through', () => {
    expect(judge({})).toEqual({ fit: true });
  });

  it.each([
    [{ yaw: 36 }, 0.01, 0.2, 0, 'face-unclear', /turned 36 degrees/],
    [{ yaw: -50 }, 0.01, 0.2, 0, 'face-unclear', /turned 50 degrees/],
    [{ eyeDistance: 39 }, 0.01, 0.2, 0, 'face-too-small', /too small: 39/],
    [{ detection: 0.59 }, 0.01, 0.2, 0, 'face-unclear', /not clear enough/],
    [{ presence: 0.89 }, 0.01, 0.2, 0, 'face-unclear', /not clear enough/],
    [{}, 0.031, 0.2, 0, 'face-unclear', /not clear enough/],
    [{}, Number.NaN, 0.2, 0, 'face-unclear', /not clear enough/],
    [{}, 0.01, 0.02, 0, 'face-unclear', /blurred/],
    [{ detection: 0.5 }, 0.01, 0.05, 0, 'face-unclear', /blurred/],
    [{}, 0.01, 0.2, 0.3, 'face-unclear', /cut off/],
  ] as const)(
    '%j, movement %d, detail %d, outside %d: %s',
    (fields, movement, detail, outside, code, words) => {
      const verdict = judge(fields, movement, detail, outside);
      expect(verdict).toMatchObject({ fit: false, code });
      if (verdict.fit) return;
      expect(verdict.message).toMatch(words);
      expect(verdict.hint).toMatch(/^Use /);
    },
  );
});
