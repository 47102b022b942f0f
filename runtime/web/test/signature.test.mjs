// The rules of the signature one by one, and seeded mutations of all of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Model, parseSignature, readSignature, WasmindError } from '../dist/index.js';
import { doubling, inputAt, outputAt, signatureOf, tensorSpec } from './assemble.mjs';

const stateAt = 80000;
const original = () => signatureOf({
  dims: [
    { name: 'n', min: 1, max: 8, offset: 65536, derived: false },
    { name: 'm', min: 0, max: 8, offset: 65540, derived: true },
  ],
  inputs: [tensorSpec('x', 'f32', ['n'], inputAt, 8), tensorSpec('i', 'i64', [2], inputAt + 64)],
  outputs: [tensorSpec('y', 'f32', ['n'], outputAt, 8), tensorSpec('z', 'u8', ['m', 2], outputAt + 64, 8)],
  state: [{ ...tensorSpec('h', 'f32', [4], stateAt), output: 'hn', initialOffset: 70016 }, { ...tensorSpec('c', 'u8', [], stateAt + 16), output: 'cn' }],
  kernels: [{ name: 'k0', kind: 'map', shape: '8', flops: 8, bytes: 64, vectorisedShare: 0.5, calls: 1 }],
});
const parse = value => parseSignature(JSON.stringify(value));

test('a correct signature is read with all its fields', () => {
  const signature = parse(original());
  assert.equal(signature.dims[1].derived, true);
  assert.deepEqual(signature.functions[0].outputs[1].shape, ['m', 2]);
  assert.deepEqual(signature.kernels[0], original().kernels[0]);
  assert.deepEqual(signature.operators, { Add: 1 });
  assert.deepEqual(signature.functions[0].state, original().functions[0].state);
  const { state, ...entry } = original().functions[0];
  assert.deepEqual(state && parse({ ...original(), functions: [entry] }).functions[0].state, []);
});

test('what a dim may have besides', () => {
  const equals = { terms: [{ dim: 'n', times: 2 }], plus: 1 }, { dims, ...rest } = original();
  const [n, m, k] = parse({ ...rest, dims: [{ ...dims[0], initial: 3, multipleOf: 1 }, dims[1], { ...dims[0], name: 'k', offset: 65544, multipleOf: 4, equals }],
    memory: { ...rest.memory, extents: { offset: 65536, byteLength: 12 } } }).dims;
  assert.deepEqual([n.initial, n.multipleOf, n.equals], [3, 1, undefined]);
  assert.deepEqual([m.initial, m.multipleOf, m.equals], [undefined, 1, undefined]);
  assert.deepEqual([k.initial, k.multipleOf, k.equals], [undefined, 4, equals]);
});

test('what only reports show may be missing', () => {
  const { source, operators, kernels, ...rest } = original();
  assert.deepEqual(source && operators && kernels && parse(rest).kernels, []);
  assert.deepEqual(parse({ ...rest, kernels: [{ name: 'k' }] }).kernels, [{ name: 'k', kind: '', shape: '', flops: 0, bytes: 0, vectorisedShare: 0, calls: 1 }]);
});

