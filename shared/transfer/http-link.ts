// A link made of plain requests: where neither a socket nor a data channel comes about, or a script wants none. The far
// half of the conversation runs here too, on a store whose every question is a request: the list of blocks, the
// bytes from an offset on, a block put at its offset. So the rules are the same as on any link. It does not know fetch or tokens.
import { type AssetHash, type AssetRef, assetRefSchema, blockRange } from '../asset/asset.ts';
import { Failure } from '../failure/failure.ts';
import { MAX_PIECE_FRAME } from '../wire/block-frame.ts';
import { endpoints } from '../wire/endpoints.ts';
import { type UploadState, uploadStateSchema, whatIsHereSchema } from '../wire/upload.ts';
import { createBlockBuffers } from './block-buffers.ts';
import { createHttpRuns } from './http-runs.ts';
import type { FrameLink } from './link.ts';
import { createTransferSession, type TransferSession } from './session.ts';
import type { PartialAsset, TransferStore } from './store.ts';

export interface HttpAnswer {
  status: number;
  /** Undefined where there is none or it is not JSON. */
  json(): Promise<unknown>;
  /** The body as it comes. Whoever reads slowly holds it up; `return` ends it. */
  pieces(): AsyncIterator<Uint8Array>;
}

/** One request to the workstation, proved by whoever made this; rejects when it does not come about. */
export type HttpRequest = (asked: {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
}) => Promise<HttpAnswer>;

/** Opens at once: that the workstation is there is found out by the first request. */
export function openHttpLink(request: HttpRequest): FrameLink {
  let listener: ((frame: string | Uint8Array) => void) | undefined;
  let early: (string | Uint8Array)[] = [];
  let closed: string | undefined;
  const ends: ((why: string) => void)[] = [];

  const close = (why: string) => {
    if (closed !== undefined) return;
    closed = why;
    store.close();
    void there.close();
    for (const end of ends.splice(0)) end(why);
  };
  const store = createHttpStore(request, (cause) =>
    close(cause instanceof Error ? cause.message : String(cause)),
  );
  const there: TransferSession = createTransferSession({
    store,
    frameBytes: MAX_PIECE_FRAME,
    send(frame, free) {
      if (closed !== undefined) throw new Error(closed);
      if (listener === undefined) early.push(frame);
      else {
        listener(frame);
        free?.();
      }
    },
    onEvent(event) {
      if (event.type === 'violation') close(event.why);
    },
  });
  there.open();

  return {
    kind: 'http',
    frameBytes: MAX_PIECE_FRAME,
    async send(frame, free) {
      if (closed !== undefined) throw new Error(closed);
      there.receive(frame);
      free?.();
    },
    onFrame(next) {
      listener = next;
      const frames = early;
      early = [];
      for (const frame of frames) next(frame);
    },
    onClose(then) {
      if (closed !== undefined) then(closed);
      else ends.push(then);
    },
    close: (why = 'closed') => close(why),
  };
}

