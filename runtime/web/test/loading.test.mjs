// What comes from files and servers, and what the errors say when it is something else than a module.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Model, OperatorLibrary, WasmindError } from '../dist/index.js';
import { doubling } from './assemble.mjs';

const folder = mkdtempSync(join(tmpdir(), 'wasmind-loading-'));
const weights = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer), external = {
  storage: 'external', file: 'w 100%.weights', sha256: createHash('sha256').update(weights).digest('hex'), offset: 70000, byteLength: weights.length,
};
const onnx = Buffer.from('0808120474657374' + '3a03120167', 'hex');

/** Path -> status, headers, body. */
const answers = {
  '/model.wasm': [200, {}, doubling()],
  '/model.wasm?v=2#top': [200, {}, doubling()],
  '/page.wasm': [200, { 'content-type': 'text/html' }, '\n<!DOCTYPE html><title>My application</title>'],
  '/onnx.wasm': [200, {}, onnx],
  '/packed.wasm': [200, {}, gzipSync(doubling())],
  '/encoded.wasm': [200, { 'content-encoding': 'gzip' }, gzipSync(doubling())],
  '/empty.wasm': [200, {}, ''],
  '/missing.wasm': [404, { 'content-type': 'text/html' }, '<html>Not Found</html>'],
  '/broken.wasm': [503, {}, ''],
};
const server = createServer((request, response) => {
  const [status, headers, body] = answers[request.url] ?? [404, {}, ''];
  response.writeHead(status, headers).end(body);
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const url = path => `http://127.0.0.1:${server.address().port}${path}`;
after(() => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  server.close();
});

/** The name of the source, then what is wrong with it. */
const says = (code, name, text) => error => {
  assert.ok(error instanceof WasmindError, `${error?.stack}`);
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.startsWith(`${name}: `), `${error.message} does not start with ${name}`);
  assert.ok(error.message.includes(text), `${error.message} has not: ${text}`);
  assert.doesNotMatch(error.message, /\n/);
  return true;
};
const runs = async source => assert.equal((await (await Model.load(source)).run({ x: new Float32Array([21]) })).y.data[0], 42);

const wrong = {
  '/page.wasm': 'not a WebAssembly module: it is an HTML page, as servers send for files they do not have',
  '/onnx.wasm': 'not a WebAssembly module: it is an ONNX model; compile it first: wasmind compile',
  '/packed.wasm': 'not a WebAssembly module: it is compressed with gzip; decompress it, or let the server say content-encoding: gzip',
  '/empty.wasm': 'not a WebAssembly module: it is empty',
};

test('what a server answers instead of a module', async () => {
  await runs(url('/model.wasm'));
  await runs(new URL(url('/encoded.wasm')));
  await runs(await fetch(url('/model.wasm')));
  for (const load of [source => Model.load(source), source => OperatorLibrary.load(source)]) {
    for (const [path, text] of Object.entries(wrong)) {
      await assert.rejects(load(url(path)), says('InvalidModule', url(path), text));
      await assert.rejects(load(new URL(url(path))), says('InvalidModule', url(path), text));
      await assert.rejects(load(await fetch(url(path))), says('InvalidModule', url(path), text));
    }
    await assert.rejects(load(url('/missing.wasm')), says('Io', url('/missing.wasm'), 'the server answers 404 Not Found'));
    await assert.rejects(load(url('/broken.wasm')), says('Io', url('/broken.wasm'), 'the server answers 503 Service Unavailable'));
    await assert.rejects(load('http://127.0.0.1:1/none.wasm'), says('Io', 'http://127.0.0.1:1/none.wasm', ''));
    await assert.rejects(load('model.wasm'), says('Io', 'model.wasm', "pass new URL('model.wasm', import.meta.url), or its bytes"));
    await assert.rejects(load(await fetch(url('/missing.wasm'))), says('Io', url('/missing.wasm'), '404'));
  }
});

test('file: URLs are read as files', async () => {
  mkdirSync(join(folder, 'a folder'));
  const file = (name, bytes) => {
    writeFileSync(join(folder, 'a folder', name), bytes);
    return pathToFileURL(join(folder, 'a folder', name));
  };
  await runs(file('100% #1?.wasm', doubling()));
  await runs(String(file('text.wasm', doubling())));
  const module = file('external.wasm', doubling({ weights: external })), beside = file(external.file, weights);
  await Model.load(module);
  await Model.load(String(module), { weights: beside });
  file(external.file, '<html></html>');
  await assert.rejects(Model.load(module), error => error.code === 'InvalidModule' && /13 bytes, the module needs 16; it is an HTML page/.test(error.message));
  rmSync(new URL(beside));
  await assert.rejects(Model.load(module), says('Io', beside, 'no such file'));

  for (const [path, text] of Object.entries(wrong)) {
    const source = file(path.slice(1), answers[path][2]);
    await assert.rejects(Model.load(source), says('InvalidModule', source, text));
    await assert.rejects(OperatorLibrary.load(source), says('InvalidModule', source, text));
  }
  await assert.rejects(Model.load(pathToFileURL(join(folder, 'none.wasm'))), says('Io', pathToFileURL(join(folder, 'none.wasm')), 'no such file'));
  await assert.rejects(Model.load(pathToFileURL(folder)), says('Io', pathToFileURL(folder), 'directory'));
});

test('without files, a file: URL is a matter of fetch', async t => {
  // As in a page: what fetch makes of the URL is the answer.
  const { process } = globalThis, asked = t.mock.method(globalThis, 'fetch', async () => new Response(doubling()));
  delete globalThis.process;
  try {
    await runs(new URL('file:///model.wasm'));
  } finally {
    globalThis.process = process;
  }
  assert.equal(asked.mock.callCount(), 1);
});

test('errors of bytes name no file', () => {
  assert.throws(() => Model.fromBytes(onnx), error => error.message.startsWith('not a WebAssembly module: it is an ONNX model'));
});
