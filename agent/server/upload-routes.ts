// Uploads by requests: announce a file with the list of its blocks, put them at their offsets, and go on at any time
// with what is still missing. For the app where there is no socket, and for scripts. What comes is verified block by
// block and kept by the vault, like what comes over any link; here is who may, how much, and until when.
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import {
  type AssetHash,
  type AssetRef,
  assetHashSchema,
  BLOCK_BYTES,
  blockRange,
} from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { runs } from '@myspinbot/shared/transfer/wanter.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type UploadState, uploadOfferSchema, uploadStateSchema } from '@myspinbot/shared/wire/upload.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../clock.ts';
import { createLimit, within } from '../pairing/limits.ts';
import type { Gate } from '../pairing/port.ts';
import type { Receiving, Vault } from '../vault/port.ts';
import type { Promised, Quota } from '../vault/quota.ts';
import { schemaFailure } from './replies.ts';

export interface UploadsWorld {
  vault: Pick<Vault, 'ref' | 'receive'>;
  quota: Pick<Quota, 'promise'>;
  gate: Pick<Gate, 'brought'>;
  clock: Clock;
  /** Bytes that came, for the figures. */
  received(bytes: number): void;
}

export interface UploadRoutes {
  close(): Promise<void>;
}

/** Announcements: a device that comes back with a full outbox, or a script with a folder, says a few dozen. */
const ANNOUNCED = { burst: 120, perSecond: 4 };
const MAX_OPEN_EACH = 16;
/** An upload that nobody goes on with is closed; announcing it again opens it where it was. */
const IDLE_MS = 60_000;
/** 2048 hashes. */
const MAX_OFFER_BYTES = 256 * 1024;

interface Open {
  id: string;
  asset: AssetRef;
  count: number;
  receiving: Receiving;
  promised: Promised;
  stopIdle: () => void;
  busy: number;
}

