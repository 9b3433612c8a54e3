// Everything that reads what the network sends, fed with garbage, as a program: --seed N [--inputs N] [--long]
// [--only NAME]. Prints what came of it; exit code 1 when something was thrown, hung, or was left damaged.
import { parseArgs } from 'node:util';
import { fuzzHub } from '../../hub/testing/fuzz.ts';
import { fuzzPairing } from '../../pairing/testing/fuzz.ts';
import { fuzzTransfer } from '../../transfer/testing/fuzz.ts';
import { fuzzVault } from '../../vault/testing/fuzz.ts';
import { fuzzServer } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    inputs: { type: 'string' },
    long: { type: 'boolean' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) {
  console.log(`chaos decoders: garbage for everything that reads what the network sends

  --seed N      repeats a run; without it another one each time
  --inputs N    messages for each decoder (20,000; with --long 1,000,000)
  --long        the long run, an hour and more
  --only NAME   pairing, documents, transfer, files or requests alone
  --help        this`);
  process.exit(0);
}
const seed = Number(values.seed ?? Date.now() % 100_000);
const inputs = Number(values.inputs ?? (values.long === true ? 1_000_000 : 20_000));
/** Processor time of one input. A machine that does something else besides is slow now and then, not three times. */
const HANG_MS = 50;
/** Where a message may ask for the exchange of a pairing: some 35 ms of arithmetic, bounded in number by its limits. */
const HANG_WITH_ARITHMETIC_MS = 150;

const decoders = {
  pairing: fuzzPairing,
  documents: async (options: { seed: number; inputs: number }) => fuzzHub(options),
  transfer: fuzzTransfer,
  files: fuzzVault,
  requests: fuzzServer,
};

/** What the process may grow by while one decoder is fed: as much as the largest bodies under way, not by the input. */
const MAX_GROWTH_MIB = 512;
const rssMiB = () => Math.round(process.memoryUsage.rss() / 2 ** 20);

console.log(`chaos decoders: seed ${seed}, ${inputs} messages`);
for (const [name, fuzz] of Object.entries(decoders)) {
  if (values.only !== undefined && values.only !== name) continue;
  const began = performance.now();
  const before = rssMiB();
  try {
    const { slowest, ...report } = await fuzz({ seed, inputs });
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`${name.padEnd(12)}${seconds} s  ${JSON.stringify(report)}`);
    const grownMiB = rssMiB() - before;
    if (grownMiB > MAX_GROWTH_MIB) {
      console.log(`broken: ${name} grew the process by ${grownMiB} MiB; repeat with --seed ${seed}`);
      process.exitCode = 1;
    }
    const faults = 'faults' in report ? (report.faults as string[]) : [];
    if (faults.length > 0) {
      console.log(`broken: ${name}: ${faults[0]}; repeat with --seed ${seed} --inputs ${inputs}`);
      process.exitCode = 1;
    }
    const limit = name === 'pairing' || name === 'requests' ? HANG_WITH_ARITHMETIC_MS : HANG_MS;
    if (report.slowestMs > limit) {
      console.log(
        `broken: ${name} took ${report.slowestMs.toFixed(1)} ms for ${slowest}; repeat with --seed ${seed}`,
      );
      process.exitCode = 1;
    }
  } catch (error) {
    console.log(`broken: ${name}: ${String(error)}; repeat with --seed ${seed} --inputs ${inputs}`);
    process.exitCode = 1;
  }
}
