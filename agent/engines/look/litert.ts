// Runs .tflite models on the CPU with LiteRT's WebAssembly build. It knows tensors, not faces.
// LiteRT.js is made for browsers: its own entry wants `self`, `importScripts` and a WebGPU probe. None of
// that is needed here: the loader script is evaluated as a CommonJS function with its own `require`,
// `__dirname` and `console`, and its C++ bindings are called directly. No global is touched, so any number
// of other libraries may live in the same process. The bindings are not a public interface: the package is
// pinned to one exact version, and the contract suite fails when they change.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface Deletable {
  delete(): void;
}
interface WasmVector<T> extends Deletable {
  size(): number;
  get(index: number): T;
  push_back(item: T): void;
}
interface Layout extends Deletable {
  dimensions(): WasmVector<number>;
}
interface TensorType extends Deletable {
  layout(): Layout;
  bytes(): number;
}
interface TensorBuffer extends Deletable {
  lock(mode: unknown): number;
  unlock(): void;
  packedSize(): number;
}
interface LoadedModel extends Deletable {
  getInputTensorType(signature: number, index: number): TensorType;
}
interface CompiledModel extends Deletable {
  run(signature: number, inputs: TensorBuffer[]): TensorBuffer[] | Promise<TensorBuffer[]>;
}
interface Bindings {
  HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  LiteRtEnvironment: { create(webGpuDevice: null): Deletable };
  loadModel(environment: Deletable, pointer: number, bytes: number): LoadedModel;
  compileModel(
    environment: Deletable,
    model: LoadedModel,
    options: object,
  ): CompiledModel | Promise<CompiledModel>;
  LiteRtTensorBuffer: {
    createManaged(environment: Deletable, kind: unknown, type: TensorType, bytes: number): TensorBuffer;
  };
  LiteRtTensorBufferType: { HOST_MEMORY: unknown };
  LiteRtTensorBufferLockMode: { READ: unknown; WRITE: unknown };
}
type ModuleFactory = (options: object) => Promise<Bindings>;

/** A model ready to run: one float input, its outputs in the model's order. */
export interface TensorModel {
  readonly inputShape: readonly number[];
  run(input: Float32Array): Promise<Float32Array[]>;
}

export interface LiteRt {
  /** Compiles a model; `bytes` may be released afterwards. */
  load(bytes: Uint8Array): Promise<TensorModel>;
}

/** Starts LiteRT: about 0.2 s and 60 MB, once per process. Throws when this CPU lacks WebAssembly SIMD. */
export async function startLiteRt(): Promise<LiteRt> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@litertjs/core/package.json')), 'wasm');
  // The "compat" build needs plain SIMD only. The relaxed-SIMD build may round differently from machine to
  // machine, and the same photo must give the same mesh everywhere.
  const script = join(folder, 'litert_wasm_compat_internal.js');
  const factoryModule: { exports: unknown } = { exports: {} };
  // A classic script of a pinned package, evaluated in a scope of its own.
  const evaluate = new Function(
    'module',
    'exports',
    'require',
    '__dirname',
    '__filename',
    'console',
    await readFile(script, 'utf8'),
  );
  evaluate(factoryModule, factoryModule.exports, require, folder, script, quiet);
  const wasm = await (factoryModule.exports as ModuleFactory)({});
  const environment = wasm.LiteRtEnvironment.create(null);
  return { load: (bytes) => compile(wasm, environment, bytes) };
}

/** The runtime prints notices about accelerators that are not there; errors arrive as exceptions as well. */
const quiet = { log() {}, info() {}, warn() {}, error() {} };

async function compile(wasm: Bindings, environment: Deletable, bytes: Uint8Array): Promise<TensorModel> {
  const pointer = wasm._malloc(bytes.byteLength);
  wasm.HEAPU8.set(bytes, pointer);
  const model = wasm.loadModel(environment, pointer, bytes.byteLength);
  const compiled = await wasm.compileModel(environment, model, {
    environment,
    accelerator: 'wasm',
    cpuOptions: { numThreads: 1 },
    gpuOptions: {},
    webNNOptions: {},
  });
  const inputType = model.getInputTensorType(0, 0);
  const layout = inputType.layout();
  const dimensions = layout.dimensions();
  const inputShape = Array.from({ length: dimensions.size() }, (_, i) => dimensions.get(i));
  dimensions.delete();
  layout.delete();
  const input = wasm.LiteRtTensorBuffer.createManaged(
    environment,
    wasm.LiteRtTensorBufferType.HOST_MEMORY,
    inputType,
    inputType.bytes(),
  );
  const elements = inputType.bytes() / 4;

  // One input buffer per model: runs of the same model wait for one another.
  let last: Promise<unknown> = Promise.resolve();
  const runOne = async (data: Float32Array): Promise<Float32Array[]> => {
    if (data.length !== elements)
      throw new Error(`input has ${data.length} numbers, the model takes ${elements}`);
    const at = input.lock(wasm.LiteRtTensorBufferLockMode.WRITE);
    wasm.HEAPU8.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    input.unlock();
    const outputs = await compiled.run(0, [input]);
    return outputs.map((buffer) => {
      const from = buffer.lock(wasm.LiteRtTensorBufferLockMode.READ);
      const copy = wasm.HEAPU8.slice(from, from + buffer.packedSize());
      buffer.unlock();
      buffer.delete();
      return new Float32Array(copy.buffer);
    });
  };
  return {
    inputShape,
    run(data) {
      const result = last.then(() => runOne(data));
      last = result.catch(() => {}); // the caller of `result` hears of the failure
      return result;
    },
  };
}
