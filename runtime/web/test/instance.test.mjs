import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model, Tensor, WasmindError } from '../dist/index.js';
import { assemble, copying, doubling, inputAt, op, outputAt, signatureOf, tensorSpec } from './assemble.mjs';

const failsWith = (code, pattern) => error => {
  assert.ok(error instanceof WasmindError, `${error}`);
  assert.equal(error.code, code);
  assert.match(error.message, pattern);
  return true;
};

test('runs on a bare array, whose length gives the extent', async () => {
  const model = await Model.load(doubling());
  const { y } = await model.run({ x: new Float32Array([1, 2, 3]) });
  assert.deepEqual([...y.data], [2, 4, 6]);
  assert.deepEqual(y.dims, [3]);
  assert.equal(y.dtype, 'f32');
});

test('outputs are copies, and views on request', () => {
  const instance = Model.fromBytes(doubling()).instantiate();
  const copy = instance.run({ x: new Float32Array([1]) }).y;
  const view = instance.run({ x: new Float32Array([2]) }, { copy: false }).y;
  instance.run({ x: new Float32Array([5]) });
  assert.deepEqual([...copy.data], [2]);
  assert.deepEqual([...view.data], [10]);
});

test('an input view is filled in place, and inputs survive a run', () => {
  const instance = Model.fromBytes(doubling()).instantiate();
  const x = instance.input('x', [2]);
  x.set([3, 4]);
  assert.deepEqual([...instance.run().y.data], [6, 8]);
  x[0] = 7;
  assert.deepEqual([...instance.run().y.data], [14, 8]);
});

test('instances of one model have memories of their own', () => {
  const model = Model.fromBytes(doubling()), a = model.instantiate(), b = model.instantiate();
  a.input('x', [1])[0] = 1;
  b.input('x', [1])[0] = 2;
  assert.equal(a.run().y.data[0], 2);
  assert.equal(b.run().y.data[0], 4);
  assert.equal(a.memoryBytes, 2 * 65536);
});

test('an input that was never given is missing', () => {
  assert.throws(() => Model.fromBytes(doubling()).instantiate().run({}), failsWith('InvalidArgument', /input 'x' is missing/));
});

test('extents outside their bounds are refused and nothing is changed', () => {
  const instance = Model.fromBytes(doubling()).instantiate();
  instance.run({ x: new Float32Array([1]) });
  assert.throws(() => instance.run({ x: new Float32Array(9) }), failsWith('InvalidArgument', /axis 0 is 9, outside 1\.\.8 of 'n'.*--dim n=1\.\.9/));
  assert.throws(() => instance.run({ x: new Float32Array(0) }), failsWith('InvalidArgument', /axis 0 is 0/));
  assert.deepEqual([...instance.run().y.data], [2]);
});

