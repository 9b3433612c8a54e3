// The drawings of the page: what a person will see on their own screen, reduced to the one thing they tap. Lines and
// grounds only, in the page's colours; words in them are the systems' own.
import { escaped } from './escaped.ts';

/** The sign of the house, as in the app (web/parts/mark.tsx). */
export const mark = `<svg class="mark" viewBox="8 8 84 84" aria-hidden="true"><clipPath id="disc"><circle cx="50" cy="50" r="33"/></clipPath><circle cx="50" cy="50" r="33" class="m-face"/><g clip-path="url(#disc)" class="m-cloth"><path d="M14 12H36C37 34 33 52 20 70L14 76Z"/><path d="M86 12H64C63 34 67 52 80 70L86 76Z"/></g><g class="m-house"><circle cx="41" cy="45" r="4.6"/><circle cx="59" cy="45" r="4.6"/><path d="M38 58Q50 55.5 62 58Q60 71 50 71Q40 71 38 58Z"/></g><circle cx="50" cy="50" r="38" class="m-track"/><path d="M50 12A38 38 0 1 1 17.1 69" class="m-ring"/></svg>`;

export const padlock = `<svg viewBox="0 0 24 24"><rect x="5.5" y="10.5" width="13" height="9" rx="2.5"/><path class="shackle" d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/><path class="tick" d="M9 15l2.2 2.2L15.2 13"/></svg>`;

function picture(says: string, inside: string): string {
  return `<svg class="picture" viewBox="0 0 240 132" role="img" aria-label="${escaped(says)}"><rect class="ground" width="240" height="132" rx="12"/>${inside}</svg>`;
}

const text = (x: number, y: number, words: string, kind = '', anchor = 'start') =>
  `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escaped(words)}</text>`;
/** A line of words that do not matter here. */
const words = (x: number, y: number, width: number) =>
  `<rect x="${x}" y="${y - 3}" width="${width}" height="6" rx="3" class="faint"/>`;
/** Where the finger goes. */
const tap = (x: number, y: number) =>
  `<circle cx="${x}" cy="${y}" r="13" class="tap"/><circle cx="${x}" cy="${y}" r="5" class="tip"/>`;

/** A file comes down: the arrow, the tray, its name. */
export function download(file: string): string {
  return picture(
    `The file ${file} comes down`,
    `<path class="line" d="M120 18v34m-14-13 14 13 14-13M90 54v9a6 6 0 0 0 6 6h48a6 6 0 0 0 6-6v-9"/><rect x="34" y="86" width="172" height="30" rx="8" class="sheet edge"/><path class="line thin" d="M48 94h7l4 4v10h-11z"/>${text(70, 105.5, file, 'strong')}`,
  );
}

/** A screen of settings: one row of it is meant. */
export function settings(title: string, row: string, options: { isOn?: boolean } = {}): string {
  const knob =
    options.isOn === true
      ? '<rect x="180" y="65" width="32" height="18" rx="9" class="leaf"/><circle cx="203" cy="74" r="7" class="sheet"/>'
      : '<path class="line thin" d="M203 69l5 5-5 5"/>';
  const at = options.isOn === true ? [196, 78] : [190, 82];
  return picture(
    `${title}: ${row}`,
    `<path class="sheet edge" d="M18 132V24a12 12 0 0 1 12-12h180a12 12 0 0 1 12 12v108"/>${text(34, 33, title, 'title')}${words(34, 49, 90)}<rect x="19" y="58" width="202" height="32" class="lit"/>${text(34, 78.5, row, 'strong')}${knob}${words(34, 106, 120)}${words(34, 123, 84)}${tap(at[0]!, at[1]!)}`,
  );
}

/** A window that asks: something in it is ticked or only told, a button pressed. */
export function dialog(title: string, line: string, button: string, isTicked = true): string {
  const tick =
    '<rect x="32" y="56" width="15" height="15" rx="4" class="leaf"/><path class="line on" d="M35.5 63.5l3 3 5.5-6"/>';
  const left = isTicked ? 54 : 32;
  return picture(
    `${title}: ${line}, ${button}`,
    `<rect x="18" y="12" width="204" height="108" rx="10" class="sheet edge"/>${text(32, 33, title, 'title')}<path class="line thin hair" d="M18 43h204"/>${isTicked ? tick : ''}${text(left, 68, line, 'strong')}${words(left, 84, 104)}<rect x="142" y="92" width="68" height="22" rx="7" class="act"/>${text(176, 107, button, 'on-act', 'middle')}${tap(205, 111)}`,
  );
}

/** A line typed into a terminal. */
export function terminal(command: string): string {
  return picture(
    `A terminal: ${command}`,
    `<rect x="18" y="14" width="204" height="104" rx="10" class="dark"/><circle cx="32" cy="27" r="3.5" class="m-cloth"/><circle cx="44" cy="27" r="3.5" class="gold"/><circle cx="56" cy="27" r="3.5" class="leaf"/><text x="32" y="58" class="typed"><tspan class="gold">$</tspan> ${escaped(command)}</text><rect x="32" y="72" width="8" height="13" class="gold"/>`,
  );
}

/** Back here: the padlock is shut, the curtain opens. */
export const back = picture(
  'This page, with a padlock that is shut',
  `<path class="sheet edge" d="M18 132V24a12 12 0 0 1 12-12h180a12 12 0 0 1 12 12v108"/><rect x="34" y="22" width="172" height="22" rx="11" class="ground"/><path class="line leafy" d="M46 32.5h9v6h-9zM48 32v-2a2.5 2.5 0 0 1 5 0v2"/>${text(63, 37, 'https://', 'strong')}${words(116, 33, 70)}<clipPath id="house"><rect x="34" y="54" width="172" height="78"/></clipPath><g clip-path="url(#house)"><rect x="34" y="54" width="172" height="78" class="dark"/><ellipse cx="120" cy="126" rx="46" ry="8" class="gold dim"/><circle cx="120" cy="97" r="22" class="m-face"/><circle cx="113" cy="93" r="3" class="m-house"/><circle cx="127" cy="93" r="3" class="m-house"/><path class="m-house" d="M112 102q8-2 16 0-1 8-8 8t-8-8z"/><path class="m-cloth" d="M34 54h58c0 22-14 40-34 52l4 26H34zM206 54h-58c0 22 14 40 34 52l-4 26h28z"/></g>`,
);
