import { cleanup, fireEvent, render, screen, waitFor } from '@solidjs/testing-library';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RecorderWorld } from './recorder.ts';
import { VoiceRecorder } from './voice-recorder.tsx';

function fakeWorld(refuse?: Error) {
  const track = { stop: vi.fn() };
  let now = 0;
  let level: (loud: number) => void = () => {};
  const unmeter = vi.fn();
  const world: RecorderWorld = {
    now: () => now,
    openMicrophone: async () => {
      if (refuse !== undefined) throw refuse;
      return { getTracks: () => [track] } as unknown as MediaStream;
    },
    record: () => ({ stop: async () => new Blob(['clip'], { type: 'audio/webm' }) }),
    meter: (_stream, onLevel) => {
      level = onLevel;
      return unmeter;
    },
  };
  return {
    world,
    track,
    unmeter,
    pass: (ms: number) => {
      now += ms;
    },
    loud: (value: number) => level(value),
  };
}

function show(fake: ReturnType<typeof fakeWorld>) {
  const onTake = vi.fn();
  const view = render(() => (
    <VoiceRecorder prompt="Talk." maxMs={60_000} world={fake.world} onTake={onTake} onFile={() => {}} />
  ));
  return { onTake, ...view };
}
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));

afterEach(cleanup);

describe('voice recorder', () => {
  it('records, gives the take with its length, and lets the microphone go', async () => {
    const fake = fakeWorld();
    const { onTake } = show(fake);
    press('Record');
    await screen.findByRole('button', { name: 'Stop recording' });
    fake.pass(4_200);
    press('Stop recording');
    await waitFor(() => expect(onTake).toHaveBeenCalledTimes(1));
    expect(onTake.mock.calls[0]?.[0]).toBeInstanceOf(Blob);
    expect(onTake.mock.calls[0]?.[1]).toBe(4_200);
    expect(fake.track.stop).toHaveBeenCalled();
    expect(fake.unmeter).toHaveBeenCalled();
    expect(screen.getByRole('button', { name: 'Record' })).toBeTruthy();
  });

  it('shows the sound as it comes, and says when it is too loud', async () => {
    const fake = fakeWorld();
    const { container } = show(fake);
    press('Record');
    await screen.findByRole('button', { name: 'Stop recording' });
    fake.loud(0.5);
    const bars = container.querySelectorAll<HTMLElement>('.meter span');
    expect(Number(bars[bars.length - 1]?.style.getPropertyValue('--level'))).toBeCloseTo(0.53);
    fake.loud(1);
    expect(screen.getByText('That is very loud. Move back a little.')).toBeTruthy();
  });

  it.each([
    ['NotAllowedError', /may not use the microphone/, /address bar/],
    ['NotFoundError', /No microphone was found/, /choose a file/],
    ['NotReadableError', /Another program/, /Close it/],
    ['TypeError', /does not give pages the microphone/, /secure page/],
  ])('says %s in words with the next step, and can be tried again', async (name, title, next) => {
    const fake = fakeWorld(Object.assign(new Error('no'), { name }));
    show(fake);
    press('Record');
    const alert = await screen.findByRole('alert');
    expect(alert.textContent).toMatch(title);
    expect(alert.textContent).toMatch(next);
    expect(screen.getByRole('button', { name: 'Record' })).toBeTruthy();
    expect(screen.getByLabelText('Use a file instead')).toBeTruthy();
  });

  it('lets the microphone go when the screen is left in the middle', async () => {
    const fake = fakeWorld();
    const { unmount, onTake } = show(fake);
    press('Record');
    await screen.findByRole('button', { name: 'Stop recording' });
    unmount();
    expect(fake.track.stop).toHaveBeenCalled();
    expect(onTake).not.toHaveBeenCalled();
  });
});
