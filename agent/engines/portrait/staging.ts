// Sets the stage once per video: the photo scaled and framed, the person's matte, what is behind the person,
// and the plate that is seen. Everything after this is arithmetic on these pictures.
import type { Scene } from '@myspinbot/shared/project/options.ts';
import { sizePixels } from '@myspinbot/shared/project/options.ts';
import { fillBehind } from '@myspinbot/shared/puppet/background-fill.ts';
import { type Framing, frameFace } from '@myspinbot/shared/puppet/framing.ts';
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
  const placed = await place(source, matte, framing, margin, texture);
  signal.throwIfAborted();
  // With its own background the person takes a rim of it along: else a ghost of the outline stays behind.
  if (request.backdrop.kind === 'keep') placed.alpha = widen(placed.alpha, texture, RIM * framing.scale);
  const grown = await growMatte(placed.alpha, texture, Math.max(2, 0.02 * width));
  const filled = fillBehind(placed.photo, grown, texture.width, texture.height);
  const behind = ownWhereSeen(placed.photo, filled, placed.alpha);
  const seen = request.backdrop.kind === 'keep' ? behind : filled;
  const plate = await makePlate(request.backdrop, seen, texture, margin, { width, height }, renderScene);
  return {
    width,
    height,
    texture,
    margin: { x: margin, y: margin },
    placement: placed.placement,
    photo: placed.photo,
    behind,
    alpha: placed.alpha,
    plate,
    softness: Math.min(4, Math.max(1, framing.scale)),
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

/** The photo and its matte, scaled into the texture; what lies beyond the photo is continued softly. */
async function place(
  source: Raw,
  matte: Raw,
  framing: Framing,
  margin: number,
  texture: { width: number; height: number },
) {
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
      alpha[to] = firm(person[from]!);
    }
  }
  const edges = {
    left: dx > margin ? dx : -Infinity,
    top: dy > margin ? dy : -Infinity,
    right: dx + outWidth < width - margin ? dx + outWidth : Infinity,
    bottom: dy + outHeight < height - margin ? dy + outHeight : Infinity,
  };
  if (Object.values(edges).some(Number.isFinite)) await fadeEdges(rgb, alpha, width, height, edges);
  return { photo: rgb, alpha, placement };
}

const mirror = (value: number, size: number) => {
  const period = 2 * size;
  const at = ((value % period) + period) % period;
  return at < size ? at : period - 1 - at;
};

/** Nearly person is person, nearly background is background: a veil over either flickers when it moves. */
const firm = (alpha: number) => Math.max(0, Math.min(255, Math.round((alpha - 14) * 1.13)));

/** Where the photo ends inside the frame it dissolves into its own mirrored, blurred continuation. */
async function fadeEdges(
  rgb: Uint8Array,
  alpha: Uint8Array,
  width: number,
  height: number,
  edges: { left: number; top: number; right: number; bottom: number },
): Promise<void> {
  const soft = (await sharp(rgb, { raw: { width, height, channels: 3 } })
    .blur(Math.max(8, width * 0.03))
    .raw()
    .toBuffer()) as Uint8Array;
  const feather = width * 0.07;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inset = Math.min(x - edges.left, y - edges.top, edges.right - x, edges.bottom - y);
      if (inset >= feather) continue;
      const t = Math.max(0, inset / feather);
      const keep = t * t * (3 - 2 * t);
      const i = y * width + x;
      alpha[i] = alpha[i]! * keep;
      for (let c = 0; c < 3; c++)
        rgb[i * 3 + c] = soft[i * 3 + c]! + (rgb[i * 3 + c]! - soft[i * 3 + c]!) * keep;
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
