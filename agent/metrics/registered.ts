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
  /** Of what a histogram with these labels has seen: exact, where its buckets would be coarse for a few. */
  average(name: string, of: Labels): Promise<number | undefined>;
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
    async average(name, of) {
      const part = (which: string) =>
        those(values, of).reduce(
          (sum, one) => sum + (one.metricName === `${name}_${which}` ? one.value : 0),
          0,
        );
      const values = await valuesOf(name);
      const count = part('count');
      return count === 0 ? undefined : part('sum') / count;
    },
  };
}
