// Files of this device under addresses of this origin, so that a player asks for the part it needs and no film lies in
// memory whole. Answered from the device's store alone, never from the network: what is not here is not found.
import { rangedReply } from '@myspinbot/shared/asset/ranged-reply.ts';
import { DATABASE_NAME } from '../vault/database-name.ts';
import { readKeptFile } from '../vault/kept-file.ts';
import { hashOfLocalAddress, isLocalAddress } from '../vault/local-address.ts';

/** Never a page of this origin, whatever is in the file. */
const GUARDED = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** What a browser may show by itself; all else is only ever saved. A drawing in SVG may hold a program. */
function isShown(type: string): boolean {
  return /^(?:video|audio|image)\/(?!svg)[\w.+-]+$/.test(type);
}

/** For the worker's router: whether an address is one of this device's files. */
export function isLocalFile({ url, sameOrigin }: { url: URL; sameOrigin: boolean }): boolean {
  return sameOrigin && isLocalAddress(url.pathname);
}

/** Answers GET and HEAD. Never rejects. */
export async function answerLocalFile({
  request,
  store = indexedDB,
}: {
  request: Pick<Request, 'url' | 'method' | 'headers'>;
  store?: Pick<IDBFactory, 'open'>;
}): Promise<Response> {
  const isHead = request.method === 'HEAD';
  if (!isHead && request.method !== 'GET') {
    return new Response(null, { status: 405, headers: { ...GUARDED, Allow: 'GET, HEAD' } });
  }
  const hash = hashOfLocalAddress(new URL(request.url).pathname);
  const absent = () =>
    new Response(null, { status: 404, headers: { ...GUARDED, 'Cache-Control': 'no-store' } });
  if (hash === undefined) return absent();
  const file = await readKeptFile(store, DATABASE_NAME, hash).catch(() => undefined); // Unreadable is not here.
  if (file === undefined) return absent();

  const header = (name: string) => request.headers.get(name) ?? undefined;
  const { status, headers, start, end } = rangedReply(
    { range: header('range'), ifRange: header('if-range'), ifNoneMatch: header('if-none-match') },
    { hash, bytes: file.blob.size },
  );
  const type = isShown(file.type) ? file.type : 'application/octet-stream';
  const hasBody = !isHead && (status === 200 || status === 206);
  // A slice of a stored Blob is a reference into the store: bytes are read as the player takes them.
  return new Response(hasBody ? file.blob.slice(start, end, type) : null, {
    status,
    headers: {
      ...GUARDED,
      ...headers,
      'Content-Type': type,
      'Cache-Control': 'private, no-cache',
      ...(isShown(file.type) ? {} : { 'Content-Disposition': 'attachment' }),
    },
  });
}
