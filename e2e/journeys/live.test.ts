// Somebody who cannot wait: the video is watched while it is still being made, over a link that breaks, until the finished
// one goes on where the eye is. And somebody who looks elsewhere meanwhile: for them the curtain opens as ever.
import { join } from 'node:path';
import type { Page, Worker } from 'playwright';
import { expect, test } from 'vitest';
import { startAgent } from '../harness/agent.ts';
import {
  addPhoto,
  filmInTheRing,
  finishedVideo,
  newProject,
  openApp,
  spin,
  videoPlays,
  words,
  workstationIsHere,
} from '../harness/app.ts';
import { expectNoComplaints, openProfile, phone, screenshot } from '../harness/browser.ts';
import { drawnPortrait } from '../harness/place.ts';
import { scratchFolder } from '../harness/scratch.ts';

/** About twenty-five seconds of speech, so that there is something to watch on any machine. */
const speech = Array.from(
  { length: 3 },
  (_, part) =>
    `Part ${part + 1}. Good evening, and welcome to a very small theatre, where one photograph speaks for as long as you like to listen.`,
).join(' ');

interface Seen {
  /** ms since the page began to look. */
  at: number;
  /** Which element is on top, and where it is. */
  what: 'film' | 'video' | 'nothing';
  time: number;
  isInTheRing: boolean;
  drapes: number;
}

/** From now on the page notes with every frame what is on the screen. */
async function look(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Seen[] = [];
    Object.assign(window, { seen });
    const note = () => {
      const film = document.querySelector<HTMLVideoElement>('.medallion-film video, .video-before video');
      const video = document.querySelector<HTMLVideoElement>('.video-stage > video');
      const top = film ?? video;
      // On a slow machine there must be something left to watch when the job is done.
      const isInTheRing = film?.closest('.medallion-film') != null;
      if (isInTheRing && film !== null && film.currentTime > 10) film.currentTime = 2;
      seen.push({
        at: performance.now(),
        what: film !== null ? 'film' : video !== null ? 'video' : 'nothing',
        time: top?.currentTime ?? 0,
        isInTheRing,
        drapes: document.querySelectorAll('.stage > .drape').length,
      });
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
}

const seenBy = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen[] }).seen);

const bytesWorker = (page: Page): Worker => {
  const worker = page.workers().find((one) => one.url().includes('bytes-worker'));
  if (worker === undefined) throw new Error('the page has no bytes worker');
  return worker;
};

/** From now on the worker's sockets can be cut: each is known by the first thing it sends. */
async function knowSockets(worker: Worker): Promise<void> {
  await worker.evaluate(() => {
    const sockets = new Set<WebSocket>();
    Object.assign(globalThis, { sockets });
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      sockets.add(this);
      send.call(this, data);
    };
  });
}

/** Cuts every open socket; resolves with how many there were. */
const cut = (worker: Worker) =>
  worker.evaluate(() => {
    const { sockets } = globalThis as unknown as { sockets: Set<WebSocket> };
    const open = [...sockets].filter((socket) => socket.readyState === WebSocket.OPEN);
    for (const socket of open) socket.close();
    return open.length;
  });

