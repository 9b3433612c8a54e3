// Who holds memory of the cards, asked once: for a sentence that a person can act on. In a container, and on Windows, the
// driver may not tell; then nobody is named.
import { execFile } from 'node:child_process';

export interface GpuHolder {
  readonly pid: number;
  /** The program's own name, without its folder. */
  readonly program: string;
  readonly bytes: number;
}

const LIMIT_MS = 5000;
const MIB = 1024 ** 2;

/** Largest first. Never throws. */
export function askHolders(command = 'nvidia-smi'): Promise<GpuHolder[]> {
  const query = ['--query-compute-apps=pid,process_name,used_gpu_memory', '--format=csv,noheader,nounits'];
  return new Promise((resolve) => {
    execFile(command, query, { timeout: LIMIT_MS, windowsHide: true }, (_cause, stdout) => {
      const holders = stdout.split('\n').flatMap((line) => readHolder(line) ?? []);
      resolve(holders.sort((a, b) => b.bytes - a.bytes));
    });
  });
}

/** "4711, /usr/bin/python3, 2957"; a program's name may have commas in it. */
export function readHolder(line: string): GpuHolder | undefined {
  const [, pid, path, mib] = /^(\d+), (.+), (\d+)$/.exec(line.trim()) ?? [];
  if (pid === undefined || path === undefined) return undefined;
  const program = path.split(/[/\\]/).at(-1) ?? path;
  return {
    pid: Number(pid),
    program: program.replaceAll(/\p{Cc}/gu, '').slice(0, 60),
    bytes: Number(mib) * MIB,
  };
}
