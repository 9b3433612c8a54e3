import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import { expect, test } from 'vitest';
import { writerWords } from './engine-words.ts';

const model = (readiness: EngineEntry['readiness']): EngineEntry => ({
  id: 'script/ollama',
  capability: 'script',
  tier: 'gpu',
  version: '1',
  readiness,
});

test('who writes a topic is said as the workstation said it: a model only where one is ready', () => {
  const ready = model({ ready: true, detail: 'a model' });
  expect(writerWords([ready])).toMatch(/language model/);
  expect(writerWords([])).toMatch(/templates/);
  expect(writerWords([model({ ready: false, reason: 'unreachable', hint: 'Start it.' })])).toMatch(
    /templates/,
  );
  expect(writerWords([{ ...ready, capability: 'portrait' }])).toMatch(/templates/);
});