test('the video plays in the ring while it is made, survives a cut link, and goes on as the finished one', async () => {
  const agent = await startAgent({ data: join(scratchFolder('live'), 'data') });
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  await newProject(page);
  await addPhoto(page, drawnPortrait());
  await words(page).fill(speech);
  await spin(page);
  const began = performance.now();
  await look(page);

  const film = filmInTheRing(page);
  await film.waitFor({ timeout: 150_000 });
  await knowSockets(bytesWorker(page));
  const time = () => film.evaluate((element: HTMLVideoElement) => element.currentTime);
  const there = () =>
    film.evaluate(({ buffered }: HTMLVideoElement) => (buffered.length === 0 ? 0 : buffered.end(0)));
  await expect.poll(time, { timeout: 30_000, interval: 20 }).toBeGreaterThan(0.1);
  console.log(
    `live: the film plays ${Math.round(performance.now() - began)} ms after the job's screen opened`,
  );
  const percent = await page.getByTestId('percent').textContent();
  expect(Number.parseInt(percent ?? '', 10), 'it is still being made').toBeLessThan(100);
  expect(await finishedVideo(page).count()).toBe(0);
  expect(await film.evaluate((element: HTMLVideoElement) => element.muted)).toBe(true);
  await screenshot(page, 'live/1-in-the-ring');

  // The link breaks as soon as it has been used; the film is fetched on from where it was.
  await expect.poll(() => cut(bytesWorker(page)), { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
  const before = await there();
  await expect.poll(there, { timeout: 30_000, interval: 20 }).toBeGreaterThan(before + 1);
  expect(await finishedVideo(page).count(), 'it is still being made').toBe(0);
  await page.getByRole('button', { name: 'Sound on' }).click();
  await screenshot(page, 'live/2-after-the-cut');

  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  const stoppedAt = await time();
  await expect.poll(there, { timeout: 150_000 }).toBeGreaterThan(stoppedAt + 4);
  expect(await time()).toBe(stoppedAt);
  await page.getByRole('button', { name: 'Watch it so far' }).click();

  const video = finishedVideo(page);
  await video.waitFor({ timeout: 150_000 });
  await expect.poll(() => page.locator('.video-before').count(), { timeout: 30_000 }).toBe(0);
  const { duration, muted, paused, src } = await video.evaluate((element: HTMLVideoElement) => ({
    duration: element.duration,
    muted: element.muted,
    paused: element.paused,
    src: element.src,
  }));
  expect(duration).toBeGreaterThan(15);
  expect(src).toMatch(/^blob:|\/local\//);
  expect({ muted, paused }).toEqual({ muted: false, paused: false });
  await screenshot(page, 'live/3-finished');

  const seen = await seenBy(page);
  const lastOfFilm = seen.findLastIndex(({ what }) => what === 'film');
  const [ended, goesOn] = [seen[lastOfFilm]!, seen[lastOfFilm + 1]!];
  expect(goesOn.what, 'no frame without a picture').toBe('video');
  expect(Math.abs(goesOn.time - ended.time), 'at the same place').toBeLessThan(0.5);
  console.log(
    `live: taken over ${(goesOn.time - ended.time).toFixed(3)} s away, at ${ended.time.toFixed(2)} s`,
  );
  const whole = seen.slice(seen.findIndex(({ what }) => what === 'film'));
  expect(whole.filter(({ what }) => what === 'nothing')).toEqual([]);
  expect(
    whole.filter(({ drapes }) => drapes > 0),
    'no curtain before eyes that watch',
  ).toEqual([]);
  const onStage = whole.filter(({ isInTheRing }) => !isInTheRing);
  for (const [index, one] of onStage.entries()) {
    expect(one.time).toBeGreaterThan((onStage[index - 1]?.time ?? 0) - 0.5);
  }
  expectNoComplaints(profile);
  expect(await agent.stop()).toBe(0);
}, 400_000);

test('whoever looks elsewhere meanwhile is sent nothing of it, and the curtain opens for them', async () => {
  const agent = await startAgent({ data: join(scratchFolder('not-watching'), 'data') });
  const profile = await openProfile({ viewport: phone });
  await profile.context.addInitScript(() => {
    // Every film there could be has to come into the page.
    const { appendBuffer } = SourceBuffer.prototype;
    Object.assign(window, { appended: 0 });
    SourceBuffer.prototype.appendBuffer = function (data) {
      (window as unknown as { appended: number }).appended += data.byteLength;
      appendBuffer.call(this, data);
    };
  });
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  await newProject(page);
  await addPhoto(page, drawnPortrait());
  await words(page).fill(speech.slice(0, 250));
  const address = await spin(page);
  await page.goBack();
  await page.waitForURL(/\/project\//);
  await expect
    .poll(
      async () => (await (await agent.ask(`/api/status/${address.split('/').at(-1)}`)).json()) as unknown,
      {
        timeout: 150_000,
      },
    )
    .toMatchObject({ state: 'succeeded' });
  expect(await page.evaluate(() => (window as unknown as { appended: number }).appended)).toBe(0);
  await page.goForward();
  await page.locator('[data-curtain="opening"]').waitFor({ timeout: 30_000 });
  expect(await videoPlays(page)).toBeGreaterThan(3);
  expectNoComplaints(profile);
  await agent.stop();
});

test('where less motion is wished for it waits to be asked, also on a phone', async () => {
  const agent = await startAgent({ data: join(scratchFolder('calm'), 'data') });
  const profile = await openProfile({ viewport: phone, touch: true });
  const page = await profile.newPage();
  await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: 'dark' });
  await openApp(page, agent);
  await workstationIsHere(page);
  await newProject(page);
  await addPhoto(page, drawnPortrait());
  await words(page).fill(speech);
  await spin(page);
  const film = filmInTheRing(page);
  await film.waitFor({ timeout: 150_000 });
  expect(await film.evaluate((element: HTMLVideoElement) => [element.paused, element.currentTime])).toEqual([
    true,
    0,
  ]);
  await screenshot(page, 'live/4-calm');
  await page.getByRole('button', { name: 'Watch it so far' }).tap();
  await expect
    .poll(() => film.evaluate((element: HTMLVideoElement) => element.currentTime), { timeout: 30_000 })
    .toBeGreaterThan(0.1);
  await page.getByRole('button', { name: 'Sound on' }).waitFor();
  await screenshot(page, 'live/5-phone');
  await finishedVideo(page).waitFor({ timeout: 150_000 });
  expectNoComplaints(profile);
  await agent.stop();
});
