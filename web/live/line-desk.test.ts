import { openWorkspace } from '@myspinbot/shared/document/workspace.ts';
import { defaultRules, type Rest } from '@myspinbot/shared/job/rules.ts';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { createLineDesk } from './line-desk.ts';

function world() {
  const doc = new Y.Doc();
  const workspace = openWorkspace(doc, { role: 'device', id: 'd_test' });
  let writes = 0;
  let said: Rest | undefined;
  doc.on('update', () => writes++);
  const desk = createLineDesk({
    line: () => [],
    rules: workspace.rules,
    rest: () => said,
    now: () => 7,
    wish: (write) => write(workspace),
  });
  return { desk, workspace, writes: () => writes, say: (rest: Rest | undefined) => (said = rest) };
}

test('a rule that is as it was is not written again', () => {
  const { desk, workspace, writes } = world();
  desk.change({ keepDays: defaultRules.keepDays });
  expect(writes()).toBe(0);
  desk.change({ quiet: { from: '22:00', to: '07:00' } });
  desk.change({ quiet: { from: '22:00', to: '07:00' } });
  expect(writes()).toBe(1);
  desk.pause();
  desk.goOn();
  expect(workspace.rules()).toEqual({
    ...defaultRules,
    quiet: { from: '22:00', to: '07:00' },
    goOnAt: 7,
  });
});

test("a person's own word counts before the workstation has heard it", () => {
  const { desk, say } = world();
  expect(desk.rest()).toBeUndefined();
  desk.pause();
  expect(desk.rest()).toEqual({ why: 'paused' });
  say({ why: 'paused' });
  desk.goOn();
  expect(desk.rest()).toBeUndefined();
  say({ why: 'restored' });
  expect(desk.rest()).toEqual({ why: 'restored' });
});
