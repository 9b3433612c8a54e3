// Storage as a screen sees it and acts on it: what lies where, letting go and taking back, keeping a project offline,
// and knowing when this device is full. Also what goes on without a screen: a kept project's files come here by
// themselves, and what there was no room for is asked for again once there is.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import { liveQuery } from 'dexie';
import { type Accessor, createEffect, createMemo, createSignal, getOwner, on, onCleanup } from 'solid-js';
import type { AssetStore } from '../vault/assets.ts';
import type { AppDatabase } from '../vault/database.ts';
import {
  askAgain,
  keepProject,
  letGo,
  readRoster,
  readStockRows,
  refusedForRoom,
  takeBack,
} from '../vault/housekeeping.ts';
import { persistStorage, storageUse } from '../vault/persistence.ts';
import type { Fullness, StorageDesk } from './live.ts';
import { allFiles, mayBeFreed, takeStock } from './stock.ts';

export interface OpenStorageDesk extends StorageDesk {
  /** Passes a wish for files through; what there is no room for is wished again when there is. */
  asking(wish: Promise<void>, hashes: readonly AssetHash[]): Promise<void>;
  /** A file was refused for want of room: it is said until there is some. */
  ranFull(): void;
  /** The page is visible again: somebody may have made room elsewhere. */
  wake(): void;
  close(): void;
}

const LOOK_MS = 15_000;
/** Enough for a short video; less is the browser's own coming and going. */
const MORE_ROOM_BYTES = 8 * 1024 * 1024;

