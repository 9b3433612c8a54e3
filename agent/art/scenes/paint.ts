// The brushes of the drawn scenes: a few SVG phrases and a seeded spread of numbers. Everything is paper-cut:
// flat layers, soft shadows under each, light from the upper left. It knows no scene.

/** The stage a scene is drawn for: pixels, the short side as unit, and the floor line. */
export interface Stage {
  readonly width: number;
  readonly height: number;
  /** A hundredth of the shorter side: everything is measured in it, so that all shapes fit all sizes. */
  readonly u: number;
  readonly tall: boolean;
}

export function stageOf(width: number, height: number): Stage {
  return { width, height, u: Math.min(width, height) / 100, tall: height > width };
}

/** Repeatable numbers in [0, 1) (mulberry32): the same scene is the same picture on every machine. */
export function spread(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const n = (value: number) => value.toFixed(1);

export interface Stop {
  at: number;
  colour: string;
  opacity?: number;
}

const stopTags = (stops: readonly Stop[]) =>
  stops
    .map(
      ({ at, colour, opacity }) =>
        `<stop offset="${at}" stop-color="${colour}" stop-opacity="${opacity ?? 1}"/>`,
    )
    .join('');

/** Vertical gradient (or along the given unit vector). */
export const linear = (id: string, stops: readonly Stop[], x2 = 0, y2 = 1) =>
  `<linearGradient id="${id}" x1="0" y1="0" x2="${x2}" y2="${y2}">${stopTags(stops)}</linearGradient>`;

export const radial = (id: string, stops: readonly Stop[], cx = 0.5, cy = 0.5, r = 0.5) =>
  `<radialGradient id="${id}" cx="${cx}" cy="${cy}" r="${r}">${stopTags(stops)}</radialGradient>`;

/** Paper shadow: falls down and right, because the light stands upper left. */
export const shadow = (id: string, size: number, opacity = 0.35) =>
  `<filter id="${id}" x="-20%" y="-20%" width="140%" height="140%"><feDropShadow dx="${n(size * 0.35)}" dy="${n(size * 0.6)}" stdDeviation="${n(size)}" flood-color="#120a18" flood-opacity="${opacity}"/></filter>`;

export const blur = (id: string, size: number) =>
  `<filter id="${id}" x="-50%" y="-50%" width="200%" height="200%"><feGaussianBlur stdDeviation="${n(size)}"/></filter>`;

export const rect = (x: number, y: number, width: number, height: number, fill: string, rest = '') =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}" ${rest}/>`;

export const circle = (x: number, y: number, r: number, fill: string, rest = '') =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" ${rest}/>`;

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string, rest = '') =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${rest}/>`;

export const path = (d: string, fill: string, rest = '') => `<path d="${d}" fill="${fill}" ${rest}/>`;

/** A filled shape from `points` to the bottom of the stage, its top edge smooth (Catmull-Rom as cubic Béziers). */
export function ridge(
  stage: Stage,
  points: readonly (readonly [number, number])[],
  fill: string,
  rest = '',
): string {
  const at = (index: number) => points[Math.max(0, Math.min(points.length - 1, index))]!;
  let d = `M ${n(at(0)[0])} ${n(stage.height + 5)} L ${n(at(0)[0])} ${n(at(0)[1])}`;
  for (let i = 0; i < points.length - 1; i++) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const c1 = [p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6] as const;
    const c2 = [p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6] as const;
    d += ` C ${n(c1[0])} ${n(c1[1])} ${n(c2[0])} ${n(c2[1])} ${n(p2[0])} ${n(p2[1])}`;
  }
  return path(`${d} L ${n(at(points.length - 1)[0])} ${n(stage.height + 5)} Z`, fill, rest);
}

/** A curtain that hangs from the top between two x, folds and all; `side` says where its weight falls. */
export function curtain(
  stage: Stage,
  from: number,
  to: number,
  bottom: number,
  colours: { light: string; body: string; dark: string },
  id: string,
): string {
  const folds = Math.max(3, Math.round(Math.abs(to - from) / (stage.u * 7)));
  const step = (to - from) / folds;
  let cloth = linear(
    id,
    [
      { at: 0, colour: colours.dark },
      { at: 0.35, colour: colours.body },
      { at: 0.55, colour: colours.light },
      { at: 1, colour: colours.dark },
    ],
    1,
    0,
  );
  for (let i = 0; i < folds; i++) {
    const x = from + i * step;
    const sag = stage.u * (1.5 + (i % 2));
    cloth += path(
      `M ${n(x)} -10 L ${n(x + step * 1.06)} -10 L ${n(x + step * 1.06)} ${n(bottom)} Q ${n(x + step / 2)} ${n(bottom + sag)} ${n(x)} ${n(bottom)} Z`,
      `url(#${id})`,
    );
  }
  return cloth;
}

export function svg(stage: Stage, content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${stage.width}" height="${stage.height}" viewBox="0 0 ${stage.width} ${stage.height}">${content}</svg>`;
}
