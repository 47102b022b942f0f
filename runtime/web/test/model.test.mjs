import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Model, readSections, readSignature, SectionId, supportedFeatures, WasmindError } from '../dist/index.js';
import { sha256 } from '../src/sha256.ts';
import { decodeAlone, decodeUtf8 } from '../src/utf8.ts';
import { assemble, customSection, doubling, inputAt, op, outputAt, signatureOf, tensorSpec } from './assemble.mjs';

const failsWith = (code, pattern) => error => {
  assert.ok(error instanceof WasmindError, `${error?.stack}`);
  assert.equal(error.code, code);
  assert.match(error.message, pattern);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};
/** A fetch that serves `files` by URL. */
const serving = (t, files) => t.mock.method(globalThis, 'fetch', async url => {
  const bytes = files[String(url)];
  return Object.defineProperty(new Response(bytes, { status: bytes ? 200 : 404 }), 'url', { value: String(url) });
});

test('bytes, buffers, Response, URL, string and Module are all accepted', async t => {
  const bytes = doubling();
  serving(t, { 'https://host/m.wasm': bytes, 'm.wasm': bytes });
  const inside = new Uint8Array(bytes.length + 10);
  inside.set(bytes, 5);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const source of [bytes, bytes.buffer, inside.subarray(5, 5 + bytes.length), shared, Buffer.from(bytes), new Response(bytes),
    new URL('https://host/m.wasm'), 'https://host/m.wasm', 'm.wasm', new WebAssembly.Module(bytes)]) {
    const model = await Model.load(source);
    assert.equal((await model.run({ x: new Float32Array([21]) })).y.data[0], 42);
  }
  assert.equal(Model.fromModule(new WebAssembly.Module(bytes)).instantiate().run({ x: new Float32Array([1]) }).y.data[0], 2);
});

test('what cannot be fetched is Io', async t => {
  serving(t, {});
  await assert.rejects(Model.load('https://host/none.wasm'), failsWith('Io', /none\.wasm: the server answers 404/));
  t.mock.restoreAll();
  await assert.rejects(Model.load('file:///none.wasm'), failsWith('Io', /none\.wasm/));
});

test('the signature is read without compiling', () => {
  const signature = readSignature(doubling());
  assert.equal(signature.functions[0].inputs[0].name, 'x');
  assert.deepEqual(signature, readSignature(new WebAssembly.Module(doubling())));
  assert.deepEqual(readSections(doubling()).map(section => section.id), [1, 3, 5, 7, 10, SectionId.custom]);
});

test('bytes that are no wasmind module are refused', async () => {
  const signature = signatureOf(), run = op.i32(0);
  const cases = [
    [new Uint8Array(0), /not a WebAssembly module/],
    [new TextEncoder().encode('<!doctype html>'), /not a WebAssembly module/],
    [doubling().subarray(0, 40), /reaches past the end/],
    [assemble({ run }), /no custom section 'wasmind'/],
    [assemble({ run }, { signature, sections: 2 }), /more than one custom section/],
    [assemble({ run }, { signature: '{' }), /not valid JSON/],
    [assemble({ run }, { signature: '[]' }), /not an object/],
    [new Uint8Array([...assemble({ run }), ...customSection('wasmind', [0xff, 0xfe])]), /not valid UTF-8/],
    [new Uint8Array([...doubling(), 0, 2, 9, 9]), /no complete name/],
    [assemble({ run }, { signature, imports: true }), /imports 'env\.log'/],
    [assemble({ run: [0xff] }, { signature }), /the code of function 0 is damaged/],
    [assemble({ run: [0x6a] }, { signature }), /the engine refuses the module/], // adds what is not there
  ];
  for (const [bytes, pattern] of cases) {
    await assert.rejects(Model.load(bytes), failsWith('InvalidModule', pattern));
    assert.throws(() => Model.fromBytes(bytes), failsWith('InvalidModule', pattern));
  }
});

test('a module whose exports are not those of its signature is refused', () => {
  const signature = signatureOf(), run = op.i32(0);
  const cases = [
    [{ without: ['memory'] }, /no exported memory 'memory'/],
    [{ without: ['run'] }, /no exported function 'run'/],
    [{ without: ['wasmind_error'] }, /no exported function 'wasmind_error'/],
    [{ without: ['wasmind_abi_version'] }, /no exported function 'wasmind_abi_version'/],
    [{ pages: 3 }, /the memory has 3\.\.3 pages where the signature says exactly 2/],
    [{ version: 2 }, /wasmind_abi_version says 2/],
  ];
  for (const [options, pattern] of cases)
    assert.throws(() => Model.fromBytes(assemble({ run }, { signature, ...options })).instantiate(), failsWith('InvalidModule', pattern));
});

test('later versions and unknown or missing features are unsupported', async () => {
  const run = op.i32(0);
  const cases = [
    [assemble({ run }, { signature: signatureOf({ abi: 2 }) }), /version 2, this host reads version 1/],
    [assemble({ run }, { signature: signatureOf({ features: ['gpu'] }) }), /unknown feature 'gpu'/],
    [assemble({ run }, { signature: signatureOf({ features: ['threads'] }) }), /built for threads/],
  ];
  for (const [bytes, pattern] of cases) await assert.rejects(Model.load(bytes), failsWith('Unsupported', pattern));
});

test('a feature that the engine lacks is named', t => {
  t.mock.method(WebAssembly, 'validate', () => false);
  assert.equal(supportedFeatures().size, 0);
  const bytes = assemble({ run: op.i32(0) }, { signature: signatureOf({ features: ['simd128', 'relaxed-simd'] }) });
  assert.throws(() => Model.fromBytes(bytes), failsWith('Unsupported', /lacks simd128, relaxed-simd/));
});

