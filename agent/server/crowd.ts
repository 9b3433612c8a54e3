// Who stands at the doors: strangers apart from those who proved who they are, so that no number of strangers keeps a
// known device out. It counts and chooses who has to go; it does not know sockets, nor how somebody proves anything.

export interface Visitor {
  readonly address: string;
  end(): void;
}

/** How many of a kind: in all, and of one address. */
export interface Room {
  readonly all: number;
  readonly each: number;
}

export interface Crowd {
  /** One more stranger. Where there is no room, another one ends: never the newcomer, who may be somebody. */
  enter(visitor: Visitor): void;
  /** This one was answered: who only holds a connection open goes before it. */
  answered(visitor: Visitor): void;
  /** This one said who it is, and counts as a stranger no more. Ends it when there are too many of those. */
  proved(visitor: Visitor): void;
  left(visitor: Visitor): void;
  counts(): { strangers: number; known: number };
}

export function createCrowd(room: { strangers: Room; known: Room }): Crowd {
  /** Oldest first. */
  const strangers = new Map<Visitor, { isAnswered: boolean }>();
  const known = new Set<Visitor>();
  const perAddress = { strangers: new Map<string, number>(), known: new Map<string, number>() };

  const count = (kind: 'strangers' | 'known', { address }: Visitor, more: 1 | -1) => {
    const now = (perAddress[kind].get(address) ?? 0) + more;
    if (now > 0) perAddress[kind].set(address, now);
    else perAddress[kind].delete(address);
  };
  const forget = (visitor: Visitor) => {
    if (strangers.delete(visitor)) count('strangers', visitor, -1);
    if (known.delete(visitor)) count('known', visitor, -1);
  };
  /** The oldest of this address, and before it the oldest that never was answered. */
  const sendAway = (address: string) => {
    const own = [...strangers].filter(([visitor]) => visitor.address === address);
    const [visitor] = own.find(([, { isAnswered }]) => !isAnswered) ?? own[0]!;
    forget(visitor);
    visitor.end();
  };
  /** Whoever takes the most room; of several the one that came first. */
  const crowdedAddress = () => {
    let most = '';
    for (const { address } of strangers.keys()) {
      const { strangers: counts } = perAddress;
      if ((counts.get(address) ?? 0) > (counts.get(most) ?? 0)) most = address;
    }
    return most;
  };

  return {
    enter(visitor) {
      const { address } = visitor;
      if ((perAddress.strangers.get(address) ?? 0) >= room.strangers.each) sendAway(address);
      else if (strangers.size >= room.strangers.all) sendAway(crowdedAddress());
      strangers.set(visitor, { isAnswered: false });
      count('strangers', visitor, 1);
    },
    answered(visitor) {
      const state = strangers.get(visitor);
      if (state !== undefined) state.isAnswered = true;
    },
    proved(visitor) {
      if (!strangers.has(visitor)) return;
      forget(visitor);
      const own = perAddress.known.get(visitor.address) ?? 0;
      if (known.size >= room.known.all || own >= room.known.each) return visitor.end();
      known.add(visitor);
      count('known', visitor, 1);
    },
    left: forget,
    counts: () => ({ strangers: strangers.size, known: known.size }),
  };
}
