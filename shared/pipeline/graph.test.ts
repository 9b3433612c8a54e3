import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stageNames } from '../job/job.ts';
import {
  checkPipeline,
  describeFault,
  type Pipeline,
  type PipelineFault,
  pipelineOrder,
  pipelineSchema,
  stageNeeds,
} from './graph.ts';
import { pipelineProgress } from './progress.ts';
import { shippedPipelines } from './shipped.ts';

const portrait = shippedPipelines.get('portrait')!;
const change = (make: (draft: Pipeline) => void): Pipeline => {
  const draft = structuredClone(portrait);
  make(draft);
  return draft;
};

test('every shipped pipeline can run', () => {
  expect(shippedPipelines.size).toBeGreaterThan(0);
  for (const pipeline of shippedPipelines.values()) expect(checkPipeline(pipeline)).toEqual([]);
});

const faults: { what: string; pipeline: Pipeline; fault: PipelineFault; says: RegExp }[] = [
  {
    what: 'two nodes with one name',
    pipeline: change((draft) => void draft.nodes.push({ ...draft.nodes[0]! })),
    fault: { fault: 'duplicate-id', at: 'script' },
    says: /Two nodes are called "script"/,
  },
  {
    what: 'an edge from nowhere',
    pipeline: change((draft) => void draft.edges.push({ from: 'dream', to: 'finish' })),
    fault: { fault: 'unknown-edge', at: 'dream -> finish' },
    says: /dream -> finish/,
  },
  {
    what: 'a circle',
    pipeline: change((draft) => void draft.edges.push({ from: 'portrait', to: 'timing' })),
    fault: { fault: 'cycle', at: 'timing' },
    says: /"timing" waits for itself/,
  },
  {
    what: 'a node whose work nobody uses',
    pipeline: change((draft) => void draft.nodes.push({ id: 'spare', stage: 'look', params: {}, weight: 1 })),
    fault: { fault: 'unreachable', at: 'spare' },
    says: /Nothing uses what the node "spare" makes/,
  },
  {
    what: 'a stage without what it needs',
    pipeline: change((draft) => {
      draft.edges = draft.edges.filter((edge) => edge.from !== 'look');
      draft.nodes = draft.nodes.filter((node) => node.id !== 'look');
    }),
    fault: { fault: 'missing-input', at: 'portrait', needs: 'look' },
    says: /"portrait" needs what a look stage makes/,
  },
  {
    what: 'no finish',
    pipeline: change((draft) => {
      draft.edges = draft.edges.filter((edge) => edge.to !== 'finish');
      draft.nodes = draft.nodes.filter((node) => node.id !== 'finish');
    }),
    fault: { fault: 'no-finish', at: 'portrait' },
    says: /never make a video/,
  },
];
test.each(faults)('$what is found and named', ({ pipeline, fault, says }) => {
  expect(checkPipeline(pipeline)).toContainEqual(fault);
  expect(describeFault(fault)).toMatch(says);
});

test('what only trains needs no finish', () => {
  expect(checkPipeline(shippedPipelines.get('train')!)).toEqual([]);
});

test('an edge of a node to itself is a circle', () => {
  const own = change((draft) => void draft.edges.push({ from: 'look', to: 'look' }));
  expect(checkPipeline(own)).toContainEqual({ fault: 'cycle', at: 'look' });
});

test.each([
  ['an unknown stage', { nodes: [{ id: 'a', stage: 'dance', weight: 1 }] }],
  ['an id that is no name', { nodes: [{ id: 'A B', stage: 'look', weight: 1 }] }],
  ['a weight of nothing', { nodes: [{ id: 'a', stage: 'look', weight: 0 }] }],
  ['no nodes', { nodes: [] }],
  ['no JSON object at all', 'pipeline'],
])('%s is refused by the schema', (_, wrong) => {
  const json = typeof wrong === 'object' ? { name: 'x', title: '', edges: [], ...wrong } : wrong;
  expect(pipelineSchema.safeParse(json).success).toBe(false);
});

const anyPipeline: fc.Arbitrary<Pipeline> = fc
  .array(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      stage: fc.constantFrom(...stageNames),
      params: fc.constant({}),
      weight: fc.double({ min: 0.1, max: 100, noNaN: true }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .chain((nodes) =>
    fc.record({
      name: fc.constant('any'),
      title: fc.constant(''),
      nodes: fc.constant(nodes),
      edges: fc.array(
        fc.record({
          from: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
          to: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
        }),
        { maxLength: 16 },
      ),
    }),
  );

test('whatever the graph, the check ends, every fault can be said, and a faultless one runs in order', () => {
  fc.assert(
    fc.property(anyPipeline, (pipeline) => {
      const found = checkPipeline(pipeline);
      for (const fault of found) expect(describeFault(fault)).toContain(fault.at);
      if (found.length > 0) return;
      const order = pipelineOrder(pipeline).map((node) => node.id);
      expect(order).toHaveLength(pipeline.nodes.length);
      for (const { from, to } of pipeline.edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to));
      const seen = new Set<string>();
      for (const node of pipelineOrder(pipeline)) {
        for (const needs of stageNeeds[node.stage]) expect(seen).toContain(needs);
        seen.add(node.stage);
      }
    }),
    { numRuns: 500 },
  );
});

test('progress goes from nothing to all, by weight, and never back', () => {
  const done = new Set<string>();
  let before = 0;
  for (const node of pipelineOrder(portrait)) {
    for (const fraction of [0, 0.5, 1, 7]) {
      const now = pipelineProgress(portrait, done, new Map([[node.id, fraction]]));
      expect(now).toBeGreaterThanOrEqual(before);
      before = now;
    }
    done.add(node.id);
  }
  expect(before).toBeCloseTo(1);
  expect(pipelineProgress(portrait, new Set(), new Map([['look', Number.NEGATIVE_INFINITY]]))).toBe(0);
  expect(pipelineProgress(portrait, new Set(['portrait']), new Map())).toBeCloseTo(0.7);
});
