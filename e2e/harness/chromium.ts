// The one place that knows how a Chromium is found and started here.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright';
import { pidsWith } from './process-tree.ts';

/** Set-up names the browser; run by hand, the usual places are tried. */
function executablePath(): string {
  const found = [process.env.CHROMIUM, '/usr/lib/chromium/chromium', chromium.executablePath()].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found === undefined) throw new Error('no Chromium: run npm test, which finds or installs one');
  return found;
}

const quietArgs = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath(), headless: true, args: quietArgs });
}

/** A browser on a profile folder, so that what pages store outlives a crash of the page. */
export function launchProfile(
  folder: string,
  options: {
    viewport: { width: number; height: number };
    hasTouch: boolean;
    args: readonly string[];
    /** The home folder it looks for its certificates in; absent = the account's. */
    home?: string | undefined;
  },
): Promise<BrowserContext> {
  const { viewport, hasTouch, args, home } = options;
  return chromium.launchPersistentContext(folder, {
    executablePath: executablePath(),
    headless: true,
    viewport,
    hasTouch,
    acceptDownloads: true,
    args: [...quietArgs, ...args],
    ...(home === undefined ? {} : { env: { ...process.env, HOME: home } as Record<string, string> }),
  });
}

/**
 * A browser that nobody drives: no debugger is attached, which would slow sockets down by several times. Its first page
 * is `url`; it runs in a process group of its own until it is killed.
 */
export function spawnUndriven(options: {
  folder: string;
  url: string;
  args: readonly string[];
  home?: string | undefined;
}): ChildProcess {
  const { folder, url, args, home } = options;
  const browser = spawn(
    executablePath(),
    [
      '--headless=new',
      `--user-data-dir=${folder}`,
      ...quietArgs,
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      ...args,
      url,
    ],
    {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, ...(home === undefined ? {} : { HOME: home }) },
    },
  );
  undriven.add(browser);
  browser.once('exit', () => undriven.delete(browser));
  if (!endsThem) {
    endsThem = true;
    process.once('exit', endUndriven);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  }
  return browser;
}

const undriven = new Set<ChildProcess>();
let endsThem = false;

/** Whoever started them was stopped itself: in groups of their own they would go on for ever. */
function endUndriven(): void {
  for (const browser of undriven) killGroup(browser);
}

/** Ends a browser and everything it started, at once (SIGKILL). */
export function killGroup(browser: ChildProcess): void {
  try {
    process.kill(-browser.pid!, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Ends the processes that pages run in, at once (SIGKILL), and leaves the browser that had them. Throws when there are none. */
export function killPages(browser: ChildProcess): void {
  const pids = pidsWith(browser.pid!, '--type=renderer');
  if (pids.length === 0) throw new Error('the browser has no process for a page');
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}
