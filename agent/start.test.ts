// `myspinbot start` as a person runs it: a process of its own, from the sources.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

/** Whether a folder above it keeps everybody out anyway. */
function isInPrivateFolder(path: string, data: string): boolean {
  for (let at = dirname(path); at.length > data.length; at = dirname(at)) {
    if ((statSync(at).mode & 0o077) === 0) return true;
  }
  return false;
}

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
    // A test is for its own machine: nothing is announced to the network it runs in.
    env: { ...process.env, MYSPINBOT_DATA: '', MYSPINBOT_PORT: '', MYSPINBOT_LISTEN: 'loopback' },
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
    [['start', '--address', 'example.com'], 2, /--address needs an IP address/],
    [['start', '--local', '--address', '10.0.0.1'], 2, /exclude each other/],
    [['pair', '--help'], 0, /two minutes all the same/],
    [['open', '--help'], 0, /opens the app in a browser on this machine/],
    [['devices', '--help'], 0, /--revoke DEVICE/],
    [['token', '--help'], 0, /--scope SCOPE/],
    [['ca', '--help'], 0, /--rotate/],
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

  test('for its own machine it is nowhere else; with an address it has a certificate and is there', async () => {
    const alone = await start('--port', '0', '--data', fresh(), '--local').said('listening');
    expect(alone).toMatchObject({
      addresses: [],
      link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/#pair=/),
    });
    const data = fresh();
    const there = start('--port', '0', '--data', data, '--address', '127.0.0.2', '--no-mdns');
    const { addresses, port } = await there.said('listening');
    expect(addresses).toContain(`https://127.0.0.2:${String(port)}`);
    expect(existsSync(join(data, 'certificates', 'authority.pem'))).toBe(true);
  });

  test('an address of another machine is said with what to do', async () => {
    const agent = start('--port', '0', '--data', fresh(), '--address', '192.168.255.254', '--no-mdns');
    expect(await agent.said('failed')).toMatchObject({
      message: '192.168.255.254 is not an address of this machine.',
      hint: expect.stringContaining('--local'),
    });
  });

  test.skipIf(process.platform === 'win32')(
    'what others could read in a data folder they can read no more',
    async () => {
      const data = fresh();
      for (const folder of ['vault', 'documents', 'ledger', 'pairing', 'certificates']) {
        mkdirSync(join(data, folder), { recursive: true, mode: 0o777 });
      }
      await start('--port', '0', '--data', data, '--address', '127.0.0.2', '--no-mdns').said('listening');
      const open = readdirSync(data, { withFileTypes: true, recursive: true })
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => statSync(path).mode & 0o077 && !isInPrivateFolder(path, data));
      expect(open.map((path) => path.slice(data.length + 1))).toEqual(['agent-id']);
    },
  );

  test.skipIf(process.platform !== 'linux')(
    'a data folder that cannot be made is said in a sentence',
    async () => {
      const agent = start('--port', '0', '--data', '/sys/nothing');
      expect(await agent.code).toBe(1);
      expect(agent.err()).toMatch(
        /^The data folder \/sys\/nothing cannot be made or written \(E\w+\)\.\n.*--data DIR/,
      );
      expect(agent.err()).not.toMatch(/\n\s+at /);
    },
  );

  test('a data folder that is a file is said in a sentence', async () => {
    const file = fresh();
    writeFileSync(file, 'not a folder');
    const agent = start('--port', '0', '--data', file);
    expect(await agent.code).toBe(1);
    expect(agent.err()).toMatch(/data folder|config file/);
  });
});
