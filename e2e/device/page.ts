// The measured device's page: asks for tasks, has its worker do them, watches its own thread meanwhile and says what came
// of it. It is a page like the app's, at the workstation's own origin, and no debugger is attached to it.
import { paths, type Task, type TaskResult } from './tasks.ts';

const worker = new Worker('/bench/worker.js', { type: 'module' });
let longTasks = { count: 0, longestMs: 0 };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) {
    longTasks = { count: longTasks.count + 1, longestMs: Math.max(longTasks.longestMs, duration) };
  }
}).observe({ type: 'longtask' });

function done(task: Task): Promise<Omit<TaskResult, 'longTasks'>> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Omit<TaskResult, 'longTasks'>>) => resolve(data);
    worker.onerror = ({ message }) => resolve({ ms: 0, error: `the worker ended: ${message}` });
    worker.postMessage(task);
  });
}

for (;;) {
  const task = (await (await fetch(paths.next)).json()) as Task;
  longTasks = { count: 0, longestMs: 0 };
  const result: TaskResult = { ...(await done(task)), longTasks };
  await fetch(paths.result, { method: 'POST', body: JSON.stringify(result) });
}
