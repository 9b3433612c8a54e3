// What the two ends of a benchmark say to each other: single words that may be waited for, and the words of a connection
// that is being made, which go to whoever makes it.
export interface Talk {
  say(message: object): void;
  /** The next message that has this field. */
  word(name: string): Promise<unknown>;
  /** Messages without a waited-for word; those that came before are handed over first. */
  onRest(listener: (message: Record<string, unknown>) => void): void;
  /** Takes what came. */
  hear(text: string): void;
}

const words = ['task', 'ready', 'go', 'came', 'end'];

export function createTalk(send: (text: string) => void): Talk {
  const kept: Record<string, unknown>[] = [];
  const waiting = new Map<string, (value: unknown) => void>();
  let rest: ((message: Record<string, unknown>) => void) | undefined;
  let early: Record<string, unknown>[] = [];
  return {
    say: (message) => send(JSON.stringify(message)),
    word(name) {
      const at = kept.findIndex((message) => name in message);
      if (at >= 0) return Promise.resolve(kept.splice(at, 1)[0]![name]);
      return new Promise((resolve) => waiting.set(name, resolve));
    },
    onRest(listener) {
      rest = listener;
      for (const message of early) listener(message);
      early = [];
    },
    hear(text) {
      const message = JSON.parse(text) as Record<string, unknown>;
      const name = words.find((word) => word in message);
      if (name === undefined) {
        if (rest === undefined) early.push(message);
        else rest(message);
        return;
      }
      const told = waiting.get(name);
      waiting.delete(name);
      if (told === undefined) kept.push(message);
      else told(message[name]);
    },
  };
}
