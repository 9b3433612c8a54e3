// The film of a job while it is being made, as screens have it: a video element that can be put anywhere, and what a
// person wants of it. It begins when there is enough to begin, and when it has caught up with the making it stands still
// until there is enough to go on; a browser alone would stutter from fragment to fragment.
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { type Accessor, createEffect, createSignal, on, onCleanup } from 'solid-js';
import type { Bytes, LiveWatch } from '../link/bytes.ts';
import type { LiveEvent } from '../link/live-receiver.ts';
import { createFilmFeed, type FilmFeed, type FilmSources } from './film-feed.ts';
import type { MakingFilm } from './live.ts';

/** Seconds that must be there to begin, and to go on after standing still. */
const BEGIN_S = 0.5;
const GO_ON_S = 2;
/** With more than this ahead it is the decoder that is waited for, which needs no help. */
const EDGE_S = 0.3;

export interface MakingFilmWorld {
  bytes: Pick<Bytes, 'watchLive'>;
  /** Undefined where the browser cannot show a film that grows. */
  sources: FilmSources | undefined;
  video(): HTMLVideoElement;
}

/** The film of the job that is wanted now; another job, or none, closes it. */
export function followFilm(
  world: MakingFilmWorld,
  wanted: Accessor<JobId | undefined>,
): Accessor<MakingFilm | undefined> {
  const [film, setFilm] = createSignal<MakingFilm>();
  createEffect(
    on(wanted, (job) => {
      const { sources } = world;
      if (job === undefined || sources === undefined) return;
      let shown: OpenFilm | undefined;
      let watch: LiveWatch | undefined;
      const drop = () => {
        shown?.close();
        shown = undefined;
        setFilm(undefined);
      };
      const told = (event: LiveEvent) => {
        if (event.type === 'began') {
          const before = shown;
          drop();
          if (!sources.isTypeSupported(event.mime)) return watch?.stop();
          shown = openFilm({ ...world, sources }, event, {
            taken: (bytes) => watch?.taken(bytes),
            lost(cause) {
              console.warn('live/lost', cause); // the still stays, and the finished video comes
              watch?.stop();
              drop();
            },
          });
          // A second attempt goes on as the first one was watched.
          if (before !== undefined) shown.resume(before);
          setFilm(shown.film);
        } else if (event.type === 'bytes') {
          shown?.feed.add(event.bytes as Uint8Array<ArrayBuffer>);
        } else if (event.why === 'finished') shown?.feed.end();
        else drop();
      };
      watch = world.bytes.watchLive(job, told);
      onCleanup(() => {
        watch?.stop();
        drop();
      });
    }),
  );
  return film;
}

interface OpenFilm {
  film: MakingFilm;
  feed: FilmFeed;
  resume(before: OpenFilm): void;
  close(): void;
}

function openFilm(
  world: MakingFilmWorld & { sources: FilmSources },
  { mime, width, height }: Extract<LiveEvent, { type: 'began' }>,
  told: { taken(bytes: number): void; lost(cause: unknown): void },
): OpenFilm {
  const video = world.video();
  video.muted = true;
  video.playsInline = true;
  video.width = width;
  video.height = height;
  const [hasPicture, setHasPicture] = createSignal(false);
  const [isWanted, setWanted] = createSignal(false);
  const [isMuted, setMuted] = createSignal(true);
  const [hasBegun, setBegun] = createSignal(false);
  /** It stands still because there is nothing to show, not because somebody pressed pause. */
  let isHeld = true;
  let isClosed = false;

  const goOn = () => {
    if (isClosed || !isWanted() || !isHeld) return;
    if (!feed.isWhole() && feed.ahead() < (hasBegun() ? GO_ON_S : BEGIN_S)) return;
    isHeld = false;
    video.play().catch((cause: unknown) => {
      // Interrupted by a pause of ours is no refusal; without leave to play, a person presses the button.
      if (cause instanceof DOMException && cause.name === 'AbortError') return;
      isHeld = true;
      setWanted(false);
    });
  };
  const hold = () => {
    if (isHeld || video.ended) return;
    isHeld = true;
    video.pause();
  };
  const feed = createFilmFeed({
    ...{ video, mime, sources: world.sources, taken: told.taken, lost: told.lost },
    grew: goOn,
  });
  video.addEventListener('loadeddata', () => setHasPicture(true));
  video.addEventListener('playing', () => setBegun(true));
  video.addEventListener('waiting', () => {
    if (!feed.isWhole() && feed.ahead() < EDGE_S) hold();
  });
  video.addEventListener('pause', () => {
    if (isHeld || video.ended || isClosed) return;
    // Somebody else stopped it: the system, a headset's button.
    if (video.isConnected) return setWanted(false);
    // It is on its way from one screen to the next, which browsers take for a reason to stop.
    isHeld = true;
    const whenPlaced = () => {
      if (isClosed) return;
      if (video.isConnected) goOn();
      else requestAnimationFrame(whenPlaced);
    };
    whenPlaced();
  });

  const play = () => {
    setWanted(true);
    isHeld = true;
    if (video.ended) video.currentTime = 0;
    goOn();
  };
  const film: MakingFilm = {
    video,
    hasPicture,
    hasBegun,
    isPlaying: isWanted,
    isMuted,
    play,
    pause() {
      setWanted(false);
      isHeld = true;
      video.pause();
    },
    mute(muted) {
      video.muted = muted;
      setMuted(muted);
    },
  };
  return {
    film,
    feed,
    resume(before) {
      film.mute(before.film.isMuted());
      if (before.film.isPlaying()) play();
    },
    close() {
      isClosed = true;
      feed.close();
      video.pause();
      video.removeAttribute('src');
      video.load();
    },
  };
}
