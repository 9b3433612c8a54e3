// A Chromium for the tests: the system's, else Playwright's own download, else the distribution's package.
// Only the tests need one; the app itself opens in whatever browser the person uses.
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from './command.mjs';
import { aptInstall, canApt } from './debian.mjs';
import { narrate } from './narrator.mjs';
import { inRepo } from './place.mjs';
import { Trouble } from './trouble.mjs';

const playwrightEntry = inRepo('e2e/node_modules/playwright/cli.js');

/**
 * Absolute path of a Chromium that is installed; undefined when there is none.
 * @returns {Promise<string | undefined>}
 */
export async function findChromium() {
  const installed = systemChromium();
  if (installed !== undefined) return installed;
  const own = await playwrightChromium();
  return own !== undefined && existsSync(own) ? own : undefined;
}

/**
 * Absolute path of a Chromium, installed when there is none. Throws Trouble.
 * @returns {Promise<string>}
 */
export async function ensureChromium() {
  const found = await findChromium();
  if (found !== undefined) return found;
  const sources = canApt() ? [fromDistribution, fromPlaywright] : [fromPlaywright];
  let said = '';
  for (const source of sources) {
    const outcome = await source();
    if (outcome.path !== undefined) return outcome.path;
    said += outcome.tail;
  }
  throw new Trouble(
    'No Chromium was found for the end-to-end tests, and none could be installed.',
    'Install Chromium or Chrome (Debian and Ubuntu: apt-get install chromium; macOS: brew install --cask chromium), or name one with CHROMIUM=/path/to/it, and run npm test again.',
    said,
  );
}

function systemChromium() {
  const named = process.env.CHROMIUM;
  return [...(named === undefined ? [] : [named]), ...wellKnown()].find(isExecutable);
}

/** Debian's own program first: the script of the same name on the PATH adds options of its own. */
function wellKnown() {
  const names = [
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'chrome',
    'microsoft-edge',
  ];
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((directory) => (directory === '' ? [] : names.map((name) => join(directory, name))));
  switch (process.platform) {
    case 'darwin': {
      const apps = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
      return ['/Applications', join(homedir(), 'Applications')].flatMap((folder) =>
        apps.map((app) => join(folder, `${app}.app/Contents/MacOS/${app}`)),
      );
    }
    case 'win32':
      return [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].flatMap(
        (folder) =>
          folder === undefined
            ? []
            : [
                join(folder, 'Google/Chrome/Application/chrome.exe'),
                join(folder, 'Chromium/Application/chrome.exe'),
                join(folder, 'Microsoft/Edge/Application/msedge.exe'),
              ],
      );
    default:
      return ['/usr/lib/chromium/chromium', ...onPath];
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run: the next one is tried
  }
}

/** Where Playwright keeps its own, whether or not it is there. */
async function playwrightChromium() {
  const question = "import('playwright').then((p) => process.stdout.write(p.chromium.executablePath()))";
  const answer = await run(process.execPath, ['-e', question], { cwd: inRepo('e2e') });
  return answer.code === 0 && answer.stdout !== '' ? answer.stdout : undefined;
}

async function fromPlaywright() {
  const result = await narrate('downloading a Chromium for the tests', () =>
    run(process.execPath, [playwrightEntry, 'install', 'chromium'], { timeoutMs: 5 * 60_000 }),
  );
  const path = await playwrightChromium();
  return result.code === 0 && path !== undefined && existsSync(path)
    ? { path, tail: '' }
    : { path: undefined, tail: result.tail };
}

async function fromDistribution() {
  const result = await aptInstall(['chromium']);
  return { path: systemChromium(), tail: result.tail };
}
