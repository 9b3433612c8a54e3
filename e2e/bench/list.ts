// How long a list of ten thousand ended jobs keeps a person waiting: opened within the app, at the app's start, and when
// one of them is taken out.
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import type { ProjectId } from '@myspinbot/shared/project/project.ts';
import type { Page } from 'playwright';
import * as Y from 'yjs';
import { startAgent } from '../harness/agent.ts';
import { launchBrowser } from '../harness/chromium.ts';
import { benchOptions, median, report } from '../harness/figures.ts';

const JOBS = 10_000;
/** The newest jobs are whole in the document. */
const KEPT_WHOLE = 200;
const bench = benchOptions('list');
const scratch = mkdtempSync(join(tmpdir(), 'bench-list-'));

/** A workspace document with one project and as many jobs, nine of ten of them done. */
function workspaceOf(jobs: number): Uint8Array {
  const doc = new Y.Doc();
  const device = openWorkspace(doc, { role: 'device', id: 'd_bench' });
  const agent = openWorkspace(doc, { role: 'agent', id: 'a_bench' });
  const project = `p_${'0'.repeat(20)}` as ProjectId;
  const photo = { hash: 'a'.repeat(64), bytes: 100_000, type: 'image/png' } as never;
  const options = spinOptionsSchema.parse({
    photos: ['a'.repeat(64)],
    narration: { kind: 'text', text: 'Hello, I am one of ten thousand.' },
  });
  const result = {
    video: { hash: 'b'.repeat(64), bytes: 1_000_000, type: 'video/mp4' },
    poster: { hash: 'c'.repeat(64), bytes: 20_000, type: 'image/jpeg' },
    vtt: null,
    srt: null,
    durationMs: 4_000,
    width: 720,
    height: 720,
    engines: { portrait: 'portrait/builtin' },
    notes: [],
  } as never;
  const stages = (['script', 'look', 'voice', 'speech', 'timing', 'portrait', 'finish'] as const).map(
    (stage, n) => ({
      stage,
      state: 'done' as const,
      engine: `${stage}/builtin`,
      startedAt: n,
      finishedAt: n,
    }),
  );
  doc.transact(() => {
    device.putProject({ id: project, title: 'The many', createdAt: 1, updatedAt: 1, deleted: false });
    for (let n = 0; n < jobs; n += 1) {
      const id = `j_${String(n).padStart(20, '0')}` as JobId;
      const requestedAt = 1_700_000_000_000 + n * 1000;
      device.request({
        id,
        project,
        pipeline: 'portrait',
        options,
        assets: [photo],
        device: 'd_bench',
        requestedAt,
      });
      const times = { attempt: 1, retry: 0, queuedAt: requestedAt, startedAt: requestedAt, stages };
      const finishedAt = requestedAt + 900;
      if (n % 10 === 0) agent.report(id, { ...times, state: 'cancelled', finishedAt });
      else agent.report(id, { ...times, state: 'succeeded', finishedAt, result });
    }
  });
  // As the workstation does: of old jobs a line is left.
  agent.archive(device.jobIds().slice(0, -KEPT_WHOLE));
  // What was deleted stays behind as gaps alone, as in a document that was read anew.
  const anew = new Y.Doc();
  Y.applyUpdate(anew, Y.encodeStateAsUpdate(doc));
  return Y.encodeStateAsUpdate(anew);
}

/** Puts the document into the app's own store, as if it had come by sync. */
async function keepIn(page: Page, update: Uint8Array): Promise<void> {
  const encoded = Buffer.from(update).toString('base64');
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open('myspinbot');
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const write = database.transaction('updates', 'readwrite');
    write.objectStore('updates').add({ room: 'workspace', updates: [bytes] });
    await new Promise((resolve) => {
      write.oncomplete = resolve;
    });
    database.close();
  }, encoded);
}

const premieres = (page: Page) => page.getByRole('region', { name: 'Premieres' });

/** From the press on History to the frame with its posters. */
async function opened(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const link = [...document.querySelectorAll<HTMLAnchorElement>('a[href="/history"]')].find(
      (one) => one.offsetParent !== null,
    )!;
    const began = performance.now();
    link.click();
    while (document.querySelectorAll('[aria-label="Premieres"] .poster').length < 24) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    const shown = performance.now() - began;
    await new Promise((resolve) => setTimeout(resolve));
    return shown;
  });
}

/** From the first script of the page to the first poster, and the longest the page did not answer afterwards. */
async function started(page: Page): Promise<{ shownMs: number; longestMs: number }> {
  await page.reload();
  await premieres(page).waitFor();
  await page.waitForTimeout(4_000);
  return page.evaluate(
    () => (window as unknown as { measured: { shownMs: number; longestMs: number } }).measured,
  );
}

/** From the press to the frame without the row. */
async function takenOut(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const button = document.querySelector<HTMLButtonElement>('[aria-label="Take out of the history"]')!;
    const href = button.closest('li')!.querySelector('a')!.getAttribute('href');
    const began = performance.now();
    button.click();
    while (document.querySelector(`main a[href="${href}"]`) !== null) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return performance.now() - began;
  });
}

const agent = await startAgent({ data: join(scratch, 'data') });
const browser = await launchBrowser();
const figures = {
  opened: [] as number[],
  shown: [] as number[],
  longest: [] as number[],
  out: [] as number[],
};
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.addInitScript(() => {
    const measured = { shownMs: 0, longestMs: 0 };
    (window as unknown as { measured: typeof measured }).measured = measured;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        measured.longestMs = Math.max(measured.longestMs, duration);
    }).observe({ type: 'longtask', buffered: true });
    // Functions without names: the page does not know what the bundler calls them with.
    new MutationObserver((_changes, observer) => {
      if (document.querySelector('[aria-label="Premieres"] .poster') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
        measured.shownMs = performance.now() - page!.responseEnd;
      });
    }).observe(document, { childList: true, subtree: true });
  });
  await page.goto(agent.url);
  await page.locator('main').waitFor();
  await keepIn(page, workspaceOf(JOBS));
  await page.goto(`${agent.url}/history`);
  await page.getByText(String(JOBS * 0.9)).waitFor({ timeout: 120_000 });
  // What lists are painted from next time is written in the meantime.
  await page.waitForTimeout(15_000);
  for (let run = 0; run < bench.runs; run += 1) {
    const { shownMs, longestMs } = await started(page);

    figures.shown.push(shownMs);
    figures.longest.push(longestMs);
    await page.locator('a[href="/"]').locator('visible=true').first().click();
    await page.getByRole('region', { name: 'Last premieres' }).waitFor();
    figures.opened.push(await opened(page));
    figures.out.push(await takenOut(page));
  }
} finally {
  await browser.close();
  await agent.stop();
  await rm(scratch, { recursive: true, force: true });
}

report(
  'list',
  [
    {
      figure: `history of ${JOBS} jobs, from the press to its frame`,
      ours: median(figures.opened),
      unit: 'ms',
      limit: 50,
    },
    {
      figure: 'the app at its start, from its page to the first poster',
      ours: median(figures.shown),
      unit: 'ms',
    },
    {
      figure: 'the longest it did not answer while it read all of them',
      ours: median(figures.longest),
      unit: 'ms',
    },
    {
      figure: 'one job taken out, from the press to the frame',
      ours: median(figures.out),
      unit: 'ms',
      limit: 50,
    },
  ],
  bench,
);
