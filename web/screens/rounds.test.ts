import { createRoot } from 'solid-js';
import { afterEach, expect, it, vi } from 'vitest';
import { createRounds } from './rounds.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('a round begins every few seconds while somebody looks, when they look again, and after what they did', () => {
  vi.useFakeTimers();
  const visible = vi.spyOn(document, 'visibilityState', 'get');
  createRoot((dispose) => {
    const { count, next } = createRounds();
    vi.advanceTimersByTime(5_000);
    expect(count()).toBe(1);
    visible.mockReturnValue('hidden');
    vi.advanceTimersByTime(60_000);
    expect(count()).toBe(1);
    visible.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    window.dispatchEvent(new Event('focus'));
    next();
    expect(count()).toBe(4);
    dispose();
    window.dispatchEvent(new Event('focus'));
    vi.advanceTimersByTime(60_000);
    expect(count()).toBe(4);
  });
});
