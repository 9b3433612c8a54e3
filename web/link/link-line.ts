// Keeps one link to the workstation open while it may: dials, measures what crosses, tries another kind while there is
// much to move, and goes on over another one at once when a link dies. Which kind is best is said by
// shared/transfer/choice.ts; what is said over a link is given to it.
import {
  betterLink,
  chooseLink,
  type LinkRecord,
  type LinkSituation,
  linkToReturnTo,
  linkToTry,
} from '@myspinbot/shared/transfer/choice.ts';
import { type FrameLink, type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import type { Clock } from './clock.ts';

export type Dials = Readonly<Partial<Record<LinkKind, () => Promise<FrameLink>>>>;

/** What is known of the link in use; undefined = none is open. */
export type LinkState = { kind: LinkKind; bytesPerSecond: number | undefined } | undefined;

export interface LinkLine {
  /** Whether the workstation is there: opens a link, or lets go of it. */
  reach(here: boolean): void;
  /** This kind and no other; undefined = the best. */
  force(kind: LinkKind | undefined): void;
  /** So many bytes crossed the open link. */
  moved(bytes: number): void;
  close(): Promise<void>;
}

/** A link that is not open by then is not waited for: another one may be. A direct one has more to agree on. */
const DIAL_MS: Readonly<Record<LinkKind, number>> = { socket: 1500, http: 1500, direct: 4000 };
/** A measurement takes so long, or so much. */
const MEASURE_MS = 1000;
const MEASURE_LEAST_MS = 100;
const MEASURE_BYTES = 8 * 1024 * 1024;
/** A pause this long: there was nothing to move, and what comes next is measured anew. */
const IDLE_MS = 400;
/** Another kind is tried once so much crossed in one go: for a photo it is not worth the trouble. */
const LONG_BYTES = 24 * 1024 * 1024;
/** A link that has been open for so long works, whatever it did before. */
const TRUSTED_MS = 10_000;
/** A link on trial that moves nothing for so long has failed. */
const TRIAL_MS = 2000;

export function createLinkLine(world: {
  dials: Dials;
  clock: Clock;
  /** Uses an open link until it closes or `end` is called, which resolves when everything that came is kept. */
  take(link: FrameLink): { end(): Promise<void> };
  onState?(state: LinkState): void;
  /** For the log: what could not be opened or broke. */
  onTrouble?(kind: LinkKind, why: string): void;
}): LinkLine {
  const { dials, clock } = world;
  const possible = linkKinds.filter((kind) => dials[kind] !== undefined);
  const records: Partial<Record<LinkKind, LinkRecord>> = {};
  let here = false;
  let closed = false;
  let forced: LinkKind | undefined;
  let used: { link: FrameLink; run: { end(): Promise<void> } } | undefined;
  let dialling: { kind: LinkKind; abandon(): void } | undefined;
  let stopRetry: (() => void) | undefined;
  /** Each step waits for the one before: a link is taken only when the last one has let go. */
  let turn: Promise<void> = Promise.resolve();
  let window: { since: number; last: number; bytes: number; inARow: number } | undefined;
  let stopTrial: (() => void) | undefined;
  let stopReturn: (() => void) | undefined;
  let stopTrusting: (() => void) | undefined;

  const situation = (): LinkSituation => ({ possible, forced, records, now: clock.now() });
  const tell = () => {
    const kind = used?.link.kind;
    world.onState?.(
      kind === undefined ? undefined : { kind, bytesPerSecond: records[kind]?.measured?.bytesPerSecond },
    );
  };
  const failed = (kind: LinkKind, why: string) => {
    records[kind] = {
      ...records[kind],
      failed: { at: clock.now(), times: (records[kind]?.failed?.times ?? 0) + 1 },
    };
    world.onTrouble?.(kind, why);
  };

  /** Opens a link of this kind; the one in use stays in use until then. */
  const dial = (kind: LinkKind) => {
    let given = false;
    const give = (outcome: { link: FrameLink } | { why: string }) => {
      if (given) {
        if ('link' in outcome) outcome.link.close('too late');
        return;
      }
      given = true;
      stopWaiting();
      dialling = undefined;
      if ('link' in outcome) return swap(outcome.link);
      failed(kind, outcome.why);
      look();
      comeBack();
    };
    const stopWaiting = clock.after(DIAL_MS[kind], () => give({ why: 'it did not open in time' }));
    dialling = {
      kind,
      abandon() {
        given = true;
        stopWaiting();
        dialling = undefined;
      },
    };
    const open = dials[kind];
    if (open === undefined) return give({ why: 'this browser has no such link' });
    open().then(
      (link) => give({ link }),
      (cause: unknown) => give({ why: cause instanceof Error ? cause.message : String(cause) }),
    );
  };

  const swap = (link: FrameLink) => {
    const before = used;
    used = undefined;
    turn = turn.then(async () => {
      before?.link.close('another link took over');
      await before?.run.end();
      if (closed || !here || used !== undefined) return link.close('not needed');
      // The record stays shaken until something has crossed it.
      window = undefined;
      used = { link, run: world.take(link) };
      tell();
      link.onClose((why) => lost(link, why));
      stopTrusting?.();
      stopTrusting = clock.after(TRUSTED_MS, () => {
        if (used?.link === link) records[link.kind] = { measured: records[link.kind]?.measured };
      });
      comeBack();
    });
  };

  /** Goes back to a better kind of link that failed, as soon as it opens again. */
  const comeBack = () => {
    stopReturn?.();
    stopReturn = undefined;
    if (used === undefined || closed || !here) return;
    const back = linkToReturnTo(situation(), used.link.kind);
    if (back === undefined) return;
    if ('waitMs' in back) stopReturn = clock.after(back.waitMs, comeBack);
    else if (dialling === undefined) dial(back.kind);
  };

  const lost = (link: FrameLink, why: string) => {
    if (used?.link !== link) return;
    stopReturn?.();
    const { run } = used;
    used = undefined;
    endTrial();
    failed(link.kind, why);
    turn = turn.then(() => run.end());
    tell();
    look();
  };

  /** Sees to it that a link is open or being opened. */
  const look = () => {
    stopRetry?.();
    stopRetry = undefined;
    if (closed || !here || used !== undefined || dialling !== undefined) return;
    const choice = chooseLink(situation());
    if ('kind' in choice) dial(choice.kind);
    else stopRetry = clock.after(choice.waitMs, look);
  };

  const endTrial = () => {
    stopTrial?.();
    stopTrial = undefined;
  };

  const measured = (kind: LinkKind, bytesPerSecond: number, inARow: number) => {
    records[kind] = { measured: { bytesPerSecond, at: clock.now() } };
    tell();
    endTrial();
    if (dialling !== undefined) return;
    const better = betterLink(situation(), kind);
    if (better !== undefined) return dial(better);
    const other = inARow >= LONG_BYTES ? linkToTry(situation(), kind) : undefined;
    if (other === undefined) return;
    dial(other);
    // A link that opens and moves nothing is worse than one that does not open.
    stopTrial = clock.after(DIAL_MS[other] + TRIAL_MS, () => {
      stopTrial = undefined;
      if (used?.link.kind !== other) return;
      failed(other, 'nothing crossed it');
      const choice = chooseLink(situation());
      if ('kind' in choice && dialling === undefined) dial(choice.kind);
    });
  };

  const letGo = () => {
    stopRetry?.();
    stopRetry = undefined;
    endTrial();
    stopReturn?.();
    stopTrusting?.();
    dialling?.abandon();
    const before = used;
    used = undefined;
    window = undefined;
    if (before === undefined) return;
    before.link.close('not needed');
    turn = turn.then(() => before.run.end());
    tell();
  };

  return {
    reach(is) {
      here = is;
      if (!is) return letGo();
      // It is there again: whatever failed before says nothing about now.
      for (const kind of linkKinds) {
        if (records[kind]?.failed !== undefined) records[kind] = { measured: records[kind]?.measured };
      }
      look();
    },
    force(kind) {
      if (kind === forced) return;
      forced = kind;
      if (kind !== undefined) records[kind] = { measured: records[kind]?.measured };
      endTrial();
      dialling?.abandon();
      if (used === undefined || !here) return look();
      const choice = chooseLink(situation());
      if ('kind' in choice && choice.kind !== used.link.kind) dial(choice.kind);
    },
    moved(bytes) {
      const kind = used?.link.kind;
      if (kind === undefined || bytes <= 0) return;
      const now = clock.now();
      if (window === undefined || now - window.last > IDLE_MS) {
        window = { since: now, last: now, bytes: 0, inARow: 0 };
        return;
      }
      window.last = now;
      window.bytes += bytes;
      window.inARow += bytes;
      const ms = now - window.since;
      const isEnough = ms >= MEASURE_MS || (window.bytes >= MEASURE_BYTES && ms >= MEASURE_LEAST_MS);
      if (!isEnough) return;
      const { inARow } = window;
      const rate = (window.bytes / ms) * 1000;
      window = { since: now, last: now, bytes: 0, inARow };
      measured(kind, rate, inARow);
    },
    async close() {
      closed = true;
      letGo();
      await turn;
    },
  };
}
