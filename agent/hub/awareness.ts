// Who is here in one room: awareness states, each bound to the socket that wrote it. The stock protocol lets any
// peer write or remove anybody's state; here a socket owns one client id, and only the agent may present itself
// as an agent. Clients also send back what they heard of others: that is ignored, not punished.
import { presenceSchema } from '@myspinbot/shared/wire/presence.ts';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';

/** States in one message; more is noise or worse (a megabyte can forge 200 000). */
const MAX_ENTRIES = 256;
/** Clients that left, remembered so that an echo of their state does not bring them back. */
const MAX_GONE = 1024;

interface Entry {
  clock: number;
  json: string;
  owner: object;
}

export interface RoomAwareness {
  /**
   * Takes a peer's message; returns what to send to everybody, if anything changed. Whatever it says of itself, it is
   * shown as who it proved to be.
   */
  receive(
    owner: object,
    message: Uint8Array,
    shownAs: { readonly id: string; readonly name: string | undefined },
  ): Uint8Array | undefined;
  /** Sets the agent's own state; returns what to send to everybody. */
  present(client: number, state: object): Uint8Array;
  /** The socket is gone; returns what to send to the others. */
  leave(owner: object): Uint8Array | undefined;
  /** Every state, for one who just came; with no states an empty message, which keeps a client's link alive. */
  all(): Uint8Array;
  /** The agent's own state alone. */
  agent(): Uint8Array;
  /** Entries that were refused because they were forged or malformed. */
  refused(): number;
}

export function createRoomAwareness(): RoomAwareness {
  const states = new Map<number, Entry>();
  const owned = new Map<object, number>();
  const gone = new Map<number, number>();
  const agent = {};
  let refused = 0;

  const encode = (
    entries: readonly (readonly [client: number, clock: number, json: string])[],
  ): Uint8Array => {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, entries.length);
    for (const [client, clock, json] of entries) {
      encoding.writeVarUint(encoder, client);
      encoding.writeVarUint(encoder, clock);
      encoding.writeVarString(encoder, json);
    }
    return encoding.toUint8Array(encoder);
  };

  const remove = (client: number, clock: number): Uint8Array => {
    states.delete(client);
    gone.set(client, clock);
    if (gone.size > MAX_GONE) gone.delete(gone.keys().next().value!);
    return encode([[client, clock, 'null']]);
  };

  return {
    receive(owner, message, shownAs) {
      const changed: [number, number, string][] = [];
      let removal: Uint8Array | undefined;
      for (const { client, clock, json } of decode(message)) {
        const known = states.get(client);
        const mine = owned.get(owner);
        if (known !== undefined && known.owner !== owner) continue;
        if (known === undefined && json === 'null') continue;
        if (known === undefined && clock <= (gone.get(client) ?? -1)) continue;
        if (known !== undefined && clock <= known.clock) continue;
        if (mine !== undefined && mine !== client) {
          refused++;
          continue;
        }
        if (json === 'null') {
          owned.delete(owner);
          removal = remove(client, clock);
          continue;
        }
        const state = deviceState(json, shownAs);
        if (state === undefined) {
          refused++;
          continue;
        }
        gone.delete(client);
        owned.set(owner, client);
        states.set(client, { clock, json: state, owner });
        changed.push([client, clock, state]);
      }
      return changed.length > 0 ? encode(changed) : removal;
    },
    present(client, state) {
      const clock = (states.get(client)?.clock ?? 0) + 1;
      const json = JSON.stringify(state);
      states.set(client, { clock, json, owner: agent });
      return encode([[client, clock, json]]);
    },
    leave(owner) {
      const client = owned.get(owner);
      owned.delete(owner);
      if (client === undefined) return undefined;
      return remove(client, (states.get(client)?.clock ?? 0) + 1);
    },
    all: () => encode([...states].map(([client, { clock, json }]) => [client, clock, json])),
    agent: () =>
      encode(
        [...states].flatMap(([client, { clock, json, owner }]) =>
          owner === agent ? [[client, clock, json] as const] : [],
        ),
      ),
    refused: () => refused,
  };
}

function decode(message: Uint8Array): { client: number; clock: number; json: string }[] {
  const decoder = decoding.createDecoder(message);
  const count = decoding.readVarUint(decoder);
  if (count > MAX_ENTRIES) throw new Error(`${count} awareness states in one message`);
  const entries = [];
  for (let entry = 0; entry < count; entry++) {
    entries.push({
      client: decoding.readVarUint(decoder),
      clock: decoding.readVarUint(decoder),
      json: decoding.readVarString(decoder),
    });
  }
  return entries;
}

/** The part of a device's state that is passed on; undefined when it claims what it must not. */
function deviceState(
  json: string,
  shownAs: { readonly id: string; readonly name: string | undefined },
): string | undefined {
  let state: unknown;
  try {
    state = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof state !== 'object' || state === null) return undefined;
  if (!('presence' in state)) return '{}';
  const presence = presenceSchema.safeParse(state.presence);
  if (!presence.success || presence.data.kind !== 'device') return undefined;
  const { id, name = presence.data.name } = shownAs;
  return JSON.stringify({ presence: { kind: 'device', id, name } });
}
