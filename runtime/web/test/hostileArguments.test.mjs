// Whatever is passed, every function of the library ends with success or with one WasmindError of one line, soon.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  arrayName, byteWidth, dtypeOf, Model, OperatorLibrary, parseSignature, readSections, readSignature, Tensor, WasmindError,
} from '../dist/index.js';
import { doubling } from './assemble.mjs';

const folder = mkdtempSync(join(tmpdir(), 'wasmind-arguments-'));
after(() => rmSync(folder, { recursive: true }));
execFileSync('python3', [fileURLToPath(new URL('../../../abi/vectors/generate.py', import.meta.url)), folder]);
const bytes = doubling(), libraryBytes = readFileSync(join(folder, 'library.wasm'));

const detached = make => {
  const data = make();
  structuredClone(0, { transfer: [data.buffer ?? data] });
  return data;
};
/** A view into a buffer that was made shorter than where the view starts. */
const cutOff = (Kind, elementCount) => {
  const buffer = new ArrayBuffer(64, { maxByteLength: 128 }), data = new Kind(buffer, 8, elementCount);
  buffer.resize(4);
  return data;
};
const tracking = Kind => new Kind(new ArrayBuffer(64, { maxByteLength: 128 }), 8);

/** A fresh hostile value per use: some are changed by being passed. */
const values = {
  'undefined': () => undefined, 'null': () => null, 'NaN': () => NaN, '-1': () => -1, '0.5': () => 0.5, '-0': () => -0, '1e300': () => 1e300,
  'Infinity': () => Infinity, '2^53': () => 2 ** 53, '2^31': () => 2 ** 31, 'BigInt': () => 3n, 'large BigInt': () => 10n ** 400n,
  'Symbol': () => Symbol('x'), 'true': () => true, 'empty text': () => '', 'surrogate': () => '\ud800', 'zero byte': () => '\0', '__proto__': () => '__proto__',
  'long text': () => 'x'.repeat(1 << 20), 'line ends': () => 'a\nb', 'empty array': () => [], 'array': () => [1, 2, 3], 'array of null': () => [null, undefined, {}, Symbol('y')],
  'array of text': () => ['1', '2'], 'sparse array': () => Array(2 ** 32 - 1), 'long array': () => Array(1000).fill(1), 'huge extents': () => [2 ** 52, 2 ** 52, 2 ** 52], 'array of NaN': () => [NaN],
  'array of fractions': () => [0.5], 'array of negatives': () => [-1], 'array of BigInt': () => [2n], 'object': () => ({}), 'object of nothing': () => Object.create(null), 'object without text': () => ({ toString: 5, valueOf: null }),
  'array alike': () => ({ length: 2, 0: 1, 1: 1 }), 'false class': () => ({ constructor: { name: 'Float32Array' }, length: 3 }), 'false clamped class': () => ({ constructor: { name: 'Uint8ClampedArray' } }), 'false dtype': () => ({ dtype: 'f33', data: null, dims: null }),
  'function': () => () => 1, 'Map': () => new Map([['x', 1]]), 'Date': () => new Date(NaN), 'Promise': () => Promise.resolve(1), 'Error': () => new Error('x'), 'class': () => class {},
  'ArrayBuffer': () => new ArrayBuffer(16), 'detached buffer': () => detached(() => new ArrayBuffer(16)), 'SharedArrayBuffer': () => new SharedArrayBuffer(16),
  'shared array': () => new Float32Array(new SharedArrayBuffer(16)), 'shared module': () => { const s = new Uint8Array(new SharedArrayBuffer(bytes.length)); s.set(bytes); return s; },
  'resizable buffer': () => new ArrayBuffer(16, { maxByteLength: 32 }), 'resizable module': () => { const r = new Uint8Array(new ArrayBuffer(bytes.length, { maxByteLength: 1 << 20 })); r.set(bytes); return r; },
  'detached f32': () => detached(() => new Float32Array(4)), 'detached u8': () => detached(() => new Uint8ClampedArray(4)), 'detached view': () => detached(() => new DataView(new ArrayBuffer(8))),
  'cut f32': () => cutOff(Float32Array, 4), 'cut u8': () => cutOff(Uint8ClampedArray, 4), 'cut view': () => cutOff(DataView, 4), 'cut tracking f32': () => cutOff(Float32Array), 'tracking f32': () => tracking(Float32Array),
  'DataView': () => new DataView(new ArrayBuffer(8)), 'empty f32': () => new Float32Array(0), 'f64': () => new Float64Array(2), 'large f32': () => new Float32Array(1000), 'f16': () => (globalThis.Float16Array ? new Float16Array(2) : null),
  'Tensor': () => Tensor.from(new Float32Array(2)), 'Tensor of detached': () => { const t = Tensor.from(new Float32Array(2)); structuredClone(0, { transfer: [t.data.buffer] }); return t; },
  'Tensor of none, detached': () => { const t = Tensor.from(new Float32Array(0)); structuredClone(0, { transfer: [t.data.buffer] }); return t; },
  'Tensor of cut': () => { const b = new ArrayBuffer(8, { maxByteLength: 8 }), t = Tensor.from(new Float32Array(b)); b.resize(0); return t; },
  'Tensor of longer': () => { const b = new ArrayBuffer(8, { maxByteLength: 64 }), t = Tensor.from(new Float32Array(b)); b.resize(64); return t; },
  'Tensor of changed dims': () => { const t = Tensor.from(new Float32Array(2)); try { t.dims.push(5); } catch { /* frozen */ } return t; },
  'Tensor of rank 40': () => { try { return new Tensor('f32', new Float32Array(1), Array(40).fill(1)); } catch { return null; } },
  'other realm': () => 'new Float32Array', 'deep JSON': () => '['.repeat(1e6), 'deep closed JSON': () => '['.repeat(1e5) + ']'.repeat(1e5), 'module bytes': () => bytes, 'library bytes': () => libraryBytes,
  'WebAssembly.Module': () => new WebAssembly.Module(bytes), 'other WebAssembly.Module': () => new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)), 'WebAssembly.Memory': () => new WebAssembly.Memory({ initial: 1 }),
};

