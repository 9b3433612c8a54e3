// The product's command line as a person or a script uses it: run to its end, with what it printed.
import { spawn } from 'node:child_process';
import { builtAgent } from './place.ts';

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
  /** stdout's lines that are JSON objects, in order. */
  events: Record<string, unknown>[];
  /** Wall time in ms. */
  ms: number;
}

/** Runs `myspinbot ARGS` from the build. Never throws for an exit code. */
export function myspinbot(
  args: readonly string[],
  options: {
    env?: Record<string, string>;
    cwd?: string;
    onSpawn?: (pid: number) => void;
    /** Called with everything that was printed so far. */
    onStdout?: (sofar: string, pid: number) => void;
  } = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(process.execPath, [builtAgent(), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (child.pid !== undefined) options.onStdout?.(stdout, child.pid);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code, stdout, stderr, events: jsonLines(stdout), ms: performance.now() - began }),
    );
    if (child.pid !== undefined) options.onSpawn?.(child.pid);
  });
}

/** Every line that is a JSON object; other lines are left out. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return typeof value === 'object' && value !== null ? [value as Record<string, unknown>] : [];
    } catch {
      return [];
    }
  });
}
