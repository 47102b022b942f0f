// Whatever is passed ends in a WasmindError of one short line, without harm to what it was passed to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { Model, OperatorLibrary, parseSignature, readSections, readSignature, Tensor, WasmindError } from '../dist/index.js';
import { assemble, copying, doubling, inputAt, op, outputAt, signatureOf, tensorSpec } from './assemble.mjs';

const vector = name => new Uint8Array(readFileSync(new URL(`../../../build/abi/vectors/${name}.wasm`, import.meta.url)));
const visible = /^[^\p{Cc}\p{Cs}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]+$/u;

/** Whether `call` was refused; anything but a WasmindError fails the test. */
async function refused(call, mayPass = false) {
  try {
    await call();
  } catch (error) {
    assert.ok(error instanceof WasmindError, `${error?.stack ?? error}`);
    assert.match(error.message, visible);
    assert.ok(new TextEncoder().encode(error.message).length <= 4096);
    return true;
  }
  assert.ok(mayPass, 'not refused');
  return false;
}

const detached = array => {
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
};
function shrunk() {
  const buffer = new ArrayBuffer(16, { maxByteLength: 64 }), tensor = Tensor.from(new Float32Array(buffer));
  buffer.resize(8);
  return tensor;
}
const raising = new Proxy({}, { get() { throw new RangeError('\x1b[2J'); }, ownKeys() { throw new RangeError('\u202e'); } });
const nested = JSON.parse('['.repeat(5000) + ']'.repeat(5000));

const values = {
  null: null, undefined, NaN, 'a fraction': 2.5, 'a negative': -1, 'a huge number': 1e300, 'a big integer': 2n ** 200n, true: true, text: 'four',
  'an empty text': '', symbol: Symbol('\x1b'), function: () => 4, class: Tensor, object: {}, 'no prototype': Object.create(null), array: [1, 2], nested,
  raising, date: new Date(NaN), map: new Map(), promise: Promise.resolve(4), buffer: new ArrayBuffer(16), 'shared buffer': new SharedArrayBuffer(16),
  view: new DataView(new ArrayBuffer(16)), 'wrong type': new Int16Array(4), 'detached array': detached(new Float32Array(4)),
  'detached tensor': (tensor => (detached(tensor.data), tensor))(Tensor.from(new Float32Array(4))), 'shrunk tensor': shrunk(),
  'a tensor by form': { dtype: 'f32', dims: [4], data: new Float32Array(4) }, regexp: /x/,
};

const a = new Float32Array([1, 2, 3, 4]), b = new Float32Array([10, 10, 10, 10]);

for (const [name, value] of Object.entries(values))
  test(`${name} as any argument`, async () => {
    const model = Model.fromBytes(vector('add')), instance = model.instantiate(), library = OperatorLibrary.fromBytes(vector('library'));
    const tensor = library.tensor('f32', [4]);
    const calls = [
      () => model.run({ a: value, b }), () => instance.run(value), () => instance.run({ a, b: value }), () => instance.run({ a, b }, value),
      () => instance.run({ a, b }, { entry: value }), () => instance.run({ a, b }, { copy: value }), () => instance.input(value), () => instance.input('a', value),
      () => instance.input('a', [value]), () => instance.input('a', undefined, value), () => instance.extent(value),
      () => Model.load(value), () => Model.load(vector('add'), value), () => Model.load(vector('add'), { maxMemoryBytes: value }),
      () => Model.load(vector('external_weights'), { weights: value }), () => Model.fromBytes(value), () => Model.fromBytes(vector('add'), value),
      () => Model.fromModule(value), () => OperatorLibrary.load(value), () => OperatorLibrary.fromBytes(value), () => OperatorLibrary.fromModule(value),
      () => OperatorLibrary.load(vector('library'), value), () => OperatorLibrary.load(vector('library'), { maxMemoryBytes: value }),
      () => library.call(value), () => library.call('Add', value, a), () => library.call('Add', a, value), () => library.call('Add', a, b, { out: value }),
      () => library.call('Add', a, b, { out: [value] }), () => library.call('Scale', a, { factor: value }), () => library.call('Add', a, b, value),
      () => library.prepare(value), () => library.prepare('Add', tensor, value, { out: tensor }), () => library.tensor(value, [4]),
      () => library.tensor('f32', value), () => library.tensor('f32', [value]), () => tensor.strided(value, [1]), () => tensor.strided([4], value),
      () => tensor.strided([4], [value]), () => tensor.strided([2], [1], value), () => tensor.transposed(value),
      () => new Tensor(value, a, [4]), () => new Tensor('f32', value, [4]), () => new Tensor('f32', a, value), () => new Tensor('f32', a, [value]),
      () => Tensor.from(value), () => Tensor.from(a, value), () => parseSignature(value), () => readSignature(value), () => readSections(value),
    ];
    let count = 0;
    for (const call of calls) count += await refused(call, true); // each is right somewhere, or stands for what is
    assert.ok(count > 20, `${count}`);
    assert.deepEqual([...instance.run({ a, b }).sum.data], [11, 12, 13, 14]);
    assert.deepEqual([...library.call('Add', a, b).data], [11, 12, 13, 14]);
  });

