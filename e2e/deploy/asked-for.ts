// What the files of deploy/ ask Prometheus for: every expression of the dashboards and alert rules, and the names and
// labels in it. It reads files and knows no server.
import { readdirSync, readFileSync } from 'node:fs';
import { inRepo } from '../harness/place.ts';

export interface Asked {
  /** "jobs.json: Longest wait". */
  where: string;
  /** As Prometheus takes it: Grafana's variables are filled in. */
  expr: string;
}

export function dashboardFiles(): string[] {
  return readdirSync(inRepo('deploy/grafana/dashboards')).filter((name) => name.endsWith('.json'));
}

interface Panel {
  title?: string;
  targets?: { expr: string }[];
}

export function dashboard(file: string): { uid: string; title: string; panels: Panel[] } {
  return JSON.parse(readFileSync(inRepo(`deploy/grafana/dashboards/${file}`), 'utf8'));
}

/** Everything the dashboards ask for, the choice of an agent and the marks of its starts included. */
export function askedByDashboards(): Asked[] {
  return dashboardFiles().flatMap((file) => {
    const { panels, annotations } = dashboard(file) as ReturnType<typeof dashboard> & {
      annotations: { list: { name: string; expr: string }[] };
    };
    const ofPanels = panels.flatMap(({ title = '', targets = [] }) =>
      targets.map(({ expr }) => ({ where: `${file}: ${title}`, expr: filledIn(expr) })),
    );
    const marks = annotations.list.map(({ name, expr }) => ({
      where: `${file}: ${name}`,
      expr: filledIn(expr),
    }));
    return [...ofPanels, ...marks];
  });
}

function filledIn(expr: string): string {
  return expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*');
}

/** The names of our figures in an expression, without the endings that a histogram's parts have. */
export function namesIn(expr: string): string[] {
  const names = [...expr.matchAll(/\b(?:myspinbot|DCGM_FI_DEV)_\w+/g)].map(([name]) => name);
  return [...new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, '')))];
}

/** Which label is asked of which figure: in braces, and where it is summed by. */
export function labelsIn(expr: string): { name: string; label: string }[] {
  const chosen = [...expr.matchAll(/\b((?:myspinbot|DCGM_FI_DEV)_\w+)\{([^}]*)\}/g)].flatMap(
    ([, name = '', inside = '']) =>
      [...inside.matchAll(/(\w+)\s*[=!]~?/g)].map(([, label]) => ({ name, label: label! })),
  );
  const summed = [
    ...expr.matchAll(/\b(?:by|without) \(([^)]*)\)\s*\(([^{]*?)((?:myspinbot|DCGM_FI_DEV)_\w+)/g),
  ].flatMap(([, labels = '', , name = '']) =>
    labels.split(',').map((label) => ({ name, label: label.trim() })),
  );
  return [...chosen, ...summed].map(({ name, label }) => ({
    name: name.replace(/_(bucket|sum|count)$/, ''),
    label,
  }));
}

/** Figures and their labels as docs/metrics.md lists them. */
export function documentedLabels(): Map<string, readonly string[]> {
  const rows = readFileSync(inRepo('docs/metrics.md'), 'utf8').matchAll(
    /^\| `((?:myspinbot|DCGM_FI_DEV)_\w+)` \| \w+ \| ([^|]*) \|/gm,
  );
  return new Map(
    [...rows].map(([, name = '', labels = '']) => [
      name,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label!),
    ]),
  );
}
