import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId } from '@myspinbot/shared/job/job.ts';
import { expect, test } from 'vitest';
import { requestFor } from './fixtures/job-requests.ts';
import { openQueueWorld } from './fixtures/queue-world.ts';
import { type Ledger, PACES_KEPT } from './ledger.ts';

test('a claim that is refused ahead of its turn ends nothing: the job keeps its place and has its own turn', async () => {
  const refused: JobId[] = [];
  let refuses: JobId | undefined;
  const refusingOnce = (ledger: Ledger): Ledger =>
    Object.assign(Object.create(ledger) as Ledger, {
      grant(...to: Parameters<Ledger['grant']>) {
        const [{ id }] = to;
        if (id !== refuses) return ledger.grant(...to);
        refuses = undefined;
        refused.push(id);
        throw new Failure({ code: 'fenced', message: 'It is not to be had now.', hint: 'Ask later.' });
      },
    } satisfies Partial<Ledger>);
  const world = await openQueueWorld({ ledger: refusingOnce });
  try {
    // Jobs that this machine has seen often and that take no time are claimed several at once.
    const asked = async (text: string, requestedAt = 1) => {
      const clip = await world.photo(`a clip for ${text}`);
      const options = { voiceClip: clip.hash };
      return requestFor(await world.photo(`a photo for ${text}`), text, { options, requestedAt });
    };
    for (let at = 0; at < PACES_KEPT; at += 1) {
      const request = await asked(`Job ${at}`);
      await world.queue.request(request);
      expect((await world.ended(request.id)).state).toBe('succeeded');
    }
    world.stageLog.behave({ finish: 'waits' });
    await world.queue.request(await asked('Before'));
    await world.stageLog.until((log) => log.count('finish') === PACES_KEPT + 1);
    const [first, second, third] = [
      await asked('First', 2),
      await asked('Second', 3),
      await asked('Third', 4),
    ];
    for (const request of [first, second, third]) await world.queue.request(request);
    refuses = second.id;
    world.stageLog.behave({ look: 'waits' });
    await world.until(first.id, (run) => run.state === 'running');
    expect(refused).toEqual([second.id]);
    expect(world.queue.line().map(({ request }) => request.id)).toEqual([first.id, second.id, third.id]);
    world.stageLog.behave({});
    for (const { id } of [first, second, third]) {
      expect(await world.ended(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    }
  } finally {
    world.stageLog.behave({});
    await world.close();
  }
});
