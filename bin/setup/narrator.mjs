// What a person reads while set-up works: one line per step, with its time. Always on stderr, so that a
// command's own output stays clean on stdout. Silent when there is nothing to do.
const tty = process.stderr.isTTY === true && !process.env.CI;

/** Prints one line. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Runs one step under a line that ends with its seconds; on a terminal the line counts while the step runs.
 * @template T
 * @param {string} label
 * @param {() => Promise<T>} step
 * @returns {Promise<T>}
 */
export async function narrate(label, step) {
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  let ticking;
  if (tty) {
    process.stderr.write(`  ${label} ...`);
    ticking = setInterval(() => process.stderr.write(`\r  ${label} ... ${Math.floor(seconds())} s`), 1000);
  } else {
    say(`  ${label} ...`);
  }
  try {
    const result = await step();
    clearInterval(ticking);
    process.stderr.write(tty ? `\r  ${label}: ${seconds()} s    \n` : `  ${label}: ${seconds()} s\n`);
    return result;
  } catch (error) {
    clearInterval(ticking);
    process.stderr.write(
      tty ? `\r  ${label}: failed after ${seconds()} s\n` : `  ${label}: failed after ${seconds()} s\n`,
    );
    throw error;
  }
}
