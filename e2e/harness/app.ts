// What a person does in the app, in their words: found by role and name, so that a journey reads like its story
// and fails when a screen stops being understandable.
import type { BrowserContext, Locator, Page } from 'playwright';
import { expect } from 'vitest';
import type { RunningAgent } from './agent.ts';

/** A whole job on a busy machine. */
const jobLimitMs = 150_000;

/** Which data folders a browser profile was paired with. */
const paired = new WeakMap<BrowserContext, Set<string>>();

/**
 * Opens the app's first screen and waits until it stands. A profile's first time is by the link that the agent makes
 * for browsers on its own machine, which pairs it.
 */
export async function openApp(page: Page, agent: RunningAgent, path = '/'): Promise<void> {
  const known = paired.get(page.context()) ?? new Set();
  paired.set(page.context(), known);
  const isNew = !known.has(agent.data);
  known.add(agent.data);
  await page.goto(`${agent.url}${path}${isNew ? new URL(await agent.newLink()).hash : ''}`);
  await page.locator('main').waitFor();
}

/** The workstation's line says it is here. */
export async function workstationIsHere(page: Page): Promise<void> {
  await page
    .getByText(/ is here$/)
    .locator('visible=true')
    .first()
    .waitFor();
}

/** A new, empty project from wherever the person is. */
export async function newProject(page: Page): Promise<void> {
  const first = page.getByRole('button', { name: 'Use my photo' });
  const later = page.getByRole('button', { name: /^(New project|New)$/ }).locator('visible=true');
  await first.or(later).first().click();
  await page.waitForURL(/\/project\/p_/);
  await words(page).waitFor();
}

/** The sample character's project. */
export async function castSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Start with / }).click();
  await page.waitForURL(/\/project\/p_/);
  await spinIsReady(page);
}

export async function addPhoto(page: Page, file: string): Promise<void> {
  await page.getByLabel(/^(Choose a photo|Add another)$/).setInputFiles(file);
}

/** Where the lines are written. */
export function words(page: Page): Locator {
  return page.getByRole('textbox', { name: 'What it says' });
}

export async function choose(page: Page, label: string): Promise<void> {
  // The radio button itself is invisible: a person presses its words.
  await page
    .locator('label')
    .filter({ has: page.getByRole('radio', { name: label }) })
    .click();
}

export async function isSaved(page: Page): Promise<void> {
  await page.getByText('Saved', { exact: true }).locator('visible=true').first().waitFor();
}

export function spinButton(page: Page): Locator {
  return page.getByRole('button', { name: 'Spin', exact: true });
}

/** Nothing is missing any more. */
export async function spinIsReady(page: Page): Promise<void> {
  await expect.poll(() => spinButton(page).getAttribute('aria-disabled'), { timeout: 20_000 }).toBeNull();
}

/** Presses Spin and follows to the job's screen; returns its address. */
export async function spin(page: Page): Promise<string> {
  await spinIsReady(page);
  await spinButton(page).click();
  await page.waitForURL(/\/job\/j_/);
  return page.url();
}

/** The finished video on the job's screen, and not the film of it that plays in the making. */
export function finishedVideo(page: Page): Locator {
  return page.locator('.video-stage > video');
}

/** The film in the ring while the video is made. */
export function filmInTheRing(page: Page): Locator {
  return page.locator('.medallion-film > video');
}

/** Waits on the job's screen until its video is there, plays it, and returns how long it is in seconds. */
export async function videoPlays(page: Page): Promise<number> {
  const video = finishedVideo(page);
  await video.waitFor({ timeout: jobLimitMs });
  const at = (what: 'duration' | 'currentTime') =>
    video.evaluate((element: HTMLVideoElement, name) => element[name], what);
  await expect.poll(() => at('duration'), { timeout: 30_000 }).toBeGreaterThan(0);
  await video.evaluate(async (element: HTMLVideoElement) => {
    element.muted = true;
    if (element.paused) await element.play();
  });
  await expect.poll(() => at('currentTime'), { timeout: 30_000 }).toBeGreaterThan(0.3);
  const { duration, error } = await video.evaluate((element: HTMLVideoElement) => ({
    duration: element.duration,
    error: element.error?.message,
  }));
  expect(error).toBeUndefined();
  return duration;
}

/** Whether anything is wider than the screen: a page that scrolls sideways on a phone. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What a phone's share sheet hands to the app. */
export interface Shared {
  files?: readonly string[];
  title?: string;
  text?: string;
}

/**
 * Shares to the app as the system does, by a form posted at its share address. It needs a page of the app that is open;
 * afterwards that page shows what came.
 */
export async function shareToApp(page: Page, { files = [], title, text }: Shared): Promise<void> {
  await page.evaluate(() => {
    const form = document.createElement('form');
    form.action = '/share';
    form.method = 'POST';
    form.enctype = 'multipart/form-data';
    form.hidden = true;
    for (const name of ['title', 'text']) {
      form.append(Object.assign(document.createElement('input'), { name, type: 'hidden' }));
    }
    form.append(
      Object.assign(document.createElement('input'), {
        id: 'shared',
        name: 'files',
        type: 'file',
        multiple: true,
      }),
    );
    form.id = 'share';
    document.body.append(form);
  });
  await page.locator('#shared').setInputFiles([...files]);
  await Promise.all([
    page.waitForURL(/\/share\?/),
    page.locator('#share').evaluate(
      (form: HTMLFormElement, words) => {
        for (const [name, value] of Object.entries(words)) {
          (form.elements.namedItem(name) as HTMLInputElement).value = value ?? '';
        }
        form.submit();
      },
      { title, text },
    ),
  ]);
  await page.getByRole('heading', { name: 'What you shared' }).waitFor();
}

/** The app's own worker answers for this page. */
export async function isCaredFor(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}
