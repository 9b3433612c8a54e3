// The cheapest way to walk through two sequences at once: which moment of one is which moment of the other.
// It does not know what the rows mean; the caller gives the cost of a pair.

export interface WarpOptions {
  rows: number;
  columns: number;
  /** Cost of row r being column c, >= 0. */
  cost(row: number, column: number): number;
  /** Columns that row r may be, inclusive; absent = all. Must move forwards and include both corners. */
  band?: (row: number) => { from: number; to: number };
  /** Added for a step along one sequence only, so that the walk does not rest without reason. */
  rest: number;
}

export interface Warp {
  /** First column of every row on the cheapest walk; never decreasing. */
  firstColumn: Int32Array;
  lastColumn: Int32Array;
  /** Mean cost of a step. */
  cost: number;
}

const DIAGONAL = 0;
const DOWN = 1;
const RIGHT = 2;

/**
 * Dynamic time warping in a band with steps (1,1), (1,0), (0,1).
 * H. Sakoe and S. Chiba, "Dynamic programming algorithm optimization for spoken word recognition",
 * IEEE ASSP 26(1), 1978. Memory: one byte per cell of the band.
 */
export function warp(options: WarpOptions): Warp {
  const { rows, columns, rest } = options;
  const from = new Int32Array(rows);
  const width = new Int32Array(rows);
  const start = new Float64Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    const band = options.band?.(row) ?? { from: 0, to: columns - 1 };
    from[row] = Math.max(0, band.from);
    width[row] = Math.min(columns - 1, band.to) - from[row]! + 1;
    start[row + 1] = start[row]! + width[row]!;
  }
  const steps = new Uint8Array(start[rows]!);
  let above = new Float32Array(0);
  let aboveFrom = 0;
  for (let row = 0; row < rows; row++) {
    const here = new Float32Array(width[row]!);
    const first = from[row]!;
    for (let index = 0; index < here.length; index++) {
      const column = first + index;
      const cost = options.cost(row, column);
      if (row === 0 && column === 0) {
        here[index] = cost;
        continue;
      }
      const diagonal = above[column - 1 - aboveFrom] ?? Number.POSITIVE_INFINITY;
      const down = (above[column - aboveFrom] ?? Number.POSITIVE_INFINITY) + rest;
      const right = (here[index - 1] ?? Number.POSITIVE_INFINITY) + rest;
      let best = diagonal;
      let step = DIAGONAL;
      if (down < best) {
        best = down;
        step = DOWN;
      }
      if (right < best) {
        best = right;
        step = RIGHT;
      }
      here[index] = best + cost;
      steps[start[row]! + index] = step;
    }
    above = here;
    aboveFrom = first;
  }

  const firstColumn = new Int32Array(rows);
  const lastColumn = new Int32Array(rows).fill(-1);
  let row = rows - 1;
  let column = columns - 1;
  let length = 0;
  const total = above[column - aboveFrom] ?? Number.POSITIVE_INFINITY;
  while (row >= 0 && column >= 0) {
    length++;
    if (lastColumn[row]! < 0) lastColumn[row] = column;
    firstColumn[row] = column;
    if (row === 0 && column === 0) break;
    const step = steps[start[row]! + column - from[row]!];
    if (step !== RIGHT) row--;
    if (step !== DOWN) column--;
  }
  return { firstColumn, lastColumn, cost: total / Math.max(1, length) };
}