/** The workstation's vault, asked by requests. `lost` is told when a request did not come about. */
function createHttpStore(
  request: HttpRequest,
  lost: (cause: unknown) => void,
): TransferStore & { close(): void } {
  /** What was asked last: the record and the list come together, and are asked for one after the other. */
  let asked: { hash: AssetHash; ref: AssetRef; blocks: readonly string[] } | undefined;
  const sizes = new Map<AssetHash, number>();
  let closed = false;

  const broken = (cause: unknown): never => {
    if (!closed) lost(cause);
    throw cause;
  };
  const ask = async (what: Parameters<HttpRequest>[0]): Promise<HttpAnswer> => {
    const answer = await request(what).catch(broken);
    // Nothing about the asset: the workstation itself is not in order, or does not know us any more.
    if (answer.status >= 500 && answer.status !== 507) lost(new Error(`status ${answer.status}`));
    if (answer.status === 401) lost(new Error('not paired'));
    return answer;
  };
  const describe = async (hash: AssetHash) => {
    if (asked?.hash === hash) return asked;
    const answer = await ask({ method: 'GET', path: `${endpoints.assets}/${hash}/blocks` });
    if (answer.status !== 200) return undefined;
    const { asset, blocks } = whatIsHereSchema.parse(await answer.json());
    asked = { hash, ref: asset, blocks };
    sizes.set(hash, asset.bytes);
    return asked;
  };
  const buffers = createBlockBuffers();
  const runs = createHttpRuns(async (hash, start) => {
    const answer = await ask({
      method: 'GET',
      path: `${endpoints.assets}/${hash}`,
      headers: { Range: `bytes=${start}-` },
    });
    // A whole answer to a question for a part would be read from its beginning.
    if (answer.status !== 206 && !(answer.status === 200 && start === 0)) {
      throw new Error(`status ${answer.status}`);
    }
    const pieces = answer.pieces();
    return {
      next: () => pieces.next().catch(broken),
      return: async () => pieces.return?.() ?? { done: true, value: undefined },
    };
  }, buffers);

  return {
    async ref(hash) {
      asked = undefined;
      return (await describe(hash))?.ref;
    },
    async blocks(hash) {
      const found = await describe(hash);
      if (found === undefined) throw new Error(`${hash} is not there`);
      return found.blocks;
    },
    async readBlock(hash, index) {
      const bytes = sizes.get(hash);
      if (bytes === undefined) throw new Error(`${hash} was not asked for`);
      return runs.read(hash, bytes, index);
    },
    giveBack: buffers.give,
    async receive(ref, blocks) {
      const plain = assetRefSchema.parse(ref);
      const announce = async (): Promise<UploadState> =>
        stateOf(
          await ask({
            method: 'POST',
            path: endpoints.uploads,
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ asset: plain, blocks }),
          }),
        );
      return openUpload(plain, blocks.length, await announce(), announce, ask);
    },
    close() {
      closed = true;
      runs.close();
    },
  };
}

function openUpload(
  ref: AssetRef,
  count: number,
  opened: UploadState,
  announce: () => Promise<UploadState>,
  ask: HttpRequest,
): PartialAsset {
  const missing = missingOf(opened, count);
  return {
    missing: () => [...missing].sort((a, b) => a - b),
    async block(index, bytes) {
      const { start, end } = blockRange(ref.bytes, index);
      const answer = await ask({
        method: 'PUT',
        path: `${endpoints.uploads}/${ref.hash}`,
        headers: {
          'Content-Type': 'application/octet-stream',
          'Content-Range': `bytes ${start}-${end - 1}/${ref.bytes}`,
        },
        body: bytes,
      });
      // The block does not match its hash: it was damaged on the way.
      if (answer.status === 422) return false;
      await stateOf(answer);
      missing.delete(index);
      return true;
    },
    async finish() {
      // The last block has committed it; asked once more, it says so, or what is still missing.
      const state = await announce();
      if (state.asset !== undefined) return state.asset;
      missing.clear();
      for (const index of missingOf(state, count)) missing.add(index);
      throw new Failure({
        code: 'bad-input',
        message: 'The bytes that were sent are not the file that was announced.',
        hint: 'Send the file again.',
        retry: missing.size > 0 ? 'soon' : 'never',
      });
    },
    close: async () => undefined,
  };
}

function missingOf({ missing }: UploadState, count: number): Set<number> {
  const all = new Set<number>();
  for (const [first, length] of missing) {
    for (let index = first; index < Math.min(count, first + length); index++) all.add(index);
  }
  return all;
}

/** Throws what the workstation said. */
async function stateOf(answer: HttpAnswer): Promise<UploadState> {
  const body = await answer.json();
  if (answer.status === 200 || answer.status === 201) return uploadStateSchema.parse(body);
  const { message = `status ${answer.status}`, hint = '' } = (body ?? {}) as {
    message?: string;
    hint?: string;
  };
  throw new Failure({
    code: answer.status === 507 ? 'disk-full' : answer.status === 403 ? 'refused' : 'bad-input',
    message: String(message),
    hint: `${message} ${hint}`.trim(),
  });
}
