// What a person decides of the line: its order, what is held, when it rests. Wishes go into the workspace document; the
// order that is shown comes back from there. It works as well while the workstation is away.
import type { Workspace } from '@myspinbot/shared/document/workspace.ts';
import { isHeld } from '@myspinbot/shared/job/life.ts';
import type { QueueRules, Rest } from '@myspinbot/shared/job/rules.ts';
import { unwrap } from 'solid-js/store';
import { moveTo, turnOf } from './line.ts';
import type { JobView, LineDesk } from './live.ts';

export interface LineWorld {
  line(): readonly JobView[];
  rules(): QueueRules;
  /** What the workstation says; undefined as well while it is away. */
  rest(): Rest | undefined;
  now(): number;
  wish(write: (workspace: Pick<Workspace, 'pause' | 'place' | 'rules' | 'putRules'>) => void): void;
}

export function createLineDesk(world: LineWorld): LineDesk {
  const put = (rules: Partial<QueueRules>) =>
    world.wish((workspace) => {
      const before = workspace.rules();
      const after = { ...before, ...unwrap(rules) };
      // Every write is kept for ever in the document's history.
      if (JSON.stringify(after) !== JSON.stringify(before)) workspace.putRules(after);
    });
  return {
    rules: world.rules,
    change: put,
    rest: () => restOf(world.rules(), world.rest()),
    goOn: () => put({ paused: false, goOnAt: world.now() }),
    pause: () => put({ paused: true }),
    move(id, to) {
      const moves = moveTo(waiting(world.line()).map(turnOf), id, to);
      world.wish((workspace) => {
        for (const { id: moved, ...place } of moves) workspace.place(moved, place);
      });
    },
    hurry(id, now) {
      const place = world.line().find((job) => job.request.id === id)?.wish.place;
      world.wish((workspace) =>
        workspace.place(id, { ...(place === undefined ? {} : { place }), ...(now ? { now } : {}) }),
      );
    },
    hold: (id, held) => world.wish((workspace) => workspace.pause(id, held ? world.now() : undefined)),
  };
}

/** Whether a job is being worked on. */
export function isOnStage({ run }: JobView): boolean {
  return run !== undefined && isHeld(run.state);
}

/** Those of a line whose turn is still to come. */
export function waiting(line: readonly JobView[]): JobView[] {
  return line.filter((job) => !isOnStage(job));
}

/** A person's own word counts at once: the workstation may not have heard it yet. */
function restOf(rules: QueueRules, said: Rest | undefined): Rest | undefined {
  if (rules.paused) return { why: 'paused' };
  return said?.why === 'paused' ? undefined : said;
}
