// The puppet drawn for real on a made-up picture with the drawn portrait's face mesh.
import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { createPuppet, type Puppet } from './composite.ts';
import { faceMeshSchema } from './face-mesh.ts';
import { FACE_TRIANGLES } from './face-triangles.ts';
import drawnFace from './fixtures/drawn-face.json' with { type: 'json' };
import { spokenTiming } from './fixtures/spoken.ts';
import { frameFace } from './framing.ts';
import { type Planar, planarBytes, planarFromRgb, planarView } from './planar.ts';
import { createPosedMesh } from './posed-mesh.ts';
import { buildRig, placeRig, type Rig, rigSchema } from './rig.ts';
import { buildTracks, poseAt, REST } from './tracks.ts';

const mesh = faceMeshSchema.parse(drawnFace.mesh);
const SCALE = 0.5;
const SIDE = 512;
const MARGIN = 46;
const FRAME = SIDE - 2 * MARGIN;

let rig: Rig;
let photo: Planar;
let puppet: Puppet;
const blank = () => planarView(new Uint8Array(planarBytes(FRAME, FRAME)), FRAME, FRAME);

beforeAll(() => {
  rig = placeRig(buildRig(mesh), SCALE, 0, 0);
  const rgb = new Uint8Array(SIDE * SIDE * 3);
  const alpha = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < SIDE; y++)
    for (let x = 0; x < SIDE; x++) {
      const i = y * SIDE + x;
      rgb[i * 3] = 170 + 40 * Math.sin(x / 9) + 10 * Math.sin(y / 5);
      rgb[i * 3 + 1] = 130 + 30 * Math.sin((x + y) / 13);
      rgb[i * 3 + 2] = 110 + 20 * Math.cos(y / 11);
      const head = 1 - Math.hypot((x - 256) / 150, (y - 260) / 205);
      alpha[i] = Math.max(0, Math.min(255, head * 4000));
    }
  photo = planarFromRgb(rgb, SIDE, SIDE);
  const plate = crop(photo);
  puppet = createPuppet({
    rig,
    photo,
    alpha,
    behind: photo,
    plate,
    margin: { x: MARGIN, y: MARGIN },
    softness: 1,
  });
});

function crop(from: Planar): Planar {
  const out = blank();
  for (let y = 0; y < FRAME; y++)
    for (let x = 0; x < FRAME; x++) out.y[y * FRAME + x] = from.y[(y + MARGIN) * SIDE + x + MARGIN]!;
  for (let y = 0; y < FRAME / 2; y++)
    for (let x = 0; x < FRAME / 2; x++) {
      const c = (y + MARGIN / 2) * (SIDE / 2) + x + MARGIN / 2;
      out.u[(y * FRAME) / 2 + x] = from.u[c]!;
      out.v[(y * FRAME) / 2 + x] = from.v[c]!;
    }
  return out;
}

const drawn = (pose: Partial<typeof REST>) => {
  const frame = blank();
  puppet.clear(frame);
  puppet.draw({ ...REST, ...pose }, frame);
  return frame;
};

const psnr = (a: Uint8Array, b: Uint8Array) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return 10 * Math.log10((255 * 255) / Math.max(1e-9, sum / a.length));
};

test('the 852 triangles of the face are whole: every inner edge is shared by two', () => {
  const edges = new Map<string, number>();
  for (let t = 0; t < FACE_TRIANGLES.length; t += 3)
    for (let k = 0; k < 3; k++) {
      const pair = [FACE_TRIANGLES[t + k]!, FACE_TRIANGLES[t + ((k + 1) % 3)]!].sort((a, b) => a - b);
      edges.set(pair.join(), (edges.get(pair.join()) ?? 0) + 1);
    }
  const outer = [...edges.values()].filter((count) => count === 1).length;
  expect(FACE_TRIANGLES.length).toBe(852 * 3);
  expect(outer).toBe(36 + 16 + 16 + 20); // outline, two eyes, mouth
  expect(Math.max(...edges.values())).toBe(2);
});

