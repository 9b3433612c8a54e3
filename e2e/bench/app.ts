// What a person waits for before anything can be done: the app's first load, the agent's start, `npm start`.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startAgent } from '../harness/agent.ts';
import { launchBrowser } from '../harness/chromium.ts';
import { benchOptions, type Figure, median, report } from '../harness/figures.ts';
import { inRepo } from '../harness/place.ts';

const bench = benchOptions('app');
const scratch = mkdtempSync(join(tmpdir(), 'bench-app-'));

interface FirstLoad {
  scriptKB: number;
  shownMs: number;
}

/** A new browser's first visit: every script the page itself loads, gzipped; the service worker's own apart. */
async function firstLoad(url: string): Promise<FirstLoad> {
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
    const scripts: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (response.request().resourceType() === 'script') scripts.push(response.body());
    });
    const began = performance.now();
    await page.goto(url, { waitUntil: 'load' });
    await page.getByRole('heading').first().waitFor();
    const shownMs = performance.now() - began;
    await page.waitForLoadState('networkidle');
    const bytes = (await Promise.all(scripts)).reduce((sum, script) => sum + gzipSync(script).length, 0);
    return { scriptKB: bytes / 1000, shownMs };
  } finally {
    await browser.close();
  }
}

/** Time from `npm start` on a checkout that is set up, to the address on its output. */
async function warmStart(data: string): Promise<number> {
  const began = performance.now();
  const child = spawn(
    'npm',
    ['start', '--silent', '--', '--port', '0', '--data', data, '--no-open', '--no-mdns'],
    {
      cwd: inRepo(''),
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    },
  );
  const ms = await addressAfter(child, began);
  // As Ctrl+C does: to the whole group, because npm and its shell do not pass a signal on. The agent holds the
  // pipe, so its close says that it is gone too.
  const gone = once(child, 'close');
  process.kill(-child.pid!, 'SIGTERM');
  await gone;
  return ms;
}

function addressAfter(child: ChildProcess, began: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (/https?:\/\//.test(text)) resolve(performance.now() - began);
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${text}`)));
  });
}

const loads: FirstLoad[] = [];
const coldStarts: number[] = [];
const warmStarts: number[] = [];
try {
  await warmStart(join(scratch, 'set-up'));
  for (let run = 0; run < bench.runs; run += 1) {
    const agent = await startAgent({ data: join(scratch, `cold-${run}`) });
    coldStarts.push(agent.readyMs);
    loads.push(await firstLoad(agent.url));
    await agent.stop();
    warmStarts.push(await warmStart(join(scratch, `warm-${run}`)));
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}

const figures: Figure[] = [
  {
    figure: 'JavaScript of the first load, gzipped',
    ours: median(loads.map(({ scriptKB }) => scriptKB)),
    unit: 'KB',
    limit: 150,
  },
  {
    figure: 'first visit until the first heading',
    ours: median(loads.map(({ shownMs }) => shownMs)),
    unit: 'ms',
  },
  { figure: 'agent from nothing to listening', ours: median(coldStarts) / 1000, unit: 's', limit: 1.5 },
  {
    figure: 'npm start, set up before, to the address',
    ours: median(warmStarts) / 1000,
    unit: 's',
    limit: 3,
  },
];
report('app', figures, bench);
