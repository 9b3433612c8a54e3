// `myspinbot pair`: invites one device and waits until it is here. `myspinbot open`: the same for a browser on this
// machine.
import { setTimeout as wait } from 'node:timers/promises';
import { type Role, roles } from '@myspinbot/shared/access/access.ts';
import { mayShowAnother } from '@myspinbot/shared/pairing/invitation.ts';
import { projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type Invitation, invitationSchema, securityReportSchema } from '@myspinbot/shared/wire/pairing.ts';
import { type Agent, nothing } from './ask-agent.ts';
import { type Asked, BadUsage, type Command, oneOf, textOf } from './command.ts';
import { cardOf, standOf } from './pair-card.ts';

/** Between two looks whether the device has come. */
const LOOK_MS = 500;

export const pair: Command = {
  help: `myspinbot pair: two QR codes and a typed code that let one new device in

The first picture is for a device that has never been here: it leads to the page about trust. The second one, or the
code, pairs it. A fresh code takes the place of one that ended, for a quarter of an hour.

  --role ROLE      owner | member | guest (default owner)
  --project ID     the project a guest may see
  --json           print each invitation as JSON, and what became of the last
  --no-wait        end at once; the invitation lasts two minutes all the same
  --data DIR       the agent's data folder
  --help           this
`,
  options: {
    role: { type: 'string' },
    project: { type: 'string' },
    json: { type: 'boolean' },
    'no-wait': { type: 'boolean' },
  },
  async run({ values, agent, say, hint }) {
    const invite = inviteOf(values);
    const again = () => agent.ask(endpoints.invitations, invitationSchema, { method: 'POST', body: invite });
    const invitation = await again();
    const isJson = values.json === true;
    const { authority } = await agent.ask(endpoints.security, securityReportSchema);
    const screen = createScreen(say, authority?.sha256);
    const show = (one: Invitation, isFresh: boolean) =>
      isJson ? say(JSON.stringify(one)) : screen.show(one, isFresh);
    if (values['no-wait'] === true) {
      show(invitation, false);
      return 0;
    }
    // Before anything is shown: who has read it may press Ctrl+C at once.
    const interrupt = listenForInterrupt();
    show(invitation, false);
    const end = await untilEnded(agent, invitation, {
      again,
      onFresh: (next) => show(next, true),
      onLook: (now) => (isJson ? undefined : screen.tick(now)),
      interrupted: interrupt.signal,
    }).finally(interrupt.ignore);
    if (isJson) say(JSON.stringify(end));
    else {
      screen.done();
      hint(wordsOf(end));
    }
    return end.state.state === 'used' ? 0 : 1;
  },
};

export const open: Command = {
  help: `myspinbot open: an address that opens the app in a browser on this machine, paired

  --data DIR       the agent's data folder
  --help           this
`,
  options: {},
  async run({ agent, say, hint }) {
    const invitation = await agent.ask(`${endpoints.invitations}?here=true`, invitationSchema, {
      method: 'POST',
      body: { role: 'owner' },
    });
    say(invitation.links[0] ?? agent.url);
    hint('Good for one browser on this machine, within two minutes.');
    return 0;
  },
};

function inviteOf(values: Asked['values']): { role: Role; project?: string } {
  const role = oneOf(values, 'role', roles) ?? 'owner';
  const project = textOf(values, 'project');
  if ((role === 'guest') !== (project !== undefined)) {
    throw new BadUsage('A guest sees one project: --role guest and --project ID belong together.');
  }
  if (project === undefined) return { role };
  if (!projectIdSchema.safeParse(project).success) {
    throw new BadUsage('--project needs the id of a project, as in its address: p_…');
  }
  return { role, project };
}

/** What stands in the terminal, drawn anew in its place where that is one that is looked at. */
function createScreen(say: Asked['say'], sha256: string | undefined) {
  const { stdout } = process;
  const isLive = stdout.isTTY === true;
  let height = 0;
  return {
    show(invitation: Invitation, isFresh: boolean) {
      const card = cardOf(invitation, {
        columns: stdout.columns ?? 80,
        rows: stdout.rows ?? 24,
        isColoured: isLive && stdout.hasColors(256),
        sha256,
      });
      // Up to where the one before began; a terminal that is too low keeps both, the newer one below.
      if (isLive && height > 0 && height < (stdout.rows ?? 0)) stdout.write(`\r\x1b[${height}A\x1b[J`);
      else if (isFresh) say('\nThe code before is over. A fresh one:\n');
      height = card.split('\n').length;
      say(card);
      if (!isLive) say(standOf(invitation));
    },
    tick(invitation: Invitation) {
      if (isLive) stdout.write(`\r\x1b[K${standOf(invitation)}`);
    },
    done() {
      if (isLive) stdout.write('\n');
    },
  };
}

/**
 * Shows one after the other until a device is here, somebody interrupts, or it was long enough. Takes the last one back
 * when it is interrupted.
 */
async function untilEnded(
  agent: Agent,
  first: Invitation,
  world: {
    again(): Promise<Invitation>;
    onFresh(invitation: Invitation): void;
    onLook(invitation: Invitation): void;
    interrupted: AbortSignal;
  },
): Promise<Invitation> {
  const { interrupted } = world;
  const shown = { since: Date.now(), count: 1 };
  let { id } = first;
  for (;;) {
    const path = `${endpoints.invitations}/${id}`;
    if (interrupted.aborted) await agent.ask(path, nothing, { method: 'DELETE' });
    const now = await agent.ask(path, invitationSchema);
    const { state } = now.state;
    const isUnused = state === 'expired' || state === 'spent';
    if (isUnused && !interrupted.aborted && mayShowAnother(shown, Date.now())) {
      const next = await world.again();
      id = next.id;
      shown.count += 1;
      world.onFresh(next);
      continue;
    }
    if (state !== 'open') return now;
    world.onLook(now);
    await wait(LOOK_MS, undefined, { signal: interrupted }).catch(() => undefined);
  }
}

/** Ctrl+C, or being asked to end, is heard instead of ending the process. */
function listenForInterrupt(): { signal: AbortSignal; ignore(): void } {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  return {
    signal: stop.signal,
    ignore() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

function wordsOf({ state }: Invitation): string {
  switch (state.state) {
    case 'used':
      return `${state.name} is paired.`;
    case 'expired':
      return 'It was shown long enough. Run it again for a new code.';
    case 'spent':
      return 'The code was tried too often. Run it again for a new one.';
    case 'withdrawn':
      return 'The invitation was taken back.';
    case 'open':
      return 'The invitation is open.';
  }
}
