// Sets the stage once per video: the photo scaled and framed, the person's matte, what is behind the person,
// and the plate that is seen. Everything after this is arithmetic on these pictures.
import type { Scene } from '@myspinbot/shared/project/options.ts';
import { sizePixels } from '@myspinbot/shared/project/options.ts';
import { fillBehind } from '@myspinbot/shared/puppet/background-fill.ts';
import { CHIN } from '@myspinbot/shared/puppet/face-parts.ts';
import { type Framing, frameFace } from '@myspinbot/shared/puppet/framing.ts';
import { smoothstep } from '@myspinbot/shared/puppet/smoothing.ts';
import sharp from 'sharp';
import { readPicture } from '../../media/picture.ts';
import type { Backdrop, PortraitRequest } from './port.ts';

export type SceneRenderer = (scene: Scene, width: number, height: number) => Promise<Uint8Array>;

/** Plain bytes, cheap to hand to another thread. */
export interface Stage {
  width: number;
  height: number;
  texture: { width: number; height: number };
  margin: { x: number; y: number };
  /** photo pixels * scale + shift = texture pixels */
  placement: { scale: number; dx: number; dy: number };
  /** Packed RGB, texture-sized. */
  photo: Uint8Array;
  behind: Uint8Array;
  /** One byte a pixel, texture-sized. */
  alpha: Uint8Array;
  /** Packed RGB, frame-sized. */
  plate: Uint8Array;
  softness: number;
  /** Where the chin is at rest, frame pixels from above. */
  chinY: number;
}

interface Raw {
  data: Uint8Array;
  width: number;
  height: number;
}

export async function setStage(
  request: PortraitRequest,
  renderScene: SceneRenderer,
  signal: AbortSignal,
): Promise<Stage> {
  const { width, height } = sizePixels(request.size);
  const source = await readRaw(request.photo, 3);
  const matte = await readRaw(request.matte, 1);
  signal.throwIfAborted();
  const framing = frameFace({
    photo: source,
    mesh: request.mesh,
    matte: matte.data,
    frame: { width, height },
    keepsBackground: request.backdrop.kind === 'keep' || request.backdrop.kind === 'blur',
  });
  const margin = even(Math.min(200, Math.ceil(0.42 * request.mesh.eyeDistance * framing.scale)));
  const texture = { width: width + 2 * margin, height: height + 2 * margin };
  const keeps = request.backdrop.kind === 'keep';
  const placed = await place(source, matte, framing, margin, texture, keeps);
  signal.throwIfAborted();
  // With its own background the person takes a rim of it along: else a ghost of the outline stays behind.
  if (keeps) placed.alpha = widen(placed.alpha, texture, RIM * framing.scale);
  const { photo, alpha, known } = placed;
  const unknown = await growMatte(alpha, texture, Math.max(2, 0.02 * width));
  for (let i = 0; i < unknown.length; i++) if (known[i] === 0) unknown[i] = 255;
  const filled = fillBehind(photo, unknown, texture.width, texture.height);
  dissolveEdges(placed, filled, texture.width);
  const behind = ownWhereSeen(photo, filled, alpha);
  const seen = keeps ? behind : filled;
  const plate = await makePlate(request.backdrop, seen, texture, margin, { width, height }, renderScene);
  return {
    width,
    height,
    texture,
    margin: { x: margin, y: margin },
    placement: placed.placement,
    photo,
    behind,
    alpha,
    plate,
    softness: Math.min(4, Math.max(1, framing.scale)),
    chinY: (request.mesh.points[CHIN * 3 + 1]! - framing.y) * framing.scale,
  };
}

/** Photo pixels by which a matte may be too tight. */
const RIM = 1.6;

const even = (value: number) => Math.ceil(value / 2) * 2;

