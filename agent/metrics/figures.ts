// How every figure is made: named alike, counted at zero from the start where its labels are known, and unable to harm
// whoever it listens to or reads from. It knows prom-client and no room of the agent.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Logger } from '../log/logger.ts';

/**
 * `myspinbot_<room>_<what>_<unit>`; what only grows ends in `_total`. Figures of graphics cards are called as NVIDIA's
 * own exporter calls them, so that what was made for it shows them.
 */
export type FigureName = `myspinbot_${string}_${string}` | `DCGM_FI_DEV_${string}`;

type Labels<L extends string> = Record<L, string>;

export interface Figures {
  /** What only grows. `known`: label values that are there from the start, so that a first event is an increase. */
  counter<L extends string = never>(
    name: `myspinbot_${string}_${string}_total`,
    help: string,
    labels?: readonly L[],
    known?: Iterable<Labels<L>>,
  ): Counter<L>;
  histogram<L extends string = never>(
    name: FigureName,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** Looked up whenever somebody asks; undefined = not known now. */
  read(name: FigureName, help: string, look: () => Found | Promise<Found>): void;
  /** The same for one value per set of labels; whatever is not among them any more is gone. */
  readEach<L extends string>(
    name: FigureName,
    help: string,
    labels: readonly L[],
    look: () => Iterable<readonly [Labels<L>, number]>,
  ): void;
  /** A listener that never throws into whoever tells it something. */
  quiet<E>(listener: (event: E) => void): (event: E) => void;
}

type Found = number | undefined;

export function createFigures(registry: Registry, log: Logger): Figures {
  const registers = [registry];
  const told = new Set<string>();
  /** Once for each figure: a scrape comes every few seconds. */
  const tell = (figure: string, cause: unknown) => {
    if (told.has(figure)) return;
    told.add(figure);
    log.warn('metrics.unread', { figure, why: String(cause) });
  };
  return {
    counter(name, help, labels = [], known = []) {
      const counter = new Counter({ name, help, labelNames: [...labels], registers });
      for (const one of known) counter.inc(one, 0);
      return counter;
    },
    histogram: (name, help, buckets, labels = []) =>
      new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers }),
    read(name, help, look) {
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.reset();
          try {
            const found = await look();
            if (found === undefined) this.remove();
            else this.set(found);
          } catch (cause) {
            this.remove();
            tell(name, cause);
          }
        },
      });
    },
    readEach(name, help, labels, look) {
      new Gauge({
        name,
        help,
        labelNames: [...labels],
        registers,
        collect() {
          this.reset();
          try {
            for (const [of, value] of look()) this.set(of, value);
          } catch (cause) {
            tell(name, cause);
          }
        },
      });
    },
    quiet: (listener) => (event) => {
      try {
        listener(event);
      } catch (cause) {
        tell('an event', cause);
      }
    },
  };
}

/** What `look` finds, looked for once however many figures are read in the same turn. */
export function oncePerTurn<T>(look: () => T): () => T {
  let found: { value: T } | undefined;
  return () => {
    if (found === undefined) {
      found = { value: look() };
      setImmediate(() => {
        found = undefined;
      });
    }
    return found.value;
  };
}
