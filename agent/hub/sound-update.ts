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
 *   neighbour becomes a value of that map, here the last and there the first of them, by the order in which they come;
 * - a piece that is here in part, and of which what is here stands elsewhere than the piece says: Yjs hangs the rest
 *   behind the part, so that it stands in one place now and in the other once loaded.
 */
export function isSoundFor(doc: Y.Doc, update: Uint8Array): boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  const isPiece = (clock: number, length: number) => length > 0 && clock >= 0 && clock + length <= MAX_CLOCK;
  if (!structs.every(({ id, length }) => isPiece(id.clock, length))) return false;
  if (![...ds.clients.values()].every((all) => all.every(({ clock, len }) => isPiece(clock, len)))) {
    return false;
  }
  const placeOf = placesOf(doc, structs);
  return structs.every((struct) => {
    if (!(struct instanceof Y.Item) || isHere(doc, struct)) return true;
    const place = placeOf(struct);
    // It waits for its past, which a room does not let it do.
    if (place === undefined) return true;
    if (place.key !== null && (struct.rightOrigin !== null || isOfText(struct.content))) return false;
    const part = partHere(doc, struct);
    return part === undefined || isSamePlace(place, placeOf(part));
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

/** The last of what is here of a piece that is here in part. */
function partHere(doc: Y.Doc, { id }: Struct): Struct | undefined {
  const state = Y.getState(doc.store, id.client);
  return id.clock < state ? inStore(doc, Y.createID(id.client, state - 1)) : undefined;
}

function inStore(doc: Y.Doc, { client, clock }: Y.ID): Struct {
  const own = doc.store.clients.get(client)!;
  return own[Y.findIndexSS(own, clock)]!;
}

/** Where a piece stands: in which text, list or map, and under which key of a map. */
interface Place {
  parent: string;
  key: string | null;
}

/** In something that was deleted: nobody sees it, and nobody asks where it was. */
const gone: Place = { parent: 'gone', key: null };

function isSamePlace(one: Place, other: Place | undefined): boolean {
  return one.parent === other?.parent && one.key === other.key;
}

/**
 * Tells where pieces of the update and of the document stand. Only the first of a chain says so itself; the others are
 * where their neighbour is, in this update or in the document. One whose neighbours are nowhere is nowhere yet.
 */
function placesOf(doc: Y.Doc, structs: readonly Struct[]): (struct: Struct) => Place | undefined {
  const byClient = new Map<number, Struct[]>();
  for (const struct of structs) {
    const own = byClient.get(struct.id.client);
    if (own === undefined) byClient.set(struct.id.client, [struct]);
    else own.push(struct);
  }
  for (const own of byClient.values()) own.sort((a, b) => a.id.clock - b.id.clock);
  const find = (id: Y.ID): Struct | undefined =>
    id.clock < Y.getState(doc.store, id.client)
      ? inStore(doc, id)
      : within(byClient.get(id.client) ?? [], id.clock);

  const rootNames = new Map<unknown, string>();
  const rootName = (type: Y.Item['parent'] & object): string => {
    const name = rootNames.get(type) ?? Y.findRootTypeKey(type as Y.AbstractType<unknown>);
    rootNames.set(type, name);
    return name;
  };
  const inside = (item: Struct | undefined, key: string | null): Place | undefined => {
    if (item === undefined || item instanceof Y.Skip) return undefined;
    if (!(item instanceof Y.Item) || item.deleted || !(item.content instanceof Y.ContentType)) return gone;
    return { parent: `in ${item.id.client} ${item.id.clock}`, key };
  };
  const said = ({ parent, parentSub: key }: Y.Item): Place | undefined => {
    if (typeof parent === 'string') return { parent: `root ${parent}`, key };
    if (parent instanceof Y.ID) return inside(find(parent), key);
    const item = (parent as Y.AbstractType<unknown>)._item;
    if (item !== null) return inside(item, key);
    return { parent: `root ${rootName(parent as Y.AbstractType<unknown>)}`, key };
  };

  const known = new Map<Struct, Place | undefined>();
  return (first) => {
    // A loop, not a recursion: a chain is as long as a document is old.
    const chain: Struct[] = [];
    let at: Struct | undefined = first;
    let answer: Place | undefined;
    while (at !== undefined && !(at instanceof Y.Skip)) {
      if (!(at instanceof Y.Item)) {
        answer = gone;
        break;
      }
      if (known.has(at)) {
        answer = known.get(at);
        break;
      }
      known.set(at, undefined); // Whoever names themselves as their neighbour is nowhere.
      chain.push(at);
      if (at.parent !== null) {
        answer = said(at);
        break;
      }
      const neighbour: Y.ID | null = at.origin ?? at.rightOrigin;
      if (neighbour === null) break;
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
