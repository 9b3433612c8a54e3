// A real Chromium with a fresh profile, and pages that watch themselves: anything unexpected on the console
// fails the journey at its end.
import type { BrowserContext, Page } from 'playwright';
import { afterAll, expect } from 'vitest';
import { launchProfile } from './chromium.ts';
import { outFile } from './place.ts';
import { scratchFolder } from './scratch.ts';

export const desktop = { width: 1440, height: 900 };
export const phone = { width: 390, height: 844 };

export interface Profile {
  readonly context: BrowserContext;
  /** Everything unexpected that pages of this profile printed or threw. */
  readonly complaints: string[];
  /** From now on these are expected (an agent that is switched off makes every request of its page fail). */
  expectComplaints(pattern: RegExp): void;
  newPage(): Promise<Page>;
  /** Also done after the file's tests. */
  close(): Promise<void>;
}

/** What Chromium prints when the agent is switched off under a page. */
export const agentAway =
  /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|FAILED|INTERNET_DISCONNECTED)|WebSocket connection to/;

/**
 * A browser with an empty profile of its own, closed after the file's tests.
 * `microphone` is a WAV that the fake microphone plays once.
 */
export async function openProfile(
  options: {
    viewport?: { width: number; height: number };
    microphone?: string;
    touch?: boolean;
    /** The home folder it looks for certificates in. */
    home?: string;
    /** A profile to go on with; a new one when absent. */
    folder?: string;
    /** More of Chromium's own switches. */
    args?: readonly string[];
  } = {},
): Promise<Profile> {
  const context = await launchProfile(options.folder ?? scratchFolder('profile'), {
    viewport: options.viewport ?? desktop,
    hasTouch: options.touch ?? false,
    home: options.home,
    args: [
      ...(options.args ?? []),
      ...(options.microphone === undefined
        ? []
        : [
            '--use-fake-ui-for-media-stream',
            '--use-fake-device-for-media-stream',
            `--use-file-for-fake-audio-capture=${options.microphone}`,
          ]),
    ],
  });
  afterAll(() => context.close());
  const complaints: string[] = [];
  const expected: RegExp[] = [];
  const note = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) complaints.push(text);
  };
  const watch = (page: Page) => {
    page.on('pageerror', (error) => note(`thrown: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`);
    });
  };
  context.pages().forEach(watch);
  context.on('page', watch);
  return {
    context,
    complaints,
    expectComplaints: (pattern) => {
      expected.push(pattern);
    },
    newPage: () => context.newPage(),
    close: () => context.close(),
  };
}

/** Fails when a page of the profile complained about anything that was not expected. */
export function expectNoComplaints(profile: Profile): void {
  expect(profile.complaints).toEqual([]);
}

/** Keeps a picture of the page under e2e/out/. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: outFile(`${name}.png`) });
}
