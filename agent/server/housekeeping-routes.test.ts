// Housekeeping over HTTP: it is begun, looked after and stopped; what names a file of the workstation is for its own
// account alone.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpoints } from '@myspinbot/shared/wire/endpoints.ts';
import { type HousekeepingTask, housekeepingTaskSchema } from '@myspinbot/shared/wire/housekeeping.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from '../housekeeping/testing/house.ts';
import { removeSmallAgents } from './fixtures/small-agent.ts';

let house: House;
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'housekeeping-'));
  house = await openHouse();
});
afterAll(async () => {
  await house.stop();
  await removeSmallAgents();
  await rm(root, { recursive: true, force: true });
});

const ask = (path: string, init: RequestInit = {}, headers: Record<string, string> = house.agent.headers()) =>
  fetch(house.agent.url + path, {
    ...init,
    headers: { ...headers, ...(init.body === undefined ? {} : { 'content-type': 'application/json' }) },
  });
const begin = (wish: object, headers?: Record<string, string>) =>
  ask(endpoints.housekeeping, { method: 'POST', body: JSON.stringify(wish) }, headers);
const idOf = async (answer: Response) => housekeepingTaskSchema.parse(await answer.json()).id;
async function ended(id: string): Promise<HousekeepingTask['state']> {
  for (;;) {
    const { state } = housekeepingTaskSchema.parse(
      await (await ask(`${endpoints.housekeeping}/${id}`)).json(),
    );
    if (state.state !== 'running') return state;
  }
}

test('a piece of work is begun, and ends with its report', async () => {
  const answer = await begin({ what: 'collect', dryRun: true });
  expect(answer.status).toBe(202);
  expect(await ended(await idOf(answer))).toMatchObject({
    state: 'done',
    report: { what: 'collect', dryRun: true },
  });
});

test('what fails says why', async () => {
  const file = join(root, 'nowhere', 'all.backup');
  expect(await ended(await idOf(await begin({ what: 'backup', file })))).toMatchObject({
    state: 'failed',
    failure: { code: 'bad-input', message: expect.stringContaining('There is no folder') },
  });
});

test('an owner elsewhere collects garbage, and writes no file of the workstation', async () => {
  const { token } = await house.agent.gate.makeScript('all', 'all', { kind: 'local' });
  const headers = { authorization: `Bearer ${token}` };
  expect((await begin({ what: 'collect', dryRun: true }, headers)).status).toBe(202);
  const file = join(root, 'theirs.backup');
  for (const wish of [
    { what: 'backup', file },
    { what: 'import', file },
    { what: 'export', project: 'p_000000000000', file },
  ]) {
    const answer = await begin(wish, headers);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'refused', hint: expect.stringContaining(wish.what) });
  }
  expect(existsSync(file)).toBe(false);
});

test.each([
  {},
  { what: 'dance' },
  { what: 'collect' },
  { what: 'backup', file: '' },
  { what: 'backup', file: 7 },
])('%j is refused', async (wish) => {
  expect((await begin(wish)).status).toBe(400);
});

test('stopping one that has ended changes nothing, and nobody knows one that never was', async () => {
  const id = await idOf(await begin({ what: 'collect', dryRun: true }));
  const state = await ended(id);
  expect((await ask(`${endpoints.housekeeping}/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect(await ended(id)).toEqual(state);
  for (const method of ['GET', 'DELETE']) {
    expect((await ask(`${endpoints.housekeeping}/none`, { method })).status).toBe(404);
  }
});
