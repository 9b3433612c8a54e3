// Reads figures back out of the registry, so that whoever shows them shows what a scrape would get. It knows names and
// labels, not where a figure comes from.
import type { MetricValue, Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;
type Value = MetricValue<string> & { metricName?: string };

export interface Registered {
  /** Undefined when it is not known now. With `of`: the sum of those with these labels. */
  value(name: string, of?: Labels): Promise<number | undefined>;
  /** Every set of labels with its value. */
  each(name: string): Promise<{ labels: Labels; value: number }[]>;
  /** What half of the observations with these labels are below, as well as the buckets tell. */
  median(name: string, of: Labels): Promise<number | undefined>;
}

export function registeredIn(registry: Registry): Registered {
  const valuesOf = async (name: string): Promise<Value[]> => {
    const metric = registry.getSingleMetric(name);
    return metric === undefined ? [] : ((await metric.get()).values as Value[]);
  };
  const those = (values: Value[], of: Labels) =>
    values.filter(({ labels }) => Object.entries(of).every(([name, value]) => labels[name] === value));
  return {
    async value(name, of = {}) {
      const found = those(await valuesOf(name), of);
      return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
    },
    async each(name) {
      return (await valuesOf(name)).map(({ labels, value }) => ({ labels: labels as Labels, value }));
    },
    async median(name, of) {
      const buckets = new Map<number, number>();
      for (const { metricName, labels, value } of those(await valuesOf(name), of)) {
        if (metricName !== `${name}_bucket`) continue;
        const le = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
        buckets.set(le, (buckets.get(le) ?? 0) + value);
      }
      return medianOf([...buckets].sort(([a], [b]) => a - b));
    },
  };
}

/** Of cumulative buckets in order; within a bucket it is taken to grow evenly, as Prometheus does. */
export function medianOf(buckets: readonly (readonly [le: number, count: number])[]): number | undefined {
  const wanted = (buckets.at(-1)?.[1] ?? 0) / 2;
  if (wanted === 0) return undefined;
  let [low, below] = [0, 0];
  for (const [le, count] of buckets) {
    if (count >= wanted) return le === Number.POSITIVE_INFINITY ? low : within(low, le, below, count, wanted);
    [low, below] = [le, count];
  }
  return low;
}

function within(low: number, high: number, below: number, count: number, wanted: number): number {
  return low + ((high - low) * (wanted - below)) / (count - below);
}
