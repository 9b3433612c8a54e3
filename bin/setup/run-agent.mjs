// Runs the agent's command line with the person's own terminal, after set-up.
import { hand } from './command.mjs';
import { agentEntry } from './place.mjs';
import { prepare } from './prepare.mjs';
import { orExplain } from './trouble.mjs';

/**
 * Runs `myspinbot ARGS` and ends this process with its exit code. Signals are passed on.
 * @param {readonly string[]} args
 */
export async function runAgent(args) {
  await orExplain(async () => {
    const { env } = await prepare();
    process.exitCode = await hand(process.execPath, [agentEntry, ...args], { env });
  });
}
