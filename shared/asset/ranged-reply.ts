// How an asset is answered over HTTP, wherever it lies: whole, one range of it, "you have it already" or "there is no
// such range". The hash is the ETag, since bytes under a hash never change. It sends nothing and knows no server.
import type { AssetHash } from './asset.ts';
import { parseByteRange } from './byte-range.ts';

/** Request headers as they came. */
export interface RangedAsk {
  range?: string | undefined;
  ifRange?: string | undefined;
  ifNoneMatch?: string | undefined;
}

export interface RangedReply {
  status: 200 | 206 | 304 | 416;
  headers: Record<string, string>;
  /** What to send is [start, end): nothing for 304 and 416. */
  start: number;
  end: number;
}

export function rangedReply(ask: RangedAsk, file: { hash: AssetHash; bytes: number }): RangedReply {
  const etag = `"${file.hash}"`;
  const headers: Record<string, string> = { 'Accept-Ranges': 'bytes', ETag: etag };
  if (ask.ifNoneMatch === etag) return { status: 304, headers, start: 0, end: 0 };
  const wanted =
    ask.ifRange === undefined || ask.ifRange === etag ? parseByteRange(ask.range, file.bytes) : 'whole';
  if (wanted === 'unsatisfiable') {
    headers['Content-Range'] = `bytes */${file.bytes}`;
    return { status: 416, headers, start: 0, end: 0 };
  }
  const { start, end } = wanted === 'whole' ? { start: 0, end: file.bytes } : wanted;
  if (wanted !== 'whole') headers['Content-Range'] = `bytes ${start}-${end - 1}/${file.bytes}`;
  headers['Content-Length'] = String(end - start);
  return { status: wanted === 'whole' ? 200 : 206, headers, start, end };
}
