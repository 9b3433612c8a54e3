// Every state of an invitation, by hand: chance and the clock are given.
import { expect, test } from 'vitest';
import { handClock } from '../queue/fixtures/hand-clock.ts';
import { createInvitations } from './invitations.ts';

function world() {
  const clock = handClock();
  const invitations = createInvitations({
    clock,
    random: { number: (below) => (below === 1_000_000 ? 345 : 12), bytes: (count) => new Uint8Array(count) },
    fingerprint: 'f'.repeat(43),
    addresses: () => ['http://10.0.0.2:7777'],
    ownMachineAddress: () => 'http://127.0.0.1:7777',
  });
  return { clock, invitations };
}

test('an invitation is written as the wire says: a code with leading zeros, and links with the secret', () => {
  const { invitations } = world();
  expect(invitations.invite({ role: 'member' })).toEqual({
    id: '12',
    role: 'member',
    project: null,
    code: '12-000-345',
    links: [`http://10.0.0.2:7777/#pair=12.${'A'.repeat(22)}.${'f'.repeat(43)}`],
    expiresInMs: 120_000,
    attemptsLeft: 3,
    state: { state: 'open' },
  });
});

test('while the last attempt is under way it is open, and spent when nothing comes of it', () => {
  const { invitations } = world();
  const { id } = invitations.invite({ role: 'owner' });
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
  const { id } = invitations.invite({ role: 'owner' });
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

test('an ended invitation can be looked at for ten minutes, then nobody knows it', () => {
  const { clock, invitations } = world();
  const { id } = invitations.invite({ role: 'owner' });
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
  const { id } = invitations.invite({ role: 'owner' });
  clock.advance(-86_400_000);
  expect(invitations.read(id)).toMatchObject({ state: { state: 'expired' } });
  expect(() => invitations.attempt(id, 'code', false)).toThrow('expired');
});
