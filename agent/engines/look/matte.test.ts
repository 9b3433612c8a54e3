// The parts of the cut-out that can be checked by numbers: the piece that holds the face, and the filter that
// carries an edge to photo size.
import { describe, expect, it } from 'vitest';
import { boxMean, fitMatte, type Plane } from './guided-filter.ts';
import { keepPiece } from './matte.ts';

const plane = (width: number, height: number, at: (x: number, y: number) => number): Plane => ({
  width,
  height,
  data: Float32Array.from({ length: width * height }, (_, i) => at(i % width, Math.floor(i / width))),
});

describe('keeping one person', () => {
  const two = plane(40, 20, (x, y) => (y > 3 && ((x > 2 && x < 10) || (x > 16 && x < 38)) ? 0.9 : 0.05));

  it('keeps the piece that holds the face, though another is larger', () => {
    const kept = keepPiece(two, 6, 10);
    expect(kept.data[10 * 40 + 6]).toBeCloseTo(0.9);
    expect(kept.data[10 * 40 + 25]).toBe(0);
  });

  it('takes the largest piece where the face lies on none', () => {
    const kept = keepPiece(two, 13, 10);
    expect(kept.data[10 * 40 + 25]).toBeCloseTo(0.9);
    expect(kept.data[10 * 40 + 6]).toBe(0);
  });

  it('keeps the soft rim, and nothing where there is nobody', () => {
    expect(keepPiece(two, 6, 10).data[10 * 40 + 11]).toBeCloseTo(0.05);
    expect(
      Math.max(
        ...keepPiece(
          plane(20, 20, () => 0.1),
          10,
          10,
        ).data,
      ),
    ).toBe(0);
  });
});

describe('the guided filter', () => {
  it('moves a coarse edge to the edge of the photo', () => {
    // The photo's edge stands at x = 32, the coarse matte has it blurred around 35.
    const guide = plane(64, 64, (x) => (x < 32 ? 0.8 : 0.2));
    const coarse = plane(64, 64, (x) => Math.min(1, Math.max(0, (39 - x) / 8)));
    const { a, b } = fitMatte(guide, coarse, 6, 4e-4);
    const value = (x: number) => a.data[32 * 64 + x]! * guide.data[32 * 64 + x]! + b.data[32 * 64 + x]!;
    expect(value(30) - value(33)).toBeGreaterThan(0.3);
    expect(value(30)).toBeGreaterThan(0.8);
  });

  it('leaves an even matte as it is', () => {
    const guide = plane(20, 30, (x, y) => ((x * 7 + y * 13) % 10) / 10);
    const { a, b } = fitMatte(
      guide,
      plane(20, 30, () => 1),
      3,
      4e-4,
    );
    for (const [i, g] of guide.data.entries()) expect(a.data[i]! * g + b.data[i]!).toBeCloseTo(1, 4);
  });

  it('averages windows cut at the borders', () => {
    const mean = boxMean(
      plane(5, 3, (x) => x),
      1,
    );
    expect(mean).toMatchObject({ width: 5, height: 3 });
    expect(mean.data[0]).toBeCloseTo(0.5);
    expect(mean.data[2]).toBeCloseTo(2);
    expect(mean.data[4]).toBeCloseTo(3.5);
  });
});