async function readRaw(path: string, channels: 1 | 3): Promise<Raw> {
  const image = sharp(path).toColourspace(channels === 1 ? 'b-w' : 'srgb');
  const { data, info } = await (channels === 3 ? image.removeAlpha() : image.extractChannel(0))
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

interface Placed {
  /** Packed RGB; beyond the photo its mirror image. */
  photo: Uint8Array;
  alpha: Uint8Array;
  /** 255 well inside the photo, falling to 0 at those of its edges that lie within the frame. */
  known: Uint8Array;
  placement: { scale: number; dx: number; dy: number };
}

/** The photo and its matte, scaled into the texture. */
async function place(
  source: Raw,
  matte: Raw,
  framing: Framing,
  margin: number,
  texture: { width: number; height: number },
  keepsBackground: boolean,
): Promise<Placed> {
  const { scale } = framing;
  const left = framing.x - margin / scale;
  const top = framing.y - margin / scale;
  const x0 = Math.max(0, Math.floor(left));
  const y0 = Math.max(0, Math.floor(top));
  const x1 = Math.min(source.width, Math.ceil(left + texture.width / scale));
  const y1 = Math.min(source.height, Math.ceil(top + texture.height / scale));
  const cropWidth = x1 - x0;
  const cropHeight = y1 - y0;
  const outWidth = Math.max(1, Math.round(cropWidth * scale));
  const outHeight = Math.max(1, Math.round(cropHeight * scale));
  const scaled = async (raw: Raw, channels: 1 | 3) =>
    (await sharp(raw.data, { raw: { width: raw.width, height: raw.height, channels } })
      .extract({ left: x0, top: y0, width: cropWidth, height: cropHeight })
      .resize(outWidth, outHeight, { fit: 'fill', kernel: scale > 1 ? 'cubic' : 'lanczos3' })
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer()) as Uint8Array;
  const photo = await scaled(source, 3);
  const person = await scaled(matte, 1);
  const dx = Math.round((x0 - left) * scale);
  const dy = Math.round((y0 - top) * scale);
  const placement = { scale: outWidth / cropWidth, dx: dx - x0 * scale, dy: dy - y0 * scale };

  const { width, height } = texture;
  const rgb = new Uint8Array(width * height * 3);
  const alpha = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const sy = mirror(y - dy, outHeight);
    for (let x = 0; x < width; x++) {
      const from = sy * outWidth + mirror(x - dx, outWidth);
      const to = y * width + x;
      rgb[to * 3] = photo[from * 3]!;
      rgb[to * 3 + 1] = photo[from * 3 + 1]!;
      rgb[to * 3 + 2] = photo[from * 3 + 2]!;
      alpha[to] = (keepsBackground ? firm : firmer)(person[from]!);
    }
  }
  const edges = {
    left: dx > margin ? dx : -Infinity,
    top: dy > margin ? dy : -Infinity,
    right: dx + outWidth < width - margin ? dx + outWidth : Infinity,
    bottom: dy + outHeight < height - margin ? dy + outHeight : Infinity,
  };
  const known = new Uint8Array(width * height).fill(255);
  const wide = width * 0.06;
  const narrow = width * 0.012;
  if (Object.values(edges).some(Number.isFinite))
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const inset = Math.min(x - edges.left, y - edges.top, edges.right - x, edges.bottom - y);
        if (inset >= wide) continue;
        const i = y * width + x;
        known[i] = 255 * smoothstep(0, wide, inset);
        alpha[i] = alpha[i]! * smoothstep(0, narrow, inset);
      }
  return { photo: rgb, alpha, known, placement };
}

const mirror = (value: number, size: number) => {
  const period = 2 * size;
  const at = ((value % period) + period) % period;
  return at < size ? at : period - 1 - at;
};

/** Nearly person is person, nearly background is background: a veil over either flickers when it moves. */
const firm = (alpha: number) => Math.max(0, Math.min(255, Math.round((alpha - 14) * 1.13)));
/** Before another background a veil of the old one shows as a fringe: the doubtful rim goes. */
const firmer = (alpha: number) => Math.max(0, Math.min(255, Math.round((alpha - 56) * 1.5)));

