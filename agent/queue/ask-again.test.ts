import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { expect, test } from 'vitest';
import { silentLogger } from '../log/logger.ts';
import { createAskAgain } from './ask-again.ts';
import { handClock } from './fixtures/hand-clock.ts';

const never = new AbortController().signal;
const ready = { ready: true as const, detail: 'here' };
const gone = { ready: false as const, reason: 'unreachable' as const, hint: 'Start it.' };
const writer: EngineEntry = {
  id: 'script/writer',
  capability: 'script',
  tier: 'gpu',
  version: '1',
  readiness: gone,
};
const builtin: EngineEntry = { ...writer, id: 'script/template', tier: 'builtin', readiness: ready };

function world(describe?: () => Promise<readonly EngineEntry[]>) {
  const clock = handClock();
  const told: (readonly EngineEntry[])[] = [];
  const asked: (readonly string[])[] = [];
  let offers: readonly EngineEntry[] = [writer, builtin];
  let answer: EngineEntry = { ...writer, version: '1+model-a', readiness: ready };
  const askAgain = createAskAgain({
    offers: () => offers,
    describe(ids) {
      asked.push(ids);
      return describe?.() ?? Promise.resolve([answer]);
    },
    changed(entries) {
      offers = entries;
      told.push(entries);
    },
    clock,
    log: silentLogger,
  });
  const answers = (entry: EngineEntry) => {
    answer = entry;
  };
  return { askAgain, clock, told, asked, answers, offers: () => offers };
}

test('a tool that was started meanwhile is found before it is chosen, with its model', async () => {
  const { askAgain, asked, told, offers } = world();
  await askAgain.before(['script'], never);
  expect(asked).toEqual([['script/writer']]);
  expect(told).toHaveLength(1);
  expect(offers()).toEqual([{ ...writer, version: '1+model-a', readiness: ready }, builtin]);
});

test('nothing is asked for capabilities that only built-in engines have, nor for none', async () => {
  const { askAgain, asked } = world();
  await askAgain.before(['look', 'portrait'], never);
  await askAgain.before([], never);
  expect(asked).toEqual([]);
});

test('an answer is believed for a while, and the same answer is no news', async () => {
  const { askAgain, clock, asked, told, answers } = world();
  askAgain.answered(['script/writer']);
  await askAgain.before(['script'], never);
  expect(asked).toEqual([]);
  answers(writer);
  clock.advance(20_000);
  await askAgain.before(['script'], never);
  expect(asked).toHaveLength(1);
  expect(told).toEqual([]);
});

test('whoever comes while somebody asks waits for the same answer', async () => {
  let settle = (_: readonly EngineEntry[]) => {};
  const { askAgain, asked, told } = world(
    () =>
      new Promise((resolve) => {
        settle = resolve;
      }),
  );
  const both = Promise.all([askAgain.before(['script'], never), askAgain.before(['script'], never)]);
  settle([{ ...writer, readiness: ready }]);
  await both;
  expect(asked).toHaveLength(1);
  expect(told).toHaveLength(1);
});

test('when nobody can be asked, what was known stands, and the stage does not wait for ever', async () => {
  const failing = world(() => Promise.reject(new Error('no host')));
  await failing.askAgain.before(['script'], never);
  expect(failing.offers()).toEqual([writer, builtin]);
  const stop = new AbortController();
  const silent = world(() => new Promise(() => {}));
  const waiting = silent.askAgain.before(['script'], stop.signal);
  stop.abort(new Error('cancelled'));
  await waiting;
});
