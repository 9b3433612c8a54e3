// An owner in the terminal: devices, tokens and the certificate are looked after by commands that speak with the
// running agent; whoever is not the owner of its folder, or finds no agent, is told what to do.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningAgent, startAgent } from '../harness/agent.ts';
import { openApp, workstationIsHere } from '../harness/app.ts';
import { expectNoComplaints, openProfile } from '../harness/browser.ts';
import { myspinbot } from '../harness/command-line.ts';
import { scratchFolder } from '../harness/scratch.ts';

const folder = scratchFolder('looking-after');
const data = join(folder, 'data');
let agent: RunningAgent;
beforeAll(async () => {
  agent = await startAgent({ data, listen: ['127.0.0.2'] });
});
afterAll(async () => {
  await agent.stop();
});
const run = (...args: string[]) => myspinbot([...args, '--data', data]);
const listed = async () =>
  JSON.parse((await run('devices', '--json')).stdout) as {
    id: string;
    name: string;
    role: string;
    removed?: object;
  }[];

test('a browser that the workstation opens is paired, renamed, given another role, and removed', async () => {
  expect((await run('devices')).stderr).toContain('No device is paired yet: npx myspinbot pair');
  const profile = await openProfile();
  const page = await profile.newPage();
  await openApp(page, agent);
  await workstationIsHere(page);
  const [first] = await listed();
  expect(first).toMatchObject({ role: 'owner' });

  // The last owner stays one.
  const lost = await run('devices', '--role', `${first!.id}=member`);
  expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('is the last owner')]);
  expect((await run('devices', '--rename', `${first!.id.slice(0, 9)}=Desk browser`)).code).toBe(0);
  const table = (await run('devices')).stdout;
  expect(table).toMatch(/^ID +NAME +KIND +ROLE/);
  expect(table).toContain('Desk browser');
  const unknown = await run('devices', '--revoke', 'Nobody');
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('There is no device "Nobody"')]);
  expectNoComplaints(profile);
  profile.expectComplaints(/40[13]|WebSocket/);
  expect((await run('devices', '--revoke', 'Desk browser', '--erase')).stderr).toContain(
    'deletes what it has',
  );
  await page.getByRole('heading', { name: 'This device was removed' }).waitFor();
  expect(await listed()).toMatchObject([{ name: 'Desk browser', removed: { erase: true } }]);
  await profile.close();
});

test('a token is told once, does what its scope says, and is taken back', async () => {
  const made = await run('token', '--name', 'backup', '--scope', 'read');
  expect(made.stdout).toMatch(/^msb_[\w-]+\n$/);
  const ask = async (path: string, method = 'GET') => {
    const headers = { authorization: `Bearer ${made.stdout.trim()}` };
    return (await fetch(agent.url + path, { method, headers })).status;
  };
  expect([await ask(endpoints.jobs), await ask(endpoints.metrics), await ask(endpoints.devices)]).toEqual([
    200, 200, 403,
  ]);
  const table = (await run('token', '--list')).stdout;
  expect(table).toContain('backup');
  expect(table).not.toContain(made.stdout.trim());
  const id = /s_[0-9a-f]+/.exec(table)![0];
  expect((await run('token', '--remove', id)).code).toBe(0);
  expect(await ask(endpoints.jobs)).toBe(401);
});

test('the certificate is shown, and made anew when it is asked for', async () => {
  const before = await run('ca');
  expect(before.stdout).toMatch(/SHA-256 +([0-9A-F]{2}:){31}[0-9A-F]{2}/);
  const path = (await run('ca', '--path')).stdout.trim();
  expect(existsSync(path)).toBe(true);
  const old = readFileSync(path, 'utf8');
  const rotated = await run('ca', '--rotate');
  expect(rotated.stderr).toContain('Delete the old one from every device');
  expect(readFileSync(path, 'utf8')).not.toBe(old);
  expect(rotated.stdout).not.toContain(/SHA-256 +(\S+)/.exec(before.stdout)![1]);
});

test('an invitation says what becomes of it', async () => {
  let isInterrupted = false;
  const { code, events } = await myspinbot(['pair', '--json', '--role', 'member', '--data', data], {
    onStdout(sofar, pid) {
      // Ctrl+C, once it has shown the code.
      if (!isInterrupted && sofar.includes('\n')) process.kill(pid, 'SIGINT');
      isInterrupted = true;
    },
  });
  expect(code).toBe(1);
  expect(events.map(({ state }) => (state as { state: string }).state)).toEqual(['open', 'withdrawn']);
  const [{ trustLinks, links }] = events as [{ trustLinks: string[]; links: string[] }];
  expect(trustLinks[0]).toBe(`http://127.0.0.2:${agent.port}/`);
  for (const link of trustLinks) expect(link).toMatch(/^http:\/\/[\w.:]+\/$/);
  for (const link of links) expect(link).toMatch(/^https:\/\/[\w.:]+\/#pair=/);
  const card = (await run('pair', '--no-wait')).stdout;
  expect(card).toContain('█');
  expect(card).toMatch(/type the code {2}\d\d-\d{3}-\d{3}/);
  expect(card).toMatch(/1\. New here: scan this, and +2\. Pair: scan this, or\ntrust the workstation once/);
  // In four lines below the first picture: to be compared with what the device shows.
  const print = [...card.matchAll(/^((?:[0-9A-F]{2}:){7}[0-9A-F]{2}) /gm)]
    .map(([, group]) => group)
    .join(':');
  expect(print).toHaveLength(95);
  expect((await run('ca')).stdout).toContain(print);
  expect(card).toMatch(/Code \d\d-\d{3}-\d{3} for one owner: [12]:\d\d left, 3 tries/);
  expect((await run('open')).stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#pair=/);
});

test.each<[string[], number, RegExp]>([
  [['pair', '--role', 'king'], 2, /--role must be one of owner, member, guest/],
  [['pair', '--role', 'guest'], 2, /--project ID belong together/],
  [['pair', '--role', 'guest', '--project', 'x'], 2, /--project needs the id of a project/],
  [['token', '--name', 'x'], 2, /needs --name and --scope/],
  [['token', '--name', 'x', '--scope', 'everything'], 2, /--scope must be one of read, jobs, all/],
  [['devices', '--erase'], 2, /--erase belongs to --revoke/],
  [['devices', '--rename', 'x'], 2, /DEVICE=VALUE/],
  [['devices', 'list'], 2, /Unexpected argument 'list'/],
])('%j is refused with what to do', async (args, code, words) => {
  const said = await run(...args);
  expect(said.code).toBe(code);
  expect(said.stderr).toMatch(words);
});

test('without an agent each says how to start one', async () => {
  for (const command of ['pair', 'open', 'devices', 'ca']) {
    const said = await myspinbot([command, '--data', join(folder, 'nothing-here')]);
    expect([said.code, said.stderr]).toEqual([1, expect.stringContaining('No agent is running')]);
    expect(said.stderr).toContain('npm start');
  }
});
