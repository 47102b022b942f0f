// onnxruntime-web as a peer: its WebAssembly build, one thread, default flags.
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Tensor } from 'wasmind';
import { dtypes } from '../../runtime/web/dist/abi.js';

const typeNames = { f32: 'float32', f64: 'float64', f16: 'float16', i8: 'int8', i16: 'int16', i32: 'int32', i64: 'int64', u8: 'uint8',
  u16: 'uint16', u32: 'uint32', u64: 'uint64', bool: 'bool' };
const dtypeOf = Object.fromEntries(Object.entries(typeNames).map(([dtype, name]) => [name, dtype]));

/** The memories that the runtime makes, seen by watching the constructor while it starts. */
const memories = [];
WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor) {
    super(descriptor);
    memories.push(this);
  }
};

const start = performance.now();
const entry = createRequire(import.meta.url).resolve('onnxruntime-web').replace(/\.js$/, '.mjs');
const imported = await import(pathToFileURL(entry));
const ort = imported.default ?? imported;
ort.env.logLevel = 'fatal';
ort.env.wasm.numThreads = 1;

/** Milliseconds that loading its JavaScript took. */
export const importMs = performance.now() - start;
export const version = ort.env.versions.web ?? ort.env.versions.common;
/** Bytes of the runtime's own WebAssembly, whatever the model. */
export const codeBytes = statSync(join(dirname(entry), 'ort-wasm-simd-threaded.wasm')).size;
/** Bytes of linear memory by now; it never shrinks. */
export const memoryBytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);

/** ONNX Runtime takes and gives half-precision numbers as Float16Array where the engine has it. */
function toOrt({ dtype, data, dims }) {
  const elements = dtype === 'f16' ? new Float16Array(data.buffer, data.byteOffset, data.length) : data;
  return new ort.Tensor(typeNames[dtype], elements, dims);
}

const fromOrt = ({ type, data, dims }) => new Tensor(dtypeOf[type], data, dims);

/** A session of a model's file or bytes, and what loading and creating it took in milliseconds. */
export async function load(model) {
  const began = performance.now(), bytes = typeof model === 'string' ? readFileSync(model) : model;
  const session = await ort.InferenceSession.create(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), {
    executionProviders: ['wasm'], graphOptimizationLevel: 'all', logSeverityLevel: 4,
  });
  return { session, loadMs: performance.now() - began, weightBytes: bytes.length };
}

/** Feeds of the session from tensors by name. */
export function feedsOf(session, tensors) {
  return Object.fromEntries(session.inputNames.map(name => {
    if (!tensors[name]) throw new Error(`no array 'in:${name}' for input '${name}'`);
    return [name, toOrt(tensors[name])];
  }));
}

/** Outputs of a run as tensors by name. */
export const outputsOf = results => Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));

/** Tensors for a model without a case; free extents have no size to invent. */
export function drawInputs(session) {
  return Object.fromEntries(session.inputMetadata.map(({ name, type, shape }) => {
    if (shape.some(extent => typeof extent !== 'number' || extent < 0))
      throw new Error(`input '${name}' has free extents [${shape.join(', ')}]: give --inputs CASE.npz`);
    const dtype = dtypeOf[type], data = new dtypes[dtype].typedArray(shape.reduce((product, extent) => product * extent, 1));
    for (let i = 0; i < data.length; i++) data[i] = dtype.startsWith('f') ? Math.sin(0.37 * i) : dtype.endsWith('64') ? BigInt(i % 2) : i % 2;
    return [name, new Tensor(dtype, data, shape)];
  }));
}
