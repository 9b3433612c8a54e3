// Chance that can be repeated: the same seed draws the same numbers (mulberry32), and the same bytes.
export interface Chance {
  /** 0 to below 1. */
  number(): number;
  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** Bytes that no compression and no second look makes smaller. */
  bytes(count: number): Uint8Array<ArrayBuffer>;
}

export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const word = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const number = () => word() / 4_294_967_296;
  const between = (from: number, to: number) => from + Math.floor(number() * (to - from + 1));
  return {
    number,
    between,
    pick(list) {
      const picked = list[between(0, list.length - 1)];
      if (picked === undefined) throw new Error('nothing to pick from');
      return picked;
    },
    bytes(count) {
      const bytes = new Uint8Array(count);
      const words = new Uint32Array(bytes.buffer, 0, count >> 2);
      for (let at = 0; at < words.length; at++) words[at] = word();
      for (let at = words.length * 4; at < count; at++) bytes[at] = word();
      return bytes;
    },
  };
}
