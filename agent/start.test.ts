// `myspinbot start` as a person runs it: a process of its own, from the sources.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { moduleEntry } from './process/entry.ts';

const root = mkdtempSync(join(tmpdir(), 'start-'));
let folders = 0;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = () => join(root, String(++folders));

interface Run {
  child: ChildProcess;
  code: Promise<number | null>;
  out(): string;
  err(): string;
  /** The first event with this name. */
  said(event: string): Promise<Record<string, unknown>>;
}

function run(...args: string[]): Run {
  const entry = moduleEntry('./cli.ts', import.meta.url);
  const child = spawn(process.execPath, [...entry.execArgv, entry.path, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, MYSPINBOT_DATA: '', MYSPINBOT_PORT: '' },
  });
  children.push(child);
  let out = '';
  let err = '';
  const events: Record<string, unknown>[] = [];
  const waiting: (() => void)[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    out += `${line}\n`;
    if (line.startsWith('{')) events.push(JSON.parse(line) as Record<string, unknown>);
    for (const look of waiting) look();
  });
  const code = once(child, 'close').then(([value]) => value as number | null);
  return {
    child,
    code,
    out: () => out,
    err: () => err,
    said: (event) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find((one) => one.event === event);
          if (found !== undefined) resolve(found);
        };
        waiting.push(look);
        look();
        void code.then(() => reject(new Error(`it ended without saying ${event}:\n${out}${err}`)));
      }),
  };
}
const start = (...args: string[]) => run('start', '--json', '--no-open', ...args);

describe('the command line', () => {
  test.each<[string[], number, RegExp]>([
    [['--help'], 0, /myspinbot start/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
    [['start', '--help'], 0, /--data DIR/],
    [[], 2, /myspinbot start/],
    [['dance'], 2, /no command "dance"/],
    [['start', '--port', 'x'], 2, /--port must be a number/],
    [['start', '--port', '65536'], 2, /--port must be a number/],
    [['start', '--prot', '1'], 2, /--prot/],
    [['start', 'here'], 2, /Unexpected argument 'here'/],
    [['start', '--log', 'loud'], 2, /--log must be one of/],
  ])('%j ends with %i', async (args, code, text) => {
    const { code: ended, out, err } = run(...args);
    expect(await ended).toBe(code);
    expect(out() + err()).toMatch(text);
  });
});

describe('the daemon', () => {
  test('says where it is, answers, and ends on SIGTERM with 0', async () => {
    const data = fresh();
    const agent = start('--port', '0', '--data', data);
    const { url, port, pid } = await agent.said('listening');
    expect(url).toBe(`http://127.0.0.1:${String(port)}`);
    expect(pid).toBe(agent.child.pid);
    expect(await (await fetch(`${String(url)}/health`)).json()).toMatchObject({ status: 'ok' });
    agent.child.kill('SIGTERM');
    expect(await agent.code).toBe(0);
    expect(existsSync(join(data, 'running.json'))).toBe(false);
    await expect(fetch(`${String(url)}/health`)).rejects.toThrow();
  });

  test('keeps a second one out and says where the first is; a dead one keeps nobody out', async () => {
    const data = fresh();
    const first = start('--port', '0', '--data', data);
    const { url, pid } = await first.said('listening');
    const second = start('--port', '0', '--data', data);
    const failed = await second.said('failed');
    expect(await second.code).toBe(1);
    expect(failed).toMatchObject({ code: 'refused', hint: expect.stringContaining('--data') });
    expect(failed.message).toContain(`already running at ${String(url)} (process ${String(pid)})`);
    // The first has not noticed.
    expect((await fetch(`${String(url)}/health`)).status).toBe(200);
    first.child.kill('SIGKILL');
    await first.code;
    const third = start('--port', '0', '--data', data);
    await third.said('listening');
  });

  test('a taken port is said with what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const agent = start('--port', String(port), '--data', fresh());
    expect(await agent.said('failed')).toMatchObject({
      message: `Port ${port} is taken by another program.`,
      hint: expect.stringContaining('--port 0'),
    });
    expect(await agent.code).toBe(1);
    other.close();
  });

  test('a data folder that is a file is said in a sentence', async () => {
    const file = fresh();
    writeFileSync(file, 'not a folder');
    const agent = start('--port', '0', '--data', file);
    expect(await agent.code).toBe(1);
    expect(agent.err()).toMatch(/data folder|config file/);
  });
});
