// Which link a transfer should use, from what was measured: a pure function over records. It does not know clocks,
// links or settings; whoever dials writes the records.
import { type LinkKind, linkKinds } from './link.ts';

export interface LinkRecord {
  /** What crossed it while there was something to move. */
  measured?: { bytesPerSecond: number; at: number } | undefined;
  /** It could not be opened, or broke; `times` in a row. */
  failed?: { at: number; times: number } | undefined;
}
export type LinkRecords = Readonly<Partial<Record<LinkKind, LinkRecord>>>;

export interface LinkSituation {
  /** What there is a way to dial; forced = the person wants this one and no other. */
  possible: readonly LinkKind[];
  forced: LinkKind | undefined;
  records: LinkRecords;
  now: number;
}

export type LinkChoice = { kind: LinkKind } | { waitMs: number };

/** After a first failure it is tried again soon: most breaks are a phone that looked away for a moment. */
const FIRST_WAIT_MS = 250;
const LAST_WAIT_MS = 4000;
/** Networks change: a measurement this old says nothing. */
const STALE_MS = 10 * 60_000;
/** A link that failed is not tried beside a working one for so long. */
const LEFT_ALONE_MS = 30_000;
/** One that failed is tried again beside the one that took its place, less and less often. */
const FIRST_RETURN_MS = 1000;
const LAST_RETURN_MS = 30_000;
/** A change of links costs a moment, and measurements swing. */
const CLEARLY_FASTER = 1.25;

/** The link to open now: the best of those that work. What failed a moment ago comes after what did not. */
export function chooseLink(situation: LinkSituation): LinkChoice {
  const { possible, forced, records } = situation;
  const open = linkKinds.filter((kind) => (forced === undefined ? possible.includes(kind) : kind === forced));
  let best: LinkKind | undefined;
  let soonest = LAST_WAIT_MS;
  for (const kind of open) {
    const wait = waitOf(situation, kind);
    if (wait > 0) soonest = Math.min(soonest, wait);
    else if (best === undefined) best = kind;
    else {
      const isShaken = records[kind]?.failed !== undefined;
      const isBestShaken = records[best]?.failed !== undefined;
      if (isShaken === isBestShaken ? isBetter(situation, kind, best) : isBestShaken) best = kind;
    }
  }
  return best === undefined ? { waitMs: soonest } : { kind: best };
}

/**
 * A link worth trying while another one is busy for long: not measured lately, and not known to fail. Never a direct
 * one: measured beside a socket it moved a tenth of the bytes for twenty times the work. It is there where sockets and
 * requests do not get through, and for whoever asks for it.
 */
export function linkToTry(situation: LinkSituation, current: LinkKind): LinkKind | undefined {
  if (situation.forced !== undefined) return undefined;
  return situation.possible.find(
    (kind) =>
      kind !== current &&
      kind !== 'direct' &&
      speedOf(situation, kind) === undefined &&
      situation.now - (situation.records[kind]?.failed?.at ?? -Infinity) > LEFT_ALONE_MS,
  );
}

/**
 * A link that failed and would be better than the one in use: to be tried beside it, now or after a wait; undefined =
 * there is none. So a break of a moment does not leave a device on its second choice.
 */
export function linkToReturnTo(situation: LinkSituation, current: LinkKind): LinkChoice | undefined {
  if (situation.forced !== undefined) return undefined;
  let soonest: number | undefined;
  for (const kind of situation.possible) {
    const failed = situation.records[kind]?.failed;
    if (kind === current || failed === undefined || !isBetter(situation, kind, current)) continue;
    const waitMs =
      failed.at + Math.min(LAST_RETURN_MS, FIRST_RETURN_MS * 2 ** (failed.times - 1)) - situation.now;
    if (waitMs <= 0) return { kind };
    soonest = Math.min(soonest ?? waitMs, waitMs);
  }
  return soonest === undefined ? undefined : { waitMs: soonest };
}

/** By what was measured of both, else by what is usual: one figure alone says nothing of the other link. */
function isBetter(situation: LinkSituation, kind: LinkKind, than: LinkKind): boolean {
  const [mine, other] = [speedOf(situation, kind), speedOf(situation, than)];
  if (mine === undefined || other === undefined) return usual[kind] > usual[than];
  return mine > other;
}

/** The link that is clearly faster than the one in use; undefined = stay. */
export function betterLink(situation: LinkSituation, current: LinkKind): LinkKind | undefined {
  if (situation.forced !== undefined) return situation.forced === current ? undefined : situation.forced;
  const mine = speedOf(situation, current);
  if (mine === undefined) return undefined;
  let best: { kind: LinkKind; speed: number } | undefined;
  for (const kind of situation.possible) {
    const speed = speedOf(situation, kind) ?? 0;
    if (kind === current || situation.records[kind]?.failed !== undefined) continue;
    if (speed > mine * CLEARLY_FASTER && speed > (best?.speed ?? 0)) best = { kind, speed };
  }
  return best?.kind;
}

/** What is usual, best last. */
const usual: Readonly<Record<LinkKind, number>> = { socket: 3, http: 2, direct: 1 };

function speedOf({ records, now }: LinkSituation, kind: LinkKind): number | undefined {
  const measured = records[kind]?.measured;
  return measured === undefined || now - measured.at > STALE_MS ? undefined : measured.bytesPerSecond;
}

function waitOf({ records, now }: LinkSituation, kind: LinkKind): number {
  const failed = records[kind]?.failed;
  if (failed === undefined) return 0;
  const wait = Math.min(LAST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failed.times - 1));
  return Math.max(0, failed.at + wait - now);
}
