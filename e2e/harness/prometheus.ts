// A real Prometheus on a free port of the loopback, and promtool: found on the PATH, started on a folder of its own, asked
// by its own API. It knows nothing of the agent.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

const startLimitMs = 30_000;

/** Whether this machine can do it: the names of the programs that are missing. */
export function missingPrometheus(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return ['prometheus', 'promtool'].filter((name) => !folders.some((folder) => isHere(join(folder, name))));
}

function isHere(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run
  }
}

/** What promtool says; throws with its words when it is not content. */
export function promtool(args: readonly string[], options: { cwd?: string; input?: string } = {}): string {
  return execFileSync('promtool', [...args], { encoding: 'utf8', ...options });
}

export interface Prometheus {
  /** `data` of an answer of its API; throws when it is an error. */
  ask<T>(path: string, query?: Record<string, string>): Promise<T>;
  /** Asks it to end and waits. */
  stop(): Promise<void>;
}

/** Starts it on a config file, with its store in `folder`. */
export async function startPrometheus(options: { config: string; folder: string }): Promise<Prometheus> {
  const child = spawn(
    'prometheus',
    [
      `--config.file=${options.config}`,
      `--storage.tsdb.path=${join(options.folder, 'store')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  const lines = createInterface({ input: child.stderr });
  const base = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Prometheus said no address within ${startLimitMs} ms:\n${log}`));
    }, startLimitMs);
    lines.on('line', (line) => {
      log = `${log}${line}\n`.slice(-20_000);
      const [, address] = /Listening on.*address=(127\.0\.0\.1:[1-9]\d*)/.exec(line) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(`http://${address}/api/v1/`);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Prometheus ended with ${code}:\n${log}`));
    });
  });
  return {
    async ask<T>(path: string, query: Record<string, string> = {}) {
      const answer = await fetch(`${base}${path}?${new URLSearchParams(query)}`);
      const said = (await answer.json()) as { status: string; data: T; error?: string };
      if (said.status !== 'success') throw new Error(`${path} ${JSON.stringify(query)}: ${said.error}`);
      return said.data;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}
