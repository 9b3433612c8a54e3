import { expect, test } from 'vitest';
import { buildGraph } from './graph.ts';
import { readNodeSchemas } from './node-schemas.ts';

const link = { required: { model: ['MODEL', {}] } };
/** The trainer before 0.27 gives the model first; since then it does not, and wants to know more. */
const before = readNodeSchemas({
  Loader: { input: { required: { ckpt_name: [['a.safetensors'], {}] } }, output: ['MODEL'] },
  TrainLoraNode: {
    input: { required: { ...link.required, steps: ['INT', { default: 16 }] } },
    output: ['MODEL', 'LORA_MODEL', 'LOSS_MAP', 'INT'],
  },
});
const since = readNodeSchemas({
  Loader: {
    input: { required: { ckpt_name: ['COMBO', { options: ['a.safetensors'] }] } },
    output: ['MODEL'],
  },
  TrainLoraNode: {
    input: {
      required: {
        ...link.required,
        steps: ['INT', { default: 16 }],
        offloading: ['BOOLEAN', { default: false }],
        algorithm: ['COMBO', { options: ['LoRA', 'LoHa'] }],
      },
      optional: { checkpoint_depth: ['INT', { default: 1 }] },
    },
    output: ['LORA_MODEL', 'LOSS_MAP', 'INT'],
  },
});

test.each([
  ['before 0.27', before, 1, { steps: 600 }],
  ['since 0.27', since, 0, { steps: 600, offloading: false, algorithm: 'LoRA' }],
])('%s: outputs are found by their type, and what is new takes its own value', (_, schemas, slot, values) => {
  const builder = buildGraph(schemas, 'ComfyUI');
  const loader = builder.add('Loader', { ckpt_name: 'a.safetensors' });
  const trainer = builder.add('TrainLoraNode', {
    model: loader.out('MODEL'),
    steps: 600,
    bucket_mode: false,
  });
  expect(trainer.out('LORA_MODEL')).toEqual(['2', slot]);
  expect(builder.graph['2']).toEqual({ class_type: 'TrainLoraNode', inputs: { model: ['1', 0], ...values } });
});

test('an output that it does not give, and a link that it needs and nobody knows, are said with the node', () => {
  const builder = buildGraph(since, 'ComfyUI at x');
  const loader = builder.add('Loader', { ckpt_name: 'a.safetensors' });
  expect(() => loader.out('VAE')).toThrow('ComfyUI at x: its node Loader gives no VAE, only MODEL.');
  expect(() => builder.add('TrainLoraNode', {})).toThrow(/needs "model" \(MODEL\)/);
});

test('a checkpoint that is not there is said with its folder and with those that are', () => {
  const wrong = () => buildGraph(before, 'ComfyUI').add('Loader', { ckpt_name: 'b.safetensors' });
  expect(wrong).toThrow(
    expect.objectContaining({
      hint: expect.stringContaining('models/checkpoints (now there: a.safetensors)'),
    }),
  );
});

test('sub-inputs of a choice go along with it, and only with it', () => {
  const schemas = readNodeSchemas({
    SaveVideo: {
      input: { required: { format: ['COMFY_DYNAMICCOMBO_V3', { options: [{ key: 'mp4' }] }] } },
      output: [],
    },
  });
  const given = { format: 'mp4', 'format.codec': 'h264', 'other.codec': 'x' };
  const builder = buildGraph(schemas, 'ComfyUI');
  builder.add('SaveVideo', given);
  expect(builder.graph['1']!.inputs).toEqual({ format: 'mp4', 'format.codec': 'h264' });
});

test.each([undefined, null, 3, [], { A: 3 }, { A: { output: 'IMAGE' } }])('%j has no nodes', (answer) => {
  expect(readNodeSchemas(answer).size).toBe(0);
});