export function createStorageDesk(world: {
  db: AppDatabase;
  store: Pick<AssetStore, 'want'>;
  storage: StorageManager | undefined;
  now(): number;
  every(ms: number, then: () => void): () => void;
  /** Whether the workstation may be asked for what was let go of. */
  isPaired: Accessor<boolean>;
  isHere: Accessor<boolean>;
  /** Whether changes wait because they cannot be written. */
  cannotWrite: Accessor<boolean>;
  /** Nothing shows this file any more. */
  forget(hash: AssetHash): void;
  /** Holds a project's document open while it is kept; undefined when this device may not open it. */
  hold(project: ProjectId): (() => void) | undefined;
  /** What is wanted may be asked for again. */
  stir(): void;
}): OpenStorageDesk {
  const { db, now } = world;
  const stops: (() => void)[] = [];
  /** Follows a question to the store; that it cannot be read is said by `saved`. */
  const follow = <T>(ask: () => Promise<T>, heard: (answer: T) => void): (() => void) => {
    const subscription = liveQuery(ask).subscribe({ next: heard, error: () => undefined });
    return () => subscription.unsubscribe();
  };

  /** Refused while they came, as the store says; and those for which not even the wish could be written. */
  const [refused, setRefused] = createSignal<readonly AssetHash[]>([]);
  const [unasked, setUnasked] = createSignal<readonly AssetHash[]>([]);
  const noRoomFor = createMemo(() => [...new Set([...refused(), ...unasked()])]);
  const [refusedHere, setRefusedHere] = createSignal(false);
  const full = createMemo((): Fullness | undefined => {
    if (world.cannotWrite()) return { what: 'changes' };
    if (noRoomFor().length > 0) return { what: 'arrivals', files: noRoomFor() };
    return refusedHere() ? { what: 'file' } : undefined;
  });
  stops.push(follow(() => refusedForRoom(db), setRefused));

  // Files go from every tab: whoever frees one here must not leave it playing there.
  let freedBefore: ReadonlySet<AssetHash> | undefined;
  stops.push(
    follow(
      () => db.freed.toCollection().primaryKeys(),
      (freed) => {
        for (const hash of freed) if (freedBefore?.has(hash) === false) world.forget(hash);
        freedBefore = new Set(freed);
      },
    ),
  );

  const held = new Map<ProjectId, () => void>();
  const holdOnly = (projects: ReadonlySet<ProjectId>) => {
    for (const [project, release] of held) {
      if (projects.has(project)) continue;
      held.delete(project);
      release();
    }
    for (const project of projects) {
      if (held.has(project)) continue;
      const release = world.hold(project);
      if (release !== undefined) held.set(project, release);
    }
  };
  const [keeps, setKeeps] = createSignal<ReadonlySet<ProjectId>>(new Set());
  stops.push(
    follow(
      async () => {
        const kept = await db.kept.toCollection().primaryKeys();
        const entries = await db.projects.bulkGet(kept);
        return new Set(entries.flatMap((entry) => (entry === undefined || entry.deleted ? [] : [entry.id])));
      },
      (next) => {
        const before = keeps();
        if (next.size !== before.size || [...next].some((id) => !before.has(id))) setKeeps(next);
      },
    ),
  );
  createEffect(
    on([keeps, createMemo(world.isHere)], ([projects, is]) => holdOnly(is ? projects : new Set())),
  );
  stops.push(
    follow(
      async () => {
        if ((await db.kept.count()) === 0) return [];
        const kept = takeStock(await readRoster(db)).projects.filter(
          ({ isKept, isDeleted }) => isKept && !isDeleted,
        );
        return kept.flatMap(({ files }) =>
          files.flatMap(({ place, ref }) => (place.at === 'workstation' ? [ref.hash] : [])),
        );
      },
      (missing) => {
        if (missing.length > 0) void world.store.want(missing).catch(() => undefined); // `saved` says why.
      },
    ),
  );

  const asking = async (wish: Promise<void>, hashes: readonly AssetHash[]): Promise<void> => {
    try {
      await wish;
    } catch (cause) {
      if (cause instanceof Failure && cause.code === 'disk-full') {
        setUnasked((before) => [...new Set([...before, ...hashes])]);
      }
      throw cause;
    }
  };
  const tryAgain = async (): Promise<void> => {
    setRefusedHere(false);
    const again = unasked();
    setUnasked([]);
    if (again.length > 0) await asking(world.store.want(again), again).catch(() => undefined); // Noted again.
    if ((await askAgain(db)) > 0) world.stir();
  };
  const quietly = () => void tryAgain().catch(() => undefined); // Still said to be full.
  createEffect(
    on(world.cannotWrite, (cannot, could) => {
      if (could === true && !cannot && noRoomFor().length > 0) quietly();
    }),
  );

  // Room made outside of this app is told by nobody: it is looked for, rarely and only while it matters.
  let roomBefore: number | undefined;
  stops.push(
    world.every(LOOK_MS, () => {
      if (noRoomFor().length === 0) {
        roomBefore = undefined;
        return;
      }
      void storageUse(world.storage).then(
        ({ quotaBytes, usedBytes }) => {
          const room = (quotaBytes ?? 0) - usedBytes;
          if (room > (roomBefore ?? room) + MORE_ROOM_BYTES) quietly();
          roomBefore = Math.min(roomBefore ?? room, room);
        },
        () => undefined, // The next look is another try.
      );
    }),
  );

  return {
    report: () => storageUse(world.storage),
    persist: () => persistStorage(world.storage),
    stock() {
      const [rows, setRows] = createSignal<ReturnType<typeof takeStock>>();
      const stop = follow(() => readStockRows(db).then(takeStock), setRows);
      if (getOwner() !== null) onCleanup(stop);
      return rows;
    },
    async free(hashes) {
      if (!world.isPaired()) throw notPaired();
      const may = new Map(
        allFiles(takeStock(await readStockRows(db))).map((file) => [file.ref.hash, mayBeFreed(file)]),
      );
      const gone = await letGo(
        db,
        hashes.filter((hash) => may.get(hash) === true),
        now,
      );
      for (const { asset } of gone) world.forget(asset.hash);
      await tryAgain();
      return {
        files: gone.length,
        bytes: gone.reduce((total, { asset }) => total + asset.bytes, 0),
        async undo() {
          try {
            await takeBack(db, gone);
          } catch {
            // Full again, or the bytes are gone from under us: the workstation has them.
            await world.store.want(gone.map(({ asset }) => asset.hash));
          }
        },
      };
    },
    fetch: (hashes) => world.store.want(hashes),
    keepOffline: (project, is) => keepProject(db, project, is, now),
    full,
    tryAgain,
    ranFull: () => setRefusedHere(true),
    asking,
    wake() {
      if (noRoomFor().length > 0) quietly();
    },
    close() {
      for (const stop of stops.splice(0)) stop();
      holdOnly(new Set());
    },
  };
}

function notPaired(): Failure {
  return new Failure({
    code: 'bad-input',
    message: 'This device is not paired, so nothing that goes from here could come back.',
    hint: 'Pair it with your workstation first; when everything is sent, it can be freed.',
  });
}