const run = 'functions.0';
const broken = {
  'dims.0.initial=0': 'dims[0].initial: 0 is not within 1..8',
  'dims.0.initial="zero"': 'dims[0].initial: not a non-negative integer',
  'dims.1.initial=1': 'dims[1].initial: a derived dim has none',
  'dims.0.multipleOf=0': 'dims[0].multipleOf: 0 is not within 1..2147483647',
  'dims.0.multipleOf=2147483648': 'dims[0].multipleOf: 2147483648 is not within 1..2147483647',
  'dims.1.multipleOf=2': 'dims[1].multipleOf: a derived dim has none',
  'dims.0.equals=1': 'dims[0].equals: not an object',
  'dims.0.equals={"plus":1}': 'dims[0].equals.terms: missing',
  'dims.0.equals={"terms":[]}': 'dims[0].equals.plus: missing',
  'dims.0.equals={"terms":[],"plus":1}': 'dims[0].equals: not a sum of dims',
  'dims.0.equals={"terms":[{"dim":"m","times":1}],"plus":0}': "dims[0].equals.terms[0].dim: 'm' is derived or a sum itself",
  'dims.0.equals={"terms":[{"dim":"n","times":1}],"plus":0}': "dims[0].equals.terms[0].dim: 'n' is derived or a sum itself",
  'dims.0.equals={"terms":[{"dim":"k","times":1}],"plus":0}': "dims[0].equals.terms[0].dim: 'k' is not one of dims",
  'dims.1.equals={"terms":[{"dim":"n","times":1}],"plus":0}': 'dims[1].equals: only dims that inputs give have one',
  'abi=null': 'abi: not a non-negative integer',
  'compiler=7': 'compiler: not a string',
  'compiler="a\\u0000b"': 'compiler: contains a zero byte',
  'functions=[]': 'functions: empty',
  'functions={}': 'functions: not an array',
  [`${run}.name="memory"`]: "functions[0].name: 'memory' cannot be the name of an entry",
  [`${run}.inputs.0.name=""`]: 'functions[0].inputs[0].name: empty',
  [`${run}.inputs.1.name="x"`]: "functions[0].inputs[1].name: 'x' is named twice",
  [`${run}.inputs.0.dtype="__proto__"`]: "functions[0].inputs[0].dtype: unknown element type '__proto__'",
  [`${run}.inputs.0.shape=["m"]`]: "functions[0].inputs[0].shape[0]: 'm' is derived, so no host can know it before the run",
  [`${run}.inputs.0.shape=["__proto__"]`]: "functions[0].inputs[0].shape[0]: '__proto__' is not one of dims",
  [`${run}.inputs.0.shape=[""]`]: 'functions[0].inputs[0].shape[0]: empty name',
  [`${run}.inputs.0.shape=[1.5]`]: 'functions[0].inputs[0].shape[0]: not a non-negative integer',
  [`${run}.inputs.0.shape=[2147483648]`]: 'functions[0].inputs[0].shape[0]: 2147483648 is over 2147483647',
  [`${run}.inputs.0.shape=[${'1,'.repeat(32)}1]`]: 'functions[0].inputs[0].shape: rank 33 is over 32',
  [`${run}.inputs.0.shape=[2147483647,2147483647,2147483647]`]: 'functions[0].inputs[0].byteLength: 32 where the shape at its bounds needs more than 2^64',
  [`${run}.inputs.0.byteLength=28`]: 'functions[0].inputs[0].byteLength: 28 where the shape at its bounds needs 32',
  [`${run}.outputs.1.byteLength=17`]: 'functions[0].outputs[1].byteLength: 17 where the shape at its bounds needs 16',
  [`${run}.inputs.0.offset=${inputAt + 2}`]: `functions[0].inputs[0].offset: ${inputAt + 2} is not a multiple of the element's 4 bytes`,
  [`${run}.inputs.0.offset=131060`]: "functions[0].inputs[0]: offset 131060 and byteLength 32 reach past the memory's 131072 bytes",
  [`${run}.inputs.0.offset=4294967292`]: "functions[0].inputs[0]: offset 4294967292 and byteLength 32 reach past the memory's 131072 bytes",
  [`${run}.inputs.0.offset=4294967296`]: 'functions[0].inputs[0].offset: 4294967296 is over 4294967295',
  [`${run}.inputs.0.offset=1000`]: 'functions[0].inputs[0]: bytes 1000..1032 overlap memory.stack (bytes 0..1024)',
  [`${run}.outputs.0.offset=65528`]: 'functions[0].outputs[0]: bytes 65528..65560 overlap memory.extents (bytes 65536..65552)',
  [`${run}.inputs.0.offset=70000`]: 'functions[0].inputs[0]: bytes 70000..70032 overlap memory.weights (bytes 70000..71024)',
  [`${run}.inputs.1.offset=${inputAt + 24}`]: `functions[0].inputs[1]: bytes ${inputAt + 24}..${inputAt + 40} overlap functions[0].inputs[0] (bytes ${inputAt}..${inputAt + 32})`,
  [`${run}.state={}`]: 'functions[0].state: not an array',
  [`${run}.state.0.output=""`]: 'functions[0].state[0].output: empty',
  [`${run}.state.0.output=1`]: 'functions[0].state[0].output: not a string',
  [`${run}.state.0.name=""`]: 'functions[0].state[0].name: empty',
  [`${run}.state.1.name="x"`]: "functions[0].state[1].name: 'x' is named twice among inputs and state",
  [`${run}.state.1.name="h"`]: "functions[0].state[1].name: 'h' is named twice among inputs and state",
  [`${run}.state.0.shape=["n"]`]: "functions[0].state[0].shape[0]: 'n' is neither a number nor a dim that the module keeps",
  [`${run}.state.0.byteLength=12`]: 'functions[0].state[0].byteLength: 12 where the shape at its bounds needs 16',
  [`${run}.state.0.offset=${stateAt + 2}`]: `functions[0].state[0].offset: ${stateAt + 2} is not a multiple of the element's 4 bytes`,
  [`${run}.state.0.offset=131060`]: "functions[0].state[0]: offset 131060 and byteLength 16 reach past the memory's 131072 bytes",
  [`${run}.state.0.offset=69692`]: 'functions[0].state[0]: bytes 69692..69708 overlap memory.arena (bytes 65600..69696)',
  [`${run}.state.0.offset=71020`]: 'functions[0].state[0]: bytes 71020..71036 overlap memory.weights (bytes 70000..71024)',
  [`${run}.state.0.offset=${stateAt + 4}`]:
    `functions[0].state[1]: bytes ${stateAt + 16}..${stateAt + 17} overlap functions[0].state[0] (bytes ${stateAt + 4}..${stateAt + 20})`,
  [`${run}.inputs.1.offset=${stateAt - 8}`]: `functions[0].state[0]: bytes ${stateAt}..${stateAt + 16} overlap functions[0].inputs[1] (bytes ${stateAt - 8}..${stateAt + 8})`,
  [`${run}.outputs.0.offset=${stateAt + 16}`]: `functions[0].state[1]: bytes ${stateAt + 16}..${stateAt + 17} overlap functions[0].outputs[0] (bytes ${stateAt + 16}..${stateAt + 48})`,
  [`functions.1={"name":"other","inputs":[],"outputs":[],"state":[${JSON.stringify({ ...tensorSpec('h', 'f32', [4], stateAt), output: 'hn' })}]}`]:
    `functions[1].state[0]: bytes ${stateAt}..${stateAt + 16} overlap functions[0].state[0] (bytes ${stateAt}..${stateAt + 16})`,
  [`${run}.state.0.initialOffset=71012`]: 'functions[0].state[0].initialOffset: bytes 71012..71028 are not inside memory.weights (bytes 70000..71024)',
  [`${run}.state.0.initialOffset=69996`]: 'functions[0].state[0].initialOffset: bytes 69996..70012 are not inside memory.weights (bytes 70000..71024)',
  [`${run}.state.0.initialOffset="zeros"`]: 'functions[0].state[0].initialOffset: not a non-negative integer',
  'dims.0.max=0': 'dims[0]: bounds 1..0 are not within 0..2147483647 in this order',
  'dims.0.max=2147483648': 'dims[0]: bounds 1..2147483648 are not within 0..2147483647 in this order',
  'dims.1.name="n"': "dims[1].name: 'n' is named twice",
  'dims.1.offset=65536': 'dims[1].offset: 65536 is used twice',
  'dims.1.offset=65538': 'dims[1].offset: 65538 is not a multiple of 4',
  'dims.1.offset=65552': 'dims[1].offset: 65552 is not inside memory.extents (bytes 65536..65552)',
  'dims.1.derived=1': 'dims[1].derived: not true or false',
  'memory.pages=0': 'memory.pages: 0 is not within 1..65536',
  'memory.pages=65537': 'memory.pages: 65537 is not within 1..65536',
  'memory.arena={"offset":131072,"byteLength":1}': "memory.arena: offset 131072 and byteLength 1 reach past the memory's 131072 bytes",
  'memory.stack={"offset":65532,"byteLength":8}': 'memory.extents: bytes 65536..65552 overlap memory.stack (bytes 65532..65540)',
  'memory.weights={"offset":0}': 'memory.weights.byteLength: missing',
  'weights.storage="cloud"': "weights.storage: 'cloud' is neither inline nor external",
  'weights={"storage":"external","file":"w","sha256":"00","offset":70000,"byteLength":4}': 'weights.sha256: not 64 lower-case hexadecimal digits',
  'kernels.0.vectorisedShare=1.5': 'kernels[0].vectorisedShare: not a number of 0 to 1',
  'kernels.0.vectorisedShare=true': 'kernels[0].vectorisedShare: not a number of 0 to 1',
  'kernels.0.flops=-1': 'kernels[0].flops: not a non-negative integer',
  'operators={"Add":"1"}': 'operators.Add: not a non-negative integer',
};
for (const [change, message] of Object.entries(broken))
  test(`refused: ${change.slice(0, 60)}`, () => {
    const signature = original(), cut = change.indexOf('='), keys = change.slice(0, cut).split('.'), last = keys.pop();
    keys.reduce((value, key) => value[key], signature)[last] = JSON.parse(change.slice(cut + 1));
    assert.throws(() => parse(signature), { name: 'WasmindError', message: `signature: ${message}` });
  });

