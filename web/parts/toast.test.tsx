import { cleanup, fireEvent, render, screen } from '@solidjs/testing-library';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createToasts, TOAST_MS, ToastRail, type Toasts } from './toast.tsx';

function show(): Toasts {
  let toasts!: Toasts;
  render(() => {
    toasts = createToasts();
    return <ToastRail toasts={toasts} />;
  });
  return toasts;
}

describe('toasts', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it('offer undo once, and go when it was taken', () => {
    const toasts = show();
    const undo = vi.fn();
    toasts.show('Photo taken out.', undo);
    fireEvent.click(screen.getByRole('button', { name: 'Undo' }));
    expect(undo).toHaveBeenCalledTimes(1);
    expect(screen.queryByText('Photo taken out.')).toBeNull();
  });

  it('go by themselves, but not while a person is at them', () => {
    const toasts = show();
    toasts.show('Gone from your cast.', () => {});
    const toast = screen.getByText('Gone from your cast.').parentElement!;
    fireEvent.pointerEnter(toast);
    vi.advanceTimersByTime(TOAST_MS * 3);
    expect(screen.queryByText('Gone from your cast.')).not.toBeNull();
    fireEvent.pointerLeave(toast);
    vi.advanceTimersByTime(TOAST_MS);
    expect(screen.queryByText('Gone from your cast.')).toBeNull();
  });

  it('are three at most: the oldest gives way', () => {
    const toasts = show();
    for (const text of ['one', 'two', 'three', 'four']) toasts.show(text);
    expect(screen.getAllByRole('status').map((each) => each.querySelector('p')?.textContent)).toEqual([
      'two',
      'three',
      'four',
    ]);
  });

  it('without an undo can be closed', () => {
    show().show('That photo is here already.');
    fireEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByText('That photo is here already.')).toBeNull();
  });
});
