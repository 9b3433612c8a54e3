// The workstation in one quiet line, and whether it is within this device's reach at all.
import type { Access, Live, Workstation } from '../live/live.ts';
import type { WorkstationWords } from '../parts/workstation-line.tsx';

/** Away for less than this still counts as a short break. */
const LONG_AWAY_MS = 3 * 60_000;

/** The workstation as this device may meet it: without being paired there is none to wait for. */
export type Reach = Workstation | { state: 'unpaired' };

export function reachOf(live: Pick<Live, 'access' | 'workstation'>): Reach {
  return live.access().state === 'paired' ? live.workstation() : { state: 'unpaired' };
}

/** Whether this device looks after the others. */
export function isOwner(access: Access): boolean {
  return access.state === 'paired' && access.role === 'owner';
}

/**
 * Where to look when the workstation is not reached although it is on: a certificate that this device does not trust (a
 * new authority, or one that ended) looks just the same from here, as this app is shown without asking it. Undefined where
 * no certificate is between the two.
 */
export function trustAddress(page: Pick<Location, 'protocol' | 'hostname' | 'host'>): string | undefined {
  const isOwnMachine = ['localhost', '127.0.0.1', '[::1]'].includes(page.hostname);
  return page.protocol === 'https:' && !isOwnMachine ? `http://${page.host}` : undefined;
}

/** `page`: where this app was loaded from. */
export function workstationWords(
  reach: Reach,
  now: number,
  page: Parameters<typeof trustAddress>[0] = location,
): WorkstationWords {
  switch (reach.state) {
    case 'unpaired':
      return { state: 'unpaired', text: 'This device is not paired' };
    case 'here':
      return {
        state: 'here',
        text: reach.agent === undefined ? 'Your workstation is here' : `${reach.agent.name} is here`,
      };
    case 'looking':
      return { state: 'looking', text: 'Looking for your workstation…' };
    case 'away':
      return {
        state: 'away',
        text:
          now - reach.since < LONG_AWAY_MS
            ? 'Your workstation went away. Everything is kept here.'
            : 'Your workstation is asleep. Everything waits here for it.',
        trustAt: trustAddress(page),
      };
  }
}

/** The card that says why nothing leaves this device; undefined when it may. */
export function standingWords(access: Access): { title: string; next: string; action: string } | undefined {
  switch (access.state) {
    case 'paired':
      return undefined;
    case 'unpaired':
      return {
        title: 'This device is not paired yet',
        next: 'Prepare whatever you like: it is kept here. Pair this device with your workstation, and it spins.',
        action: 'Pair this device',
      };
    case 'removed':
      return {
        title: `${access.agentName} removed this device`,
        next: access.erase
          ? 'Everything the app kept here was erased, as an owner wished. An owner can invite it again.'
          : 'What is here stays here, and nothing new comes. An owner can invite it again.',
        action: 'Pair it again',
      };
    case 'forgotten':
      return {
        title:
          access.why === 'another-workstation'
            ? 'Another workstation answers here'
            : `${access.agentName} does not know this device any more`,
        next:
          access.why === 'another-workstation'
            ? 'Do not pair before you know why: if nobody set it up anew, somebody in this network may pretend to be it. Everything you made is still on this device.'
            : 'Everything you made is still on this device. Pair it again, and it goes on.',
        action: 'Pair it again',
      };
  }
}
