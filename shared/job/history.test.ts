import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AssetRef, assetHashSchema } from '../asset/asset.ts';
import type { ProjectId } from '../project/project.ts';
import { historyLine, historyLineSchema, jobOfHistory } from './history.ts';
import { type Job, type JobId, type JobRun, jobRunSchema } from './job.ts';

const id = 'j_000000000000' as JobId;
const hex = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) =>
    assetHashSchema.parse([...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')),
  );
const ref = (type: AssetRef['type']) => fc.record({ hash: hex, bytes: fc.nat(), type: fc.constant(type) });

function ended(run: Partial<JobRun>, project = 'p_000000000000'): Job {
  const { request } = jobOfHistory(id, [project as ProjectId, 1000, 1, 0, null]);
  return {
    request: { ...request, requestedAt: 1000 },
    wish: { retry: 0, hidden: false },
    run: { state: 'succeeded', attempt: 3, retry: 2, queuedAt: 1001, finishedAt: 9000, stages: [], ...run },
  };
}

test('a video is told whole by its line: where it is, how long and how large', () => {
  fc.assert(
    fc.property(ref('video/mp4'), ref('image/jpeg'), (video, poster) => {
      const result = { video, poster, durationMs: 12_345.5, width: 720, height: 1280 };
      const whole = { ...result, vtt: null, srt: null, engines: { look: 'x' }, notes: ['a note'] };
      const line = historyLine(ended({ result: whole }))!;
      expect(historyLineSchema.parse(JSON.parse(JSON.stringify(line)))).toEqual(line);
      const job = jobOfHistory(id, line);
      expect(job).toMatchObject({
        isOld: true,
        request: { id, project: 'p_000000000000', requestedAt: 1000 },
      });
      expect(job.run).toMatchObject({ state: 'succeeded', finishedAt: 9000, result });
      expect(jobRunSchema.safeParse(job.run).success).toBe(true);
    }),
  );
});

test('a failure keeps its kind, a cancel is one, and what has not ended has no line', () => {
  const failure = { code: 'no-face', message: 'm', hint: 'h', retry: 'never' } as const;
  const failed = jobOfHistory(id, historyLine(ended({ state: 'failed', failure }))!);
  expect(failed.run).toMatchObject({ state: 'failed', failure: { code: 'no-face' } });
  expect(jobOfHistory(id, historyLine(ended({ state: 'cancelled' }))!).run?.state).toBe('cancelled');
  expect(jobOfHistory(id, historyLine(ended({ state: 'superseded' }))!).run?.state).toBe('superseded');
  for (const state of ['queued', 'claimed', 'running', 'paused', 'cancelling'] as const)
    expect(historyLine(ended({ state }))).toBeUndefined();
  expect(historyLine({ ...ended({}), run: undefined })).toBeUndefined();
});
