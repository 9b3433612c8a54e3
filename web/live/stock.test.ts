import { type AssetHash, type AssetRef, BLOCK_BYTES } from '@myspinbot/shared/asset/asset.ts';
import type { Job, JobResult } from '@myspinbot/shared/job/job.ts';
import type { ProjectEntry, ProjectId } from '@myspinbot/shared/project/project.ts';
import { expect, test } from 'vitest';
import type { StockRows } from '../vault/housekeeping.ts';
import { allFiles, mayBeFreed, sum, takeStock } from './stock.ts';

const ref = (digit: string, type: AssetRef['type'], bytes = 10): AssetRef => ({
  hash: digit.repeat(64) as AssetHash,
  bytes,
  type,
});
const photo = ref('1', 'image/png');
const clip = ref('2', 'audio/wav');
const film = ref('3', 'video/mp4', 3 * BLOCK_BYTES);
const poster = ref('4', 'image/jpeg');
const vtt = ref('5', 'text/vtt');
const second = ref('6', 'image/png');
const stray = ref('7', 'image/png');
const robin = 'p_robin000000000000000' as ProjectId;

const entry = (more: Partial<ProjectEntry> = {}): ProjectEntry => ({
  id: robin,
  title: 'Robin',
  createdAt: 1,
  updatedAt: 1,
  deleted: false,
  cover: photo,
  ...more,
});
const job = (hidden = false): Job =>
  ({
    request: { id: 'j_1', project: robin, assets: [photo, clip], requestedAt: 5 },
    wish: { retry: 0, hidden },
    run: {
      state: 'succeeded',
      finishedAt: 9,
      result: { video: film, poster, vtt, srt: null } as JobResult,
    },
  }) as unknown as Job;
const here = (...refs: AssetRef[]) => refs.map((each) => ({ ...each, blocks: [], keptAt: 1 }));
const rows = (more: Partial<StockRows> = {}): StockRows => ({
  projects: [entry()],
  jobs: [job()],
  casts: [{ project: robin, assets: [photo, second].map((each) => ({ ref: each, part: 'photo' as const })) }],
  assets: here(photo, second, clip, film, poster, vtt),
  outbox: [],
  wanted: [],
  kept: [],
  aside: [],
  partials: [],
  pieces: new Map(),
  ...more,
});
const freed = (from: StockRows) =>
  allFiles(takeStock(from))
    .filter(mayBeFreed)
    .map((file) => file.ref.hash[0])
    .sort();
const placeOf = (from: StockRows, asset: AssetRef) =>
  allFiles(takeStock(from)).find((file) => file.ref.hash === asset.hash)?.place;

test('a project has what its document, its jobs and their results name, each once', () => {
  const { projects, others } = takeStock(rows());
  expect(projects).toHaveLength(1);
  expect(projects[0]!.files.map((file) => [file.ref.hash[0], file.kind])).toEqual([
    ['1', 'photo'],
    ['6', 'photo'],
    ['2', 'recording'],
    ['3', 'video'],
    ['4', 'extra'],
    ['5', 'extra'],
  ]);
  expect(projects[0]!.files[3]!.made).toEqual({ job: 'j_1', at: 9 });
  expect(others).toEqual([]);
});

test('what the lists show stays; the video, the recording and the other photo may go', () => {
  expect(freed(rows())).toEqual(['2', '3', '6']);
});

test('what is not sent, belongs elsewhere or is kept offline is never freed', () => {
  expect(freed(rows({ outbox: [{ hash: clip.hash, left: 4, addedAt: 1 }] }))).toEqual(['3', '6']);
  expect(freed(rows({ aside: [{ hash: film.hash, agent: 'a', left: 0 }] }))).toEqual(['2', '6']);
  expect(freed(rows({ kept: [{ project: robin, since: 1 }] }))).toEqual([]);
});

test('a deleted project and a hidden job are shown nowhere, so all of theirs may go', () => {
  expect(freed(rows({ projects: [entry({ deleted: true })], jobs: [job(true)] }))).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
    '6',
  ]);
});

test('every file is in one place, and it is told which', () => {
  const away = rows({
    assets: here(photo),
    outbox: [
      {
        hash: photo.hash,
        left: 7,
        addedAt: 1,
        refused: { why: 'no-space', hint: 'The workstation is full.' },
      },
    ],
    wanted: [{ hash: film.hash, askedAt: 1 }],
    partials: [{ hash: film.hash, ref: film, blocks: [] }],
    pieces: new Map([[film.hash, 2]]),
  });
  expect(placeOf(away, photo)).toEqual({ at: 'here-only', left: 7, refused: 'The workstation is full.' });
  expect(placeOf(away, film)).toEqual({ at: 'arriving', bytes: 2 * BLOCK_BYTES, trouble: undefined });
  expect(placeOf(away, clip)).toEqual({ at: 'workstation' });
  const refused = (why: 'no-space' | 'unknown-asset') =>
    placeOf(
      rows({ assets: [], wanted: [{ hash: film.hash, askedAt: 1, refused: { why, hint: undefined } }] }),
      film,
    );
  expect(refused('no-space')).toMatchObject({ at: 'arriving', trouble: 'no-room' });
  expect(refused('unknown-asset')).toMatchObject({ at: 'arriving', trouble: 'missing' });
});

test('files that no known project names are told apart from all others', () => {
  const unknown = 'p_elsewhere00000000000' as ProjectId;
  const { others } = takeStock(
    rows({
      assets: here(photo, stray),
      casts: [{ project: unknown, assets: [{ ref: stray, part: 'photo' }] }],
    }),
  );
  expect(others.map((file) => file.ref.hash)).toEqual([stray.hash]);
});

test('a file of two projects counts once, and stays while one of them is kept', () => {
  const ada = 'p_ada00000000000000000' as ProjectId;
  const both = rows({
    projects: [entry({ cover: second }), entry({ id: ada, cover: second })],
    jobs: [],
    casts: [robin, ada].map((project) => ({ project, assets: [{ ref: clip, part: 'recording' as const }] })),
    assets: here(clip),
  });
  expect(sum(allFiles(takeStock(both)), (file) => file.ref.hash === clip.hash)).toEqual({
    files: 1,
    bytes: 10,
  });
  expect(freed(both)).toEqual(['2', '2']);
  expect(freed({ ...both, kept: [{ project: ada, since: 1 }] })).toEqual([]);
});
