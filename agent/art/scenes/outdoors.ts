// Scenes under the sky: a city at night, a meadow in the morning, and space.
import {
  blur,
  circle,
  ellipse,
  linear,
  n,
  path,
  radial,
  rect,
  ridge,
  type Stage,
  shadow,
  spread,
} from './paint.ts';

/** Roofs at night seen from a terrace: three rows of houses, lit windows, a big moon, a string of lamps. */
export function nightCity(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const random = spread(5);
  const row = (base: number, tallest: number, colour: string, lit: number, wide: number) => {
    let x = -2 * u;
    let out = '';
    while (x < w + 2 * u) {
      const width = (wide * 0.6 + random() * wide) * u;
      const top = base - (0.35 + random() * 0.65) * tallest * u;
      out += rect(x, top, width, h - top + 5, colour);
      if (random() < 0.3)
        out += path(
          `M ${n(x)} ${n(top)} l ${n(width / 2)} ${n(-4 * u)} l ${n(width / 2)} ${n(4 * u)} Z`,
          colour,
        );
      else if (random() < 0.4) out += rect(x + width * 0.6, top - 5 * u, 1 * u, 5 * u, colour);
      for (let wy = top + 2.4 * u; wy < base + 10 * u; wy += 4.4 * u) {
        for (let wx = x + 1.6 * u; wx < x + width - 2.4 * u; wx += 3.6 * u) {
          if (random() < lit) {
            const warm = ['#ffd98a', '#ffc25e', '#ffe9b8', '#8fc7e8'][Math.floor(random() * 4)]!;
            out += rect(
              wx,
              wy,
              1.6 * u,
              2.2 * u,
              warm,
              `opacity="${(0.55 + random() * 0.45).toFixed(2)}" rx="${n(u * 0.2)}"`,
            );
          }
        }
      }
      x += width + random() * u;
    }
    return out;
  };
  const stars = Array.from({ length: 70 }, () =>
    circle(
      random() * w,
      random() * h * 0.5,
      (0.12 + random() * 0.22) * u,
      '#fff6df',
      `opacity="${(0.3 + random() * 0.6).toFixed(2)}"`,
    ),
  );
  const sag = (t: number) => 9 * u + Math.sin(Math.PI * ((t * 2) % 1)) * 7 * u;
  const bulbs = Array.from({ length: 21 }, (_, i) => {
    const t = i / 20;
    return (
      circle(t * w, sag(t) + 1.4 * u, 3.4 * u, 'url(#bulb)') +
      circle(t * w, sag(t) + 1.4 * u, 0.9 * u, '#fff0c4')
    );
  });
  const wire = Array.from({ length: 81 }, (_, i) => `${n((i / 80) * w)} ${n(sag(i / 80))}`).join(' L ');
  return [
    linear('sky', [
      { at: 0, colour: '#141433' },
      { at: 0.55, colour: '#3a2a5e' },
      { at: 0.8, colour: '#8a4a6a' },
      { at: 1, colour: '#c97a5e' },
    ]),
    radial('halo', [
      { at: 0, colour: '#ffeec2', opacity: 0.6 },
      { at: 1, colour: '#ffeec2', opacity: 0 },
    ]),
    radial('bulb', [
      { at: 0, colour: '#ffdf96', opacity: 0.8 },
      { at: 1, colour: '#ffb648', opacity: 0 },
    ]),
    shadow('s', u * 1.6, 0.45),
    blur('far', u * 0.9),
    blur('near', u * 0.5),
    rect(0, 0, w, h, 'url(#sky)'),
    stars.join(''),
    circle(w * 0.78, h * 0.22, 24 * u, 'url(#halo)'),
    circle(w * 0.78, h * 0.22, 9 * u, '#fbeccb'),
    circle(w * 0.78 - 2.6 * u, h * 0.22 - 1.5 * u, 1.7 * u, '#e9d3a6', 'opacity="0.7"'),
    circle(w * 0.78 + 2.4 * u, h * 0.22 + 2.6 * u, 2.3 * u, '#e9d3a6', 'opacity="0.6"'),
    `<g filter="url(#far)" opacity="0.9">${row(h * 0.72, 36, '#3d2f5f', 0.22, 13)}</g>`,
    `<g filter="url(#near)">${row(h * 0.84, 34, '#2a2048', 0.34, 17)}</g>`,
    `<g filter="url(#s)">${row(h * 0.99, 26, '#1a1432', 0.4, 21)}</g>`,
    path(`M ${wire}`, 'none', `stroke="#0d0a1c" stroke-width="${n(u * 0.35)}"`),
    bulbs.join(''),
  ].join('');
}