/** Where the photo ends within the frame, its background goes over into the guess of what is beyond it. */
function dissolveEdges(placed: Placed, filled: Uint8Array, width: number): void {
  const { photo, alpha, known } = placed;
  let state = width;
  for (let i = 0; i < known.length; i++) {
    const share = Math.max(known[i]!, alpha[i]!) / 255;
    if (share >= 1) continue;
    // A guess is smooth and a photo is not: a little grain keeps the border from being seen.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const grain = ((state >>> 28) - 7.5) * 0.3 * (1 - share);
    for (let c = i * 3; c < i * 3 + 3; c++) {
      const value = filled[c]! + (photo[c]! - filled[c]!) * share + grain;
      photo[c] = Math.max(0, Math.min(255, value + 0.5));
    }
  }
}

/** The highest alpha within a square of this radius, rows then columns. */
function widen(alpha: Uint8Array, size: { width: number; height: number }, radius: number): Uint8Array {
  const reach = Math.max(1, Math.round(radius));
  const pass = (from: Uint8Array, step: number, lines: number, lineStep: number, count: number) => {
    const out = new Uint8Array(from.length);
    for (let line = 0; line < lines; line++)
      for (let k = 0; k < count; k++) {
        let highest = 0;
        for (let j = Math.max(0, k - reach); j <= Math.min(count - 1, k + reach); j++)
          highest = Math.max(highest, from[line * lineStep + j * step]!);
        out[line * lineStep + k * step] = highest;
      }
    return out;
  };
  const rows = pass(alpha, 1, size.height, size.width, size.width);
  return pass(rows, size.width, size.width, 1, size.height);
}

/** The person with a rim: background this near is tinted by hair and shadow and is not trusted. */
async function growMatte(
  alpha: Uint8Array,
  size: { width: number; height: number },
  reach: number,
): Promise<Uint8Array> {
  const blurred = await sharp(alpha, { raw: { width: size.width, height: size.height, channels: 1 } })
    .blur(reach / 2)
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return blurred.map((value, i) => (value > 6 || alpha[i]! > 0 ? 255 : 0));
}

/** Where no person is, the background is the photo's own, to the pixel: a rest frame is the photo. */
function ownWhereSeen(photo: Uint8Array, filled: Uint8Array, alpha: Uint8Array): Uint8Array {
  const out = new Uint8Array(photo.length);
  for (let i = 0; i < alpha.length; i++) {
    const guessed = Math.min(1, alpha[i]! / 64);
    for (let c = i * 3; c < i * 3 + 3; c++) out[c] = photo[c]! + (filled[c]! - photo[c]!) * guessed + 0.5;
  }
  return out;
}

async function makePlate(
  backdrop: Backdrop,
  behind: Uint8Array,
  texture: { width: number; height: number },
  margin: number,
  frame: { width: number; height: number },
  renderScene: SceneRenderer,
): Promise<Uint8Array> {
  const { width, height } = frame;
  const own = () =>
    sharp(behind, { raw: { ...texture, channels: 3 } }).extract({ left: margin, top: margin, width, height });
  switch (backdrop.kind) {
    case 'keep':
      return own().raw().toBuffer();
    case 'blur':
      return sharp(behind, { raw: { ...texture, channels: 3 } })
        .blur(width * 0.018)
        .extract({ left: margin, top: margin, width, height })
        .raw()
        .toBuffer();
    case 'colour':
      return sharp({ create: { width, height, channels: 3, background: backdrop.colour } })
        .raw()
        .toBuffer();
    case 'picture': {
      const picture = await readPicture(backdrop.path, Math.max(width, height) * 2);
      return sharp(picture.data, {
        raw: { width: picture.width, height: picture.height, channels: 3 },
      })
        .resize(width, height, { fit: 'cover' })
        .raw()
        .toBuffer();
    }
    case 'scene':
      return renderScene(backdrop.scene, width, height);
  }
}
