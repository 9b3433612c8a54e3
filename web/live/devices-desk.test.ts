import type { DeviceRecord, Invitation } from '@myspinbot/shared/wire/pairing.ts';
import { expect, test } from 'vitest';
import { createHandClock } from '../link/hand-clock.ts';
import { createDevicesDesk } from './devices-desk.ts';

const device: DeviceRecord = {
  id: `d_${'1'.repeat(24)}`,
  name: 'Phone',
  kind: 'phone',
  role: 'member',
  project: null,
  pairedAt: 1,
  seenAt: 2,
  broughtBytes: 3,
};
const invitation: Invitation = {
  id: '12',
  role: 'member',
  project: null,
  code: '12-345-678',
  trustLinks: [],
  links: [],
  expiresInMs: 120_000,
  attemptsLeft: 3,
  state: { state: 'open' },
};

/** A desk, the questions it asks, and the answer they get. */
function desk(answer: () => Response) {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(`${init?.method} ${String(input)}${init?.body === undefined ? '' : ` ${String(init.body)}`}`);
    return answer();
  };
  return { asked, desk: createDevicesDesk({ fetch, clock: createHandClock() }) };
}

test('every verb is the one question that the wire names', async () => {
  const listed = desk(() => Response.json({ devices: [device] }));
  expect(await listed.desk.list()).toEqual([device]);
  const invited = desk(() => Response.json(invitation));
  await invited.desk.invite({ role: 'member' });
  await invited.desk.invitation('12');
  const done = desk(() => new Response(null, { status: 204 }));
  await done.desk.change(device.id, { name: 'Old phone' });
  await done.desk.remove(device.id, false);
  await done.desk.remove(device.id, true);
  await done.desk.withdraw('12');
  await done.desk.removeScript('t_1');
  await done.desk.rotateAuthority();
  const logged = desk(() => Response.json({ entries: [] }));
  await logged.desk.audit();
  await logged.desk.audit(1234);
  const scripts = desk(() => Response.json({ tokens: [] }));
  await scripts.desk.scripts();
  expect([listed, invited, done, logged, scripts].flatMap(({ asked }) => asked)).toEqual([
    'GET /api/devices',
    'POST /api/invitations {"role":"member"}',
    'GET /api/invitations/12',
    `PATCH /api/devices/${device.id} {"name":"Old phone"}`,
    `DELETE /api/devices/${device.id}`,
    `DELETE /api/devices/${device.id}?erase=true`,
    'DELETE /api/invitations/12',
    'DELETE /api/tokens/t_1',
    'POST /api/security/rotate-authority',
    'GET /api/audit',
    'GET /api/audit?before=1234',
    'GET /api/tokens',
  ]);
});

test("a refusal comes in the workstation's own words, and nonsense is nobody there", async () => {
  const words = {
    code: 'bad-input',
    message: 'The last owner stays one.',
    hint: 'Make another owner first.',
  };
  const refused = desk(() => Response.json(words, { status: 400 }));
  await expect(refused.desk.change(device.id, { role: 'guest' })).rejects.toMatchObject(words);
  for (const body of ['<html>', '{"devices":[{"id":1}]}', '']) {
    const nonsense = desk(() => new Response(body));
    await expect(nonsense.desk.list()).rejects.toMatchObject({ code: 'engine-missing', retry: 'soon' });
  }
});
