// The one thing that stays when an owner had a device erased: whose workstation that was, for the next start to say.

const NAME = 'myspinbot/removed-by';
type Notes = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The workstation's name; undefined when this device was not erased, or the browser keeps no notes. */
export function readRemoval(notes: Notes | undefined): string | undefined {
  try {
    return notes?.getItem(NAME) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Undefined takes the note away. */
export function noteRemoval(notes: Notes | undefined, agentName: string | undefined): void {
  try {
    if (agentName === undefined) notes?.removeItem(NAME);
    else notes?.setItem(NAME, agentName);
  } catch {
    // Closed to this page: the next start looks like the very first, which is true as well.
  }
}
