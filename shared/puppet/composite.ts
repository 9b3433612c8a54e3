// The whole puppet: rig, texture, mouth, eyes and plate, drawn into a frame for one pose after another.
import { createBlinker } from './eyes.ts';
import { createMouthPainter } from './mouth.ts';
import { cutOut, type Planar, type Texture } from './planar.ts';
import { createPosedMesh } from './posed-mesh.ts';
import type { Rig } from './rig.ts';
import { type Pose, REST } from './tracks.ts';
import { spansOf, warp } from './warp.ts';

export interface PuppetParts {
  /** Placed in texture pixels. */
  rig: Rig;
  /** The photo, scaled for the frame, with a margin around it; even width and height. */
  photo: Planar;
  /** Person 255 .. background 0, one byte per texture pixel. */
  alpha: Uint8Array;
  /** The photo's background with the person taken out, texture-sized. */
  behind: Planar;
  /** What is seen behind the person, frame-sized. */
  plate: Planar;
  /** Where the frame begins in the texture; even numbers. */
  margin: { x: number; y: number };
  /** Blur radius of the photo in texture pixels; 1 = as sharp as pixels are. */
  softness: number;
}

export interface Puppet {
  /** Draws into a frame that held this puppet's plate or an earlier frame of it. */
  draw(pose: Pose, frame: Planar): void;
  /** Fills a frame with the plate; once per frame buffer. */
  clear(frame: Planar): void;
}

/** Farthest any pixel of the person travels, eye distances: beyond it the plate is never touched. */
const REACH = 0.5;

export function createPuppet(parts: PuppetParts): Puppet {
  const { rig, photo, plate, margin } = parts;
  const texture: Texture = cutOut(photo, parts.alpha, parts.behind);
  const mesh = createPosedMesh(rig);
  const count = rig.vertices.length / 3;
  const source = new Float32Array(count * 2);
  for (let i = 0; i < count; i++) {
    source[i * 2] = rig.vertices[i * 3]!;
    source[i * 2 + 1] = rig.vertices[i * 3 + 1]!;
  }
  const triangles = Uint16Array.from(rig.triangles);
  const rest = mesh.pose(REST);
  const mouth = createMouthPainter(rig, photo, rest, parts.softness);
  const eyes = createBlinker(rig, texture);
  const spans = spansOf(parts.alpha, photo.width, margin, plate.width, plate.height, REACH * rig.eyeDistance);
  const positions = new Float32Array(count * 2);
  return {
    clear(frame) {
      frame.y.set(plate.y);
      frame.u.set(plate.u);
      frame.v.set(plate.v);
    },
    draw(pose, frame) {
      const posed = mesh.pose(pose);
      eyes.set(pose.lids);
      for (let i = 0; i < positions.length; i += 2) {
        positions[i] = posed.positions[i]! - margin.x;
        positions[i + 1] = posed.positions[i + 1]! - margin.y;
      }
      warp({ source, triangles }, positions, texture, plate, frame, spans.luma, spans.chroma);
      mouth.paint(posed, frame, margin);
    },
  };
}
