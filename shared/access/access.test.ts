// The whole table of who may do what: a role, a scope or an action more must be answered here too.
import { expect, test } from 'vitest';
import type { ProjectId } from '../project/project.ts';
import { type Action, may, type Principal, principalId, roles, scopes } from './access.ts';

const mine = 'p_0123456789ab' as ProjectId;
const other = 'p_abcdefghijkl' as ProjectId;

const everybody = {
  owner: { kind: 'device', id: 'd_1', role: 'owner' },
  member: { kind: 'device', id: 'd_2', role: 'member' },
  guest: { kind: 'device', id: 'd_3', role: 'guest', project: mine },
  'script read': { kind: 'script', id: 's_1', scope: 'read' },
  'script jobs': { kind: 'script', id: 's_2', scope: 'jobs' },
  'script all': { kind: 'script', id: 's_3', scope: 'all' },
  local: { kind: 'local' },
} satisfies Record<string, Principal>;
type Who = keyof typeof everybody;

const table: [string, Action, Who[]][] = [
  [
    'read documents',
    { on: 'documents', may: 'read' },
    ['owner', 'member', 'script read', 'script jobs', 'script all', 'local'],
  ],
  ['write documents', { on: 'documents', may: 'write' }, ['owner', 'member', 'script all', 'local']],
  [
    'read the guest’s project',
    { on: 'project', may: 'read', project: mine },
    ['owner', 'member', 'guest', 'script read', 'script jobs', 'script all', 'local'],
  ],
  [
    'read another project',
    { on: 'project', may: 'read', project: other },
    ['owner', 'member', 'script read', 'script jobs', 'script all', 'local'],
  ],
  [
    'read files',
    { on: 'assets', may: 'read' },
    ['owner', 'member', 'script read', 'script jobs', 'script all', 'local'],
  ],
  ['write files', { on: 'assets', may: 'write' }, ['owner', 'member', 'script jobs', 'script all', 'local']],
  [
    'read jobs',
    { on: 'jobs', may: 'read' },
    ['owner', 'member', 'script read', 'script jobs', 'script all', 'local'],
  ],
  ['write jobs', { on: 'jobs', may: 'write' }, ['owner', 'member', 'script jobs', 'script all', 'local']],
  ['look after devices', { on: 'devices', may: 'manage' }, ['owner', 'script all', 'local']],
  [
    'read the metrics',
    { on: 'metrics', may: 'read' },
    ['owner', 'script read', 'script jobs', 'script all', 'local'],
  ],
  [
    'see how the workstation is doing',
    { on: 'monitor', may: 'read' },
    ['owner', 'member', 'script read', 'script jobs', 'script all', 'local'],
  ],
];

test.each(table)('%s: exactly those who may', (_, action, allowed) => {
  const whoMay = Object.entries(everybody).flatMap(([name, who]) => (may(who, action) ? [name] : []));
  expect(whoMay.sort()).toEqual([...allowed].sort());
});

test('the table knows every role and every scope', () => {
  expect(Object.keys(everybody).sort()).toEqual(
    [...roles, ...scopes.map((scope) => `script ${scope}`), 'local'].sort(),
  );
});

test('an action that is not in the table is nobody’s but the machine’s own and those who may all', () => {
  const unheard = { on: 'secrets', may: 'manage' } as unknown as Action;
  expect(may(everybody.guest, unheard)).toBe(false);
  expect(may(everybody['script jobs'], unheard)).toBe(false);
  expect(may(everybody['script read'], unheard)).toBe(false);
});

test('everybody has a name for the log', () => {
  expect(Object.values(everybody).map(principalId)).toEqual([
    'd_1',
    'd_2',
    'd_3',
    's_1',
    's_2',
    's_3',
    'local',
  ]);
});