test('names that must not reach a terminal', async () => {
  const model = Model.fromBytes(vector('add')), library = OperatorLibrary.fromBytes(vector('library')), instance = model.instantiate();
  for (const name of ['\x1b]0;title\x07', 'a\nb\r\0', '\u202egnp.exe\u2066', '\x9b31m\x85', '\udc80\ud800', '\ufeff\u200b', '\u{e0041}', 'x'.repeat(1e6)])
    for (const call of [
      () => model.run({ [name]: a }), () => instance.input(name), () => instance.run({ a, b }, { entry: name }), () => library.call(name, a),
      () => library.call('Scale', a, { [name]: 1 }), () => library.tensor(name, [4]), () => Model.load(name), () => Model.load(`file:///${name}`),
      () => new Tensor(name, a, [4]), () => parseSignature(name), () => parseSignature(JSON.stringify({ abi: 1, compiler: '', features: [name] })),
    ]) await refused(call);
});

test('names of a module and its own text are shown, not obeyed', async () => {
  for (const name of ['\x1b[2J', '\u202e', '\x9b31m', 'a\nb']) {
    const signature = signatureOf({ inputs: [tensorSpec(name, 'f32', [4], inputAt, 4)], outputs: [tensorSpec(`${name}y`, 'f32', [4], outputAt, 4)] });
    const instance = Model.fromBytes(assemble({ run: op.i32(7) }, { signature, error: `node '${name}'` })).instantiate();
    await refused(() => instance.run());
    await refused(() => instance.run({ [name]: a }));
  }
});

test('extents are integers within their bounds', () => {
  const instance = Model.fromBytes(doubling()).instantiate();
  for (const extent of [NaN, 1.5, Infinity, -1, '2', 2n, null])
    assert.throws(() => instance.input('x', [extent]), error => error instanceof WasmindError && error.code === 'InvalidArgument', `${extent}`);
  assert.throws(() => instance.run(), /input 'x' is missing/);
});

test('arrays that are gone or shrank are refused', () => {
  const instance = Model.fromBytes(doubling()).instantiate();
  const gone = /its array was detached/;
  assert.throws(() => instance.run({ x: shrunk() }), gone);
  assert.throws(() => instance.run({ x: detached(new Float32Array(4)) }), gone);
  const tensor = Tensor.from(new Float32Array(4));
  detached(tensor.data);
  assert.throws(() => instance.run({ x: tensor }), gone);
  assert.deepEqual([...instance.run({ x: new Float32Array([1]) }).y.data], [2]);
});

test('inputs may be views of each other', () => {
  for (const order of [[1, 0], [0, 0], [1, 1], [0, 1]]) {
    const instance = Model.fromBytes(vector('add')).instantiate(), views = [instance.input('a'), instance.input('b')];
    views[0].set(a);
    views[1].set(b);
    const given = order.map(index => [a, b][index]);
    assert.deepEqual([...instance.run({ a: views[order[0]], b: views[order[1]] }).sum.data], [0, 1, 2, 3].map(i => given[0][i] + given[1][i]));
    assert.deepEqual([...views[0]], [...given[0]]);
    assert.deepEqual([...views[1]], [...given[1]]);
  }
  const names = ['a', 'b', 'c'], orders = [[1, 2, 0], [2, 0, 1], [2, 1, 0], [1, 0, 2]];
  for (const order of orders) {
    const instance = Model.fromBytes(vector('echoes')).instantiate(), views = names.map(name => instance.input(name));
    views.forEach((view, i) => view.fill(i + 1));
    instance.run(Object.fromEntries(names.map((name, i) => [name, views[order[i]]])));
    assert.deepEqual(views.map(view => view[3]), order.map(index => index + 1));
  }
  const copied = Model.fromBytes(copying('f32', [4])).instantiate(), x = copied.input('x');
  x.set(a);
  assert.deepEqual([...copied.run({ x }).y.data], [...a]);
});
