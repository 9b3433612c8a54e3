// What a ComfyUI sends over its socket, decoded: a server of another version, or another program, must not confuse us.
// Anything that is not understood is nothing. It owns no socket.

export type ComfyEvent =
  | { type: 'node'; prompt: string; node: string }
  /** The history has it now. */
  | { type: 'over'; prompt: string }
  | { type: 'cached'; prompt: string; nodes: readonly string[] }
  | { type: 'progress'; prompt: string; nodes: ReadonlyMap<string, number> }
  | { type: 'failed'; prompt: string; data: unknown }
  | { type: 'interrupted'; prompt: string }
  | { type: 'preview'; image: Uint8Array; kind: 'image/jpeg' | 'image/png' };

/** The largest preview is 512 pixels wide; anything far larger is none. */
const MAX_PREVIEW_BYTES = 4 * 1024 * 1024;

/** A text frame. */
export function readText(text: string): ComfyEvent | undefined {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { type, data } = asRecord(frame);
  const { prompt_id: prompt, node } = asRecord(data);
  if (typeof prompt !== 'string') return undefined;
  switch (type) {
    case 'executing':
      return typeof node === 'string' ? { type: 'node', prompt, node } : { type: 'over', prompt };
    case 'execution_cached': {
      const { nodes } = asRecord(data);
      const ids = Array.isArray(nodes) ? nodes.filter((one): one is string => typeof one === 'string') : [];
      return { type: 'cached', prompt, nodes: ids };
    }
    case 'progress': {
      const share = shareOf(data);
      return typeof node === 'string' && share !== undefined
        ? { type: 'progress', prompt, nodes: new Map([[node, share]]) }
        : undefined;
    }
    case 'progress_state': {
      const nodes = Object.entries(asRecord(asRecord(data).nodes)).flatMap(([id, state]) => {
        const share = asRecord(state).state === 'finished' ? 1 : shareOf(state);
        return share === undefined ? [] : [[id, share] as const];
      });
      return { type: 'progress', prompt, nodes: new Map(nodes) };
    }
    case 'execution_error':
      // One that a node raises to end a branch is not the end of the prompt.
      return asRecord(data).exception_type === 'ExecutionBlocked'
        ? undefined
        : { type: 'failed', prompt, data };
    case 'execution_interrupted':
      return { type: 'interrupted', prompt };
    default:
      return undefined;
  }
}

/**
 * A binary frame, big-endian: uint32 event; 1 = uint32 format (1 JPEG, 2 PNG) and the image, 4 = uint32 length, JSON of so
 * many bytes with `image_type`, the image.
 */
export function readBinary(frame: Uint8Array): ComfyEvent | undefined {
  if (frame.length < 8 || frame.length > MAX_PREVIEW_BYTES) return undefined;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const second = view.getUint32(4);
  switch (view.getUint32(0)) {
    case 1:
      return { type: 'preview', kind: second === 2 ? 'image/png' : 'image/jpeg', image: frame.subarray(8) };
    case 4: {
      if (8 + second > frame.length) return undefined;
      const about = new TextDecoder().decode(frame.subarray(8, 8 + second));
      const kind = about.includes('image/png') ? 'image/png' : 'image/jpeg';
      return { type: 'preview', kind, image: frame.subarray(8 + second) };
    }
    default:
      return undefined;
  }
}

function shareOf(of: unknown): number | undefined {
  const { value, max } = asRecord(of);
  if (typeof value !== 'number' || typeof max !== 'number' || !(max > 0)) return undefined;
  return Math.min(1, Math.max(0, value / max));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