/** Morning hills, a lake of mist, poppies in front. */
export function meadow(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const random = spread(21);
  const hills = (y: number, swing: number, parts: number) =>
    Array.from(
      { length: parts + 1 },
      (_, i) => [(i / parts) * (w + 4 * u) - 2 * u, y + (random() - 0.5) * swing * u] as const,
    );
  const clouds = Array.from({ length: 4 }, (_, i) => {
    const x = w * (0.1 + i * 0.27 + random() * 0.06);
    const y = h * (0.08 + random() * 0.14);
    return `<g opacity="0.9">${[
      [-7, 0, 5],
      [0, -2, 7],
      [7, 0.4, 5.4],
      [0, 1.6, 8],
    ]
      .map(([dx, dy, r]) => ellipse(x + dx! * u, y + dy! * u, r! * 1.25 * u, r! * 0.62 * u, '#fffaf0'))
      .join('')}</g>`;
  });
  const tree = (x: number, y: number, size: number) =>
    rect(x - 0.4 * size * u, y - 2 * size * u, 0.8 * size * u, 3 * size * u, '#5a3b2a') +
    circle(x, y - 3.6 * size * u, 2.5 * size * u, '#3b8a5c') +
    circle(x - 1.5 * size * u, y - 2.6 * size * u, 1.9 * size * u, '#337a51') +
    circle(x + 1.5 * size * u, y - 2.7 * size * u, 1.8 * size * u, '#46996a');
  const flowers = Array.from({ length: Math.round(w / (2.1 * u)) }, () => {
    const x = random() * w;
    const y = h - random() * 13 * u;
    const colour = ['#d8453f', '#e9604e', '#f1c04d', '#fff6e4'][Math.floor(random() * 4)]!;
    const r = (0.7 + random() * 0.9) * u;
    return (
      path(
        `M ${n(x)} ${n(y)} q ${n((random() - 0.5) * 2 * u)} ${n(4 * u)} 0 ${n(12 * u)}`,
        'none',
        `stroke="#2d6b40" stroke-width="${n(u * 0.35)}"`,
      ) +
      circle(x - r * 0.5, y, r, colour) +
      circle(x + r * 0.5, y, r, colour) +
      circle(x, y - r * 0.5, r, colour)
    );
  });
  return [
    linear('sky', [
      { at: 0, colour: '#7fc0dd' },
      { at: 0.5, colour: '#cfe6e0' },
      { at: 0.75, colour: '#fbe7c0' },
    ]),
    radial('sun', [
      { at: 0, colour: '#fff8dc' },
      { at: 0.25, colour: '#ffe9a8', opacity: 0.8 },
      { at: 1, colour: '#ffe9a8', opacity: 0 },
    ]),
    linear('grass', [
      { at: 0, colour: '#5fae62' },
      { at: 1, colour: '#2f7a45' },
    ]),
    shadow('s', u * 1.4, 0.25),
    blur('far', u * 0.7),
    blur('mist', u * 3),
    rect(0, 0, w, h, 'url(#sky)'),
    circle(w * 0.22, h * 0.26, 26 * u, 'url(#sun)'),
    `<g filter="url(#far)">${clouds.join('')}</g>`,
    ridge(stage, hills(h * 0.56, 14, 5), '#9cc3b8', 'filter="url(#far)"'),
    ridge(stage, hills(h * 0.64, 10, 4), '#83b78f', 'filter="url(#far)"'),
    ellipse(w / 2, h * 0.7, w * 0.6, 4 * u, '#fdf3dc', 'opacity="0.7" filter="url(#mist)"'),
    `<g filter="url(#far)">${tree(w * 0.12, h * 0.74, 2.1)}${tree(w * 0.2, h * 0.75, 1.5)}${tree(w * 0.88, h * 0.74, 2.4)}</g>`,
    ridge(stage, hills(h * 0.76, 6, 4), '#6fb06e', 'filter="url(#s)"'),
    ridge(stage, hills(h * 0.88, 4, 3), 'url(#grass)', 'filter="url(#s)"'),
    flowers.join(''),
  ].join('');
}

