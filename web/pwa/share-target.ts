// Takes what a person shares to the app from their gallery, recorder or any other program: the system posts it as a
// form at the share address. Here it is read within limits, told by its content, made durable, and only then answered,
// by leading to the screen that asks what it is for. It runs in the service worker, with the workstation off as well.

import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { MAX_SCRIPT_CHARS } from '@myspinbot/shared/project/options.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import {
  MAX_SHARE_BYTES,
  MAX_SHARED_FILES,
  type ShareProblem,
  shareFields,
  shareProblemAddress,
} from '@myspinbot/shared/wire/share.ts';
import { contentType, HEAD_BYTES } from '../vault/content-type.ts';
import { type AppDatabase, openDatabase } from '../vault/database.ts';
import { keepShare, type NewShare } from '../vault/keep-share.ts';
import { openShares } from '../vault/shares.ts';

/** As many as an asset's or a project's name may have. */
const MAX_NAME = 200;

export interface ShareWorld {
  origin: string;
  open(): AppDatabase;
  now(): number;
  newId(): string;
  maxBytes?: number;
}

/** The part of the service worker's scope that is used. */
export interface FetchingWorker {
  readonly location: { readonly origin: string };
  addEventListener(
    type: 'fetch',
    heard: (event: { readonly request: Request; respondWith(answer: Promise<Response>): void }) => void,
  ): void;
}

/** Answers posts at the share address; must be called while the worker's script runs for the first time. */
export function takeShares(worker: FetchingWorker): void {
  worker.addEventListener('fetch', (event) => {
    const { request } = event;
    if (request.method !== 'POST') return;
    const url = new URL(request.url);
    if (url.origin !== worker.location.origin || url.pathname !== endpoints.share) return;
    event.respondWith(
      takeShare(request, {
        origin: worker.location.origin,
        open: openDatabase,
        now: () => Date.now(),
        newId: () => crypto.randomUUID(),
      }),
    );
  });
}

/** A redirect to the screen, with the share's id or the reason why there is none. Never rejects. */
export async function takeShare(request: Request, world: ShareWorld): Promise<Response> {
  const to = (address: string) =>
    new Response(null, { status: 303, headers: { location: new URL(address, world.origin).href } });
  const refuse = (problem: ShareProblem) => to(shareProblemAddress(endpoints.share, problem));

  if (isForeign(request, world.origin)) return refuse('foreign');
  let form: FormData;
  try {
    form = await within(request, world.maxBytes ?? MAX_SHARE_BYTES).formData();
  } catch (cause) {
    return refuse(cause instanceof TooLarge || isTooLarge.has(request) ? 'too-large' : 'unreadable');
  }
  let db: AppDatabase | undefined;
  try {
    const share = await read(form);
    if (share.text === '' && share.files.length === 0 && share.leftOut.length === 0) return refuse('nothing');
    if (share.text === '' && share.files.length === 0) return refuse('unreadable');
    db = world.open();
    // Room that nothing needs any more is freed first; where that fails, keeping says so.
    await openShares(db, world.now)
      .tidy()
      .catch(() => undefined);
    const id = world.newId();
    await keepShare(db, world.now, id, share);
    return to(`${endpoints.share}?id=${id}`);
  } catch (cause) {
    if (!(cause instanceof Failure)) return refuse('unreadable');
    return refuse(cause.code === 'no-room' ? 'too-many-waiting' : 'no-room');
  } finally {
    // A worker lives on between events: an open store would hold up a newer version's.
    db?.close();
  }
}

/** Pages of other sites can post forms here. Most say where they are; whoever does not is held to the limits alone. */
function isForeign(request: Request, origin: string): boolean {
  const said = [request.referrer, request.headers.get('origin') ?? ''];
  return said.some((from) => /^https?:/.test(from) && new URL(from).origin !== origin);
}

class TooLarge extends Error {}
/** Not every browser hands on the error of a body that is being read. */
const isTooLarge = new WeakSet<Request>();

/** The same body, which ends in an error as soon as it is longer than it may be. */
function within(request: Request, maxBytes: number): Pick<Body, 'formData'> {
  if (request.body === null) return request;
  let left = maxBytes;
  const counted = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, out) {
        left -= piece.byteLength;
        if (left >= 0) return out.enqueue(piece);
        isTooLarge.add(request);
        throw new TooLarge();
      },
    }),
  );
  return new Response(counted, { headers: { 'content-type': request.headers.get('content-type') ?? '' } });
}

async function read(form: FormData): Promise<NewShare> {
  const files: NewShare['files'][number][] = [];
  const leftOut: NewShare['leftOut'] = [];
  for (const file of form.getAll(shareFields.files)) {
    if (typeof file === 'string') continue;
    const name = file.name.slice(0, MAX_NAME);
    const type = contentType(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()), file.type);
    if (type === undefined) leftOut.push({ name, why: 'unknown-kind' });
    else if (files.length >= MAX_SHARED_FILES) leftOut.push({ name, why: 'too-many' });
    else files.push({ name, type, blob: file.slice(0, file.size, type) });
  }
  const word = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const [title, text] = [word(shareFields.title), word(shareFields.text)];
  // Beside files a title is mostly a file's name; alone it is all there is.
  const isAlone = text === '' && files.length === 0;
  return {
    title: title.slice(0, MAX_NAME),
    text: (isAlone ? title : text).slice(0, MAX_SCRIPT_CHARS),
    files,
    leftOut: leftOut.slice(0, MAX_SHARED_FILES),
  };
}
