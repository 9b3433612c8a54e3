import type { AssetHash } from '@myspinbot/shared/asset/asset.ts';
import type { EngineEntry } from '@myspinbot/shared/document/agent-entry.ts';
import type { PipelineNode } from '@myspinbot/shared/pipeline/graph.ts';
import { type SpinOptionsInput, spinOptionsSchema } from '@myspinbot/shared/project/options.ts';
import { expect, test } from 'vitest';
import { builtinEngines } from '../engines/catalog.ts';
import { entriesOf } from '../engines/registry.ts';
import { chooseEngines } from './choose-engines.ts';
import { printOf } from './stage-print.ts';

const node: PipelineNode = { id: 'script', stage: 'script', params: {}, weight: 1 };
const options = (narration: SpinOptionsInput['narration']) =>
  spinOptionsSchema.parse({ photos: ['a'.repeat(64) as AssetHash], narration });
const topic = options({ kind: 'topic', topic: 'tea' });
const own = options({ kind: 'text', text: 'Hello' });

const notAsked = entriesOf(builtinEngines);
const withModel = (version: string): EngineEntry[] =>
  notAsked.map((entry) =>
    entry.id === 'script/ollama'
      ? { ...entry, version, readiness: { ready: true, detail: 'a model' } }
      : entry,
  );

test('a topic goes to the language model when it is ready, and to the templates when it is not', () => {
  expect(chooseEngines(withModel('1+0.33.0 a'), node, topic)).toMatchObject({
    lane: 'gpu',
    main: 'script/ollama',
    ids: { script: 'script/ollama' },
  });
  expect(chooseEngines(notAsked, node, topic)).toMatchObject({ lane: 'cpu', main: 'script/template' });
});

test("a person's own words need no writer: none is chosen, nothing waits for the GPU", () => {
  expect(chooseEngines(withModel('1+0.33.0 a'), node, own)).toEqual({
    lane: 'cpu',
    main: null,
    ids: {},
    identities: [],
  });
});

test('another model or another server is another fingerprint; own words do not care', () => {
  const print = (version: string, of: typeof topic) =>
    printOf(node, of, {}, chooseEngines(withModel(version), node, of));
  const versions = ['1+0.33.0 a', '1+0.33.0 b', '1+0.34.0 a'];
  expect(new Set(versions.map((version) => print(version, topic))).size).toBe(3);
  expect(new Set(versions.map((version) => print(version, own))).size).toBe(1);
});
