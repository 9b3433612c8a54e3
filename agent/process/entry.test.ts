import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { moduleEntry } from './entry.ts';

test('from sources a TypeScript entry runs in a worker thread and in a child process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entry-'));
  try {
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const code = `import { parentPort } from 'node:worker_threads';
      const answer: { sum: number } = { sum: 1 + 2 };
      if (parentPort) parentPort.postMessage(answer); else process.send?.(answer);`;
    await writeFile(join(folder, 'adds.ts'), code);
    const entry = moduleEntry('./adds.ts', pathToFileURL(join(folder, 'caller.ts')).href);
    const worker = new Worker(entry.url, { execArgv: entry.execArgv });
    expect((await once(worker, 'message'))[0]).toEqual({ sum: 3 });
    await worker.terminate();
    const child = fork(entry.path, [], { execArgv: entry.execArgv });
    expect((await once(child, 'message'))[0]).toEqual({ sum: 3 });
    if (child.exitCode === null) await once(child, 'exit');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('from the bundle the entry is the JavaScript file of the same name beside the caller', () => {
  const entry = moduleEntry('../engines/portrait/portrait-worker.ts', 'file:///app/dist/agent/main.js');
  expect(entry.url.href).toBe('file:///app/dist/agent/portrait-worker.js');
  expect(entry.execArgv).toEqual([]);
});