export function addUploadRoutes(app: FastifyInstance, world: UploadsWorld): UploadRoutes {
  const { vault, quota, gate, clock } = world;
  const often = createLimit(clock, ANNOUNCED);
  const open = new Map<string, Open>();
  const keyOf = (id: string, hash: AssetHash) => `${id} ${hash}`;

  const close = async (upload: Open): Promise<void> => {
    upload.stopIdle();
    const key = keyOf(upload.id, upload.asset.hash);
    if (open.get(key) === upload) open.delete(key);
    upload.promised.done();
    await upload.receiving.close();
  };
  const rest = (upload: Open) => {
    upload.stopIdle();
    upload.stopIdle = clock.after(IDLE_MS, () => {
      if (upload.busy > 0) rest(upload);
      else close(upload).catch(() => undefined); // A file that cannot be closed harms nobody.
    });
  };
  const stateOf = (upload: Open): UploadState => ({ missing: runs(upload.receiving.missing()) });
  /** Commits it when nothing is missing. */
  const settle = async (upload: Open, who: Principal): Promise<UploadState> => {
    if (upload.receiving.missing().length > 0) return stateOf(upload);
    try {
      const isNew = vault.ref(upload.asset.hash) === undefined;
      const asset = await upload.receiving.finish();
      if (isNew) gate.brought(who, asset.bytes);
      await close(upload);
      return { missing: [], asset };
    } catch (cause) {
      // Blocks that turned out damaged can be sent again; a whole that lies cannot be mended.
      if (upload.receiving.missing().length === 0) await close(upload);
      throw cause;
    }
  };

  const brings = { on: 'assets', may: 'write' } as const;
  app.post(
    endpoints.uploads,
    {
      config: {
        needs: brings,
        described: {
          summary: 'Announces a file, or asks what of it is still missing',
          body: uploadOfferSchema,
          reply: uploadStateSchema,
        },
      },
      bodyLimit: MAX_OFFER_BYTES,
    },
    async (request, reply) => {
      const who = asker(request);
      const id = principalId(who);
      within(often, { address: id, isOwnMachine: who.kind === 'local' }, 'An upload');
      const offer = uploadOfferSchema.safeParse(request.body);
      if (!offer.success) throw schemaFailure('The body', offer.error);
      const { asset, blocks } = offer.data;
      const here = vault.ref(asset.hash);
      if (here !== undefined) return reply.send({ missing: [], asset: here } satisfies UploadState);
      const known = open.get(keyOf(id, asset.hash));
      // Announced anew, perhaps with another list of blocks: the list that is said now counts.
      if (known !== undefined) await close(known);
      if ([...open.values()].filter((one) => one.id === id).length >= MAX_OPEN_EACH) {
        throw new Failure({
          code: 'too-often',
          message: `More than ${MAX_OPEN_EACH} uploads are open.`,
          hint: 'Finish one of them first.',
          retry: 'soon',
        });
      }
      const promised = quota.promise(who, asset.bytes, asset.hash);
      let receiving: Receiving;
      try {
        receiving = await vault.receive(asset, blocks, id);
      } catch (cause) {
        promised.done();
        throw cause;
      }
      const upload: Open = {
        id,
        asset,
        count: blocks.length,
        receiving,
        promised,
        stopIdle: () => {},
        busy: 0,
      };
      open.set(keyOf(id, asset.hash), upload);
      rest(upload);
      const state = await settle(upload, who);
      return reply.code(state.asset === undefined ? 200 : 201).send(state);
    },
  );

  // In a scope of its own: nowhere else is a body of bytes taken as it comes.
  void app.register(async (scope) => {
    scope.addContentTypeParser('application/octet-stream', (_request, _payload, done) => done(null));
    scope.put<{ Params: { hash: string } }>(
      `${endpoints.uploads}/:hash`,
      {
        config: {
          needs: brings,
          described: {
            summary: 'Brings whole blocks of an announced file; Content-Range says where they belong',
            form: {
              type: 'application/octet-stream',
              says: 'whole blocks of 1 MiB, the last one to the end of the file',
            },
            reply: uploadStateSchema,
          },
        },
      },
      async (request, reply) => {
        const who = asker(request);
        const hash = assetHashSchema.safeParse(request.params.hash);
        if (!hash.success) throw schemaFailure('The hash', hash.error);
        const upload = open.get(keyOf(principalId(who), hash.data));
        if (upload === undefined) {
          const here = vault.ref(hash.data);
          if (here !== undefined) return reply.send({ missing: [], asset: here } satisfies UploadState);
          return reply.code(409).send({
            code: 'not-found',
            message: 'This upload is not open.',
            hint: `POST ${endpoints.uploads} with the list of its blocks; it says what is still missing.`,
          });
        }
        const range = rangeOf(request.headers['content-range'], upload.asset);
        upload.busy++;
        try {
          await takeBlocks(request, upload, range);
          const state = await settle(upload, who);
          return reply.code(state.asset === undefined ? 200 : 201).send(state);
        } finally {
          upload.busy--;
          rest(upload);
        }
      },
    );
  });

  /** Throws Failure `bad-input` (status 422) at the first block that does not match; those before it are kept. */
  const takeBlocks = async (request: FastifyRequest, upload: Open, range: { start: number; end: number }) => {
    let index = range.start / BLOCK_BYTES;
    let block = new Uint8Array(lengthOf(upload.asset, index));
    let have = 0;
    let left = range.end - range.start;
    for await (const piece of request.raw as AsyncIterable<Buffer>) {
      // It takes its time: whoever sends it may have been removed meanwhile.
      request.askAgain();
      world.received(piece.length);
      left -= piece.length;
      if (left < 0) throw wrongLength(range);
      for (let at = 0; at < piece.length; ) {
        const more = Math.min(piece.length - at, block.length - have);
        block.set(piece.subarray(at, at + more), have);
        have += more;
        at += more;
        if (have < block.length) break;
        if (!(await upload.receiving.block(index, block))) throw damaged(index);
        index++;
        have = 0;
        const next = index < upload.count ? lengthOf(upload.asset, index) : 0;
        if (next !== block.length) block = new Uint8Array(next);
      }
    }
    if (left > 0) throw wrongLength(range);
  };

  return {
    async close() {
      await Promise.all([...open.values()].map(close));
    },
  };
}

function asker({ who }: FastifyRequest): Principal {
  if (who === undefined) throw new Error('an upload of nobody');
  return who;
}

function lengthOf({ bytes }: AssetRef, index: number): number {
  const { start, end } = blockRange(bytes, index);
  return end - start;
}

/** "bytes 0-1048575/3000000": from the beginning of a block to the end of one. Throws Failure `bad-input`. */
function rangeOf(header: string | undefined, { bytes }: AssetRef): { start: number; end: number } {
  const found = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/.exec(header ?? '');
  const start = Number(found?.[1]);
  const end = Number(found?.[2]) + 1;
  const isWhole = end % BLOCK_BYTES === 0 || end === bytes;
  if (found !== null && start < end && end <= bytes && start % BLOCK_BYTES === 0 && isWhole) {
    if (Number(found[3]) === bytes) return { start, end };
  }
  throw new Failure({
    code: 'bad-input',
    message: `The header Content-Range (${(header ?? 'absent').slice(0, 80)}) names no whole blocks of a file of ${bytes} bytes.`,
    hint: `Begin at a multiple of ${BLOCK_BYTES} and end at one or at the end of the file: bytes 0-${Math.min(bytes, BLOCK_BYTES) - 1}/${bytes}.`,
  });
}

function wrongLength({ start, end }: { start: number; end: number }): Failure {
  return new Failure({
    code: 'bad-input',
    message: `The body is not as long as its Content-Range says: ${end - start} bytes.`,
    hint: 'Send exactly those bytes. What arrived in whole blocks is kept.',
  });
}

function damaged(index: number): Failure {
  return new Failure({
    code: 'block-damaged',
    message: `Block ${index} does not match the hash it was announced with.`,
    hint: 'Send that block again. The blocks before it are kept.',
    retry: 'soon',
  });
}
