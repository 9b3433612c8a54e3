// An asset of the vault as an HTTP reply: ranges for players, HEAD, cache by hash, a name for downloads.
import { createReadStream } from 'node:fs';
import type { AssetRef } from '@myspinbot/shared/asset/asset.ts';
import { rangedReply } from '@myspinbot/shared/asset/ranged-reply.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Vault } from '../vault/port.ts';

export interface SendOptions {
  /** Shown as the file's name; also saved under it when `download`. */
  name?: string | undefined;
  download?: boolean;
  /** The URL names the bytes for ever (by hash), so it may be kept for ever. */
  immutable: boolean;
  /** Told before the first byte of it leaves. */
  going(request: FastifyRequest, ref: AssetRef): void;
  /** Told how many bytes were read for the reply, when it ends. */
  sent(bytes: number): void;
}

/** Answers GET and HEAD; throws Failure `not-found`. */
export function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  vault: Vault,
  ref: AssetRef,
  options: SendOptions,
): FastifyReply {
  const path = vault.path(ref.hash);
  const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = request.headers;
  const ranged = rangedReply({ range, ifRange: ifRange?.toString(), ifNoneMatch }, ref);
  void reply
    .code(ranged.status)
    .headers(ranged.headers)
    .header('Cache-Control', options.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache')
    // Uploads are somebody's bytes: nothing in them may act as a page of this origin.
    .header('Content-Security-Policy', "default-src 'none'; sandbox")
    .type(ref.type);
  const name = options.name ?? ref.name;
  if (name !== undefined || options.download === true) {
    void reply.header('Content-Disposition', disposition(options.download === true, name ?? ref.hash));
  }
  const { start, end } = ranged;
  if (request.method === 'HEAD' || end === start) return reply.send('');
  options.going(request, ref);
  const stream = createReadStream(path, { start, end: end - 1 });
  stream.once('close', () => options.sent(stream.bytesRead));
  return reply.send(stream);
}

/** RFC 6266: a plain name for old readers, the real one for the rest. */
export function disposition(download: boolean, name: string): string {
  // Control characters, half surrogates and what separates folders. Cut by characters: half a pair cannot be encoded.
  const safe = [...name]
    .slice(0, 120)
    .join('')
    .replace(/[\p{Cc}\p{Cs}/\\]/gu, '_');
  const plain = safe.replace(/[^\x20-\x7e]/g, '_').replace(/["%]/g, '_');
  const encoded = encodeURIComponent(safe).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `${download ? 'attachment' : 'inline'}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