const empty = { offset: 0, byteLength: 0 };
const libraryOf = () => ({
  ...signatureOf({ memory: { pages: 2, stack: { offset: 0, byteLength: 1024 }, extents: empty, arena: empty, weights: empty } }),
  functions: [],
  library: {
    operators: [
      { name: 'Add', export: '__tvm_ffi_Add', origin: 'wasmind', inputs: ['a', 'b'], attributes: [], outputs: ['out'],
        variants: [{ inputs: ['f32', 'f32'], outputs: ['f32'] }, { inputs: ['i8', 'i8'], outputs: ['i8'] }] },
      { name: 'Clip', export: '__tvm_ffi_Clip', origin: 'wasmind', inputs: ['x'], outputs: ['y'],
        attributes: [{ name: 'max', type: 'f64', default: 'inf' }, { name: 'steps', type: 'i64', default: -3 }, { name: 'wrap', type: 'bool' }],
        variants: [{ inputs: ['f32'], outputs: ['f32'] }] },
      { name: 'theirs', export: '__tvm_ffi_theirs', origin: 'linked' },
    ],
  },
});

test('a correct library is read with all its fields', () => {
  const [add, clip, theirs] = parse(libraryOf()).library.operators;
  assert.deepEqual(add, libraryOf().library.operators[0]);
  assert.deepEqual(clip.attributes, [{ name: 'max', type: 'f64', default: Infinity }, { name: 'steps', type: 'i64', default: -3 }, { name: 'wrap', type: 'bool' }]);
  assert.deepEqual(theirs, { ...libraryOf().library.operators[2], inputs: [], attributes: [], outputs: [], variants: [] });
  assert.equal(parse(original()).library, undefined);
  const variadic = libraryOf();
  variadic.library.operators[0].variadic = true;
  assert.equal(parse(variadic).library.operators[0].variadic, true);
});

