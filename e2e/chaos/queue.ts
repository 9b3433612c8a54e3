// `npm run chaos -- queue --seed N [--kills N] [--long]`: the queue's agent is killed outright again and again;
// nothing accepted may be lost, nothing committed made twice. The run itself lives beside the queue.
import { spawn } from 'node:child_process';
import { inRepo } from '../harness/place.ts';

const child = spawn(
  process.execPath,
  [
    inRepo('node_modules/tsx/dist/cli.mjs'),
    inRepo('agent/queue/fixtures/chaos-run.ts'),
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
