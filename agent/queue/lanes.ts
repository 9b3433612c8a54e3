// Which stages may run beside each other: one on the GPU, ever; beside it the processor stages of the next job, one at a
// time. The job that leads never waits for the one beside it, except for the GPU. It gives each job its turn and
// knows no more of it.

export type Lane = 'gpu' | 'cpu';

export interface Lanes {
  /** A turn of the caller's own, behind all that were given before it. */
  join(): Turn;
  /** Told whenever the GPU was taken or given back: somebody may begin beside it, or must not any more. */
  readonly gpuTaken: boolean;
}

/** One among the jobs that are worked on; who joined first leads. */
export interface Turn {
  /** Waits for a place; resolves with the way to give it back. Rejects with `signal.reason`. */
  enter(lane: Lane, signal: AbortSignal): Promise<() => void>;
  leads(): boolean;
  /** It is over. */
  leave(): void;
}

interface Asking {
  lane: Lane;
  turn: number;
  grant(): void;
}

/** `changed` is called after the GPU was taken or given back. */
export function createLanes(changed: () => void): Lanes {
  /** The turns that are being worked on; the lowest leads. */
  const turns = new Set<number>();
  let given = 0;
  const waiting: Asking[] = [];
  let gpu: number | undefined;
  /** The turn that works on the processor beside the leader. */
  let beside: number | undefined;

  const leads = (turn: number) => turn <= Math.min(...turns);
  const may = ({ lane, turn }: Asking) => {
    if (lane === 'gpu') return gpu === undefined;
    return leads(turn) || (gpu !== undefined && gpu !== turn && beside === undefined);
  };
  const look = () => {
    waiting.sort((a, b) => a.turn - b.turn);
    for (const one of [...waiting]) {
      if (!may(one)) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.grant();
    }
  };
  const take = ({ lane, turn }: Asking): (() => void) => {
    const isBeside = lane === 'cpu' && !leads(turn);
    if (lane === 'gpu') gpu = turn;
    else if (isBeside) beside = turn;
    if (lane === 'gpu') changed();
    let isBack = false;
    return () => {
      if (isBack) return;
      isBack = true;
      if (lane === 'gpu') gpu = undefined;
      else if (isBeside) beside = undefined;
      if (lane === 'gpu') changed();
      look();
    };
  };

  const enter = (lane: Lane, turn: number, signal: AbortSignal) =>
    new Promise<() => void>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const onAbort = () => {
        waiting.splice(waiting.indexOf(asking), 1);
        reject(signal.reason as Error);
      };
      const asking: Asking = {
        lane,
        turn,
        grant() {
          signal.removeEventListener('abort', onAbort);
          resolve(take(asking));
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      waiting.push(asking);
      look();
    });

  return {
    get gpuTaken() {
      return gpu !== undefined;
    },
    join() {
      given += 1;
      const turn = given;
      turns.add(turn);
      return {
        enter: (lane, signal) => enter(lane, turn, signal),
        leads: () => leads(turn),
        leave() {
          turns.delete(turn);
          look();
        },
      };
    },
  };
}
