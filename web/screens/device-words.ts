// Devices, roles, scripts and what happened, in words. Exhaustive: a new role or kind does not compile until it has
// its sentence.
import type { Role, Scope } from '@myspinbot/shared/access/access.ts';
import type { AuditEntry, DeviceRecord, Invitation, SecurityReport } from '@myspinbot/shared/wire/pairing.ts';
import { agoWords, bytesWords } from './time-words.ts';

export const roleWords: Readonly<Record<Role, { label: string; hint: string; short: string }>> = {
  owner: {
    label: 'Owner',
    hint: 'May do everything, also add and remove devices.',
    short: 'Everything',
  },
  member: {
    label: 'Member',
    hint: 'Makes and sees all projects. Does not look after devices.',
    short: 'Makes and sees',
  },
  guest: {
    label: 'Guest',
    hint: 'Sees the videos of one project, and changes nothing.',
    short: 'Sees one project',
  },
};

/** What a device may do here, said to whoever holds it. */
export const ownRoleWords: Readonly<Record<Role, string>> = {
  owner: 'It may do everything, also add and remove devices.',
  member: 'It makes and sees all projects.',
  guest: 'It sees the videos of one project.',
};

export const scopeWords: Readonly<Record<Scope, { label: string; hint: string }>> = {
  read: { label: 'Look', hint: 'Reads projects, jobs, videos and figures. Changes nothing.' },
  jobs: { label: 'Look and spin', hint: 'The same, and asks for videos and brings files.' },
  all: { label: 'Everything', hint: 'Whatever you may do, also devices. Keep it like a house key.' },
};

export const kindWords: Readonly<Record<DeviceRecord['kind'], string>> = {
  phone: 'Phone',
  tablet: 'Tablet',
  laptop: 'Laptop',
  desktop: 'Computer',
  browser: 'Browser',
};

/** Whether it is connected to the workstation, as the workstation says: the two clocks may be a day apart. */
export function isHere(device: DeviceRecord): boolean {
  return device.isConnected === true;
}

/**
 * "Member · last seen 3 hours ago", with the project a guest sees. The device that is held is here in any case; of a
 * workstation that is out of reach nobody knows who is with it now.
 */
export function deviceLine(
  device: DeviceRecord,
  look: { project: string | undefined; now: number; isMine?: boolean; isReached?: boolean },
): string {
  const { project, now, isMine = false, isReached = true } = look;
  const role =
    device.role === 'guest' && project !== undefined ? `Guest of "${project}"` : roleWords[device.role].label;
  const isWith = isMine || isHere(device);
  if (isWith) return `${role} · ${isReached ? 'here now' : 'was here'}`;
  return `${role} · last seen ${agoWords(device.seenAt, now)}`;
}

/** Of a removed device: whether it knows, and that it is to erase what it keeps. That it did so is its own doing. */
export function removalLine({ removed }: DeviceRecord, now: number): string | undefined {
  if (removed === undefined) return undefined;
  if (!removed.erase) {
    return removed.toldAt === undefined
      ? 'Has not called since'
      : `Called ${agoWords(removed.toldAt, now)}, and was told. It keeps what it has`;
  }
  return removed.toldAt === undefined
    ? 'Is told to erase what the app keeps on it as soon as it calls'
    : `Called ${agoWords(removed.toldAt, now)}, and was told to erase what the app keeps on it`;
}

/** "Brought 48 MB"; undefined for one that brought nothing. */
export function broughtLine(device: DeviceRecord): string | undefined {
  return device.broughtBytes > 0 ? `Brought ${bytesWords(device.broughtBytes)}` : undefined;
}

/** What became of an invitation; undefined while it is open. */
export function invitationEnd(invitation: Invitation): { title: string; next: string } | undefined {
  switch (invitation.state.state) {
    case 'open':
      return undefined;
    case 'used':
      return {
        title: `${invitation.state.name} is paired`,
        next: `${roleWords[invitation.role].hint} You find it among your devices.`,
      };
    case 'expired':
      return {
        title: 'This code is over',
        next: 'Nobody came for a quarter of an hour. Make a new one when you are ready.',
      };
    case 'spent':
      return {
        title: 'Too many wrong codes',
        next: 'Every try was wrong, so this code is closed. If that was not you, look at what happened below.',
      };
    case 'withdrawn':
      return { title: 'This code was taken back', next: 'Make a new one when you are ready.' };
  }
}

/** The address of a link, without its secret: what somebody types who has no camera. */
export function addressOf(link: string): string {
  return link.replace(/\/?(?:#.*)?$/, '');
}

/** "Pixel 8, from 192.168.1.7": whose doing it was, or who it was about; undefined when nobody can say. */
export function auditBy(entry: AuditEntry): string | undefined {
  if (entry.who === 'local') return 'On the workstation itself';
  const who =
    entry.name !== null && entry.name !== ''
      ? entry.name
      : entry.who === null && entry.from !== null
        ? 'Somebody unknown'
        : undefined;
  const from = entry.from === null ? undefined : `from ${entry.from}`;
  const parts = [who, from].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** "Today", "Yesterday", "Monday 3 June". */
export function dayWords(at: number, now: number): string {
  const day = (time: number) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((day(now) - day(at)) / 86_400_000);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** "14:03". */
export function timeWords(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** "12 March 2027": a date that a person may plan with. */
export function dateWords(at: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

/** How far the tools that open people's files are shut in. */
export function confinementWords(confinement: SecurityReport['confinement']): {
  tone: 'done' | 'info';
  text: string;
  /** What the person does about it, where something can be done. */
  next?: string;
} {
  const { network, files, memory, by } = confinement;
  const shut = [
    network ? 'cannot reach the network' : undefined,
    files ? 'see nothing but the file they work on' : undefined,
    memory ? 'get only so much memory' : undefined,
  ].filter((part) => part !== undefined);
  if (shut.length === 3) {
    return { tone: 'done', text: `Tools that open pictures and sound ${listWords(shut)} (${by}).` };
  }
  const open = [
    network ? undefined : 'keep them off the network',
    files ? undefined : 'hide other files from them',
    memory ? undefined : 'limit their memory',
  ].filter((part) => part !== undefined);
  return {
    tone: 'info',
    next: 'On Linux, install bubblewrap on the workstation (Debian, Ubuntu: sudo apt install bubblewrap) and start it anew.',
    text:
      shut.length === 0
        ? 'This machine has no way to shut tools in that open pictures and sound. They run with a time limit only.'
        : `Tools that open pictures and sound ${listWords(shut)} (${by}). This machine cannot ${listWords(open, 'or')}.`,
  };
}

function listWords(parts: readonly string[], last: 'and' | 'or' = 'and'): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`;
}
