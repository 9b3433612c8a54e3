// The drawing thread: rig, tracks and stage in, frames out into the ring. It touches no files and no processes.
import { parentPort, workerData } from 'node:worker_threads';
import { createPuppet } from '@myspinbot/shared/puppet/composite.ts';
import type { FaceMesh } from '@myspinbot/shared/puppet/face-mesh.ts';
import { planarBytes, planarFromRgb, planarView } from '@myspinbot/shared/puppet/planar.ts';
import { buildRig, placeRig } from '@myspinbot/shared/puppet/rig.ts';
import { buildTracks, poseAt } from '@myspinbot/shared/puppet/tracks.ts';
import type { Timing } from '@myspinbot/shared/speech/timing.ts';
import { awaitFree, markFull, openFrameRing } from './frame-ring.ts';
import type { Stage } from './staging.ts';

export interface DrawingOrder {
  stage: Stage;
  mesh: FaceMesh;
  timing: Timing;
  seed: number;
  fps: number;
  frames: number;
  memory: SharedArrayBuffer;
}

export type DrawingReport =
  | { type: 'frame'; index: number; slot: number }
  /** All frames are in the ring; `waitedMs` = time spent waiting for free slots. */
  | { type: 'done'; waitedMs: number };

const port = parentPort;
if (port !== null) draw(workerData as DrawingOrder, (report) => port.postMessage(report));

function draw(order: DrawingOrder, report: (report: DrawingReport) => void): void {
  const { stage } = order;
  const { width, height, texture } = stage;
  const frameBytes = planarBytes(width, height);
  const ring = openFrameRing(order.memory, frameBytes);
  const { scale, dx, dy } = stage.placement;
  const puppet = createPuppet({
    rig: placeRig(buildRig(order.mesh), scale, dx, dy),
    photo: planarFromRgb(stage.photo, texture.width, texture.height),
    behind: planarFromRgb(stage.behind, texture.width, texture.height),
    alpha: stage.alpha,
    plate: planarFromRgb(stage.plate, width, height),
    margin: stage.margin,
    softness: stage.softness,
  });
  const slots = ring.slots.map((bytes) => planarView(bytes, width, height));
  for (const slot of slots) puppet.clear(slot);
  const tracks = buildTracks(order.timing, order.seed);
  let waitedMs = 0;
  for (let index = 0; index < order.frames; index++) {
    const slot = index % slots.length;
    const before = performance.now();
    if (!awaitFree(ring, slot)) return;
    waitedMs += performance.now() - before;
    puppet.draw(poseAt(tracks, ((index + 0.5) * 1000) / order.fps), slots[slot]!);
    markFull(ring, slot);
    report({ type: 'frame', index, slot });
  }
  report({ type: 'done', waitedMs });
}
