// Scenes with walls: a studio, a newsroom, a stage, a classroom and a plain paper backdrop.
import {
  blur,
  circle,
  curtain,
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

/** A photographer's room: warm cloth backdrop, a soft box on the left, a plant and a shelf out of focus. */
export function studio(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const floor = h - 16 * u;
  return [
    linear('wall', [
      { at: 0, colour: '#8a5a4a' },
      { at: 0.6, colour: '#c98d68' },
      { at: 1, colour: '#a86f52' },
    ]),
    radial('light', [
      { at: 0, colour: '#ffe9c4', opacity: 0.95 },
      { at: 0.55, colour: '#f3c48c', opacity: 0.35 },
      { at: 1, colour: '#f3c48c', opacity: 0 },
    ]),
    linear('sweep', [
      { at: 0, colour: '#b67a59' },
      { at: 1, colour: '#7d4c3c' },
    ]),
    shadow('s', u * 1.6),
    blur('soft', u * 1.1),
    blur('softer', u * 5),
    rect(0, 0, w, h, 'url(#wall)'),
    ellipse(w * 0.42, h * 0.4, w * 0.62, h * 0.62, 'url(#light)'),
    // The backdrop's roll turns into the floor without an edge.
    path(
      `M 0 ${n(floor)} Q ${n(w / 2)} ${n(floor + 5 * u)} ${n(w)} ${n(floor)} L ${n(w)} ${n(h)} L 0 ${n(h)} Z`,
      'url(#sweep)',
      'filter="url(#softer)"',
    ),
    `<g filter="url(#soft)">`,
    // Soft box.
    `<g transform="rotate(-14 ${n(w * 0.1)} ${n(h * 0.24)})">`,
    rect(w * 0.1 - 17 * u, h * 0.24 - 15 * u, 34 * u, 30 * u, '#2a2026', `rx="${n(u * 2)}" filter="url(#s)"`),
    rect(w * 0.1 - 15 * u, h * 0.24 - 13 * u, 30 * u, 26 * u, '#fff6e2', `rx="${n(u)}"`),
    '</g>',
    rect(w * 0.1 - 0.8 * u, h * 0.24 + 15 * u, 1.6 * u, h, '#2a2026'),
    // Plant on a stool, right.
    rect(w - 21 * u, h - 30 * u, 17 * u, 3 * u, '#5b372b', `rx="${n(u)}" filter="url(#s)"`),
    rect(w - 19 * u, h - 27 * u, 2 * u, 30 * u, '#4c2d24'),
    rect(w - 8 * u, h - 27 * u, 2 * u, 30 * u, '#4c2d24'),
    path(
      `M ${n(w - 18 * u)} ${n(h - 42 * u)} h ${n(11 * u)} l ${n(-1.5 * u)} ${n(12 * u)} h ${n(-8 * u)} Z`,
      '#e7d8c3',
    ),
    ...[-52, -28, -6, 18, 42].map(
      (turn, i) =>
        `<g transform="rotate(${turn} ${n(w - 12.5 * u)} ${n(h - 42 * u)})">${ellipse(w - 12.5 * u, h - (56 + (i % 2) * 4) * u, 3.4 * u, 14 * u, i % 2 ? '#2f7a57' : '#3e9168')}</g>`,
    ),
    '</g>',
  ].join('');
}

/** A small newsroom: a wall of screens with a drawn map, a desk line of light, blue evening windows. */
export function newsroom(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const random = spread(11);
  const screens: string[] = [];
  const columns = stage.tall ? 3 : 5;
  const cell = w / columns;
  const rows = Math.ceil((h * 0.72) / (cell * 0.62));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = column * cell + u;
      const y = row * cell * 0.62 + u * 2;
      const tint = ['#1e4b74', '#245c8a', '#183d63', '#2a6a94'][Math.floor(random() * 4)]!;
      screens.push(rect(x, y, cell - 2 * u, cell * 0.62 - 2 * u, tint, `rx="${n(u * 0.8)}"`));
      const land = Array.from(
        { length: 5 },
        (_, i) => [x + ((cell - 2 * u) * i) / 4, y + cell * (0.22 + random() * 0.22)] as const,
      );
      screens.push(
        `<g opacity="0.5"><path d="M ${land.map(([a, b]) => `${n(a)} ${n(b)}`).join(' L ')}" fill="none" stroke="#8fd0e8" stroke-width="${n(u * 0.6)}" stroke-linejoin="round"/></g>`,
      );
      for (let bar = 0; bar < 3; bar++) {
        screens.push(
          rect(x + 2 * u, y + (2 + bar * 2.2) * u, (6 + random() * 12) * u, u, '#bfe4f2', 'opacity="0.35"'),
        );
      }
    }
  }
  return [
    linear('wall', [
      { at: 0, colour: '#0c1c30' },
      { at: 1, colour: '#16314f' },
    ]),
    radial('glow', [
      { at: 0, colour: '#9fd8f0', opacity: 0.55 },
      { at: 1, colour: '#9fd8f0', opacity: 0 },
    ]),
    linear('desk', [
      { at: 0, colour: '#e9eef2' },
      { at: 0.12, colour: '#b9c6d1' },
      { at: 1, colour: '#51667a' },
    ]),
    linear(
      'edge',
      [
        { at: 0, colour: '#f4b64a' },
        { at: 1, colour: '#d9822b' },
      ],
      1,
      0,
    ),
    shadow('s', u * 1.5),
    blur('soft', u * 0.9),
    rect(0, 0, w, h, 'url(#wall)'),
    `<g filter="url(#soft)">${screens.join('')}</g>`,
    ellipse(w / 2, h * 0.42, w * 0.5, h * 0.5, 'url(#glow)'),
    // Two columns frame the speaker.
    rect(-2 * u, 0, 8 * u, h, '#0a1626', 'filter="url(#s)"'),
    rect(w - 6 * u, 0, 8 * u, h, '#0a1626', 'filter="url(#s)"'),
    rect(6 * u, 0, 0.7 * u, h, 'url(#edge)', 'opacity="0.9"'),
    rect(w - 6.7 * u, 0, 0.7 * u, h, 'url(#edge)', 'opacity="0.9"'),
    path(
      `M 0 ${n(h - 15 * u)} Q ${n(w / 2)} ${n(h - 21 * u)} ${n(w)} ${n(h - 15 * u)} L ${n(w)} ${n(h)} L 0 ${n(h)} Z`,
      'url(#desk)',
      'filter="url(#s)"',
    ),
    path(
      `M 0 ${n(h - 12 * u)} Q ${n(w / 2)} ${n(h - 18 * u)} ${n(w)} ${n(h - 12 * u)} L ${n(w)} ${n(h - 10.4 * u)} Q ${n(w / 2)} ${n(h - 16.4 * u)} 0 ${n(h - 10.4 * u)} Z`,
      'url(#edge)',
    ),
  ].join('');
}

