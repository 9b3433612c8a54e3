// Options that do not go together are refused before anything is asked or done.
import { expect, test } from 'vitest';
import { ca } from './ca.ts';
import { type Asked, BadUsage, type Command } from './command.ts';
import { devices } from './devices.ts';
import { token } from './token.ts';

const nobody: Omit<Asked, 'values'> = {
  agent: {
    url: 'http://127.0.0.1:1',
    ask: () => Promise.reject(new Error('the agent was asked')),
  },
  words: [],
  dataDir: '/nowhere',
  say: () => {},
  hint: () => {},
};

test.each<[string, Command, Asked['values'], RegExp]>([
  ['ca', ca, { path: true, rotate: true }, /^--path and --rotate are done one by one/],
  ['token', token, { list: true, remove: 's_1' }, /^--list and --remove are done one by one/],
  ['token', token, { remove: 's_1', name: 'backup', scope: 'read' }, /^--remove and --name are/],
  ['token', token, { list: true, scope: 'read' }, /^--list and --scope are/],
  ['token', token, { name: '', scope: 'read' }, /^--name needs 1 to 60 characters/],
  ['token', token, { name: 'a\u0007b', scope: 'read' }, /^--name needs 1 to 60 characters/],
  ['token', token, { name: 'backup' }, /^A token needs --name and --scope/],
  ['devices', devices, { role: 'a=owner', revoke: 'b' }, /^--revoke and --role are done one by one/],
  ['devices', devices, { rename: 'a=b', role: 'a=owner' }, /^--rename and --role are done one by one/],
  ['devices', devices, { json: true, revoke: 'b' }, /^--revoke and --json are done one by one/],
  ['devices', devices, { erase: true }, /^--erase belongs to --revoke/],
  ['devices', devices, { project: 'p_1' }, /^--project belongs to --role/],
])('%s refuses %j %j', async (_, command, values, words) => {
  const refused = await Promise.resolve(command.run({ ...nobody, values })).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(BadUsage);
  expect((refused as BadUsage).message).toMatch(words);
});
