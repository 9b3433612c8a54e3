// One video takes over from another that shows the same: it is brought to the same place beneath it, and only when it has a
// picture there does it count. It knows two elements and nothing of where they come from.

/** What nobody notices: two or three frames. */
const NEAR_S = 0.1;
/** Seeks on a busy machine end behind where the other one is by then; after these it is near enough. */
const TRIES = 4;
/** HTMLMediaElement.HAVE_CURRENT_DATA: the picture of where it is. */
const HAS_PICTURE = 2;

/**
 * Brings `next` to where `before` is, playing or not, heard or not, and calls `done` when it stands there. Returns the way
 * to give up.
 */
export function takeOver(
  before: { readonly video: HTMLVideoElement; isPlaying(): boolean },
  next: HTMLVideoElement,
  done: () => void,
): () => void {
  const { video } = before;
  let tries = 0;
  let isOver = false;
  let lead = 0;

  const end = () => {
    isOver = true;
    next.removeEventListener('error', failed);
    for (const type of ['loadeddata', 'seeked'] as const) next.removeEventListener(type, look);
  };
  const place = () => Math.min(video.currentTime, Math.max(0, next.duration - 0.05));
  const look = () => {
    if (isOver || next.readyState < HAS_PICTURE) return;
    const late = place() - next.currentTime;
    if (Math.abs(late) > NEAR_S && tries < TRIES) {
      tries += 1;
      // As far ahead as the last seek came late.
      lead = tries === 1 ? 0 : lead + late;
      next.currentTime = Math.min(next.duration, place() + lead);
      return;
    }
    end();
    const isPlaying = before.isPlaying() && !video.ended;
    next.muted = video.muted;
    if (!isPlaying) return shown(done);
    // Refused (no leave to speak unasked): it stands at the same place with its controls.
    next.play().then(
      () => shown(done),
      () => shown(done),
    );
  };
  /** After its picture is really on the screen. */
  const shown = (then: () => void) => {
    if ('requestVideoFrameCallback' in next && !next.paused) next.requestVideoFrameCallback(() => then());
    else requestAnimationFrame(() => requestAnimationFrame(then));
  };

  // It cannot be played: that is said by its own controls.
  const failed = () => {
    end();
    done();
  };
  next.addEventListener('error', failed);
  next.addEventListener('loadeddata', look);
  next.addEventListener('seeked', look);
  next.preload = 'auto';
  look();
  return end;
}