test('wrong names, ranks and element types are refused by name', () => {
  const instance = Model.fromBytes(doubling()).instantiate();
  assert.throws(() => instance.run({ z: new Float32Array(1) }), failsWith('InvalidArgument', /no input 'z'; the model's inputs are 'x'/));
  assert.throws(() => instance.run({ x: new Int32Array(1) }), failsWith('InvalidArgument', /a Int32Array, element type f32 needs a Float32Array/));
  assert.throws(() => instance.run({ x: new Tensor('f32', new Float32Array(2), [1, 2]) }), failsWith('InvalidArgument', /rank 2/));
  assert.throws(() => instance.run({ x: new Tensor('i32', new Int32Array(2), [2]) }), failsWith('InvalidArgument', /element type i32/));
  assert.throws(() => instance.run(new Map([['x', new Float32Array(1)]])), failsWith('InvalidArgument', /Object.fromEntries/));
  assert.throws(() => instance.run({ x: [1, 2] }), failsWith('InvalidArgument', /neither a Tensor nor a typed array/));
  assert.throws(() => instance.run({ x: new DataView(new ArrayBuffer(4)) }), failsWith('InvalidArgument', /neither/));
  assert.throws(() => instance.input('y'), failsWith('InvalidArgument', /no input 'y'/));
  assert.throws(() => instance.input('x'), failsWith('InvalidArgument', /pass the extents/));
  assert.throws(() => instance.run({ x: new Float32Array(1) }, { entry: 'main' }), failsWith('InvalidArgument', /no entry 'main'; the module has 'run'/));
  assert.throws(() => instance.run({ ['__proto__']: new Float32Array(1) }), failsWith('InvalidArgument', /no input '__proto__'/));
});

test('inputs that disagree about a named extent are both named', () => {
  const signature = signatureOf({
    dims: [{ name: 'n', min: 1, max: 8, offset: 65536, derived: false }],
    inputs: [tensorSpec('a', 'f32', ['n', 2], inputAt, 8), tensorSpec('b', 'f32', ['n'], inputAt + 64, 8)],
  });
  const instance = Model.fromBytes(assemble({ run: op.i32(0) }, { signature })).instantiate();
  assert.throws(() => instance.run({ a: new Float32Array(6), b: new Float32Array(4) }),
    failsWith('InvalidArgument', /input 'b': 4 elements do not fill shape \[3\]/));
  assert.throws(() => instance.run({ a: Tensor.from(new Float32Array(6), [3, 2]), b: Tensor.from(new Float32Array(4)) }),
    failsWith('InvalidArgument', /inputs disagree on dim 'n': it is 3 by axis 0 of 'a' and 4 by axis 0 of 'b'/));
  assert.throws(() => instance.run({ a: new Float32Array(5), b: Tensor.from(new Float32Array(3)) }),
    failsWith('InvalidArgument', /5 elements do not fill shape \[3, 2\]/));
});

test('two open extents need a Tensor', () => {
  const signature = signatureOf({
    dims: ['h', 'w'].map((name, i) => ({ name, min: 0, max: 4, offset: 65536 + 4 * i, derived: false })),
    inputs: [tensorSpec('x', 'u8', ['h', 'w'], inputAt, 4)],
    outputs: [tensorSpec('y', 'u8', ['w', 'h'], outputAt, 4)],
  });
  const instance = Model.fromBytes(assemble({ run: op.i32(0) }, { signature })).instantiate();
  assert.throws(() => instance.run({ x: new Uint8Array(6) }), failsWith('InvalidArgument', /'h' and 'w' of its shape.*pass a Tensor/));
  assert.deepEqual(instance.run({ x: Tensor.from(new Uint8ClampedArray(6), [2, 3]) }).y.dims, [3, 2]);
  assert.deepEqual(instance.run({ x: Tensor.from(new Uint8Array(0), [0, 3]) }).y.dims, [3, 0]);
});

for (const [dtype, data] of Object.entries({
  f32: new Float32Array([1.5, -0, NaN, Infinity]), f64: new Float64Array([1.5, -2, 3, 4]),
  f16: new Uint16Array([0x3c00, 0xc000, 0, 1]), bf16: new Uint16Array([0x3f80, 1, 2, 3]),
  i8: new Int8Array([-128, 127, 0, 1]), i16: new Int16Array([-32768, 1, 2, 3]), i32: new Int32Array([-1, 2, 3, 4]),
  i64: new BigInt64Array([-(2n ** 63n), 1n, 2n, 3n]), u8: new Uint8Array([255, 0, 1, 2]), u16: new Uint16Array([65535, 0, 1, 2]),
  u32: new Uint32Array([4294967295, 0, 1, 2]), u64: new BigUint64Array([2n ** 64n - 1n, 0n, 1n, 2n]), bool: new Uint8Array([1, 0, 1, 0]),
}))
  test(`element type ${dtype} goes in and comes out unchanged`, () => {
    const { y } = Model.fromBytes(copying(dtype, [2, 2])).instantiate().run({ x: data });
    assert.equal(y.dtype, dtype);
    assert.deepEqual(y.data, data);
    assert.deepEqual(y.dims, [2, 2]);
  });

test('a scalar has no axes', () => {
  const { y } = Model.fromBytes(copying('f32', [])).instantiate().run({ x: new Float32Array([4]) });
  assert.deepEqual(y.dims, []);
  assert.equal(y.data[0], 4);
});

const derived = value => {
  const signature = signatureOf({
    dims: [{ name: 'found', min: 0, max: 5, offset: 65540, derived: true }],
    outputs: [{ ...tensorSpec('y', 'f32', ['found'], outputAt, 5), byteLength: 16 }],
  });
  return assemble({ run: [...op.i32(65540), ...op.i32(value), ...op.storeI32(0), ...op.i32(0)] }, { signature });
};

test('a derived extent is read after the run', () => {
  assert.deepEqual(Model.fromBytes(derived(3)).instantiate().run().y.dims, [3]);
  assert.deepEqual(Model.fromBytes(derived(0)).instantiate().run().y.dims, [0]);
});

test('a derived extent that breaks its bounds or its space is an invalid module', () => {
  for (const value of [-1, 6, 0x7fffffff]) {
    const instance = Model.fromBytes(derived(value)).instantiate();
    assert.throws(() => instance.run(), failsWith('InvalidModule', /outside 0\.\.5/));
    assert.throws(() => instance.run(), failsWith('InvalidArgument', /stopped before/));
    assert.throws(() => Model.fromBytes(derived(value)).instantiate().run(), failsWith('InvalidModule', /output 'y': 'found' is -?\d+, outside 0\.\.5/));
  }
  assert.throws(() => Model.fromBytes(derived(5)).instantiate().run(), failsWith('InvalidModule', /shape \[5\] exceeds its 16 bytes/));
});

test('an error that the module reports carries its text, and the instance goes on', () => {
  const signature = signatureOf();
  const instance = Model.fromBytes(assemble({ run: op.i32(7) }, { signature, error: "node 'gather': index 9 is out of range" })).instantiate();
  for (let i = 0; i < 2; i++) assert.throws(() => instance.run(), failsWith('InvalidArgument', /^run: node 'gather': index 9 is out of range$/));
  assert.throws(() => Model.fromBytes(assemble({ run: op.i32(7) }, { signature })).instantiate().run(), failsWith('InvalidArgument', /failed with code 7/));
});

test('error text outside the memory or without an end is not read', () => {
  const signature = signatureOf();
  const bytes = assemble({ run: op.i32(1) }, { signature });
  for (const address of [-1, 2 * 65536 - 1, 0x7fffffff]) {
    const forged = assemble({ run: op.i32(1), wasmind_error: op.i32(address) }, { signature });
    assert.throws(() => Model.fromBytes(forged).instantiate().run(), failsWith('InvalidArgument', /failed with code 1/));
  }
  assert.ok(bytes.length > 0);
});

test('after a wasm trap the instance refuses, the model makes a new one', async () => {
  const model = await Model.load(assemble({ run: op.trap }, { signature: signatureOf() }));
  const instance = model.instantiate();
  assert.throws(() => instance.run(), failsWith('Trap', /^run: unreachable/));
  assert.throws(() => instance.run(), failsWith('InvalidArgument', /stopped before/));
  for (let i = 0; i < 2; i++) await assert.rejects(model.run({}), failsWith('Trap', /^run: unreachable/));
});

test('several entries are told apart by name', () => {
  const signature = signatureOf();
  signature.functions = [{ name: 'encode', inputs: [], outputs: [] }, { name: 'decode', inputs: [], outputs: [] }];
  const instance = Model.fromBytes(assemble({ encode: op.i32(0), decode: op.i32(4) }, { signature })).instantiate();
  assert.throws(() => instance.run(), failsWith('InvalidArgument', /several entries; name one of 'encode', 'decode'/));
  assert.deepEqual(instance.run({}, { entry: 'encode' }), {});
  assert.throws(() => instance.run({}, { entry: 'decode' }), failsWith('InvalidArgument', /decode: failed with code 4/));
});

test('a tensor holds what it says', () => {
  assert.throws(() => new Tensor('f32', new Float32Array(3), [2, 2]), failsWith('InvalidArgument', /needs 4 elements, the array has 3/));
  assert.throws(() => new Tensor('f32', new Uint8Array(4), [4]), failsWith('InvalidArgument', /held by a Float32Array/));
  assert.throws(() => new Tensor('f32', new Float32Array(0), [-1, 0]), failsWith('InvalidArgument', /not within 0\.\.2147483647/));
  assert.equal(Tensor.from(new BigInt64Array(2)).dtype, 'i64');
  assert.equal(Tensor.from(new Uint16Array(2)).dtype, 'u16');
  assert.equal(Tensor.from(new Float32Array(6), [2, 3]).byteLength, 24);
  if (typeof Float16Array === 'function') assert.equal(Tensor.from(new Float16Array([1])).data[0], 0x3c00);
});
