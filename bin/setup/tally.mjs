// Counts steps of a test run: each one's time and result, what failed by name, and the last line that machines read.
import { say } from './narrator.mjs';

/** An empty tally. `add` counts a step's results; `print` writes all steps and the total to stdout. */
export function makeTally() {
  const rows = [];
  return {
    /**
     * Runs a step. It returns counts, or a boolean that counts as one.
     * @param {string} name
     * @param {() => Promise<boolean | { passed: number, failed: number, skipped?: number, failures?: string[] }>} step
     */
    async add(name, step) {
      say(`\n== ${name}`);
      const began = performance.now();
      const outcome = await step();
      const counts =
        typeof outcome === 'boolean' ? { passed: outcome ? 1 : 0, failed: outcome ? 0 : 1 } : outcome;
      rows.push({ name, seconds: (performance.now() - began) / 1000, skipped: 0, failures: [], ...counts });
    },
    /** Prints what failed, the table and, last, `N passed, N failed`; returns the exit code. */
    print() {
      const sum = (field) => rows.reduce((total, row) => total + row[field], 0);
      for (const { failures } of rows)
        for (const failure of failures) process.stdout.write(`\nfailed: ${failure}`);
      process.stdout.write('\n');
      for (const { name, seconds, passed, failed, skipped } of rows) {
        const extra = skipped > 0 ? `, ${skipped} skipped` : '';
        process.stdout.write(
          `${name.padEnd(24)} ${seconds.toFixed(1).padStart(7)} s   ${passed} passed, ${failed} failed${extra}\n`,
        );
      }
      process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
      return sum('failed') === 0 && sum('passed') > 0 ? 0 : 1;
    },
  };
}
