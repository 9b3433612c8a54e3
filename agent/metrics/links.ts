// Figures of the links that files move over: how many are open, what moved and how fast, and what came damaged or
// against the rules. Requests by HTTP count as a link of their own. It does not know what is in a file.
import { principalId } from '@myspinbot/shared/access/access.ts';
import { type LinkKind, linkKinds } from '@myspinbot/shared/transfer/link.ts';
import type { TransfersEvent } from '../transfer/transfers.ts';
import type { Figures } from './figures.ts';

const MB = 1e6;
/** From a phone at the end of the garden to a disk. */
const SPEEDS = [0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500].map((one) => one * MB);
/** Less says how long a question takes, not how fast a link is. */
const LEAST_BYTES = MB;
/** Transfers whose begin is remembered. */
const MAX_UNDER_WAY = 256;

const directions = ['in', 'out'] as const;
const outcomes = ['done', 'refused', 'cancelled', 'interrupted'] as const;

export interface LinkListener {
  transfers(event: TransfersEvent): void;
  /** Bytes of files that moved by requests. */
  http(direction: 'in' | 'out', bytes: number): void;
  /** A block that came by a request and was not what its list says. */
  damagedByHttp(): void;
}

export function linkFigures(figures: Figures, world: { monotonicMs(): number }): LinkListener {
  const eachWay = linkKinds.flatMap((link) => directions.map((direction) => ({ link, direction })));
  const each = linkKinds.map((link) => ({ link }));
  const open = new Map<LinkKind, number>();
  figures.readEach('myspinbot_links_open', 'Links that are open now.', ['link'], function* count() {
    for (const link of linkKinds) if (link !== 'http') yield [{ link }, open.get(link) ?? 0];
  });
  const moved = figures.counter(
    'myspinbot_links_moved_bytes_total',
    'Bytes of files that moved between devices and the agent; in = to the agent.',
    ['link', 'direction'],
    eachWay,
  );
  const ended = figures.counter(
    'myspinbot_links_transfers_total',
    'Transfers of whole files that ended, by outcome; those by requests are counted as requests.',
    ['link', 'direction', 'outcome'],
    eachWay
      .filter(({ link }) => link !== 'http')
      .flatMap((way) => outcomes.map((outcome) => ({ ...way, outcome }))),
  );
  const damaged = figures.counter(
    'myspinbot_links_damaged_blocks_total',
    'Blocks that came and were not what their list says; each is fetched again.',
    ['link'],
    each,
  );
  const violations = figures.counter(
    'myspinbot_links_violations_total',
    'Links that were ended because their peer broke the rules.',
    ['link'],
    each,
  );
  const speed = figures.histogram(
    'myspinbot_links_speed_bytes_per_second',
    'Speed of transfers of a megabyte and more, from their first block to their end.',
    SPEEDS,
    ['link', 'direction'],
  );

  /** When the first block was there, and how much was there then. */
  const underWay = new Map<string, { at: number; bytes: number }>();
  const begun = (key: string, bytes: number) => {
    if (underWay.has(key)) return;
    const [oldest] = underWay.keys();
    if (underWay.size >= MAX_UNDER_WAY) underWay.delete(oldest!);
    underWay.set(key, { at: world.monotonicMs(), bytes });
  };
  return {
    transfers(event) {
      if (event.type === 'links') return void open.set(event.kind, event.open);
      const { link } = event;
      if (event.type === 'moved') moved.inc({ link, direction: event.direction }, event.bytes);
      else if (event.type === 'violation') violations.inc({ link });
      else if (event.type === 'damaged') damaged.inc({ link });
      else if (event.type === 'progress' || event.type === 'ended') {
        const { direction } = event;
        const key = `${principalId(event.who)} ${link} ${direction} ${event.hash}`;
        if (event.type === 'progress') return begun(key, event.doneBytes);
        const first = underWay.get(key);
        underWay.delete(key);
        ended.inc({ link, direction, outcome: event.end.outcome });
        if (first === undefined || event.end.outcome !== 'done') return;
        const bytes = event.end.ref.bytes - first.bytes;
        const seconds = (world.monotonicMs() - first.at) / 1000;
        if (bytes >= LEAST_BYTES && seconds > 0) speed.observe({ link, direction }, bytes / seconds);
      }
    },
    http: (direction, bytes) => moved.inc({ link: 'http', direction }, bytes),
    damagedByHttp: () => damaged.inc({ link: 'http' }),
  };
}
