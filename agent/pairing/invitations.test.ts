// Every state of an invitation, by hand: chance and the clock are given.
import { expect, test } from 'vitest';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { createInvitations } from './invitations.ts';

const local = { kind: 'local' } as const;

function world() {
  const clock = handClock();
  const invitations = createInvitations({
    clock,
    random: { number: (below) => (below === 1_000_000 ? 345 : 12), bytes: (count) => new Uint8Array(count) },
    fingerprint: 'f'.repeat(43),
    addresses: () => ['https://10.0.0.2:7777'],
    ownMachineAddress: () => 'http://127.0.0.1:7777',
  });
  return { clock, invitations };
}

test('an invitation is written as the wire says: a code with leading zeros, and links with the secret', () => {
  const { invitations } = world();
  expect(invitations.invite({ role: 'member' }, local)).toEqual({
    id: '12',
    role: 'member',
    project: null,
    code: '12-000-345',
    trustLinks: ['http://10.0.0.2:7777/'],
    links: [`https://10.0.0.2:7777/#pair=12.${'A'.repeat(22)}.${'f'.repeat(43)}`],
    expiresInMs: 120_000,
    attemptsLeft: 3,
    state: { state: 'open' },
  });
});

test('while the last attempt is under way it is open, and spent when nothing comes of it', () => {
  const { invitations } = world();
  const { id } = invitations.invite({ role: 'owner' }, local);
  invitations.attempt(id, 'code', false).over();
  invitations.attempt(id, 'secret', false).over();
  const last = invitations.attempt(id, 'code', false);
  expect(last).toMatchObject({ password: '000345', attemptsLeft: 0 });
  expect(invitations.read(id)).toMatchObject({ attemptsLeft: 0, state: { state: 'open' } });
  expect(() => invitations.attempt(id, 'code', false)).toThrow('tried too often');
  last.over();
  last.over();
  expect(invitations.read(id)).toMatchObject({ state: { state: 'spent' }, expiresInMs: 0 });
});

test('a device that could not be remembered gives the invitation back', () => {
  const { invitations } = world();
  const { id } = invitations.invite({ role: 'owner' }, local);
  const attempt = invitations.attempt(id, 'secret', false);
  const taken = attempt.take({ id: `d_${'0'.repeat(24)}`, name: 'Phone' });
  expect(invitations.read(id)?.state).toEqual({
    state: 'used',
    device: `d_${'0'.repeat(24)}`,
    name: 'Phone',
  });
  taken.giveBack();
  expect(invitations.read(id)).toMatchObject({ state: { state: 'open' }, attemptsLeft: 2 });
});

test('what points a new device to plain http has no secret in it, and the own browser needs no such thing', () => {
  const { invitations } = world();
  const { trustLinks, links } = invitations.invite({ role: 'owner' }, local);
  for (const link of trustLinks) expect(link).not.toMatch(/[#?]/);
  for (const link of links) expect(link).toMatch(/^https:.*#pair=/);
  const own = invitations.invite({ role: 'owner' }, local, { ownMachineOnly: true });
  expect(own.trustLinks).toEqual([]);
  expect(own.links[0]).toMatch(/^http:\/\/127\.0\.0\.1:7777\/#pair=/);
});

test('whoever invited takes all their invitations along, also one that a device is about to use', () => {
  const { invitations } = world();
  const by = { kind: 'script', id: 's_1', scope: 'all' } as const;
  const { id } = invitations.invite({ role: 'owner' }, by);
  const attempt = invitations.attempt(id, 'secret', false);
  expect(attempt.by).toEqual(by);
  invitations.withdrawOf('local');
  expect(invitations.read(id)?.state).toEqual({ state: 'open' });
  invitations.withdrawOf('s_1');
  expect(invitations.read(id)?.state).toEqual({ state: 'withdrawn' });
  expect(() => attempt.take({ id: `d_${'0'.repeat(24)}`, name: 'Phone' })).toThrow('taken back');
});

test('what was taken back while a device had it is not open again when the device could not be remembered', () => {
  const { invitations } = world();
  const { id } = invitations.invite({ role: 'owner' }, local);
  const taken = invitations.attempt(id, 'secret', false).take({ id: `d_${'0'.repeat(24)}`, name: 'Phone' });
  invitations.withdrawOf('local');
  taken.giveBack();
  expect(invitations.read(id)?.state).toEqual({ state: 'withdrawn' });
});

test('an ended invitation can be looked at for ten minutes, then nobody knows it', () => {
  const { clock, invitations } = world();
  const { id } = invitations.invite({ role: 'owner' }, local);
  clock.advance(120_000);
  expect(invitations.read(id)).toMatchObject({ state: { state: 'expired' }, expiresInMs: 0 });
  clock.advance(599_999);
  expect(invitations.read(id)).toBeDefined();
  clock.advance(1);
  expect(invitations.read(id)).toBeUndefined();
});

test('a clock that is set back by a day ends an invitation instead of keeping it open', () => {
  const { clock, invitations } = world();
  clock.advance(86_400_000);
  const { id } = invitations.invite({ role: 'owner' }, local);
  clock.advance(-86_400_000);
  expect(invitations.read(id)).toMatchObject({ state: { state: 'expired' } });
  expect(() => invitations.attempt(id, 'code', false)).toThrow('expired');
});
