// `myspinbot devices`: who is paired, and looking after them.
import { roleSchema } from '@myspinbot/shared/access/access.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type DeviceRecord, deviceRecordSchema } from '@myspinbot/shared/wire/pairing.ts';
import { z } from 'zod';
import { type Agent, nothing } from './ask-agent.ts';
import { columns } from './columns.ts';
import { type Asked, BadUsage, type Command, oneAtATime, onlyWith, textOf } from './command.ts';

export const devices: Command = {
  help: `myspinbot devices: who is paired with this workstation

  --revoke DEVICE          removes it: its connections end at once
  --erase                  with --revoke: the app there also deletes what it has stored
  --rename DEVICE=NAME     calls it something else
  --role DEVICE=ROLE       owner | member | guest (a guest needs --project)
  --project ID             the project a guest may see
  --json                   the list as JSON
  --data DIR               the agent's data folder
  --help                   this

DEVICE is an id, the beginning of one, or a name.
`,
  options: {
    revoke: { type: 'string' },
    erase: { type: 'boolean' },
    rename: { type: 'string' },
    role: { type: 'string' },
    project: { type: 'string' },
    json: { type: 'boolean' },
  },
  async run({ values, agent, say, hint }) {
    oneAtATime(values, ['revoke', 'rename', 'role', 'json']);
    onlyWith(values, 'erase', ['revoke']);
    onlyWith(values, 'project', ['role']);
    const known = await list(agent);
    const one = (id: string) => `${endpoints.devices}/${id}`;
    const revoke = textOf(values, 'revoke');
    if (revoke !== undefined) {
      const { id, name } = find(known, revoke);
      const erase = values.erase === true;
      await agent.ask(`${one(id)}?erase=${erase}`, nothing, { method: 'DELETE' });
      hint(`${name} was removed.${erase ? ' The app there deletes what it has when it next comes.' : ''}`);
      return 0;
    }
    const change = changeOf(values);
    if (change !== undefined) {
      const { id, name } = find(known, change.device);
      await agent.ask(one(id), nothing, { method: 'PATCH', body: change.to });
      hint(`${name} was changed.`);
      return 0;
    }
    if (values.json === true) say(JSON.stringify(known));
    else if (known.length === 0) hint('No device is paired yet: npx myspinbot pair');
    else say(tableOf(known));
    return 0;
  },
};

async function list(agent: Agent): Promise<readonly DeviceRecord[]> {
  const { devices } = await agent.ask(endpoints.devices, z.object({ devices: z.array(deviceRecordSchema) }));
  return devices;
}

function changeOf(values: Asked['values']): { device: string; to: object } | undefined {
  const rename = pairOf(values, 'rename');
  const role = pairOf(values, 'role');
  if (rename !== undefined) return { device: rename.device, to: { name: rename.value } };
  if (role === undefined) return undefined;
  const wanted = roleSchema.safeParse(role.value);
  if (!wanted.success) throw new BadUsage('--role needs DEVICE=owner, member or guest.');
  const project = textOf(values, 'project');
  return { device: role.device, to: { role: wanted.data, ...(project === undefined ? {} : { project }) } };
}

function pairOf(values: Asked['values'], name: string): { device: string; value: string } | undefined {
  const text = textOf(values, name);
  if (text === undefined) return undefined;
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1) throw new BadUsage(`--${name} is written DEVICE=VALUE.`);
  return { device: text.slice(0, at), value: text.slice(at + 1) };
}

/** Throws Failure `not-found`, or `bad-input` when several are meant. */
function find(known: readonly DeviceRecord[], word: string): DeviceRecord {
  const exact = known.filter(({ id, name }) => id === word || name === word);
  const found = exact.length > 0 ? exact : known.filter(({ id }) => word.length > 3 && id.startsWith(word));
  if (found.length === 1) return found[0]!;
  throw new Failure({
    code: found.length === 0 ? 'not-found' : 'bad-input',
    message:
      found.length === 0
        ? `There is no device "${word.slice(0, 60)}".`
        : `"${word.slice(0, 60)}" are ${found.length} devices.`,
    hint: 'Take the id from: npx myspinbot devices',
  });
}

function tableOf(known: readonly DeviceRecord[]): string {
  const day = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  return columns([
    ['ID', 'NAME', 'KIND', 'ROLE', 'LAST SEEN (UTC)', 'BROUGHT'],
    ...known.map((one) => [
      one.id,
      one.name,
      one.kind,
      one.removed === undefined
        ? `${one.role}${one.project === null ? '' : ` of ${one.project}`}`
        : 'removed',
      one.isConnected === true ? 'here now' : day(one.seenAt),
      `${(one.broughtBytes / 1e6).toFixed(1)} MB`,
    ]),
  ]);
}
