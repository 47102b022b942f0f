// Several builds of one model: which one is chosen and what is said of it, and every index or folder that is refused.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chooseBuild, Model, parseBuildIndex, WasmindError } from '../dist/index.js';
import { assemble, inputAt, op, outputAt, signatureOf, tensorSpec } from './assemble.mjs';

const failsWith = (code, text) => error => {
  assert.ok(error instanceof WasmindError, `${error?.stack}`);
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.includes(text), `${error.message} has not: ${text}`);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};

const weights = new Uint8Array(new Float32Array([10]).buffer), weightsAt = 70000;
const sha256 = bytes => createHash('sha256').update(bytes).digest('hex');
const described = (file, bytes) => ({ file, byteLength: bytes.length, sha256: sha256(bytes) });

/** y = x + w, or y = x + x + w: results tell which build ran. */
function module(features, times, change = {}) {
  const sum = [...op.i32(0), ...op.loadF32(inputAt), ...op.i32(0), ...op.loadF32(weightsAt), ...op.addF32];
  const twice = times === 2 ? [...op.i32(0), ...op.loadF32(inputAt), ...op.addF32] : [];
  return assemble({ run: [...op.i32(0), ...sum, ...twice, ...op.storeF32(outputAt), ...op.i32(0)] }, {
    signature: signatureOf({
      features, inputs: [tensorSpec('x', 'f32', [1], inputAt)], outputs: [tensorSpec('y', 'f32', [1], outputAt)],
      weights: { storage: 'external', file: 'w.weights', sha256: sha256(weights), offset: weightsAt, byteLength: 4, ...change },
    }),
  });
}

const best = module(['simd128', 'relaxed-simd'], 2), plain = module(['simd128'], 1);

/** The index of the two, and what is changed in it. */
function indexOf(change = {}, bestChange = {}) {
  const builds = [
    { features: ['simd128', 'relaxed-simd'], ...described('best.wasm', best), weights: described('w.weights', weights), ...bestChange },
    { features: ['simd128'], ...described('plain.wasm', plain), weights: described('w.weights', weights) },
  ];
  return { version: 1, compiler: 'test', source: { format: 'onnx', name: 'm.onnx' }, builds, ...change };
}

const files = (index = indexOf()) => ({
  'wasmind.json': Buffer.from(typeof index === 'string' ? index : JSON.stringify(index)), 'best.wasm': best, 'plain.wasm': plain, 'w.weights': weights,
});

