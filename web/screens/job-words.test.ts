import type { JobPhase } from '@myspinbot/shared/job/life.ts';
import { describe, expect, it } from 'vitest';
import { createFakeLive } from '../live/fake-live.ts';
import { fakeAgent, seeded } from '../live/fake-people.ts';
import type { JobView, Workstation } from '../live/live.ts';
import { isOn, jobWords, phaseMark } from './job-words.ts';

// A record over JobPhase, so that a new phase fails to compile here as well as in the words.
const phases: Record<JobPhase, { on: boolean }> = {
  'waiting-for-workstation': { on: true },
  'cancelled-before-start': { on: false },
  'waiting-for-assets': { on: true },
  queued: { on: true },
  running: { on: true },
  cancelling: { on: true },
  cancelled: { on: false },
  failed: { on: false },
  succeeded: { on: false },
};
const workstations: Workstation[] = [
  { state: 'here', agent: fakeAgent },
  { state: 'looking', since: 0 },
  { state: 'away', since: 0 },
];
const job = (phase: JobPhase): JobView => ({ ...createFakeLive().job(seeded.running)!, phase });

describe('job words', () => {
  for (const [phase, { on }] of Object.entries(phases) as [JobPhase, { on: boolean }][]) {
    it.each(workstations)(
      `says ${phase} in whole sentences while the workstation is $state`,
      (workstation) => {
        const words = jobWords(job(phase), undefined, workstation, 0);
        expect(words.short).not.toBe('');
        expect(words.title).toMatch(/^[A-Z]/);
        expect(words.next).toMatch(/^[A-Z0-9].*\.$/);
        expect(words.kept).toMatch(/\.$/);
        expect(`${words.title} ${words.next} ${words.kept}`).not.toMatch(
          /oops|error occurred|undefined|NaN/i,
        );
      },
    );

    it(`counts ${phase} as ${on ? 'on' : 'over'}`, () => {
      expect(isOn(phase)).toBe(on);
      expect(['waiting', 'running', 'failed', undefined]).toContain(phaseMark(phase));
    });
  }

  it('never says that work goes on here while the workstation is away', () => {
    const words = jobWords(job('waiting-for-workstation'), undefined, { state: 'away', since: 0 }, 0);
    expect(words.title).toBe('Waiting for your workstation');
    expect(words.next).toContain('by itself');
    expect(words.kept).toContain('kept on this device');
  });

  it('tells what leaving does to files on their way, as it is', () => {
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const sending = { ...job('waiting-for-assets'), uploadLeft: 3_400_000 };
    expect(jobWords(sending, undefined, here, 0).next).toBe(
      '3.4 MB still to go. Keep the app open until this is sent.',
    );
    expect(jobWords(sending, undefined, here, 0, true).next).toContain('goes on in the background');
    const away: Workstation = { state: 'away', since: 0 };
    expect(jobWords(sending, undefined, away, 0, true).next).not.toContain('background');
  });

  it('shows the estimate only where there is one', () => {
    const running = job('running');
    const here: Workstation = { state: 'here', agent: fakeAgent };
    const progress = {
      job: running.request.id,
      stage: 'portrait',
      stageFraction: 0.4,
      fraction: 0.62,
    } as const;
    expect(jobWords(running, progress, here, 0).short).toBe('62 %');
    expect(jobWords(running, { ...progress, leftMs: 41_000 }, here, 0).short).toBe(
      '62 %, about 45 seconds left',
    );
  });

  it('counts the jobs before one that is queued', () => {
    const here: Workstation = { state: 'here', agent: fakeAgent };
    expect(jobWords(job('queued'), undefined, here, 1).next).toMatch(/^One job is before it/);
    expect(jobWords(job('queued'), undefined, here, 3).next).toMatch(/^3 jobs are before it/);
  });

  it("takes a failure's own sentence and next step", () => {
    const failed = createFakeLive().job(seeded.failed)!;
    const words = jobWords(failed, undefined, { state: 'here', agent: undefined }, 0);
    expect(words.title).toBe('No face was found in robin.jpg.');
    expect(words.next).toBe('Use a photo in which one face looks at the camera.');
  });
});
