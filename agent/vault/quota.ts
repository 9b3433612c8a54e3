// How much may be kept: in all, and brought by one device. It counts what is promised to uploads that are under way,
// so that several at once cannot overrun it together, what lies there of interrupted ones, and the documents. It does not
// know what is in any of them.
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Vault } from './port.ts';

export interface Promised {
  /** So many bytes more than were promised: of an upload that did not say how large it is. Throws as `check`. */
  grow(bytes: number): void;
  /** The upload is over; what it brought counts by itself from now on. Idempotent. */
  done(): void;
}

export interface Quota {
  /**
   * Throws Failure `no-room` when so many more bytes do not fit, `refused` for a guest. `of`: the asset they are of; what
   * lies there of it already is not counted twice.
   */
  check(who: Principal, bytes: number, of?: AssetHash): void;
  /** The same, and keeps the room until `done`. */
  promise(who: Principal, bytes: number, of?: AssetHash): Promised;
  /** Whether they may write so much into documents. */
  mayWrite(who: Principal, bytes: number): boolean;
  /** They did. */
  wrote(who: Principal, bytes: number): void;
  /** `usedBytes` is everything: files, interrupted uploads and documents, of which the two others tell. */
  usage(): {
    usedBytes: number;
    unfinishedBytes: number;
    documentBytes: number;
    totalBytes: number;
    deviceBytes: number;
  };
}

/**
 * Of the whole, what documents may take: room of their own, so that where files have filled everything it can still be
 * said in a document which are to go. A project has some 100 kB.
 */
const DOCUMENTS_SHARE = 1 / 20;

export function openQuota(world: {
  limits: { totalBytes: number; deviceBytes: number };
  vault: Pick<Vault, 'usage' | 'unfinished'>;
  /** Bytes of all documents. */
  documents(): number;
  /** Bytes a device has brought so far. */
  broughtBy(device: string): number;
}): Quota {
  const { limits, vault } = world;
  let promisedInAll = 0;
  const promised = new Map<string, number>();
  /** Into documents, since the agent started: what is written over and over becomes less on the disk by itself. */
  const written = new Map<string, number>();
  const usedBytes = (except?: AssetHash) =>
    vault.usage().bytes + vault.unfinished({ except }) + world.documents();

  const check = (who: Principal, bytes: number, of?: AssetHash) => {
    if (who.kind === 'device' && who.role === 'guest') {
      throw new Failure({
        code: 'refused',
        message: 'A guest looks and brings nothing.',
        hint: 'Ask an owner to be paired as a member.',
      });
    }
    const left = limits.totalBytes - usedBytes(of) - promisedInAll;
    if (bytes > left) {
      throw noRoom(
        `The workstation keeps at most ${inWords(limits.totalBytes)}, and ${inWords(Math.max(0, left))} are left.`,
        'Delete what is not needed any more, or raise the quota in config.json on the workstation.',
      );
    }
    if (who.kind !== 'device') return;
    const lying = vault.unfinished({ by: principalId(who), except: of });
    const own = limits.deviceBytes - world.broughtBy(who.id) - lying - (promised.get(who.id) ?? 0);
    if (bytes > own) {
      throw noRoom(
        `One device may bring at most ${inWords(limits.deviceBytes)}, and ${inWords(Math.max(0, own))} are left of it.`,
        'Send a smaller file, or raise the quota in config.json on the workstation.',
      );
    }
  };

  return {
    check,
    promise(who, bytes, of) {
      check(who, bytes, of);
      const id = principalId(who);
      const add = (more: number) => {
        promisedInAll += more;
        const now = (promised.get(id) ?? 0) + more;
        if (now > 0) promised.set(id, now);
        else promised.delete(id);
      };
      let kept = 0;
      const grow = (more: number) => {
        kept += more;
        add(more);
      };
      grow(bytes);
      return {
        grow(more) {
          check(who, more, of);
          grow(more);
        },
        done() {
          grow(-kept);
        },
      };
    },
    mayWrite(who, bytes) {
      if (world.documents() + bytes > limits.totalBytes * DOCUMENTS_SHARE) return false;
      if (who.kind !== 'device') return true;
      return (written.get(who.id) ?? 0) + bytes <= limits.deviceBytes * DOCUMENTS_SHARE;
    },
    wrote(who, bytes) {
      const id = principalId(who);
      written.set(id, (written.get(id) ?? 0) + bytes);
    },
    usage: () => ({
      usedBytes: usedBytes(),
      unfinishedBytes: vault.unfinished(),
      documentBytes: world.documents(),
      ...limits,
    }),
  };
}

function noRoom(message: string, hint: string): Failure {
  return new Failure({ code: 'no-room', message, hint });
}

function inWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1000)} kB`;
}