/** The house's own place: red curtain, footlights, one spotlight. */
export function theatre(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const floor = h - 15 * u;
  const red = { light: '#d9504a', body: '#a92a30', dark: '#5c1219' };
  const side = stage.tall ? 15 * u : 21 * u;
  const lights = Math.round(w / (13 * u));
  return [
    radial(
      'back',
      [
        { at: 0, colour: '#5a2340' },
        { at: 0.7, colour: '#2a1230' },
        { at: 1, colour: '#150a1e' },
      ],
      0.5,
      0.4,
      0.75,
    ),
    linear('boards', [
      { at: 0, colour: '#8a5433' },
      { at: 1, colour: '#3e2118' },
    ]),
    linear('beam', [
      { at: 0, colour: '#fff1c9', opacity: 0.75 },
      { at: 1, colour: '#ffdf9a', opacity: 0.06 },
    ]),
    radial('pool', [
      { at: 0, colour: '#ffe7b0', opacity: 0.9 },
      { at: 1, colour: '#ffe7b0', opacity: 0 },
    ]),
    radial('lamp', [
      { at: 0, colour: '#fff4d2' },
      { at: 0.3, colour: '#ffd277', opacity: 0.8 },
      { at: 1, colour: '#ffb648', opacity: 0 },
    ]),
    shadow('s', u * 2, 0.5),
    blur('soft', u * 2.2),
    rect(0, 0, w, h, 'url(#back)'),
    // Inner curtain, far and dim.
    `<g opacity="0.55">${curtain(stage, -u, w + u, floor - 2 * u, { light: '#7c2c3d', body: '#571a2d', dark: '#2c0d1d' }, 'far')}</g>`,
    path(
      `M ${n(w * 0.44)} -10 L ${n(w * 0.56)} -10 L ${n(w * 0.5 + 42 * u)} ${n(floor + 6 * u)} L ${n(w * 0.5 - 42 * u)} ${n(floor + 6 * u)} Z`,
      'url(#beam)',
      'filter="url(#soft)"',
    ),
    rect(0, floor, w, h - floor, 'url(#boards)'),
    ...Array.from({ length: 9 }, (_, i) => {
      const x = w * (i / 8);
      return path(
        `M ${n(w / 2 + (x - w / 2) * 0.8)} ${n(floor)} L ${n(w / 2 + (x - w / 2) * 1.5)} ${n(h)}`,
        'none',
        `stroke="#2c1610" stroke-width="${n(u * 0.35)}" opacity="0.6"`,
      );
    }),
    ellipse(w / 2, floor + 6 * u, 46 * u, 8 * u, 'url(#pool)'),
    // Near curtains and valance.
    `<g filter="url(#s)">${curtain(stage, -2 * u, side, h - 6 * u, red, 'left')}</g>`,
    `<g filter="url(#s)">${curtain(stage, w - side, w + 2 * u, h - 6 * u, red, 'right')}</g>`,
    `<g filter="url(#s)">${curtain(stage, -2 * u, w + 2 * u, 8 * u, red, 'top')}</g>`,
    rect(0, 8.4 * u, w, 1.1 * u, '#e6b13a', 'opacity="0.85"'),
    ...Array.from({ length: lights }, (_, i) => {
      const x = (w * (i + 0.5)) / lights;
      return (
        circle(x, h - 1.2 * u, 6 * u, 'url(#lamp)') + ellipse(x, h - 0.4 * u, 2.2 * u, 1.6 * u, '#fff3cf')
      );
    }),
  ].join('');
}

