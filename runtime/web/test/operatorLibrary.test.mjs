// Operators of the real library, which the tool of this tree builds (without it these tests are skipped), called from
// JavaScript. What every host does alike is in vectors.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { GuestTensor, Model, OperatorLibrary, readSections, SectionId, Tensor, WasmindError } from '../dist/index.js';
import { customSection, doubling } from './assemble.mjs';

const tool = fileURLToPath(new URL('../../../build/bin/wasmind', import.meta.url));
const failsWith = (code, pattern) => error => {
  assert.ok(error instanceof WasmindError, `${error?.stack}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, pattern);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};
const f32 = (...values) => new Float32Array(values);

describe('OperatorLibrary', { skip: existsSync(tool) ? false : 'build/bin/wasmind is not built' }, () => {
  let folder, bytes, library;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wasmind-library-'));
    execFileSync(tool, ['operators', 'build', '--ops=add,div,neg,leakyrelu,less,logicalnot,select,matmul,softmax,reducesum,concat',
      '-o', join(folder, 'ops.wasm')], { stdio: 'pipe' });
    bytes = readFileSync(join(folder, 'ops.wasm'));
    library = OperatorLibrary.fromBytes(bytes);
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A guest tensor with these elements. */
  const guest = (dtype, dims, values, owner = library) => {
    const tensor = owner.tensor(dtype, dims);
    tensor.data.set(values);
    return tensor;
  };

  test('is loaded from bytes, a Response, a URL and a module', async t => {
    t.mock.method(globalThis, 'fetch', async () => new Response(bytes));
    const module = new WebAssembly.Module(bytes);
    for (const each of [await OperatorLibrary.load(bytes), await OperatorLibrary.load(new Response(bytes)), await OperatorLibrary.load('ops.wasm'),
      await OperatorLibrary.load(new URL('https://host/ops.wasm')), await OperatorLibrary.load(module), OperatorLibrary.fromModule(module)])
      assert.deepEqual(each.call('Add', f32(1), f32(2)).data, f32(3));
  });

  test('says what it offers', () => {
    const add = library.operators.find(({ name }) => name === 'Add'), leaky = library.operators.find(({ name }) => name === 'LeakyReLU');
    assert.deepEqual([add.origin, add.inputs, add.attributes, add.outputs], ['wasmind', ['a', 'b'], [], ['out']]);
    assert.deepEqual(add.variants[0], { inputs: ['f32', 'f32'], outputs: ['f32'] });
    assert.deepEqual([leaky.attributes[0].name, leaky.attributes[0].type], ['alpha', 'f64']);
    assert.deepEqual(library.signature.library.operators, library.operators);
  });

  test('broadcasts as numpy does', () => {
    const { dtype, dims, data } = library.call('Add', Tensor.from(f32(0, 10, 20), [3, 1]), f32(1, 2));
    assert.deepEqual([dtype, dims, data], ['f32', [3, 2], f32(1, 2, 11, 12, 21, 22)]);
    assert.deepEqual(library.call('Add', f32(1, 2), 0.5).data, f32(1.5, 2.5));
    assert.deepEqual(library.call('Div', 1, f32(2, 4)).data, f32(0.5, 0.25));
  });

  test('takes attributes by name, by position, and their defaults', () => {
    const x = f32(-4, 2);
    assert.deepEqual(library.call('LeakyReLU', x, { alpha: 0.25 }).data, f32(-1, 2));
    assert.deepEqual(library.call('LeakyReLU', x, 0.5).data, f32(-2, 2));
    const { default: alpha } = library.operators.find(({ name }) => name === 'LeakyReLU').attributes[0];
    assert.deepEqual(library.call('LeakyReLU', x, { alpha: undefined }).data, f32(-4 * alpha, 2));
    assert.deepEqual(library.call('ReduceSum', Tensor.from(f32(1, 2, 3, 4), [2, 2]), BigInt64Array.of(0n), { keepdims: true }).dims, [1, 2]);
    assert.deepEqual(library.call('ReduceSum', Tensor.from(f32(1, 2, 3, 4), [2, 2]), -1, { keepdims: 0 }).data, f32(3, 7));
  });

  test('gives a variadic operator any number of tensors', () => {
    assert.equal(library.operators.find(({ name }) => name === 'Concat').variadic, true);
    for (let count = 2; count <= 10; count++) {
      const parts = Array.from({ length: count }, (_, i) => new Float32Array(i).fill(i)), all = parts.flatMap(part => [...part]);
      assert.deepEqual(library.call('Concat', ...parts).data, f32(...all));
      assert.deepEqual(library.call('Concat', ...parts, 0).data, f32(...all));
      assert.deepEqual(library.call('Concat', ...parts, { axis: -1 }).data, f32(...all));
    }
    const parts = [[1], [2, 3], [4]].map(values => guest('f32', [values.length], values)), out = library.tensor('f32', [4]);
    library.prepare('Concat', ...parts, { out }).run();
    assert.deepEqual([...out.data], [1, 2, 3, 4]);
    assert.ok(library.call('Concat', ...parts) instanceof GuestTensor);
    for (const [message, ...args] of [
      [/^Concat: 11 tensors where it takes up to 10$/, ...Array(11).fill(f32(1))],
      [/^Concat: 1 argument where it takes 2 tensors: a, b/, f32(1)],
      [/^Concat: not built for \(f32, f32, i32\); built for/, f32(1), f32(1), Int32Array.of(1)],
      [/^Concat: attribute 'axis' is given twice$/, f32(1), f32(1), f32(1), 0, { axis: 0 }],
      [/^Concat: 5 arguments where it takes 3 tensors: a, b, b\[1\]; and 1 attribute: axis$/, f32(1), f32(1), f32(1), 0, 0],
    ]) assert.throws(() => library.call('Concat', ...args), failsWith('InvalidArgument', message));
  });

  for (const [dtype, a, b, sum] of [
    ['f16', new Uint16Array([0x3c00, 0xc000]), new Uint16Array([0x3c00, 0x3800]), new Uint16Array([0x4000, 0xbe00])],
    ['i64', new BigInt64Array([2n ** 62n, -1n]), new BigInt64Array([1n, -(2n ** 62n)]), new BigInt64Array([2n ** 62n + 1n, -(2n ** 62n) - 1n])],
    ['u8', new Uint8Array([250, 1]), new Uint8Array([10, 2]), new Uint8Array([4, 3])],
    ['i32', new Int32Array([2 ** 31 - 1, 5]), new Int32Array([1, -6]), new Int32Array([-(2 ** 31), -1])],
    ['f64', new Float64Array([1e300, 0.5]), new Float64Array([1e300, -0.25]), new Float64Array([2e300, 0.25])],
  ])
    test(`adds ${dtype}, as copies and in place`, () => {
      const result = library.call('Add', new Tensor(dtype, a, [2]), new Tensor(dtype, b, [2]));
      assert.deepEqual([result.dtype, result.data], [dtype, sum]);
      const tensors = [guest(dtype, [2], a), guest(dtype, [2], b)], inPlace = library.call('Add', ...tensors);
      assert.deepEqual([inPlace.dtype, inPlace.data], [dtype, sum]);
      for (const tensor of [...tensors, inPlace]) tensor.free();
    });

  test('bool goes in and comes out', () => {
    const less = library.call('Less', f32(1, 3), f32(2, 2));
    assert.deepEqual([less.dtype, less.data], ['bool', new Uint8Array([1, 0])]);
    assert.deepEqual(library.call('LogicalNot', less).data, new Uint8Array([0, 1]));
    // The element type of the number is what the other tensors leave for it.
    assert.deepEqual(library.call('Select', less, f32(5, 6), 7.5).data, f32(5, 7.5));
  });

  test('numbers in place of tensors are rounded to 16-bit floats, and fit integers or are refused', () => {
    const zero = new Tensor('f16', new Uint16Array([0]), []), f16 = value => library.call('Add', zero, value).data[0];
    for (const [value, bits] of [[1, 0x3c00], [-2, 0xc000], [65504, 0x7bff], [65519, 0x7bff], [65520, 0x7c00], [2 ** -24, 1], [2 ** -25, 0],
      [2 ** -25 * 1.001, 1], [1 + 2 ** -11, 0x3c00], [1 + 3 * 2 ** -11, 0x3c02], [2 - 2 ** -12, 0x4000], [1023.75 * 2 ** -24, 0x0400], [Infinity, 0x7c00]])
      assert.equal(f16(value), bits, `${value}`);
    if (typeof Float16Array === 'function') {
      let state = 7;
      for (let i = 0; i < 2000; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const value = (state / 2 ** 32) * 2 ** (state % 40 - 25);
        assert.equal(f16(value), new Uint16Array(new Float16Array([value]).buffer)[0], `${value}`);
      }
    }
    assert.throws(() => library.call('Add', new Uint8Array(1), 256), failsWith('InvalidArgument', /^Add: 'b': 256 does not fit element type u8$/));
    assert.throws(() => library.call('Add', new BigInt64Array(1), 2 ** 63), failsWith('InvalidArgument', /does not fit element type i64/));
    for (const value of [2n ** 62n, 2 ** 62]) assert.equal(library.call('Add', new BigInt64Array(1), value).data[0], 2n ** 62n);
    assert.throws(() => library.call('Add', new BigInt64Array(1), 2n ** 63n), failsWith('InvalidArgument', /does not fit/));
  });

  test('scalar and empty tensors', () => {
    const sum = library.call('Add', Tensor.from(f32(1), []), Tensor.from(f32(2), []));
    assert.deepEqual([sum.dims, sum.data], [[], f32(3)]);
    assert.deepEqual(library.call('Add', Tensor.from(f32(), [2, 0, 3]), f32(1)).dims, [2, 0, 3]);
    const empty = library.tensor('i64', [0]), result = library.call('Add', empty, empty);
    assert.deepEqual([result.dims, result.data], [[0], new BigInt64Array(0)]);
    for (const tensor of [empty, result]) tensor.free();
  });

  test('a bare array has one axis, a view elsewhere in a buffer too', () => {
    const view = f32(9, 1, 2, 9).subarray(1, 3);
    assert.deepEqual(library.call('Neg', view).data, f32(-1, -2));
    assert.deepEqual(library.call('Neg', new Int8Array([-128, 1])).data, new Int8Array([-128, -1]));
  });

  test('writes to what is given as out', () => {
    const out = Tensor.from(f32(0, 0)), array = f32(0, 0), tensor = library.tensor('f32', [2]);
    assert.equal(library.call('Add', f32(1, 2), f32(3, 4), { out }), out);
    assert.deepEqual(out.data, f32(4, 6));
    assert.equal(library.call('Add', f32(1, 2), f32(3, 4), { out: [array] })[0], array);
    assert.deepEqual(array, f32(4, 6));
    assert.equal(library.call('Add', f32(1, 2), 1, { out: tensor }), tensor);
    assert.deepEqual(tensor.data, f32(2, 3));
    library.call('Add', tensor, tensor, { out: tensor });
    assert.deepEqual(tensor.data, f32(4, 6));
    library.call('Neg', array, { out: array });
    assert.deepEqual(array, f32(-4, -6));
    assert.throws(() => library.call('Add', f32(1, 2), f32(1, 2), { out: f32(0) }), failsWith('InvalidArgument', /^Add: output 0 has shape \(1\), the result \(2\)/));
    assert.throws(() => library.call('Less', f32(1), f32(1), { out: f32(0) }), failsWith('InvalidArgument', /^Less: output 'out' has element type f32, the result has bool$/));
    assert.throws(() => library.call('Neg', f32(1), { out: 5 }), failsWith('InvalidArgument', /^Neg: 'out': neither a tensor nor a typed array$/));
    assert.throws(() => library.call('Neg', f32(1), { out: null }), failsWith('InvalidArgument', /^Neg: 'out': neither/));
    assert.throws(() => library.call('Neg', f32(1), { out: [] }), failsWith('InvalidArgument', /^Neg: 0 outputs given where it has 1: out$/));
    tensor.free();
  });

  test('guest tensors in, guest tensor out; a copy as soon as one is not', () => {
    const a = guest('f32', [2, 2], [1, 2, 3, 4]), b = guest('f32', [2], [10, 20]);
    const sum = library.call('Add', a, b);
    assert.ok(sum instanceof GuestTensor);
    assert.deepEqual([sum.dims, sum.data, sum.byteLength], [[2, 2], f32(11, 22, 13, 24), 16]);
    assert.equal(sum.data.buffer, a.data.buffer);
    const copy = library.call('Add', sum, 1);
    assert.ok(copy instanceof Tensor);
    assert.deepEqual(copy.data, f32(12, 23, 14, 25));
    for (const tensor of [a, b, sum]) tensor.free();
  });

  test('tensors start as zeros, hold what they say, and are gone when freed', () => {
    const first = guest('f32', [4], [1, 2, 3, 4]);
    first.free();
    first.free();
    const again = library.tensor('f32', [4]);
    assert.deepEqual(again.data, f32(0, 0, 0, 0));
    assert.throws(() => first.data, failsWith('InvalidArgument', /freed/));
    assert.throws(() => library.call('Add', again, first), failsWith('InvalidArgument', /^Add: 'b': the guest tensor was freed$/));
    assert.throws(() => OperatorLibrary.fromBytes(bytes).call('Neg', again), failsWith('InvalidArgument', /^Neg: 'a': the guest tensor belongs to another library$/));
    again.free();
    assert.throws(() => library.tensor('f33', [1]), failsWith('InvalidArgument', /unknown element type 'f33'/));
    assert.throws(() => library.tensor('f32', [1, -1]), failsWith('InvalidArgument', /extent -1 of \[1, -1\]/));
    assert.throws(() => library.tensor('f32', [1.5]), failsWith('InvalidArgument', /extent 1.5/));
    assert.throws(() => library.tensor('f32', Array(9).fill(1)), failsWith('InvalidArgument', /rank 9 is over 8/));
  });

  test('views are made anew when the memory grows', () => {
    const own = OperatorLibrary.fromBytes(bytes), small = guest('f32', [2], [1, 2], own), before = small.data, { memoryBytes } = own;
    const large = own.tensor('f32', [1 << 20]);
    assert.ok(own.memoryBytes >= memoryBytes + (4 << 20));
    assert.equal(before.length, 0);
    assert.deepEqual(small.data, f32(1, 2));
    large.data.fill(3);
    assert.equal(own.call('Add', large, small.data.subarray(0, 1)).data[12345], 4);
    // A call that itself makes the memory grow, more than once.
    for (const count of [1 << 16, 1 << 19, 1 << 21]) {
      const x = new Float32Array(count).fill(1);
      assert.deepEqual(own.call('Add', x, x).data, new Float32Array(count).fill(2));
    }
    assert.deepEqual(own.call('Add', small, small).data, f32(2, 4));
  });

  test('views of the module\'s memory are copied before it grows, and are no place for a result', () => {
    const own = OperatorLibrary.fromBytes(bytes), x = own.tensor('f32', [1 << 20]);
    x.data.fill(2);
    const { memoryBytes } = own, sum = own.call('Add', x.data, x.data);
    assert.ok(own.memoryBytes > memoryBytes);
    assert.deepEqual(sum.data, new Float32Array(1 << 20).fill(4));
    assert.throws(() => own.call('Neg', f32(1), { out: x.data.subarray(0, 1) }),
      failsWith('InvalidArgument', /^Neg: 'out': a view of the module's memory; give the guest tensor itself$/));
    const detached = Tensor.from(f32(1));
    structuredClone(detached.data.buffer, { transfer: [detached.data.buffer] });
    assert.throws(() => own.call('Neg', detached), failsWith('InvalidArgument', /^Neg: 'a': its array was detached/));
  });

  test('memory of arguments and results is used again', () => {
    const own = OperatorLibrary.fromBytes(bytes), x = new Float32Array(1 << 18), y = own.tensor('f32', [1 << 18]);
    const round = () => {
      own.call('Add', x, x);
      own.call('Add', y, y).free();
      own.tensor('i8', [100000]).free();
      assert.throws(() => own.call('Add', x, f32(1, 2)));
    };
    round();
    const { memoryBytes } = own;
    for (let i = 0; i < 50; i++) round();
    assert.equal(own.memoryBytes, memoryBytes);
  });

  test('memory that cannot be had is Limit, and the library goes on', () => {
    assert.throws(() => library.tensor('f64', [2 ** 30, 4]), failsWith('Limit', /f64 tensor of shape \[1073741824, 4\]: out of memory/));
    assert.throws(() => library.tensor('u8', [2 ** 31 - 1, 2]), failsWith('Limit', /out of memory/));
    const row = library.tensor('f32', [1, 40000]), column = library.tensor('f32', [40000, 1]);
    assert.throws(() => library.call('Add', row, column), failsWith('Limit', /^Add: /));
    for (const tensor of [row, column]) tensor.free();
    assert.deepEqual(library.call('Neg', f32(1)).data, f32(-1));
  });

  test('the memory stays below a limit, and the library goes on', async t => {
    const maxMemoryBytes = library.signature.memory.pages * 65536 + 3 * 65536 + 1;
    t.mock.method(globalThis, 'fetch', async () => new Response(bytes));
    const bound = OperatorLibrary.fromBytes(bytes, { maxMemoryBytes }), posted = OperatorLibrary.fromModule(bound.module);
    for (const own of [bound, await OperatorLibrary.load('ops.wasm', { maxMemoryBytes }), bound.instantiate(), await bound.instantiateAsync(), posted]) {
      const atMost = own === posted ? '' : `, of at most ${maxMemoryBytes}`;
      assert.throws(() => own.tensor('u8', [4 * 65536]), failsWith('Limit', new RegExp(
        `^u8 tensor of shape \\[262144\\]: out of memory: 262208 bytes beside the \\d+ that the library has${atMost}$`)));
      assert.throws(() => own.call('Neg', new Float32Array(65536)), failsWith('Limit', new RegExp(`^Neg: out of memory: .*${atMost}$`)));
      assert.deepEqual(own.call('Neg', new Float32Array(16384).fill(2)).data, new Float32Array(16384).fill(-2)); // grows
      assert.ok(own.memoryBytes <= maxMemoryBytes && own.memoryBytes > library.signature.memory.pages * 65536);
    }
    for (const load of [OperatorLibrary.fromBytes, OperatorLibrary.load])
      await assert.rejects(async () => load(bytes, { maxMemoryBytes: 65536 }), failsWith('Limit', /^the module's memory of \d+ bytes is over the limit of 65536$/));
    await assert.rejects(OperatorLibrary.load(bound.module, { maxMemoryBytes }), failsWith('InvalidArgument', /load the bytes with maxMemoryBytes$/));
    assert.equal(OperatorLibrary.fromBytes(bytes, { maxMemoryBytes: 2 ** 33 }).call('Neg', f32(1)).data[0], -1);
  });

  test('strided tensors are used in place, and hold what they show', () => {
    const own = OperatorLibrary.fromBytes(bytes), x = guest('f32', [2, 3], [0, 1, 2, 3, 4, 5], own), turned = x.transposed();
    assert.deepEqual([turned.dims, turned.strides, x.transposed(0, 1).strides], [[3, 2], [1, 3], undefined]);
    assert.deepEqual(own.call('Neg', turned).data, f32(-0, -3, -1, -4, -2, -5));
    own.call('Add', Tensor.from(f32(10, 20, 30, 40, 50, 60), [3, 2]), 0, { out: turned });
    assert.deepEqual(x.data, f32(10, 30, 50, 20, 40, 60));
    const column = turned.strided([3], [-1], 5); // of a strided one: the last row of x, backwards
    assert.deepEqual(own.call('Neg', column).data, f32(-60, -40, -20));
    const row = x.strided([3], [1], 3); // dense, and its elements are part of more
    assert.deepEqual([row.strides, row.data, own.call('Neg', row.strided([3], [-2], 1)).data], [undefined, f32(20, 40, 60), f32(-40, -50, -10)]);
    row.free();
    assert.throws(() => column.data, failsWith('InvalidArgument', /the elements of a strided tensor are no row/));
    assert.throws(() => own.call('Neg', x, { out: x.strided([2, 3], [0, 0]) }), failsWith('InvalidArgument', /^Neg: output 0: elements overlap$/));
    for (const axes of [[0], [0, 0], [0, 2], [0, 1, 2]])
      assert.throws(() => x.transposed(...axes), failsWith('InvalidArgument', /^'transposed': no order of the 2 axes$/));
    for (const wrong of [[[2], []], [[1], [0.5]], [[1], [1], 0.5], [[1.5], [1]], [[2], [NaN]]])
      assert.throws(() => x.strided(...wrong), failsWith('InvalidArgument', /^'strided': /));
    x.free();
    turned.free();
    const other = own.tensor('f32', [2, 3]);
    other.data.fill(7);
    assert.deepEqual(own.call('Neg', column).data, f32(-60, -40, -20));
    column.free();
    column.free();
    assert.throws(() => own.call('Neg', column), failsWith('InvalidArgument', /was freed$/));
    assert.throws(() => x.transposed(), failsWith('InvalidArgument', /was freed$/));
    const { memoryBytes } = own;
    for (let i = 0; i < 100; i++) {
      const large = own.tensor('f32', [1 << 12]), view = large.strided([2], [1]);
      (i % 2 ? [large, view] : [view, large]).forEach(each => each.free());
    }
    assert.equal(own.memoryBytes, memoryBytes);
  });

  test('instances share the module and nothing else', async () => {
    const own = OperatorLibrary.fromBytes(bytes), other = own.instantiate(), third = await own.instantiateAsync();
    assert.ok(other.module === own.module && third.module === own.module);
    const x = guest('f32', [2], [1, 2], own), y = guest('f32', [2], [5, 6], other);
    assert.deepEqual([own.call('Neg', x).data, other.call('Neg', y).data], [f32(-1, -2), f32(-5, -6)]);
    assert.throws(() => other.call('Neg', x), failsWith('InvalidArgument', /^Neg: 'a': the guest tensor belongs to another library$/));
    const { memoryBytes } = other;
    own.tensor('f32', [1 << 20]);
    assert.equal(other.memoryBytes, memoryBytes);
  });

  test('two workers call one module at the same time', async () => {
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { OperatorLibrary } = await import(workerData.url);
      const library = OperatorLibrary.fromModule(workerData.module), meeting = new Int32Array(workerData.meeting), { seed } = workerData;
      Atomics.add(meeting, 0, 1); // both are in their loops before either leaves it
      for (let round = 0, sums = 0; round < 300 || Atomics.load(meeting, 0) < 2; round++) {
        const { data } = library.call('Add', new Float32Array(1 + round % 900).fill(seed), round);
        if (data.some(each => each !== seed + round)) throw new Error('round ' + round + ': ' + data);
        if (++sums === 300) parentPort.postMessage(seed);
      }`;
    const meeting = new SharedArrayBuffer(4), own = OperatorLibrary.fromBytes(bytes), url = new URL('../dist/index.js', import.meta.url).href;
    const done = await Promise.all([1, 1000].map(seed => new Promise((resolve, reject) => {
      const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: { module: own.module, url, meeting, seed } });
      worker.on('message', resolve).on('error', reject);
    })));
    assert.deepEqual(done, [1, 1000]);
  });

  test('a prepared call runs again and again on what is in its tensors', () => {
    const own = OperatorLibrary.fromBytes(bytes), x = guest('f32', [4], [1, 2, 3, -4], own), y = own.tensor('f32', [4]);
    const call = own.prepare('LeakyReLU', x, { alpha: 0.5, out: y });
    call.run();
    assert.deepEqual(y.data, f32(1, 2, 3, -2));
    own.tensor('f32', [1 << 20]);
    x.data.fill(-8);
    call.run();
    assert.deepEqual(y.data, f32(-4, -4, -4, -4));
    assert.throws(() => own.prepare('Neg', x), failsWith('InvalidArgument', /^Neg: a prepared call needs its outputs given as out$/));
    assert.throws(() => own.prepare('Neg', f32(1), { out: y }), failsWith('InvalidArgument', /^Neg: a prepared call takes guest tensors only$/));
    assert.throws(() => own.prepare('Add', x, 1, { out: y }), failsWith('InvalidArgument', /guest tensors only/));
    y.free();
    assert.throws(() => call.run(), failsWith('InvalidArgument', /^LeakyReLU: the prepared call cannot run: a tensor of it was freed$/));
    const other = own.prepare('Neg', x, { out: x });
    other.free();
    other.free();
    assert.throws(() => other.run(), failsWith('InvalidArgument', /it was freed/));
  });

  test('wrong calls are refused by name', () => {
    for (const [pattern, ...call] of [
      [/^no operator 'Ad'; the nearest is 'Add'$/, 'Ad', f32(1)],
      [/^no operator 'softmx'; the nearest is 'Softmax'$/, 'softmx', f32(1)],
      [/^no operator '__proto__'/, '__proto__'],
      [/^Add: 1 argument where it takes 2 tensors: a, b$/, 'Add', f32(1)],
      [/^LeakyReLU: 3 arguments where it takes 1 tensor: a; and 1 attribute: alpha$/, 'LeakyReLU', f32(1), 1, 2],
      [/^LeakyReLU: no attribute 'beta'; it has alpha$/, 'LeakyReLU', f32(1), { beta: 1 }],
      [/^Add: no attribute 'constructor'; it has none$/, 'Add', f32(1), f32(1), { constructor: 1 }],
      [/^LeakyReLU: attribute 'alpha' is 'x', it takes a number$/, 'LeakyReLU', f32(1), { alpha: 'x' }],
      [/^LeakyReLU: attribute 'alpha' is null, it takes a number$/, 'LeakyReLU', f32(1), { alpha: null }],
      [/^LeakyReLU: attribute 'alpha' is true, it takes a number$/, 'LeakyReLU', f32(1), { alpha: true }],
      [/^Softmax: attribute 'axis' is nan, it takes an integer of 64 bits$/, 'Softmax', f32(1), { axis: NaN }],
      [/^Softmax: attribute 'axis' is 9223372036854775808, it takes an integer of 64 bits$/, 'Softmax', f32(1), { axis: 2n ** 63n }],
      [/^Add: not built for \(f32, i32\); built for \(f32, f32\), /, 'Add', f32(1), new Int32Array(1)],
      [/^Add: 'b': neither a tensor nor a typed array$/, 'Add', f32(1), [1, 2]],
      [/^Add: 'a': neither a tensor nor a typed array$/, 'Add', undefined, f32(1)],
      [/^Add: 'a': neither a tensor nor a typed array$/, 'Add', new DataView(new ArrayBuffer(4)), f32(1)],
      [/^Add: shapes differ in axis 0: \(2\) and \(3\)$/, 'Add', f32(1, 2), f32(1, 2, 3)],
      [/^MatMul: /, 'MatMul', Tensor.from(f32(1, 2), [1, 2]), Tensor.from(f32(1, 2, 3), [3, 1])],
    ])
      assert.throws(() => library.call(...call), failsWith('InvalidArgument', pattern));
    assert.deepEqual(library.call('Neg', f32(1)).data, f32(-1));
  });

  test('calls made of anything end in a result or a named error', () => {
    let state = 4711;
    const next = n => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
    const tensors = [guest('f32', [2], [1, 2]), guest('f32', [2, 1], [1, 2]), library.tensor('bool', []), library.tensor('i64', [0, 2])];
    tensors.push(tensors[0].strided([2, 2], [-1, 0], 1));
    const values = [...tensors, f32(1, 2), f32(), new BigInt64Array(2), new Uint8Array(2), Tensor.from(f32(1, 2, 3, 4), [2, 2]), 0, 1, -1, 0.5, NaN, 2 ** 40, 5n,
      true, null, undefined, '', 'f32', [], {}, { axis: 0 }, { alpha: 1 }, { axis: 1, keepdims: true }, { out: f32(0, 0) }, { out: tensors[0] }, { out: [] }];
    let ran = 0;
    for (let i = 0; i < 20000; i++) {
      const { name } = library.operators[next(library.operators.length)], args = Array.from({ length: next(5) }, () => values[next(values.length)]);
      try {
        const result = library.call(name, ...args);
        if (result instanceof GuestTensor && !tensors.includes(result)) result.free();
        ran++;
      } catch (error) {
        assert.ok(error instanceof WasmindError && error.code === 'InvalidArgument', `${name}: ${error?.stack}`);
      }
    }
    assert.ok(ran > 400, `${ran} ran`);
    for (const tensor of tensors) tensor.free();
  });

  test('a model is refused here, and a library there', async () => {
    assert.throws(() => OperatorLibrary.fromBytes(doubling()), failsWith('Unsupported', /a model; load it with Model$/));
    await assert.rejects(OperatorLibrary.load(new WebAssembly.Module(doubling())), failsWith('Unsupported', /load it with Model$/));
    assert.throws(() => Model.fromBytes(bytes), failsWith('Unsupported', /an operator library; load it with OperatorLibrary$/));
    await assert.rejects(Model.load(new WebAssembly.Module(bytes)), failsWith('Unsupported', /load it with OperatorLibrary$/));
  });

  test('a model takes a guest tensor', () => {
    const x = guest('f32', [2], [1, 2]);
    assert.deepEqual(Model.fromBytes(doubling()).instantiate().run({ x }).y.data, f32(2, 4));
    x.free();
  });

  test('the library section may be anywhere, but not twice', () => {
    const section = readSections(bytes).find(({ id, name }) => id === SectionId.custom && name === 'wasmind');
    assert.throws(() => OperatorLibrary.fromBytes(new Uint8Array([...bytes, ...customSection('wasmind', section.contents)])),
      failsWith('InvalidModule', /more than one custom section/));
  });

  test('needs nothing that worklets lack', () => {
    const hidden = ['fetch', 'URL', 'Response', 'TextDecoder', 'TextEncoder', 'performance', 'process'].map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    const module = new WebAssembly.Module(bytes);
    for (const [name] of hidden) delete globalThis[name];
    try {
      const own = OperatorLibrary.fromModule(module);
      assert.equal(own.call('Add', f32(1), f32(2)).data[0], 3);
      assert.throws(() => own.call('Ad'), /nearest/);
    } finally {
      for (const [name, descriptor] of hidden) Object.defineProperty(globalThis, name, descriptor);
    }
  });
});
