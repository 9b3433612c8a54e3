// The measured device's worker: does the tasks where the app does them, off the page's thread, with the app's own pump,
// store, identity and sockets. The bare ways beside them are as bare as they can be.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import { parseLink } from '@myspinbot/shared/pairing/invitation.ts';
import { openHttpLink } from '@myspinbot/shared/transfer/http-link.ts';
import * as Y from 'yjs';
import { openIdentity } from '../../web/identity/identity.ts';
import { pairDevice } from '../../web/identity/pair.ts';
import { provenSocket } from '../../web/identity/proven-socket.ts';
import { createSession } from '../../web/identity/session.ts';
import { systemClock } from '../../web/link/clock.ts';
import { httpRequest } from '../../web/link/http-request.ts';
import { openSocketLink, type TransferSocket } from '../../web/link/socket-link.ts';
import { createTransferPump } from '../../web/link/transfer-pump.ts';
import { keepFile } from '../../web/live/keep-file.ts';
import { openAssetStore } from '../../web/vault/assets.ts';
import { blockHash } from '../../web/vault/block-hash.ts';
import { createBlockHasher } from '../../web/vault/block-hasher.ts';
import { type AppDatabase, openDatabase } from '../../web/vault/database.ts';
import { openDocumentLog } from '../../web/vault/document-log.ts';
import { hashBlob } from '../../web/vault/hashing.ts';
import { createMemoryTabs } from '../../web/vault/memory-tabs.ts';
import { openStoredDocument } from '../../web/vault/stored-document.ts';
import { keptFile } from './kept-file.ts';
import { type DescribedSynthetic, type Synthetic, syntheticBlock, syntheticBlocks } from './synthetic.ts';
import { openSyntheticStore } from './synthetic-store.ts';
import { paths, type Task, type TaskResult } from './tasks.ts';

/** What a bare sender lets pile up before it waits: more makes nothing faster. */
const HIGH_WATER = 8 * 1024 * 1024;
const BARE_FRAME = 256 * 1024;

type Outcome = Partial<Pick<TaskResult, 'lost' | 'troubles' | 'links'>> & { ms: number };

let db: AppDatabase = openDatabase();
const hasher = createBlockHasher(
  () => new Worker(new URL('../../web/vault/hash-worker.ts', import.meta.url), { type: 'module' }),
);

self.onmessage = (event: MessageEvent<Task>) => {
  perform(event.data).then(
    (outcome) => self.postMessage(outcome),
    (cause: unknown) =>
      self.postMessage({
        ms: 0,
        error: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
      }),
  );
};

async function perform(task: Task): Promise<Outcome> {
  switch (task.do) {
    case 'pair':
      return timed(() => pair(task.link));
    case 'send':
    case 'fetch':
      return move(task);
    case 'bare-send':
      return timed(() => bareSend(task.file, task.socket));
    case 'bare-fetch':
      return timed(() => bareFetch(task.file, task.socket));
    case 'put': {
      const blob = new Blob([...syntheticBlocks(task.file)]);
      return timed(async () => {
        const answer = await fetch(paths.bytes, { method: 'PUT', body: blob });
        if ((await answer.text()) !== String(task.file.bytes)) throw new Error('not all of it arrived');
      });
    }
    case 'get':
      return timed(async () => {
        const answer = await fetch(`${paths.bytes}?bytes=${task.file.bytes}`, { cache: 'no-store' });
        const reader = answer.body!.getReader();
        let bytes = 0;
        for (let piece = await reader.read(); !piece.done; piece = await reader.read())
          bytes += piece.value.length;
        if (bytes !== task.file.bytes) throw new Error('not all of it came');
      });
    case 'forget': {
      const standing = await db.standing.toArray();
      const keys = await db.keys.toArray();
      await db.delete();
      db = openDatabase();
      await db.standing.bulkPut(standing);
      await db.keys.bulkPut(keys);
      return { ms: 0 };
    }
    case 'keep':
      return timed(() => keep(task));
    case 'look':
      return look(task);
  }
}