/** Paper planets on strings before a deep sky. */
export function space(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const random = spread(77);
  const stars = Array.from({ length: 150 }, () =>
    circle(
      random() * w,
      random() * h,
      (0.1 + random() ** 3 * 0.5) * u,
      ['#fff6df', '#cfe4ff', '#ffd9b8'][Math.floor(random() * 3)]!,
      `opacity="${(0.35 + random() * 0.65).toFixed(2)}"`,
    ),
  );
  const string = (x: number, y: number) => rect(x - 0.12 * u, -5, 0.24 * u, y, '#e9dcc0', 'opacity="0.55"');
  const saturn = { x: w * (stage.tall ? 0.2 : 0.16), y: h * 0.24 };
  const mars = { x: w * (stage.tall ? 0.82 : 0.86), y: h * 0.17 };
  const moon = { x: w * (stage.tall ? 0.86 : 0.8), y: h * 0.5 };
  return [
    linear('sky', [
      { at: 0, colour: '#0d0e26' },
      { at: 0.6, colour: '#1f1a4a' },
      { at: 1, colour: '#46306e' },
    ]),
    radial('cloudA', [
      { at: 0, colour: '#3f6fae', opacity: 0.55 },
      { at: 1, colour: '#3f6fae', opacity: 0 },
    ]),
    radial('cloudB', [
      { at: 0, colour: '#b3486a', opacity: 0.45 },
      { at: 1, colour: '#b3486a', opacity: 0 },
    ]),
    radial(
      'sat',
      [
        { at: 0, colour: '#ffe2a6' },
        { at: 0.7, colour: '#e0a54a' },
        { at: 1, colour: '#9c6426' },
      ],
      0.35,
      0.32,
      0.75,
    ),
    radial(
      'mar',
      [
        { at: 0, colour: '#ff9d7a' },
        { at: 0.7, colour: '#cf4f3a' },
        { at: 1, colour: '#7d2720' },
      ],
      0.35,
      0.32,
      0.75,
    ),
    radial(
      'moo',
      [
        { at: 0, colour: '#f4f2ea' },
        { at: 0.7, colour: '#b9bccb' },
        { at: 1, colour: '#6d7190' },
      ],
      0.35,
      0.32,
      0.75,
    ),
    radial(
      'home',
      [
        { at: 0, colour: '#8fd3e8' },
        { at: 0.75, colour: '#2f7fb5' },
        { at: 1, colour: '#123d66' },
      ],
      0.5,
      0.1,
      0.9,
    ),
    shadow('s', u * 1.6, 0.5),
    blur('soft', u * 0.35),
    rect(0, 0, w, h, 'url(#sky)'),
    ellipse(w * 0.3, h * 0.55, w * 0.5, h * 0.35, 'url(#cloudA)'),
    ellipse(w * 0.75, h * 0.3, w * 0.45, h * 0.35, 'url(#cloudB)'),
    stars.join(''),
    `<g filter="url(#soft)">`,
    string(saturn.x, saturn.y),
    string(mars.x, mars.y),
    string(moon.x, moon.y),
    `<g filter="url(#s)">${circle(saturn.x, saturn.y, 9 * u, 'url(#sat)')}</g>`,
    `<g transform="rotate(-18 ${n(saturn.x)} ${n(saturn.y)})">${path(`M ${n(saturn.x - 16 * u)} ${n(saturn.y)} a ${n(16 * u)} ${n(4.6 * u)} 0 0 0 ${n(32 * u)} 0 l ${n(-3.4 * u)} 0 a ${n(12.6 * u)} ${n(3 * u)} 0 0 1 ${n(-25.2 * u)} 0 Z`, '#f0d9a8', 'opacity="0.95"')}</g>`,
    `<g filter="url(#s)">${circle(mars.x, mars.y, 6 * u, 'url(#mar)')}</g>`,
    `<g filter="url(#s)">${circle(moon.x, moon.y, 4 * u, 'url(#moo)')}</g>`,
    circle(moon.x - u, moon.y + 0.6 * u, 0.9 * u, '#9a9db3', 'opacity="0.7"'),
    circle(moon.x + 1.2 * u, moon.y - 1.2 * u, 0.6 * u, '#9a9db3', 'opacity="0.7"'),
    '</g>',
    // The horizon of home.
    `<g filter="url(#s)">${ellipse(w / 2, h + w * 0.42, w * 0.86, w * 0.56, 'url(#home)')}</g>`,
    ellipse(w * 0.32, h - 4 * u, 16 * u, 2.4 * u, '#f7fbff', 'opacity="0.5" filter="url(#soft)"'),
    ellipse(w * 0.7, h - 7 * u, 13 * u, 1.8 * u, '#f7fbff', 'opacity="0.45" filter="url(#soft)"'),
  ].join('');
}
