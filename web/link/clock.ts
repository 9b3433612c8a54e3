// Time as the links and the live layer use it, so that a test can turn it by hand.

export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Calls back once; returns the way to stop. */
  after(ms: number, then: () => void): () => void;
  /** Calls back again and again; returns the way to stop. */
  every(ms: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  every(ms, then) {
    const timer = setInterval(then, ms);
    return () => clearInterval(timer);
  },
};
