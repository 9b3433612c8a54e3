// A QR code in a terminal. Black on white whatever the terminal's own colours are, where it has colours: a camera reads no
// picture that is the other way round. It knows nothing of what the code says.
import { renderUnicodeCompact } from 'uqr';

/** White and black of the fixed part of the 256 colours: themes change the first sixteen. */
const BLACK_ON_WHITE = '\x1b[38;5;231;48;5;16m';
const PLAIN = '\x1b[0m';
/** Modules of white around it. Four are the rule, three let two pictures stand side by side in 80 columns. */
const QUIET = 3;
/** In a terminal of 24 lines there is no room for more; and without colours nothing is known of what is around. */
const QUIET_NARROW = 1;
/** Below this many lines every one of them counts. */
const ROOMY_ROWS = 28;

export interface QrLook {
  /** Whether the terminal shows 256 colours. */
  isColoured: boolean;
  /** Lines of the terminal; 24 where nobody knows. */
  rows: number;
}

export function qrLines(text: string, { isColoured, rows }: QrLook): string[] {
  const border = isColoured && rows >= ROOMY_ROWS ? QUIET : QUIET_NARROW;
  const lines = renderUnicodeCompact(text, { ecc: 'L', border }).split('\n');
  return isColoured ? lines.map((line) => `${BLACK_ON_WHITE}${line}${PLAIN}`) : lines;
}

/** Columns that a line takes. */
export function widthOf(line: string): number {
  return line.replaceAll(BLACK_ON_WHITE, '').replaceAll(PLAIN, '').length;
}
