// Storage of the fake world: files as rows, told by the same function as in the app. Everything is here and sent until
// the test says otherwise. Never part of the app.
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { Photo, ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import { batch } from 'solid-js';
import { createStore } from 'solid-js/store';
import type { Fullness, JobView, StorageDesk } from './live.ts';
import { allFiles, mayBeFreed, type Stock, sum, takeStock } from './stock.ts';

export function createFakeStorage(
  world: () => {
    projects: readonly { entry: ProjectEntry; photos: readonly Photo[] }[];
    jobs: readonly JobView[];
  },
  at: number,
) {
  const [state, set] = createStore({
    /** Not here. */
    gone: {} as Record<string, boolean>,
    /** Not sent yet. */
    unsent: {} as Record<string, boolean>,
    kept: [] as ProjectId[],
    full: undefined as Fullness | undefined,
    grants: true,
    persisted: false,
    retries: 0,
  });
  const stock = (): Stock => {
    const { projects, jobs } = world();
    const casts = projects.map(({ entry, photos }) => ({
      project: entry.id,
      assets: photos.map(({ asset }) => ({ ref: asset, part: 'photo' as const })),
    }));
    const results = jobs.flatMap(({ run }) =>
      run?.result === undefined
        ? []
        : [run.result.video, run.result.poster, run.result.vtt, run.result.srt].flatMap((ref) => ref ?? []),
    );
    const refs = new Map(
      [...casts.flatMap(({ assets }) => assets.map(({ ref }) => ref)), ...results].map((ref) => [
        ref.hash,
        ref,
      ]),
    );
    const here = [...refs.values()].filter(({ hash }) => state.gone[hash] !== true);
    return takeStock({
      projects: projects.map(({ entry }) => entry),
      jobs: jobs,
      casts,
      assets: here.map((ref) => ({ ...ref, blocks: [], keptAt: at })),
      outbox: here
        .filter(({ hash }) => state.unsent[hash] === true)
        .map(({ hash, bytes }) => ({ hash, left: bytes, addedAt: at })),
      wanted: [],
      kept: state.kept.map((project) => ({ project, since: at })),
      aside: [],
      partials: [],
      pieces: new Map(),
    });
  };
  const desk: StorageDesk = {
    report: async () => ({ usedBytes: 48_000_000, quotaBytes: 12_000_000_000, persisted: state.persisted }),
    async persist() {
      set('persisted', state.grants);
      return state.grants;
    },
    stock: () => stock,
    async free(hashes) {
      const free = allFiles(stock()).filter((file) => hashes.includes(file.ref.hash) && mayBeFreed(file));
      const { files, bytes } = sum(free, () => true);
      batch(() => {
        for (const { ref } of free) set('gone', ref.hash, true);
        set('full', undefined);
      });
      return {
        files,
        bytes,
        async undo() {
          batch(() => {
            for (const { ref } of free) set('gone', ref.hash, false);
          });
        },
      };
    },
    async fetch(hashes) {
      batch(() => {
        for (const hash of hashes) set('gone', hash, false);
      });
    },
    async keepOffline(project, is) {
      set('kept', (kept) => (is ? [...kept, project] : kept.filter((id) => id !== project)));
    },
    full: () => state.full,
    async tryAgain() {
      set('retries', (times) => times + 1);
    },
  };
  return {
    desk,
    isGone: (hash: AssetHash) => state.gone[hash] === true,
    stage: {
      unsent: (hash: AssetHash) => set('unsent', hash, true),
      gone: (hash: AssetHash) => set('gone', hash, true),
      full: (full: Fullness | undefined) => set('full', full),
      /** The browser says no to keeping anything. */
      refusesToKeep: () => set('grants', false),
      retries: () => state.retries,
    },
  };
}
