// A worker of BullMQ in a process of its own, as an agent would be one: tells when a job starts, and how long it takes to
// do so many. Arguments: port of Redis, name of the queue.
import { Worker } from 'bullmq';

const [port = '', name = ''] = process.argv.slice(2);
const microseconds = () => Number(process.hrtime.bigint() / 1000n);
let tellsStarts = true;
const worker = new Worker(
  name,
  async () => {
    if (tellsStarts) process.send?.({ type: 'stage', at: microseconds() });
  },
  { connection: { host: '127.0.0.1', port: Number(port) }, concurrency: 1 },
);
await worker.waitUntilReady();
process.send?.({ type: 'ready' });
process.on('message', async (raw) => {
  const message = raw as { do: string; jobs?: number };
  if (message.do === 'pause') {
    await worker.pause();
    process.send?.({ type: 'answer' });
    return;
  }
  tellsStarts = false;
  let left = message.jobs ?? 0;
  const began = performance.now();
  worker.on('completed', () => {
    left -= 1;
    if (left === 0) process.send?.({ type: 'answer', drainedMs: performance.now() - began });
  });
  worker.resume();
});
