// A QR code in a terminal. Black on white whatever the terminal's own colours are, where it has colours: a camera reads no
// picture that is the other way round. It knows nothing of what the code says.
import { renderUnicodeCompact } from 'uqr';

/** White and black of the fixed part of the 256 colours: themes change the first sixteen. */
const BLACK_ON_WHITE = '\x1b[38;5;231;48;5;16m';
const PLAIN = '\x1b[0m';
/** Modules of white around it. Four are the rule, three let two pictures stand side by side in 80 columns. */
const QUIET = 3;
/** Without colours the terminal around it is white where the picture is, or the picture cannot be read anyway. */
const QUIET_PLAIN = 1;

export function qrLines(text: string, isColoured: boolean): string[] {
  const lines = renderUnicodeCompact(text, { ecc: 'L', border: isColoured ? QUIET : QUIET_PLAIN }).split(
    '\n',
  );
  return isColoured ? lines.map((line) => `${BLACK_ON_WHITE}${line}${PLAIN}`) : lines;
}

/** Columns that a line takes. */
export function widthOf(line: string): number {
  return line.replaceAll(BLACK_ON_WHITE, '').replaceAll(PLAIN, '').length;
}
