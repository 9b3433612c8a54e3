// Which stages may run beside each other: one on the GPU, ever; beside it the processor stages of the next job, one at a
// time. The job that leads never waits for the one beside it, except for the GPU. It knows jobs by their turn alone.

export type Lane = 'gpu' | 'cpu';

export interface Lanes {
  /** Waits for a place; resolves with the way to give it back. Rejects with `signal.reason`. `turn`: lower leads. */
  enter(lane: Lane, turn: number, signal: AbortSignal): Promise<() => void>;
  /** Told whenever the GPU was taken or given back: somebody may begin beside it, or must not any more. */
  readonly gpuTaken: boolean;
  /** The turns that are being worked on; the lowest leads. */
  join(turn: number): () => void;
  leads(turn: number): boolean;
}

interface Asking {
  lane: Lane;
  turn: number;
  grant(): void;
}

/** `changed` is called after the GPU was taken or given back. */
export function createLanes(changed: () => void): Lanes {
  const turns = new Set<number>();
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

  return {
    get gpuTaken() {
      return gpu !== undefined;
    },
    leads,
    join(turn) {
      turns.add(turn);
      return () => {
        turns.delete(turn);
        look();
      };
    },
    enter(lane, turn, signal) {
      return new Promise((resolve, reject) => {
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
    },
  };
}