/** A fetch that serves files below https://host/m/, and the names that it was asked for. */
function serving(t, served = files()) {
  const asked = [];
  t.mock.method(globalThis, 'fetch', async url => {
    const name = String(url).replace(/^https:\/\/host\/m\//, '').replace(/\?.*$/, '');
    asked.push(name);
    return Object.defineProperty(new Response(served[name], { status: served[name] ? 200 : 404 }), 'url', { value: String(url) });
  });
  return asked;
}

const result = async model => (await model.run({ x: new Float32Array([1]) })).y.data[0];

test('the best build is loaded, by the URL of the folder or of the index', async t => {
  const asked = serving(t);
  for (const source of ['https://host/m/', new URL('https://host/m/'), 'https://host/m/?v=3', 'https://host/m/wasmind.json', new URL('https://host/m/wasmind.json?v=3'),
    await fetch('https://host/m/wasmind.json')]) {
    asked.length = 0;
    const model = await Model.load(source);
    assert.equal(await result(model), 12);
    assert.deepEqual(model.notes, ['best.wasm is loaded, the build for simd128, relaxed-simd']);
    assert.deepEqual(asked.filter(name => name !== 'wasmind.json').sort(), ['best.wasm', 'w.weights'], 'nothing else is fetched');
  }
  assert.deepEqual((await Model.load(best, { weights })).notes, []);
  assert.equal(await result(await Model.load('https://host/m/', { weights })), 12);
});

test('what an engine lacks is passed over and told', async t => {
  serving(t);
  const { validate } = WebAssembly;
  // What is not valid without relaxed SIMD has its prefix and opcode.
  t.mock.method(WebAssembly, 'validate', bytes => !Buffer.from(bytes).includes(Buffer.from([0xfd, 0x85, 0x02])) && validate(bytes));
  const model = await Model.load('https://host/m/');
  assert.equal(await result(model), 11);
  assert.deepEqual(model.notes, [
    'best.wasm is passed over: it needs relaxed-simd, which this engine lacks', 'plain.wasm is loaded, the build for simd128']);
});

test('features that nobody here runs are passed over, known or not', async t => {
  for (const feature of ['threads', 'of-the-future', '__proto__']) {
    const asked = serving(t, files(indexOf({}, { features: ['simd128', feature] })));
    const model = await Model.load('https://host/m/');
    assert.deepEqual(model.notes, [
      `best.wasm is passed over: it needs ${feature}, which this host does not run`, 'plain.wasm is loaded, the build for simd128']);
    assert.ok(!asked.includes('best.wasm'));
    t.mock.restoreAll();
  }
});

test('without a build that runs all reasons are told', async t => {
  serving(t);
  t.mock.method(WebAssembly, 'validate', () => false);
  await assert.rejects(Model.load('https://host/m/'), failsWith('Unsupported', 'https://host/m/wasmind.json: no build runs here: '
    + 'best.wasm needs simd128, which this engine lacks; plain.wasm needs simd128, which this engine lacks; compile the model with simd128'));
});

test('an index that is wrong is refused with the place', async t => {
  const text = JSON.stringify(indexOf());
  const cases = [
    ['InvalidModule', 'index of builds: not valid JSON', text.slice(0, 100)],
    ['InvalidModule', 'index of builds: not valid JSON; it is empty', Buffer.alloc(0).toString()],
    ['InvalidModule', 'it is an HTML page', '<!doctype html>'],
    ['InvalidModule', 'index of builds: not an object', '[]'],
    ['InvalidModule', 'index of builds: version: missing', '{}'],
    ['InvalidModule', 'nested deeper than 64', '['.repeat(100)],
    ['InvalidModule', '1048577 bytes are over 1048576', ' '.repeat(2 ** 20 + 1)],
    ['Unsupported', 'version: 2, this host reads version 1', indexOf({ version: 2 })],
    ['InvalidModule', 'builds: not an array', indexOf({ builds: {} })],
    ['InvalidModule', 'builds: there are 0, not 1 to 64', indexOf({ builds: [] })],
    ['InvalidModule', 'builds: there are 65, not 1 to 64', indexOf({ builds: Array(65).fill(0) })],
    ['InvalidModule', "builds[1].file: 'plain.wasm' is there twice", indexOf({}, { file: 'plain.wasm' })],
    ['InvalidModule', "builds[1].weights: 'w.weights' is described in two ways", indexOf({}, { weights: described('w.weights', best) })],
    ['InvalidModule', 'builds[0].features[0]: not a string', indexOf({}, { features: [7] })],
    ['InvalidModule', 'builds[0].byteLength: not a non-negative integer', indexOf({}, { byteLength: -1 })],
    ['InvalidModule', 'builds[0].sha256: not 64 lower-case hexadecimal digits', indexOf({}, { sha256: 'A'.repeat(64) })],
    ...['../best.wasm', '/best.wasm', 'a/best.wasm', 'https://host/best.wasm', '..', '', 'a\\b', 'a\nb'].flatMap(file => [
      ['InvalidModule', 'builds[0].file: not a plain file name', indexOf({}, { file })],
      ['InvalidModule', 'builds[0].weights.file: not a plain file name', indexOf({}, { weights: { ...described('w', weights), file } })],
    ]),
  ];
  for (const [code, message, index] of cases) {
    const served = files(index);
    if (index === '') served['wasmind.json'] = new Blob([]);
    const asked = serving(t, served);
    await assert.rejects(Model.load('https://host/m/'), failsWith(code, message));
    assert.deepEqual(asked, ['wasmind.json'], 'nothing else is asked for');
    t.mock.restoreAll();
  }
  for (const url of ['data:application/octet-stream,x.json', 'data:application/octet-stream;base64,////', new URL('data:,a/')])
    await assert.rejects(Model.load(url), failsWith('InvalidModule', 'not a WebAssembly module'));
  assert.throws(() => parseBuildIndex(7), failsWith('InvalidArgument', 'given as a string'));
});

test('files that are not those of the index are refused', async t => {
  const damaged = Uint8Array.from(best);
  damaged[damaged.length - 1] ^= 1;
  const cases = [
    ['Io', 'best.wasm: the server answers 404', { 'best.wasm': undefined }],
    ['Io', 'w.weights: the server answers 404', { 'w.weights': undefined }],
    ['Io', 'wasmind.json: the server answers 404', { 'wasmind.json': undefined }],
    ['InvalidModule', `best.wasm: ${plain.length} bytes where the index says ${best.length}`, { 'best.wasm': plain }],
    ['InvalidModule', 'best.wasm: another SHA-256 than the index says', { 'best.wasm': damaged }],
    ['InvalidModule', 'it is an HTML page', { 'best.wasm': Buffer.from('<!doctype html>') }],
    ['InvalidModule', "weights 'w.weights': not the file", { 'w.weights': new Uint8Array(4) }],
    ['InvalidModule', "weights 'w.weights': 3 bytes", { 'w.weights': new Uint8Array(3) }],
  ];
  for (const [code, message, change] of cases) {
    serving(t, { ...files(), ...change });
    await assert.rejects(Model.load('https://host/m/'), failsWith(code, message));
    t.mock.restoreAll();
  }
});

test('a module that is not what the index says of it is refused', async t => {
  const other = (bytes, change) => ({ ...files(indexOf({}, { ...described('best.wasm', bytes), ...change })), 'best.wasm': bytes });
  const cases = [
    ['other features', other(best, { features: ['simd128'] })],
    ['other features', other(module(['simd128', 'relaxed-simd'], 2), { features: ['relaxed-simd'] })],
    ['other weights', other(best, { weights: undefined })],
    ['other weights', other(module(['simd128', 'relaxed-simd'], 2, { file: 'v.weights' }))],
    ['other weights', other(module(['simd128', 'relaxed-simd'], 2, { sha256: sha256(best) }))],
    ['other weights', other(assemble({ run: op.i32(0) }, { signature: signatureOf({ features: ['simd128', 'relaxed-simd'] }) }))],
  ];
  for (const [message, served] of cases) {
    serving(t, served);
    await assert.rejects(Model.load('https://host/m/'), failsWith('InvalidModule', `https://host/m/best.wasm: the signature has ${message} than the index`));
    t.mock.restoreAll();
  }
  serving(t);
  await assert.rejects(Model.load('https://host/m/', { maxMemoryBytes: 65536 }), failsWith('Limit', 'over the limit of 65536'));
});

test('a build is chosen without fetching anything', () => {
  const { build, notes } = chooseBuild(parseBuildIndex(JSON.stringify(indexOf({}, { features: ['gpu\u202e'] }))));
  assert.equal(build.file, 'plain.wasm');
  assert.equal(notes[0], 'best.wasm is passed over: it needs gpu\\u{202e}, which this host does not run');
});

test('folders on disk, by URL and on the command line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wasmind-builds-')), command = fileURLToPath(new URL('../bin/run.mjs', import.meta.url));
  const run = (...args) => spawnSync(process.execPath, [command, ...args], { encoding: 'utf8' });
  try {
    for (const [name, bytes] of Object.entries(files(indexOf({}, { features: ['threads'] })))) writeFileSync(join(folder, name), bytes);
    assert.equal(await result(await Model.load(pathToFileURL(`${folder}/`))), 11);
    assert.equal(await result(await Model.load(pathToFileURL(join(folder, 'wasmind.json')))), 11);
    await assert.rejects(Model.load(pathToFileURL(folder)), failsWith('Io', 'ends in a slash'));

    const notes = ['best.wasm is passed over: it needs threads, which this host does not run', 'plain.wasm is loaded, the build for simd128'];
    for (const file of [folder, join(folder, 'wasmind.json')]) {
      const json = run(file, '--random', '--json');
      assert.equal(json.status, 0, json.stderr);
      assert.equal(json.stderr, '');
      const report = JSON.parse(json.stdout);
      assert.deepEqual(report.notes, notes);
      assert.equal(report.weightBytes, 4);
      assert.ok(report.codeBytes > 20 && report.codeBytes < plain.length);
      const text = run(file, '--random');
      assert.equal(text.stderr, notes.map(note => `wasmind: note: ${note}\n`).join(''));
    }
    for (const [file, reason] of [['w.weights', 'is the same file as the input'], ['best.wasm', 'which it would overwrite'], ['wasmind.json', 'which it would overwrite']]) {
      const refused = run(folder, '--random', '--outputs', join(folder, file));
      assert.equal(refused.status, 2, refused.stderr);
      assert.ok(refused.stderr.includes(reason) || refused.stderr.includes('is an input'), refused.stderr);
    }
    rmSync(join(folder, 'wasmind.json'));
    const bare = run(folder, '--random');
    assert.equal(bare.status, 1);
    assert.match(bare.stderr, /^wasmind: error: cannot read .*: it is a folder without wasmind\.json.*\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
