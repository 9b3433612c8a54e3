// The cards of this machine at this moment, asked once: for whoever looks over the machine without an agent that watches.
import { execFile } from 'node:child_process';
import { type GpuReading, gpuFields, gpuQuery, readGpuLine, withoutRefused } from './readings.ts';

export type GpuAnswer =
  | { state: 'absent' }
  | { state: 'read'; readings: readonly GpuReading[] }
  | { state: 'failing'; trouble: string };

const LIMIT_MS = 10_000;

/** Never throws. */
export async function askGpus(
  command = 'nvidia-smi',
  fields: readonly string[] = gpuFields,
): Promise<GpuAnswer> {
  const { code, words } = await run(command, gpuQuery(fields));
  if (code === 'ENOENT') return { state: 'absent' };
  const fewer = withoutRefused(fields, words);
  if (fewer !== undefined) return await askGpus(command, fewer);
  const readings = words.split('\n').flatMap((line) => readGpuLine(line, fields) ?? []);
  if (readings.length > 0) return { state: 'read', readings };
  return { state: 'failing', trouble: words.trim().split('\n')[0] || `nvidia-smi ended with ${code}.` };
}

function run(command: string, args: readonly string[]): Promise<{ code: string; words: string }> {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS, windowsHide: true, env: { ...process.env, LC_ALL: 'C' } };
    execFile(command, args, options, (cause, stdout, stderr) => {
      resolve({ code: String(cause?.code ?? cause?.signal ?? 0), words: stdout || stderr });
    });
  });
}
