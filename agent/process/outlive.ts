// A stage host must not outlive its agent, not even when the agent was killed outright and the host's own
// thread is deep in a computation: a watching thread sees the parent change and ends the whole group, the
// ffmpeg processes in it included.
import { Worker } from 'node:worker_threads';

/** How often the parent is looked at: an orphan may burn a processor for at most this long. */
const LOOK_EVERY_MS = 500;

/** Ends this process and its group: at once when the channel to the parent closes, soon when it is busy. */
export function endWithParent(): void {
  const end = () => {
    try {
      if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
    } catch {
      // not the leader of a group: only this process is ours to end
    }
    process.exit(1);
  };
  process.on('disconnect', end);
  if (process.platform === 'win32') return; // there the parent's id never changes
  const code = `
    const parent = ${process.ppid};
    setInterval(() => {
      if (process.ppid === parent) return;
      try { process.kill(-process.pid, 'SIGKILL'); } catch { process.kill(process.pid, 'SIGKILL'); }
    }, ${LOOK_EVERY_MS});`;
  const watcher = new Worker(code, {
    eval: true,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  });
  watcher.unref();
}
