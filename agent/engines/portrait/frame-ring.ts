// Frames travel from the drawing thread to the encoder's feeder through shared memory: a few slots, each free
// or full, never copied. The drawing thread sleeps while all slots are full; the feeder frees one when its
// bytes are with the encoder. It does not know what a frame shows.

export interface FrameRing {
  /** One Int32 per slot (0 free, 1 full) and one flag: 1 = stop. */
  readonly control: Int32Array;
  readonly slots: readonly Uint8Array[];
}

/** Enough that neither side waits for the other's hiccups; more only costs memory. */
export const RING_SLOTS = 4;

export function createFrameRing(frameBytes: number, slots = RING_SLOTS): SharedArrayBuffer {
  return new SharedArrayBuffer(controlBytes(slots) + slots * frameBytes);
}

export function openFrameRing(memory: SharedArrayBuffer, frameBytes: number, slots = RING_SLOTS): FrameRing {
  const start = controlBytes(slots);
  return {
    control: new Int32Array(memory, 0, slots + 1),
    slots: Array.from(
      { length: slots },
      (_, i) => new Uint8Array(memory, start + i * frameBytes, frameBytes),
    ),
  };
}

/** Drawing thread: waits until the slot is free. False = asked to stop. */
export function awaitFree(ring: FrameRing, slot: number): boolean {
  while (!isStopped(ring)) {
    if (Atomics.load(ring.control, slot) === 0) return true;
    Atomics.wait(ring.control, slot, 1, 500);
  }
  return false;
}

export function markFull(ring: FrameRing, slot: number): void {
  Atomics.store(ring.control, slot, 1);
}

/** Feeder: the slot's bytes are no longer needed. */
export function release(ring: FrameRing, slot: number): void {
  Atomics.store(ring.control, slot, 0);
  Atomics.notify(ring.control, slot);
}

export function stopRing(ring: FrameRing): void {
  Atomics.store(ring.control, ring.slots.length, 1);
  for (let slot = 0; slot < ring.slots.length; slot++) release(ring, slot);
}

function isStopped(ring: FrameRing): boolean {
  return Atomics.load(ring.control, ring.slots.length) === 1;
}

/** Slots begin at a multiple of 64 bytes. */
const controlBytes = (slots: number) => Math.ceil(((slots + 1) * 4) / 64) * 64;
