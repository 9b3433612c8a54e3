// How much may be kept: in all, and brought by one device. It counts what is promised to uploads that are under way,
// so that several at once cannot overrun it together. It does not know what is in them.
import { type Principal, principalId } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { Vault } from './port.ts';

export interface Promised {
  /** So many bytes more than were promised: of an upload that did not say how large it is. Throws as `check`. */
  grow(bytes: number): void;
  /** The upload is over; what it brought counts by itself from now on. Idempotent. */
  done(): void;
}

export interface Quota {
  /** Throws Failure `no-room` when so many more bytes do not fit, `refused` for a guest. */
  check(who: Principal, bytes: number): void;
  /** The same, and keeps the room until `done`. */
  promise(who: Principal, bytes: number): Promised;
  usage(): { usedBytes: number; totalBytes: number; deviceBytes: number };
}

export function openQuota(world: {
  limits: { totalBytes: number; deviceBytes: number };
  vault: Pick<Vault, 'usage'>;
  /** Bytes a device has brought so far. */
  broughtBy(device: string): number;
}): Quota {
  const { limits, vault } = world;
  let promisedInAll = 0;
  const promised = new Map<string, number>();

  const check = (who: Principal, bytes: number) => {
    if (who.kind === 'device' && who.role === 'guest') {
      throw new Failure({
        code: 'refused',
        message: 'A guest looks and brings nothing.',
        hint: 'Ask an owner to be paired as a member.',
      });
    }
    const left = limits.totalBytes - vault.usage().bytes - promisedInAll;
    if (bytes > left) {
      throw noRoom(
        `The workstation keeps at most ${inWords(limits.totalBytes)}, and ${inWords(Math.max(0, left))} are left.`,
        'Delete what is not needed any more, or raise the quota in config.json on the workstation.',
      );
    }
    if (who.kind !== 'device') return;
    const own = limits.deviceBytes - world.broughtBy(who.id) - (promised.get(who.id) ?? 0);
    if (bytes > own) {
      throw noRoom(
        `One device may bring at most ${inWords(limits.deviceBytes)}, and ${inWords(Math.max(0, own))} are left of it.`,
        'Send a smaller file, or raise the quota in config.json on the workstation.',
      );
    }
  };

  return {
    check,
    promise(who, bytes) {
      check(who, bytes);
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
          check(who, more);
          grow(more);
        },
        done() {
          grow(-kept);
        },
      };
    },
    usage: () => ({ usedBytes: vault.usage().bytes, ...limits }),
  };
}

function noRoom(message: string, hint: string): Failure {
  return new Failure({ code: 'no-room', message, hint });
}

function inWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1000)} kB`;
}
