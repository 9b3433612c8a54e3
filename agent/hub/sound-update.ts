// Whether an update is one that a document can hold, give away and load again as it was. Yjs itself takes some that it
// cannot. It knows updates and the store they are for; who sent one, and what becomes of them, is the room's business.
import * as Y from 'yjs';

/** The highest clock a document may reach by one update: a person types for years and stays below. */
const MAX_CLOCK = 2 ** 40;

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number];

/**
 * Throws for what is no update. Refused is also what no Yjs client writes and no two documents hold alike:
 *
 * - a piece of no length: once deleted, it makes the document one that nobody can load any more;
 * - a value in a map that says what stands after it, or is a run of letters: a text that names a map's value as its
 *   neighbour becomes a value of that map, here the last and there the first of them, by the order in which they come.
 */
export function isSoundFor(doc: Y.Doc, update: Uint8Array): boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  const isPiece = (clock: number, length: number) => length > 0 && clock >= 0 && clock + length <= MAX_CLOCK;
  if (!structs.every(({ id, length }) => isPiece(id.clock, length))) return false;
  if (![...ds.clients.values()].every((all) => all.every(({ clock, len }) => isPiece(clock, len)))) {
    return false;
  }
  const values = valuesOfMaps(doc, structs);
  return structs.every((struct) => {
    if (!(struct instanceof Y.Item) || isHere(doc, struct) || !values(struct)) return true;
    return struct.rightOrigin === null && !isOfText(struct.content);
  });
}

/** Whether an update says nothing that the document does not hold already. Throws for what is no update. */
export function isKnownTo(doc: Y.Doc, update: Uint8Array): boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  return (
    structs.every((struct) => isHere(doc, struct)) &&
    [...ds.clients.values()].every(({ length }) => length === 0)
  );
}

function isHere(doc: Y.Doc, { id, length }: Struct): boolean {
  return id.clock + length <= Y.getState(doc.store, id.client);
}

function isOfText(content: Y.Item['content']): boolean {
  return content instanceof Y.ContentString || content instanceof Y.ContentFormat;
}

/**
 * Tells which pieces are values of a map. Only the first of a chain says so itself; the others are what their neighbour
 * is, in this update or in the document. One whose neighbours are nowhere is none: it waits for its past anyway.
 */
function valuesOfMaps(doc: Y.Doc, structs: readonly Struct[]): (item: Y.Item) => boolean {
  const byClient = new Map<number, Struct[]>();
  for (const struct of structs) {
    const own = byClient.get(struct.id.client);
    if (own === undefined) byClient.set(struct.id.client, [struct]);
    else own.push(struct);
  }
  for (const own of byClient.values()) own.sort((a, b) => a.id.clock - b.id.clock);
  const find = (id: Y.ID): Struct | undefined => {
    if (id.clock < Y.getState(doc.store, id.client)) {
      const own = doc.store.clients.get(id.client)!;
      return own[Y.findIndexSS(own, id.clock)];
    }
    return within(byClient.get(id.client) ?? [], id.clock);
  };
  const known = new Map<Struct, boolean>();
  return (first) => {
    // A loop, not a recursion: a chain is as long as a document is old.
    const chain: Struct[] = [];
    let at: Struct | undefined = first;
    let answer = false;
    while (at instanceof Y.Item) {
      const before = known.get(at);
      if (before !== undefined) {
        answer = before;
        break;
      }
      known.set(at, false); // Whoever names themselves as their neighbour is nobody's value.
      chain.push(at);
      if (at.parentSub !== null) {
        answer = true;
        break;
      }
      const neighbour: Y.ID | null = at.origin ?? at.rightOrigin;
      if (neighbour === null || isHere(doc, at)) break;
      at = find(neighbour);
    }
    for (const one of chain) known.set(one, answer);
    return answer;
  };
}

function within(sorted: readonly Struct[], clock: number): Struct | undefined {
  let [low, high] = [0, sorted.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const struct = sorted[middle]!;
    if (clock < struct.id.clock) high = middle - 1;
    else if (clock >= struct.id.clock + struct.length) low = middle + 1;
    else return struct;
  }
  return undefined;
}
