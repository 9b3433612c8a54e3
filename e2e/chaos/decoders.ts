// `npm run chaos -- decoders --seed N [--inputs N] [--long] [--only NAME]`: garbage for everything that reads what the network sends.
// Nothing may be thrown, hang or be left damaged. The run itself lives beside the server.
import { spawn } from 'node:child_process';
import { inRepo } from '../harness/place.ts';

const child = spawn(
  process.execPath,
  [
    inRepo('node_modules/tsx/dist/cli.mjs'),
    inRepo('agent/server/testing/decoders-run.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