async function timed(work: () => Promise<void>): Promise<Outcome> {
  const began = performance.now();
  await work();
  return { ms: performance.now() - began };
}

async function pair(text: string): Promise<void> {
  const link = parseLink(text);
  if (link === undefined) throw new Error(`${text} is no link`);
  const world = { fetch: fetch.bind(self), clock: systemClock };
  const { standing, key } = await pairDevice(
    { kind: 'link', link },
    { name: 'Measured', kind: 'desktop' },
    world,
  );
  await openIdentity(db).pair(standing, key);
}

/** By the product's pump, until the other side has it or this one. */
async function move(task: Extract<Task, { do: 'send' | 'fetch' }>): Promise<Outcome> {
  const { file } = task;
  const hash = file.hash as AssetHash;
  const isOut = task.do === 'send';
  const isStored = isOut ? task.from === 'store' : task.into === 'store';
  let ended: (how: string) => void = () => undefined;
  const end = new Promise<string>((resolve) => {
    ended = resolve;
  });
  const store = isStored
    ? storedWith((_, how) => ended(how))
    : openSyntheticStore(isOut ? [file] : [], hasher, (_, how) =>
        ended(typeof how === 'string' ? how : `refused: ${how.refused}`),
      );
  if (isStored && isOut) await storeSynthetic(file);
  const session = createSession({
    identity: openIdentity(db),
    fetch: (input, init) => fetch(input, init),
    clock: systemClock,
  });
  const ProvenSocket = provenSocket({ session, socket: WebSocket });
  const troubles: string[] = [];
  const links: string[] = [];
  const never = () => undefined;
  const { socket, http } = task.ways;
  const pump = createTransferPump({
    store,
    lists: {
      outbox(changed) {
        changed(isOut ? [hash] : []);
        return never;
      },
      wanted(changed) {
        changed(isOut ? [] : [{ hash, urgency: 'usual' }]);
        return never;
      },
    },
    dials: {
      ...(socket === undefined
        ? {}
        : {
            socket: () => openSocketLink(new ProvenSocket(socket) as unknown as TransferSocket, systemClock),
          }),
      ...(http === undefined
        ? {}
        : { http: async () => openHttpLink(httpRequest(session.fetch, systemClock, http)) }),
    },
    clock: systemClock,
    from: `measured${Date.now().toString(36)}`,
    onLink(state) {
      if (state !== undefined && state.bytesPerSecond === undefined) links.push(state.kind);
    },
    onTrouble: (what, cause) => troubles.push(`${what}: ${String(cause)}`),
  });
  const began = performance.now();
  pump.reach(true);
  const how = await end;
  const ms = performance.now() - began;
  await pump.close();
  if (how !== (isOut ? 'sent' : 'arrived')) throw new Error(`${how}; ${troubles.join('; ')}`);
  return { ms, troubles, links };
}

/** The real store, which also tells when something was sent or has arrived. */
function storedWith(ended: (hash: AssetHash, how: 'sent' | 'arrived' | string) => void) {
  const store = openAssetStore(db, systemClock.now, hasher);
  return {
    ...store,
    async sent(hash: AssetHash) {
      await store.sent(hash);
      ended(hash, 'sent');
    },
    async unwant(hash: AssetHash) {
      await store.unwant(hash);
      ended(hash, 'arrived');
    },
    async sendRefused(hash: AssetHash, note: Parameters<typeof store.sendRefused>[1]) {
      await store.sendRefused(hash, note);
      ended(hash, `refused: ${note.why}`);
    },
    async wantRefused(hash: AssetHash, note: Parameters<typeof store.wantRefused>[1]) {
      await store.wantRefused(hash, note);
      ended(hash, `refused: ${note.why}`);
    },
  };
}

async function storeSynthetic(file: DescribedSynthetic): Promise<void> {
  const type = 'application/octet-stream';
  const blob = new Blob([...syntheticBlocks(file)], { type });
  const ref = { hash: file.hash as AssetHash, bytes: file.bytes, type } as const;
  await openAssetStore(db, systemClock.now).keep(ref, file.blocks, blob);
}

