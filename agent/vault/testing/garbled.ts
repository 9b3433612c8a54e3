// Bytes with something wrong in them: what a broken disk, a broken sender and somebody who tries make of a file.
import type { Chance } from '../../queue/fixtures/random.ts';

/** Numbers at which lengths and offsets go wrong. */
const edges = [0, 1, 0x7f, 0x80, 0xff];

/** The same bytes with up to four changes; none in a fifth of the cases. Never longer than twice as long. */
export function garbled(bytes: Uint8Array, chance: Chance): Uint8Array<ArrayBuffer> {
  let changed = Uint8Array.from(bytes);
  const place = (over = 0) => Math.floor(chance.number() * (changed.length + over));
  for (let count = Math.floor(chance.number() * 5); count > 0 && changed.length > 0; count--) {
    const at = place();
    switch (Math.floor(chance.number() * 7)) {
      case 0:
        changed = changed.slice(0, at);
        break;
      case 1:
        changed[at]! ^= 1 << Math.floor(chance.number() * 8);
        break;
      case 2:
        changed[at] = chance.pick(edges);
        break;
      case 3: // a length or an offset of four bytes
        changed.fill(chance.pick(edges), at, at + 4);
        break;
      case 4: // a piece is missing
        changed = joined(
          changed.subarray(0, at),
          changed.subarray(at + 1 + Math.floor(chance.number() * 16)),
        );
        break;
      case 5: // a piece comes twice
        changed = joined(changed.subarray(0, at), changed.subarray(Math.floor(chance.number() * at)));
        break;
      default: // most headers are at the beginning
        changed[Math.min(at, Math.floor(chance.number() * 64))] = Math.floor(chance.number() * 256);
    }
    if (changed.length > 2 * bytes.length) changed = changed.slice(0, 2 * bytes.length);
  }
  return changed;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