test('a rig survives JSON and says whether the mouth was closed', () => {
  const made = buildRig(mesh);
  expect(rigSchema.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  expect(made.gap).toBe(0);
});

test('the rest frame is the photo', () => {
  const frame = drawn({});
  const expected = crop(photo);
  expect(psnr(frame.y, expected.y)).toBeGreaterThan(44);
  expect(psnr(frame.u, expected.u)).toBeGreaterThan(44);
});

test('the same poses give the same frames, and a frame owes nothing to the one before', () => {
  const tracks = buildTracks(spokenTiming(4, 1), 5);
  const render = (order: readonly number[]) => {
    const frame = blank();
    puppet.clear(frame);
    const digests = new Map<number, string>();
    for (const i of order) {
      puppet.draw(poseAt(tracks, i * 40), frame);
      digests.set(i, createHash('sha256').update(frame.y).update(frame.u).update(frame.v).digest('hex'));
    }
    return digests;
  };
  const forwards = render([0, 20, 40, 60, 80]);
  const backwards = render([80, 60, 40, 20, 0]);
  for (const [i, digest] of forwards) expect(backwards.get(i)).toBe(digest);
  expect(new Set(forwards.values()).size).toBe(5);
});

test('lips meet exactly when they close, however far the jaw hangs', () => {
  const posed = createPosedMesh(rig);
  const gap = (pose: Partial<typeof REST>) => {
    const { positions } = posed.pose({ ...REST, ...pose });
    return (positions[14 * 2 + 1]! - positions[13 * 2 + 1]!) / rig.eyeDistance;
  };
  expect(gap({ jaw: 0.8 })).toBeGreaterThan(0.15);
  expect(Math.abs(gap({ jaw: 0.8, close: 1 }))).toBeLessThan(0.005);
  expect(Math.abs(gap({}))).toBeLessThan(0.001);
  const width = (pose: Partial<typeof REST>) => {
    const { positions } = posed.pose({ ...REST, ...pose });
    return (positions[291 * 2]! - positions[61 * 2]!) / rig.eyeDistance;
  };
  expect(width({ wide: 1 }) - width({ round: 1 })).toBeGreaterThan(0.2);
});

test('an open mouth shows a dark inside where lips were, a shut eye shows no eyeball', () => {
  const at = (frame: Planar, x: number, y: number) =>
    frame.y[Math.round(y - MARGIN) * FRAME + Math.round(x - MARGIN)]!;
  const open = drawn({ jaw: 0.9 });
  const [mx, my] = rig.mouth;
  const inside = my + 0.15 * rig.eyeDistance;
  expect(at(open, mx, inside)).toBeLessThan(at(drawn({}), mx, inside) * 0.6);
  const middle = (i: number, j: number, k: 0 | 1) =>
    (rig.vertices[i * 3 + k]! + rig.vertices[j * 3 + k]!) / 2;
  const eye = [middle(159, 145, 0), middle(159, 145, 1)] as const;
  expect(at(drawn({ lids: 1 }), ...eye)).not.toBe(at(drawn({}), ...eye));
  expect(psnr(drawn({}).y, crop(photo).y)).toBeGreaterThan(44); // and opens again without a trace
});

test('the background stands still while the head moves', () => {
  const frame = drawn({ yaw: 6, x: 0.1, roll: 3 });
  const rest = drawn({});
  for (let x = 0; x < 40; x++) expect(frame.y[30 * FRAME + x]).toBe(rest.y[30 * FRAME + x]);
  expect(psnr(frame.y, rest.y)).toBeLessThan(30);
});

test('framing never cuts the head and keeps the body cut below the frame', () => {
  const { width, height } = drawnFace;
  const matte = new Uint8Array(width * height);
  for (let y = 130; y < height; y++) for (let x = 250; x < 770; x++) matte[y * width + x] = 255;
  for (const [w, h] of [
    [720, 720],
    [1080, 1080],
    [720, 1280],
    [1280, 720],
  ] as const)
    for (const keepsBackground of [true, false]) {
      const { scale, x, y } = frameFace({
        photo: { width, height },
        mesh,
        matte,
        frame: { width: w, height: h },
        keepsBackground,
      });
      const chin = (mesh.points[152 * 3 + 1]! - y) * scale;
      expect((130 - y) * scale).toBeGreaterThan(0.03 * h);
      expect(chin).toBeLessThan(0.95 * h);
      expect((height - y) * scale).toBeGreaterThanOrEqual(h - 1);
      const face = (mesh.points[1 * 3]! - x) * scale;
      expect(Math.abs(face - w / 2)).toBeLessThan(0.12 * w);
    }
});
