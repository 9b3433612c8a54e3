// `myspinbot pair`: invites one device and waits until it is here. `myspinbot open`: the same for a browser on this
// machine.
import { setTimeout as wait } from 'node:timers/promises';
import { type Role, roles } from '@myspinbot/shared/access/access.ts';
import { projectIdSchema } from '@myspinbot/shared/project/project.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type Invitation, invitationSchema, securityReportSchema } from '@myspinbot/shared/wire/pairing.ts';
import { renderUnicodeCompact } from 'uqr';
import { type Agent, nothing } from './ask-agent.ts';
import { type Asked, BadUsage, type Command, oneOf, textOf } from './command.ts';

/** Between two looks whether the device has come. */
const LOOK_MS = 500;

export const pair: Command = {
  help: `myspinbot pair: a QR code and a typed code that let one new device in

  --role ROLE      owner | member | guest (default owner)
  --project ID     the project a guest may see
  --json           print the invitation as JSON, and what became of it
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
    const invitation = await agent.ask(endpoints.invitations, invitationSchema, {
      method: 'POST',
      body: invite,
    });
    const isJson = values.json === true;
    if (isJson) say(JSON.stringify(invitation));
    else {
      const { authority } = await agent.ask(endpoints.security, securityReportSchema);
      say(cardOf(invitation, authority?.sha256));
    }
    if (values['no-wait'] === true) return 0;
    const end = await untilEnded(agent, invitation);
    if (isJson) say(JSON.stringify(end));
    else hint(wordsOf(end));
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

function cardOf(invitation: Invitation, sha256: string | undefined): string {
  const [link, ...others] = invitation.links;
  if (link === undefined) {
    return 'This agent is for its own machine alone. Start it without --local to pair other devices.';
  }
  const bases = [link, ...others].map((one) => new URL(one).origin);
  return [
    renderUnicodeCompact(link),
    '',
    'Scan it with the camera of the new device, in the same network.',
    `Or open ${bases[0]} there and type the code  ${invitation.code}`,
    ...(bases.length > 1 ? [`(also ${bases.slice(1, 4).join(', ')})`] : []),
    ...(sha256 === undefined ? [] : ['', 'The certificate it will show, SHA-256:', sha256]),
    '',
    `For one ${invitation.role === 'owner' ? 'device' : invitation.role}, two minutes and three tries. Ctrl+C takes it back.`,
  ].join('\n');
}

/** Takes the invitation back when it is interrupted. */
async function untilEnded(agent: Agent, { id }: Invitation): Promise<Invitation> {
  const path = `${endpoints.invitations}/${id}`;
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    for (;;) {
      if (stop.signal.aborted) await agent.ask(path, nothing, { method: 'DELETE' });
      const now = await agent.ask(path, invitationSchema);
      if (now.state.state !== 'open') return now;
      await wait(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function wordsOf({ state }: Invitation): string {
  switch (state.state) {
    case 'used':
      return `${state.name} is paired.`;
    case 'expired':
      return 'The two minutes are over. Run it again for a new code.';
    case 'spent':
      return 'The code was tried three times. Run it again for a new one.';
    case 'withdrawn':
      return 'The invitation was taken back.';
    case 'open':
      return 'The invitation is open.';
  }
}
