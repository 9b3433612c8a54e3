// One byte range of a Range header (RFC 9110, 14.2). Several ranges are answered with the whole, which is allowed
// and which no player asks for.
export type ByteRange = { start: number; end: number } | 'whole' | 'unsatisfiable';

/** `end` is exclusive. Anything that is not one well-formed `bytes` range is 'whole'. */
export function parseByteRange(header: string | undefined, bytes: number): ByteRange {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (match === null) return 'whole';
  const [, first, last] = match as unknown as [string, string, string];
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    const length = Number(last);
    if (length === 0 || bytes === 0) return 'unsatisfiable';
    return { start: Math.max(0, bytes - length), end: bytes };
  }
  const start = Number(first);
  const end = last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= bytes ? 'unsatisfiable' : { start, end };
}