test('this engine has all features', () => assert.deepEqual([...supportedFeatures()], ['simd128', 'relaxed-simd', 'threads']));

test('more memory than allowed is refused before anything is compiled', async () => {
  await assert.rejects(Model.load(doubling(), { maxMemoryBytes: 65536 }), failsWith('Limit', /the module's memory of 131072 bytes is over the limit of 65536/));
  await Model.load(doubling(), { maxMemoryBytes: 131072 });
});

test('memory that the engine cannot give is Limit', async t => {
  const model = Model.fromBytes(doubling());
  const refuse = function () {
    throw new RangeError('WebAssembly.Instance(): Out of memory');
  };
  t.mock.method(WebAssembly, 'Instance', refuse);
  t.mock.method(WebAssembly, 'instantiate', async () => refuse());
  assert.throws(() => model.instantiate(), failsWith('Limit', /cannot provide the module's memory: .*Out of memory/));
  await assert.rejects(model.run({ x: new Float32Array(1) }), failsWith('Limit', /Out of memory/));
});

/** y[2] = x[2] + w[2], w external. */
function withWeights(weights, change = {}) {
  const at = 70000, signature = signatureOf({
    inputs: [tensorSpec('x', 'f32', [2], inputAt)],
    outputs: [tensorSpec('y', 'f32', [2], outputAt)],
    weights: { storage: 'external', file: 'm #1.weights', sha256: createHash('sha256').update(weights).digest('hex'), offset: at, byteLength: weights.length, ...change },
  });
  const element = i => [...op.i32(0), ...op.i32(0), ...op.loadF32(inputAt + 4 * i), ...op.i32(0), ...op.loadF32(at + 4 * i), ...op.addF32, ...op.storeF32(outputAt + 4 * i)];
  return assemble({ run: [...element(0), ...element(1), ...op.i32(0)] }, { signature });
}

test('external weights come from beside the module or from the option, and are checked', async t => {
  const weights = new Uint8Array(new Float32Array([10, 20]).buffer), bytes = withWeights(weights);
  serving(t, { 'https://host/models/m.wasm?v=3': bytes, 'https://host/models/m%20%231.weights': weights, 'https://cdn/w': weights,
    'lone.wasm': bytes, 'm%20%231.weights': weights });
  const x = new Float32Array([1, 2]);
  for (const model of [
    await Model.load('https://host/models/m.wasm?v=3'), await Model.load('lone.wasm'), await Model.load(bytes, { weights }),
    await Model.load(bytes, { weights: new URL('https://cdn/w') }), await Model.load(new WebAssembly.Module(bytes), { weights: weights.buffer }),
    Model.fromModule(new WebAssembly.Module(bytes), { weights }), Model.fromBytes(bytes, { weights }),
  ])
    assert.deepEqual([...(await model.run({ x })).y.data], [11, 22]);

  await assert.rejects(Model.load(bytes), failsWith('Io', /file of their own, 'm #1\.weights'/));
  assert.throws(() => Model.fromBytes(bytes), failsWith('Io', /pass it as option weights/));
  await assert.rejects(Model.load(bytes, { weights: weights.subarray(4) }), failsWith('InvalidModule', /4 bytes, the module needs 8/));
  await assert.rejects(Model.load(bytes, { weights: new Uint8Array(8) }), failsWith('InvalidModule', /SHA-256 differs/));
  await assert.rejects(Model.load(bytes, { weights: 'https://cdn/none' }), failsWith('Io', /cdn\/none: the server answers 404/));
  for (const file of ['../m.weights', 'a/b', 'C:w', '', '..', '\\\\host\\w', 'a\u0001'])
    assert.throws(() => Model.fromBytes(withWeights(weights, { file })), failsWith('InvalidModule', /not a plain file name/));
});

test('SHA-256 equals the one of Node', () => {
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000, 65537]) {
    const bytes = Uint8Array.from({ length: length + 1 }, (_, i) => (i * 7919) >> 3).subarray(1);
    assert.equal(sha256(bytes), createHash('sha256').update(bytes).digest('hex'), `${length} bytes`);
  }
});

test('UTF-8 is decoded as TextDecoder does, with and without it', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const reference = bytes => {
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  };
  const texts = ['', 'abc', 'Grüße', '形状', '😀 \u{10ffff}', '\ufeffx', 'x'.repeat(10000) + '😀'];
  for (const decode of [decodeUtf8, decodeAlone])
    for (const string of texts) assert.equal(decode(new TextEncoder().encode(string)), string);
  let state = 12345;
  const next = n => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) % n;
  const edges = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff];
  for (let i = 0; i < 20000; i++) {
    const bytes = Uint8Array.from({ length: next(7) }, () => edges[next(edges.length)]);
    for (const decode of [decodeUtf8, decodeAlone]) assert.equal(decode(bytes), reference(bytes), `${bytes}`);
  }
});

test('needs nothing that worklets lack', async () => {
  const hidden = ['fetch', 'URL', 'Response', 'TextDecoder', 'crypto', 'performance', 'process'].map(name => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  const module = new WebAssembly.Module(doubling());
  for (const [name] of hidden) delete globalThis[name];
  try {
    assert.equal(Model.fromModule(module).instantiate().run({ x: new Float32Array([1]) }).y.data[0], 2);
  } finally {
    for (const [name, descriptor] of hidden) Object.defineProperty(globalThis, name, descriptor);
  }
});