async function bareSend(file: Synthetic, url: string): Promise<void> {
  const socket = await opened(url);
  const received = new Promise<void>((resolve, reject) => {
    socket.onmessage = ({ data }) =>
      data === String(file.bytes) ? resolve() : reject(new Error(`${data} of ${file.bytes} arrived`));
    socket.onclose = () => reject(new Error('closed'));
  });
  socket.send(JSON.stringify({ take: file.bytes }));
  for (let index = 0; index * BLOCK_BYTES < file.bytes; index++) {
    const block = syntheticBlock(file, index);
    for (let at = 0; at < block.length; at += BARE_FRAME) {
      while (socket.bufferedAmount > HIGH_WATER) await turn();
      socket.send(block.subarray(at, at + BARE_FRAME));
    }
  }
  await received;
  socket.close();
}

async function bareFetch(file: Synthetic, url: string): Promise<void> {
  const socket = await opened(url);
  let bytes = 0;
  const received = new Promise<void>((resolve, reject) => {
    socket.onmessage = ({ data }) => {
      bytes += (data as ArrayBuffer).byteLength;
      if (bytes >= file.bytes) resolve();
    };
    socket.onclose = () => reject(new Error('closed'));
  });
  socket.send(JSON.stringify({ give: file.bytes }));
  await received;
  socket.close();
}

async function opened(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve();
    socket.onerror = () => reject(new Error(`${url} did not open`));
  });
  return socket;
}

const channel = new MessageChannel();
const turns: (() => void)[] = [];
channel.port1.onmessage = () => turns.shift()?.();
/** One turn of the event loop: timers would wait for 4 ms. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    turns.push(resolve);
    channel.port2.postMessage(null);
  });
}

async function keep({ seed, from, count }: Extract<Task, { do: 'keep' }>): Promise<void> {
  const store = openAssetStore(db, systemClock.now);
  const kept = await openKept();
  for (let number = from; number < from + count; number++) {
    const file = keptFile(seed, number);
    const { hash } = await keepFile(new Blob([file], { type: 'audio/wav' }), `${number}.wav`, {
      store,
      hash: hashBlob,
    });
    kept.doc.getMap('kept').set(String(number), hash);
    await kept.document.flush();
    // From here on it was shown as saved.
    void fetch(`${paths.saved}?number=${number}`, { method: 'POST', keepalive: true });
  }
}

async function look({ seed, saved }: Extract<Task, { do: 'look' }>): Promise<Outcome> {
  const began = performance.now();
  const store = openAssetStore(db, systemClock.now);
  const { doc } = await openKept();
  const outbox = new Set(await db.outbox.toCollection().primaryKeys());
  const lost: number[] = [];
  for (const number of saved) {
    const expected = keptFile(seed, number);
    const hash = await blockHashOfWhole(expected);
    const blob = await store.blob(hash);
    const bytes = blob === undefined ? undefined : new Uint8Array(await blob.arrayBuffer());
    const isHere =
      bytes !== undefined &&
      bytes.length === expected.length &&
      (await blockHashOfWhole(bytes)) === hash &&
      (await store.ref(hash))?.bytes === expected.length &&
      outbox.has(hash) &&
      doc.getMap('kept').get(String(number)) === hash;
    if (!isHere) lost.push(number);
  }
  return { ms: performance.now() - began, lost };
}

async function blockHashOfWhole(bytes: Uint8Array): Promise<AssetHash> {
  return (await blockHash(bytes)) as AssetHash;
}

/** The project's document beside the files, as the app keeps it. */
async function openKept() {
  const doc = new Y.Doc();
  const document = openStoredDocument({
    doc,
    room: 'project/p_00000000000000000000',
    log: openDocumentLog(db),
    tabs: createMemoryTabs()(),
    fromWorkstation: () => false,
    after: systemClock.after,
  });
  await document.loaded;
  return { doc, document };
}
