// A benchmark's figures: medians, limits, the table a person reads and the JSON a machine reads. It measures
// nothing itself.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

export interface Figure {
  /** What was measured, in words. */
  figure: string;
  ours: number;
  /** The same thing by other means in the same run. */
  baseline?: number;
  unit: string;
  /** Not to be exceeded. */
  limit?: number;
}

interface Row extends Figure {
  pass?: boolean;
}

export interface BenchOptions {
  /** Where the JSON goes; absent = nowhere. */
  json: string | undefined;
  runs: number;
  /** The one part that is measured; absent = all of them. */
  only: string | undefined;
}

/**
 * Reads `[--json FILE] [--runs N]`, and `[--only PART]` where there are parts; prints help or what is wrong and ends the
 * process when that is all.
 */
export function benchOptions(name: string, parts: readonly string[] = []): BenchOptions {
  const only = parts.length === 0 ? '' : ` [--only ${parts.join('|')}]`;
  const usage = `npm run bench -- ${name} [--json FILE] [--runs N]${only}\n`;
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'string' },
        runs: { type: 'string' },
        only: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const runs = Number(values.runs ?? '3');
    if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs is a whole number from 1');
    if (values.only !== undefined && !parts.includes(values.only)) {
      throw new Error(`--only is ${parts.length === 0 ? 'not for this one' : `one of ${parts.join(', ')}`}`);
    }
    return { json: values.json, runs, only: values.only };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) throw new Error('no values to take a median of');
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Prints the table, writes the JSON when asked, and sets the exit code to 1 when a limit was exceeded. */
export function report(name: string, figures: readonly Figure[], options: BenchOptions): void {
  const rows: Row[] = figures.map((figure) =>
    figure.limit === undefined ? figure : { ...figure, pass: figure.ours <= figure.limit },
  );
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 1e9)} GB, Node ${process.versions.node}, load ${loadavg()[0]!.toFixed(1)}`;
  const cells = rows.map(({ figure, ours, baseline, unit, limit, pass }) => [
    figure,
    `${round(ours)} ${unit}`,
    baseline === undefined ? '' : `${round(baseline)} ${unit}`,
    limit === undefined ? '' : `<= ${limit}`,
    pass === undefined ? '' : pass ? 'ok' : 'MISSED',
  ]);
  const all = [['figure', 'ours', 'baseline', 'limit', ''], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  process.stdout.write(`\n${name}: ${machine}\n\n`);
  for (const row of all) {
    const line = row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
    process.stdout.write(`${line.trimEnd()}\n`);
  }
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify({ name, machine, rows }, null, 2)}\n`);
  }
  if (rows.some(({ pass }) => pass === false)) process.exitCode = 1;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