const add = 'library.operators.0', clip = 'library.operators.1', addAt = 'library.operators[0]', clipAt = 'library.operators[1]';
const brokenLibrary = {
  'functions=[{"name":"run","inputs":[],"outputs":[]}]': 'functions: not empty although the module is an operator library',
  'dims=[{"name":"n","min":1,"max":1,"offset":0,"derived":false}]': 'dims: not empty although the module is an operator library',
  'memory.arena={"offset":0,"byteLength":8}': 'memory.arena: bytes 0..8 overlap memory.stack (bytes 0..1024)',
  'memory.weights={"offset":1024,"byteLength":8}': 'memory.weights: not empty although the module is an operator library',
  'memory.pages=65537': 'memory.pages: 65537 is not within 1..65536',
  'weights={"storage":"external","file":"w","sha256":"00","offset":0,"byteLength":0}': 'weights.sha256: not 64 lower-case hexadecimal digits',
  'library=null': 'library: not an object',
  'library.operators=[]': 'library.operators: empty',
  'library.operators={}': 'library.operators: not an array',
  [`${add}.name=""`]: `${addAt}.name: not 1..255 bytes long`,
  [`${add}.name="${'ä'.repeat(128)}"`]: `${addAt}.name: not 1..255 bytes long`,
  [`${clip}.name="Add"`]: `${clipAt}.name: 'Add' is named twice`,
  [`${add}.export="__tvm_ffi_"`]: `${addAt}.export: '__tvm_ffi_' does not start with __tvm_ffi_`,
  [`${add}.export="memory"`]: `${addAt}.export: 'memory' does not start with __tvm_ffi_`,
  [`${clip}.export="__tvm_ffi_Add"`]: `${clipAt}.export: '__tvm_ffi_Add' is used twice`,
  [`${add}.origin="bought"`]: `${addAt}.origin: unknown origin 'bought'`,
  [`${add}.inputs=["a",""]`]: `${addAt}.inputs[1]: empty`,
  [`${add}.inputs=["a","a"]`]: `${addAt}.inputs[1]: 'a' is named twice`,
  [`${add}.inputs=["a","out"]`]: `${addAt}.inputs[1]: 'out' is what callers name given outputs by`,
  [`${add}.inputs=["a"]`]: `${addAt}.variants[0].inputs: 2 element types where the operator has 1 inputs`,
  [`${add}.inputs=${JSON.stringify([...Array(12).keys()].map(String))}`]: `${addAt}: 13 inputs, attributes and outputs are over 12`,
  [`${add}.variadic=1`]: `${addAt}.variadic: not true or false`,
  [`${add}.outputs=[]`]: `${addAt}.outputs: empty`,
  [`${add}.variants=[]`]: `${addAt}.variants: empty`,
  [`${add}.variants.1.outputs=[]`]: `${addAt}.variants[1].outputs: 0 element types where the operator has 1 outputs`,
  [`${add}.variants.1={"inputs":["f32","f32"],"outputs":["f32"]}`]: `${addAt}.variants[1]: is there twice`,
  [`${add}.variants.1.inputs.0="f8"`]: `${addAt}.variants[1].inputs[0]: unknown element type 'f8'`,
  [`${clip}.attributes.0.name="x"`]: `${clipAt}.attributes[0].name: 'x' is named twice`,
  [`${clip}.attributes.0.name="out"`]: `${clipAt}.attributes[0].name: 'out' is what callers name given outputs by`,
  [`${clip}.attributes.0.type="toString"`]: `${clipAt}.attributes[0].type: unknown attribute type 'toString'`,
  [`${clip}.attributes.0.default=true`]: `${clipAt}.attributes[0].default: not a number`,
  [`${clip}.attributes.0.default="Infinity"`]: `${clipAt}.attributes[0].default: 'Infinity' is neither a number nor inf, -inf or nan`,
  [`${clip}.attributes.1.default=0.5`]: `${clipAt}.attributes[1].default: not an integer`,
  [`${clip}.attributes.1.default=-9007199254740992`]: `${clipAt}.attributes[1].default: -9007199254740992 is not within +-9007199254740991`,
  [`${clip}.attributes.2.default=1`]: `${clipAt}.attributes[2].default: not true or false`,
};
for (const [change, message] of Object.entries(brokenLibrary))
  test(`library refused: ${change.slice(0, 60)}`, () => {
    const signature = libraryOf(), cut = change.indexOf('='), keys = change.slice(0, cut).split('.'), last = keys.pop();
    keys.reduce((value, key) => value[key], signature)[last] = JSON.parse(change.slice(cut + 1));
    assert.throws(() => parse(signature), { name: 'WasmindError', message: `signature: ${message}` });
  });

