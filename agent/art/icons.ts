// The mark of MySpinBot and the app's icons made from it: a round puppet's face peeping between two curtains,
// its ring the one that turns when a person taps Spin. Pictures only; who serves them is the build's matter.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

const colours = {
  night: '#1b1a2b',
  red: '#cf4039',
  dark: '#8e2226',
  gold: '#e9b440',
  paper: '#fcf6ea',
  ink: '#231f33',
};

/** The mark on a 100 x 100 field. `inset` shrinks it for maskable icons, whose rim the platform may cut away. */
export function markSvg(options: { inset: number; round: boolean }): string {
  const { inset, round } = options;
  const c = colours;
  const scale = 1 - 2 * inset;
  const ground = round
    ? `<rect width="100" height="100" rx="24" fill="${c.night}"/>`
    : `<rect width="100" height="100" fill="${c.night}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">
<defs><clipPath id="disc"><circle cx="50" cy="50" r="33"/></clipPath></defs>
${ground}
<g transform="translate(${100 * inset} ${100 * inset}) scale(${scale})">
<circle cx="50" cy="50" r="33" fill="${c.paper}"/>
<g clip-path="url(#disc)">
<path d="M14 12 H36 C37 34 33 52 20 70 L14 76 Z" fill="${c.red}"/>
<path d="M26 12 H31 C31 34 27 52 18 66 Z" fill="${c.dark}" opacity="0.55"/>
<path d="M86 12 H64 C63 34 67 52 80 70 L86 76 Z" fill="${c.red}"/>
<path d="M74 12 H69 C69 34 73 52 82 66 Z" fill="${c.dark}" opacity="0.55"/>
</g>
<circle cx="41" cy="45" r="4.6" fill="${c.ink}"/><circle cx="59" cy="45" r="4.6" fill="${c.ink}"/>
<circle cx="42.6" cy="43.4" r="1.5" fill="${c.paper}"/><circle cx="60.6" cy="43.4" r="1.5" fill="${c.paper}"/>
<path d="M38 58 Q50 55.5 62 58 Q60 71 50 71 Q40 71 38 58 Z" fill="${c.ink}"/>
<path d="M42.5 66.6 Q50 62.5 57.5 66.6 Q54.6 71 50 71 Q45.4 71 42.5 66.6 Z" fill="${c.red}"/>
<circle cx="50" cy="50" r="40" fill="none" stroke="${c.paper}" stroke-opacity="0.18" stroke-width="6"/>
<path d="M50 10 A40 40 0 1 1 15.4 70" fill="none" stroke="${c.gold}" stroke-width="6" stroke-linecap="round"/>
</g></svg>`;
}

/** Writes every icon the manifest and the page name into `outDir`. */
export async function renderIcons(outDir: string): Promise<void> {
  await mkdir(outDir, { recursive: true });
  const png = (file: string, px: number, source: string) =>
    sharp(Buffer.from(source), { density: 72 * (px / 100) })
      .resize(px, px)
      .png({ compressionLevel: 9 })
      .toFile(join(outDir, file));
  const round = markSvg({ inset: 0, round: true });
  const square = markSvg({ inset: 0.02, round: false });
  const maskable = markSvg({ inset: 0.1, round: false });
  await Promise.all([
    writeFile(join(outDir, 'favicon.svg'), round),
    png('icon-192.png', 192, round),
    png('icon-512.png', 512, round),
    png('maskable-512.png', 512, maskable),
    png('apple-touch-180.png', 180, square),
  ]);
}
