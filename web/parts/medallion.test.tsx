import { cleanup, render, screen } from '@solidjs/testing-library';
import { createSignal } from 'solid-js';
import { afterEach, describe, expect, it } from 'vitest';
import { Medallion, tintOf } from './medallion.tsx';

afterEach(cleanup);

describe('medallion', () => {
  it('draws no ring where nothing is going on', () => {
    const { container } = render(() => <Medallion name="Robin" src="robin.jpg" />);
    expect(container.querySelector('.medallion-ring')).toBeNull();
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(screen.getByRole('img', { name: 'Robin' })).toBeTruthy();
  });

  it('follows progress and reads it out', () => {
    const [progress, setProgress] = createSignal(0.25);
    const { container } = render(() => <Medallion name="Robin" progress={progress()} state="running" />);
    const ring = container.querySelector('.medallion-progress')!;
    expect(Number(ring.getAttribute('stroke-dashoffset'))).toBeCloseTo(0.75);
    setProgress(0.625);
    expect(Number(ring.getAttribute('stroke-dashoffset'))).toBeCloseTo(0.375);
    const bar = screen.getByRole('progressbar', { name: 'Robin, in the making' });
    expect(bar.getAttribute('aria-valuenow')).toBe('63');
  });

  it('claims no progress while it waits', () => {
    const { container } = render(() => <Medallion name="Robin" progress={0} state="waiting" />);
    const ring = container.querySelector('.medallion-progress')!;
    expect(Number(ring.getAttribute('stroke-dashoffset'))).toBeGreaterThan(0.97);
    expect(screen.getByRole('progressbar', { name: 'Robin, waiting' })).toBeTruthy();
  });

  it('turns when it is spun, and its ring appears with the turn', () => {
    const [spinning, setSpinning] = createSignal(false);
    const { container } = render(() => <Medallion name="Robin" spinning={spinning()} />);
    expect(container.querySelector('.medallion-spinning')).toBeNull();
    setSpinning(true);
    expect(container.querySelector('.medallion-spinning .medallion-track')).not.toBeNull();
  });

  it('gives the same project the same colour, and different projects different ones', () => {
    const tints = new Set(['p_1', 'p_2', 'p_3', 'p_4', 'p_5', 'p_6'].map(tintOf));
    expect(tintOf('p_1')).toBe(tintOf('p_1'));
    expect(tints.size).toBeGreaterThan(2);
  });
});
