// Feeds a growing film to a video element: bytes in order into a SourceBuffer, one append at a time, with room made for
// them out of what was watched. MediaSource where there is one, ManagedMediaSource where that is what there is. It does
// not know where the bytes come from, nor whether anybody presses play.

/** The part of MediaSource that is used, which ManagedMediaSource shares. */
export interface FilmSource extends EventTarget {
  readonly readyState: string;
  /** ManagedMediaSource alone: whether it wants bytes now. */
  readonly streaming?: boolean;
  addSourceBuffer(mime: string): SourceBuffer;
  endOfStream(): void;
}

export interface FilmSources {
  create: () => FilmSource;
  isTypeSupported(mime: string): boolean;
  /** ManagedMediaSource opens only for an element that cannot play elsewhere. */
  isManaged: boolean;
  url(source: FilmSource): string;
  revoke(url: string): void;
}

export interface FilmFeed {
  add(bytes: Uint8Array<ArrayBuffer>): void;
  /** All bytes were added. */
  end(): void;
  /** Seconds of film from the position that is shown. */
  ahead(): number;
  /** The whole film is in the element. */
  isWhole(): boolean;
  close(): void;
}

/** Seconds of what was watched that stay, so that going back a little finds something. */
const KEPT_BEHIND_S = 5;

/** The browser's own sources; undefined where films cannot be fed at all. */
export function browserSources(world: typeof globalThis): FilmSources | undefined {
  const named = world as unknown as Record<string, (typeof MediaSource & (new () => FilmSource)) | undefined>;
  const source = named.MediaSource ?? named.ManagedMediaSource;
  if (source === undefined) return undefined;
  return {
    create: () => new source(),
    isTypeSupported: (mime) => source.isTypeSupported(mime),
    isManaged: named.MediaSource === undefined,
    url: (made) => URL.createObjectURL(made as MediaSource),
    revoke: (url) => URL.revokeObjectURL(url),
  };
}

export function createFilmFeed(options: {
  video: HTMLVideoElement;
  sources: FilmSources;
  mime: string;
  /** So many bytes are in the element now. */
  taken(bytes: number): void;
  /** Something was appended, or the end is there. */
  grew(): void;
  /** The element refuses the film; nothing more is fed. */
  lost(cause: unknown): void;
}): FilmFeed {
  const { video, sources } = options;
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  const source = sources.create();
  let buffer: SourceBuffer | undefined;
  /** Until `updateend` is heard, which is later than `updating` says it. */
  let doing: 'append' | 'remove' | undefined;
  let hasEnded = false;
  let isClosed = false;

  const lose = (cause: unknown) => {
    if (isClosed) return;
    close();
    options.lost(cause);
  };
  /** Forgets what was watched, if there is any. */
  const makeRoom = (into: SourceBuffer) => {
    const { buffered } = into;
    const until = video.currentTime - KEPT_BEHIND_S;
    if (buffered.length === 0 || buffered.start(0) >= until) return;
    into.remove(buffered.start(0), until);
    doing = 'remove';
  };
  const advance = () => {
    if (isClosed || buffer === undefined || doing !== undefined || source.readyState !== 'open') return;
    if (source.streaming === false) return; // it says when it wants more
    const next = waiting[0];
    if (next === undefined) {
      if (!hasEnded) return;
      source.endOfStream();
      return options.grew();
    }
    try {
      buffer.appendBuffer(next);
      doing = 'append';
    } catch (cause) {
      if (!(cause instanceof DOMException) || cause.name !== 'QuotaExceededError') return lose(cause);
      // Full of what is still to be watched: it goes on when time has passed.
      makeRoom(buffer);
    }
  };
  const opened = () => {
    if (isClosed || buffer !== undefined) return;
    try {
      buffer = source.addSourceBuffer(options.mime);
    } catch (cause) {
      return lose(cause);
    }
    buffer.addEventListener('updateend', () => {
      const done = doing === 'append' ? waiting.shift() : undefined;
      doing = undefined;
      if (isClosed) return;
      if (done !== undefined) {
        options.taken(done.length);
        options.grew();
      }
      advance();
    });
    buffer.addEventListener('error', () => {
      // What was wrong is said by the element, behind this event.
      queueMicrotask(() => lose(video.error ?? new Error('the browser cannot read the film')));
    });
    advance();
  };
  const failed = () => lose(video.error ?? new Error('the browser cannot play the film'));
  const close = () => {
    isClosed = true;
    waiting.length = 0;
    video.removeEventListener('timeupdate', advance);
    video.removeEventListener('error', failed);
    sources.revoke(url);
  };

  if (sources.isManaged) video.disableRemotePlayback = true;
  source.addEventListener('sourceopen', opened);
  source.addEventListener('startstreaming', advance);
  video.addEventListener('timeupdate', advance);
  video.addEventListener('error', failed);
  const url = sources.url(source);
  video.src = url;

  return {
    add(bytes) {
      if (isClosed) return;
      waiting.push(bytes);
      advance();
    },
    end() {
      hasEnded = true;
      advance();
    },
    ahead() {
      const { buffered, currentTime } = video;
      for (let range = 0; range < buffered.length; range++) {
        // The beginning may lie a hair behind 0.
        if (buffered.start(range) <= currentTime + 0.1 && buffered.end(range) > currentTime)
          return buffered.end(range) - currentTime;
      }
      return 0;
    },
    isWhole: () => source.readyState === 'ended',
    close,
  };
}