const instance = () => Model.fromBytes(bytes).instantiate();
const library = () => OperatorLibrary.fromBytes(libraryBytes);
const f32 = () => Float32Array.of(1, 2);
const guest = own => own.tensor('f32', [2]);

/** name -> [a call, arguments with which it works]; the first result may be a promise. */
const calls = {
  'new Tensor': [(...given) => new Tensor(...given), () => ['f32', f32(), [2]]],
  'Tensor.from': [Tensor.from, () => [f32(), [2]]],
  'arrayName': [arrayName, () => ['f32']], 'byteWidth': [byteWidth, () => ['f32']], 'dtypeOf': [dtypeOf, () => [f32()]],
  'readSections': [readSections, () => [bytes]], 'readSignature': [readSignature, () => [bytes]], 'parseSignature': [parseSignature, () => ['{}'], true],
  'Model.load': [(...given) => Model.load(...given), () => [bytes, {}]],
  'Model.load weights': [weights => Model.load(readFileSync(join(folder, 'external_weights.wasm')), { weights }), () => [readFileSync(join(folder, 'external.weights'))]],
  'Model.fromModule': [(...given) => Model.fromModule(...given), () => [new WebAssembly.Module(bytes), {}]],
  'Model.fromBytes': [(...given) => Model.fromBytes(...given), () => [bytes, {}]],
  'Model.fromBytes weights': [weights => Model.fromBytes(readFileSync(join(folder, 'external_weights.wasm')), { weights }), () => [readFileSync(join(folder, 'external.weights'))]],
  'Model.run': [(...given) => Model.fromBytes(bytes).run(...given), () => [{ x: f32() }, {}]],
  'Model.run input': [x => Model.fromBytes(bytes).run({ x }), () => [f32()]],
  'Instance.run': [(...given) => instance().run(...given), () => [{ x: f32() }, {}]],
  'Instance.run input': [x => instance().run({ x }), () => [f32()]],
  'Instance.run of a name': [name => instance().run(typeof name === 'string' ? { [name]: f32() } : name), () => ['x']],
  'Instance.run entry': [entry => instance().run({ x: f32() }, { entry }), () => ['run']],
  'Instance.run copy': [copy => instance().run({ x: f32() }, { copy }), () => [false]],
  'Instance.run of an empty dim': [x => Model.fromBytes(readFileSync(join(folder, 'keep_positive.wasm'))).instantiate().run({ x }), () => [f32()]],
  'Instance.input': [(...given) => instance().input(...given), () => ['x', [2], 'run']],
  'OperatorLibrary.load': [(...given) => OperatorLibrary.load(...given), () => [libraryBytes, {}]],
  'OperatorLibrary.fromModule': [(...given) => OperatorLibrary.fromModule(...given), () => [new WebAssembly.Module(libraryBytes)]],
  'OperatorLibrary.fromBytes': [(...given) => OperatorLibrary.fromBytes(...given), () => [libraryBytes, {}]],
  'OperatorLibrary.call': [(...given) => library().call(...given), () => ['Add', f32(), f32(), {}]],
  'OperatorLibrary.call out': [out => library().call('Add', f32(), f32(), { out }), () => [f32()]],
  'OperatorLibrary.call two outs': [out => library().call('Add', f32(), f32(), { out: [out, out] }), () => [undefined], true],
  'OperatorLibrary.call attribute': [factor => library().call('Scale', f32(), { factor }), () => [2]],
  'OperatorLibrary.call linked': [(...given) => library().call('tvm_add', ...given, { out: f32() }), () => [f32(), f32()]],
  'OperatorLibrary.tensor': [(...given) => library().tensor(...given), () => ['f32', [2]]],
  'OperatorLibrary.prepare': [(...given) => { const own = library(); return own.prepare(given[0], guest(own), guest(own), given[1]); }, () => ['Add', undefined], true],
  'OperatorLibrary.prepare operand': [operand => { const own = library(); return own.prepare('Add', operand, guest(own), { out: guest(own) }); }, () => [undefined], true],
  'GuestTensor.strided': [(...given) => guest(library()).strided(...given), () => [[2], [1], 0]],
  'GuestTensor.transposed': [(...given) => guest(library()).transposed(...given), () => [0]],
};

async function outcome(call, given) {
  try {
    await call(...given);
    return 'Ok';
  } catch (error) {
    return error;
  }
}

for (const [name, [call, good, mayFail = false]] of Object.entries(calls))
  test(`${name} with anything`, { timeout: 60_000 }, async () => {
    if (!mayFail) assert.equal(await outcome(call, good()), 'Ok');
    const wrong = [];
    let refused = 0;
    for (let at = 0; at < good().length; at++)
      for (const [label, value] of Object.entries(values)) {
        const given = good();
        given[at] = value();
        const start = performance.now(), result = await outcome(call, given), where = `argument ${at} is ${label}`;
        if (result !== 'Ok' && !(result instanceof WasmindError)) wrong.push(`${where}: ${result?.stack?.split('\n').slice(0, 3).join(' ') ?? String(result)}`);
        if (result instanceof WasmindError && /[\n\r]/.test(result.message)) wrong.push(`${where}: more than a line: ${result.message.slice(0, 200)}`);
        if (performance.now() - start > 3000) wrong.push(`${where}: ${performance.now() - start} ms`);
        refused += result !== 'Ok';
      }
    assert.deepEqual(wrong, []);
    assert.ok(refused > 0 || name.startsWith('dtypeOf'));
  });