/** Numbers below n from a seed. */
const generator = seed => n => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;

/** All places of a JSON value as [container, key]. */
function places(value) {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap(key => [[value, key], ...places(value[key])]);
}

const hostile = [0, 1, 2, 3, 4, 7, 8, 31, 32, 33, 65535, 65536, 65540, 65600, 131068, 131072, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 4, 2 ** 32 - 1,
  2 ** 32, 2 ** 53, 1e308, -1, 0.5, null, true, false, '', 'n', 'm', 'x', 'f32', 'u8', 'run', '__proto__', 'constructor', [], {}, [[]], ['n', 'n'], [0, 2 ** 31 - 1]];

test('mutated signatures are refused or keep every promise that memory safety rests on', () => {
  const next = generator(2024);
  let accepted = 0;
  for (let i = 0; i < 20000; i++) {
    const value = original();
    for (let n = next(3); n >= 0; n--) {
      const all = places(value), [container, key] = all[next(all.length)];
      if (next(8) === 0) delete container[key];
      else container[key] = structuredClone(hostile[next(hostile.length)]);
    }
    let signature;
    try {
      signature = parse(value);
    } catch (error) {
      assert.ok(error instanceof WasmindError, `${error.stack}\n${JSON.stringify(value)}`);
      assert.doesNotMatch(error.message, /\n/);
      continue;
    }
    accepted++;
    const limit = signature.memory.pages * 65536;
    for (const dim of signature.dims) assert.ok(dim.offset + 4 <= limit && dim.offset % 4 === 0);
    for (const { inputs, outputs, state } of signature.functions) {
      for (const tensor of [...inputs, ...outputs, ...state]) assert.ok(tensor.offset + tensor.byteLength <= limit);
      for (const { initialOffset = 0, byteLength } of state) assert.ok(initialOffset + byteLength <= limit);
    }
  }
  assert.ok(accepted > 500, `${accepted} accepted`);
});

