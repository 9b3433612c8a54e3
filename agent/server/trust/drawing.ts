// Small drawings of what a person sees on their screen: a list with the line to tap, a question with the answer to
// give. They are drawn from words, so that they say the same as the text beside them.

export interface Screen {
  readonly on: 'phone' | 'window';
  readonly title: string;
  /** Lines of a list, from the top. */
  readonly lines: readonly string[];
  /** Which of them is meant, counted from 0. */
  readonly tap: number;
  /** The line is a switch. */
  readonly switches?: boolean;
}

const LINE = 24;

/** SVG that follows the page's colours; hidden from readers, since the words beside it say all of it. */
export function drawn({ on, title, lines, tap, switches }: Screen): string {
  const [width, left] = on === 'phone' ? [196, 16] : [244, 12];
  const top = on === 'phone' ? 20 : 8;
  const height = top + 34 + lines.length * LINE + (on === 'phone' ? 22 : 14);
  const inner = width - 2 * left;
  const rows = lines.map((line, index) => {
    const y = top + 34 + index * LINE;
    const isMeant = index === tap;
    const knob = switches === true && isMeant ? knobAt(left + inner - 34, y + 4) : '';
    return `<g class="${isMeant ? 'meant' : 'other'}"><rect class="row" x="${left}" y="${y}" width="${inner}" height="${LINE - 4}" rx="6"/><text x="${left + 8}" y="${y + 14}">${escaped(line)}</text>${knob}</g>`;
  });
  const at = { x: left + inner - (switches === true ? 14 : 16), y: top + 34 + tap * LINE + 14 };
  const frame =
    on === 'phone'
      ? `<rect class="frame" x="3" y="3" width="${width - 6}" height="${height - 6}" rx="18"/><rect class="ear" x="${width / 2 - 16}" y="9" width="32" height="4" rx="2"/>`
      : `<rect class="frame" x="3" y="3" width="${width - 6}" height="${height - 6}" rx="8"/><circle class="ear" cx="${width - 16}" cy="14" r="3"/><circle class="ear" cx="${width - 27}" cy="14" r="3"/>`;
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" aria-hidden="true">${frame}<text class="title" x="${left}" y="${top + 20}">${escaped(title)}</text>${rows.join('')}<circle class="halo" cx="${at.x}" cy="${at.y}" r="11"/><path class="hand" d="M${at.x} ${at.y}l5 15 3-6 6-2z"/></svg>`;
}

function knobAt(x: number, y: number): string {
  return `<rect class="switch" x="${x}" y="${y}" width="24" height="12" rx="6"/><circle class="knob" cx="${x + 18}" cy="${y + 6}" r="4.5"/>`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