/** A classroom: green board with chalk drawings, window light, books on the sill. */
export function classroom(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  const left = stage.tall ? 4 * u : 12 * u;
  const board = { x: left, y: 9 * u, width: w - 2 * left, height: h * (stage.tall ? 0.5 : 0.62) };
  const chalk = (d: string, wide = 0.7) =>
    path(
      d,
      'none',
      `stroke="#f4f1e6" stroke-width="${n(u * wide)}" stroke-linecap="round" stroke-linejoin="round" opacity="0.8"`,
    );
  const bx = board.x + 5 * u;
  const rx = board.x + board.width - 24 * u;
  const by = board.y + 7 * u;
  return [
    linear('wall', [
      { at: 0, colour: '#f3dfb8' },
      { at: 1, colour: '#dcb988' },
    ]),
    linear(
      'slate',
      [
        { at: 0, colour: '#2f6a57' },
        { at: 1, colour: '#1f4c40' },
      ],
      1,
      1,
    ),
    linear(
      'sun',
      [
        { at: 0, colour: '#fff7da', opacity: 0.75 },
        { at: 1, colour: '#fff7da', opacity: 0 },
      ],
      1,
      1,
    ),
    linear('desk', [
      { at: 0, colour: '#b9773f' },
      { at: 1, colour: '#7a4724' },
    ]),
    shadow('s', u * 1.5),
    blur('soft', u * 0.55),
    blur('haze', u * 2.5),
    rect(0, 0, w, h, 'url(#wall)'),
    rect(0, h * 0.78, w, h, '#c79a68', 'opacity="0.6"'),
    `<g filter="url(#soft)">`,
    rect(
      board.x - 2 * u,
      board.y - 2 * u,
      board.width + 4 * u,
      board.height + 4 * u,
      '#8d5a31',
      `rx="${n(u)}" filter="url(#s)"`,
    ),
    rect(board.x, board.y, board.width, board.height, 'url(#slate)'),
    // Chalk: sun and waves on the left, a little theatre on the right.
    chalk(
      `M ${n(bx + 8 * u)} ${n(by + 8 * u)} m ${n(-4 * u)} 0 a ${n(4 * u)} ${n(4 * u)} 0 1 0 ${n(8 * u)} 0 a ${n(4 * u)} ${n(4 * u)} 0 1 0 ${n(-8 * u)} 0`,
    ),
    ...Array.from({ length: 8 }, (_, i) => {
      const a = (i / 8) * Math.PI * 2;
      return chalk(
        `M ${n(bx + 8 * u + Math.cos(a) * 5.6 * u)} ${n(by + 8 * u + Math.sin(a) * 5.6 * u)} l ${n(Math.cos(a) * 2.4 * u)} ${n(Math.sin(a) * 2.4 * u)}`,
        0.55,
      );
    }),
    chalk(
      `M ${n(bx)} ${n(by + 24 * u)} q ${n(3 * u)} ${n(-4 * u)} ${n(6 * u)} 0 t ${n(6 * u)} 0 t ${n(6 * u)} 0`,
    ),
    chalk(`M ${n(bx)} ${n(by + 29 * u)} h ${n(17 * u)} M ${n(bx)} ${n(by + 33 * u)} h ${n(12 * u)}`, 0.5),
    chalk(
      `M ${n(rx)} ${n(by + 3 * u)} h ${n(18 * u)} v ${n(15 * u)} h ${n(-18 * u)} Z M ${n(rx)} ${n(by + 3 * u)} q ${n(5 * u)} ${n(6 * u)} ${n(1.4 * u)} ${n(15 * u)} M ${n(rx + 18 * u)} ${n(by + 3 * u)} q ${n(-5 * u)} ${n(6 * u)} ${n(-1.4 * u)} ${n(15 * u)}`,
    ),
    chalk(
      `M ${n(rx + 9 * u)} ${n(by + 10 * u)} m ${n(-2 * u)} 0 a ${n(2 * u)} ${n(2 * u)} 0 1 0 ${n(4 * u)} 0 a ${n(2 * u)} ${n(2 * u)} 0 1 0 ${n(-4 * u)} 0 M ${n(rx + 9 * u)} ${n(by + 12 * u)} v ${n(5 * u)}`,
      0.6,
    ),
    chalk(`M ${n(rx)} ${n(by + 24 * u)} h ${n(18 * u)} M ${n(rx)} ${n(by + 28 * u)} h ${n(14 * u)}`, 0.5),
    rect(board.x, board.y + board.height + 1 * u, board.width, 2 * u, '#a56d3e', `rx="${n(u * 0.6)}"`),
    '</g>',
    path(
      `M 0 0 L ${n(w * 0.55)} 0 L ${n(w * 0.2)} ${n(h)} L 0 ${n(h)} Z`,
      'url(#sun)',
      'filter="url(#haze)"',
    ),
    rect(-u, h - 11 * u, w + 2 * u, 14 * u, 'url(#desk)', 'filter="url(#s)"'),
    // Books, left, and an apple, right.
    rect(4 * u, h - 15 * u, 20 * u, 4 * u, '#c0473f', `rx="${n(u * 0.5)}"`),
    rect(5.5 * u, h - 18.5 * u, 17 * u, 3.5 * u, '#2f7fb5', `rx="${n(u * 0.5)}"`),
    rect(4.6 * u, h - 21.7 * u, 18 * u, 3.2 * u, '#e6b13a', `rx="${n(u * 0.5)}"`),
    circle(w - 12 * u, h - 14.4 * u, 4.2 * u, '#cf3f3a', 'filter="url(#s)"'),
    ellipse(w - 13.4 * u, h - 16 * u, 1 * u, 1.6 * u, '#f08a7c', 'opacity="0.8"'),
    path(
      `M ${n(w - 12 * u)} ${n(h - 18.4 * u)} q ${n(0.4 * u)} ${n(-2.6 * u)} ${n(2.4 * u)} ${n(-3.2 * u)}`,
      'none',
      `stroke="#3d2a1a" stroke-width="${n(u * 0.6)}" stroke-linecap="round"`,
    ),
  ].join('');
}

/** Warm paper and a circle of light: says nothing, flatters everybody. */
export function plain(stage: Stage): string {
  const { width: w, height: h, u } = stage;
  return [
    linear('paper', [
      { at: 0, colour: '#f4ead9' },
      { at: 1, colour: '#e2cfb2' },
    ]),
    radial('light', [
      { at: 0, colour: '#fffaf0' },
      { at: 0.7, colour: '#fff6e6', opacity: 0.4 },
      { at: 1, colour: '#fff6e6', opacity: 0 },
    ]),
    shadow('s', u * 2.4, 0.18),
    rect(0, 0, w, h, 'url(#paper)'),
    circle(w / 2, h * 0.46, 44 * u, '#f9f1e2', 'filter="url(#s)"'),
    ellipse(w * 0.46, h * 0.4, w * 0.55, h * 0.5, 'url(#light)'),
    ridge(
      stage,
      [
        [-u, h - 9 * u],
        [w * 0.3, h - 12 * u],
        [w * 0.7, h - 8 * u],
        [w + u, h - 11 * u],
      ],
      '#d8c19e',
      'filter="url(#s)" opacity="0.8"',
    ),
  ].join('');
}