test('mutated libraries are refused or keep the rules that calls rest on', () => {
  const next = generator(99);
  let accepted = 0;
  for (let i = 0; i < 20000; i++) {
    const value = libraryOf();
    for (let n = next(3); n >= 0; n--) {
      const all = places(value.library);
      if (all.length === 0) break;
      const [container, key] = all[next(all.length)];
      if (next(8) === 0) delete container[key];
      else container[key] = structuredClone(hostile[next(hostile.length)]);
    }
    let signature;
    try {
      signature = parse(value);
    } catch (error) {
      assert.ok(error instanceof WasmindError, `${error.stack}\n${JSON.stringify(value)}`);
      assert.doesNotMatch(error.message, /\n/);
      continue;
    }
    accepted++;
    for (const { inputs, attributes, outputs, variants, origin } of signature.library.operators) {
      if (origin === 'linked') continue;
      assert.ok(inputs.length + attributes.length + outputs.length <= 12 && outputs.length > 0 && variants.length > 0);
      for (const variant of variants) assert.ok(variant.inputs.length === inputs.length && variant.outputs.length === outputs.length);
    }
  }
  assert.ok(accepted > 200, `${accepted} accepted`);
});

test('modules with mutated signatures run or are refused', () => {
  const next = generator(77), bytes = doubling(), decoder = new TextDecoder();
  const base = JSON.parse(decoder.decode(WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'wasmind')[0]));
  let ran = 0;
  for (let i = 0; i < 3000; i++) {
    const value = structuredClone(base), all = places(value);
    for (let n = next(2); n >= 0; n--) {
      const [container, key] = all[next(all.length)];
      container[key] = structuredClone(hostile[next(hostile.length)]);
    }
    try {
      const { functions, ...rest } = value;
      const instance = Model.fromBytes(doubling({ ...rest, functions })).instantiate();
      instance.run(Object.fromEntries(instance.signature.functions[0].inputs.map(({ name }) => [name, new Float32Array(1 + next(8))])));
      ran++;
    } catch (error) {
      assert.ok(error instanceof WasmindError, `${error.stack}\n${JSON.stringify(value)}`);
    }
  }
  assert.ok(ran > 50, `${ran} ran`);
});

test('no mutated byte does more than make a module refused', () => {
  const next = generator(5), bytes = doubling();
  for (let i = 0; i < 20000; i++) {
    const mutated = Uint8Array.from(bytes);
    for (let n = next(3); n >= 0; n--) mutated[next(mutated.length)] = [0, 1, 0x7f, 0x80, 0xff, next(256)][next(6)];
    try {
      readSignature(next(5) ? mutated : mutated.subarray(0, next(mutated.length)));
    } catch (error) {
      assert.ok(error instanceof WasmindError, `${error.stack}`);
    }
  }
});
