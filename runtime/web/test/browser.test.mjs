// The library in a real browser: page, worker, service worker and AudioWorklet, under a strict content security policy.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createHash } from 'node:crypto';
import { doubling, inputAt, outputAt, tensorSpec } from './assemble.mjs';

const browser = ['chromium', 'google-chrome'].find(name => spawnSync(name, ['--version']).status === 0);

const model = doubling({
  dims: [{ name: 'n', min: 1, max: 128, offset: 65536, derived: false }],
  inputs: [tensorSpec('x', 'f32', ['n'], inputAt, 128)],
  outputs: [tensorSpec('y', 'f32', ['n'], outputAt, 128)],
});
// No eval, no inline scripts, no blob URLs; browsers want the word for any WebAssembly at all.
const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/** An index of two builds: one that no browser runs, and the model. */
const build = (file, features) => ({ features, file, byteLength: model.length, sha256: createHash('sha256').update(model).digest('hex') });
const index = JSON.stringify({ version: 1, compiler: 'test', builds: [build('best.wasm', ['of-the-future']), build('model.wasm', [])] });

/** The golden operator library of abi/vectors. */
function operatorLibrary(folder) {
  execFileSync('python3', [fileURLToPath(new URL('../../../abi/vectors/generate.py', import.meta.url)), folder]);
  return readFileSync(join(folder, 'library.wasm'));
}

/** Serves the page, this library, the model and the operators; resolves with what the page posts. */
function serve(operators) {
  const file = path => readFileSync(new URL(path, import.meta.url));
  const respond = (response, type, body) => response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);
  let finish;
  const result = new Promise(resolve => (finish = resolve));
  const server = createServer(async (request, response) => {
    const { url } = request;
    if (url === '/') return respond(response, 'text/html', '<!doctype html><script type="module" src="/page.js"></script>');
    if (url === '/model.wasm') return respond(response, 'application/wasm', model);
    if (url === '/builds/wasmind.json') return respond(response, 'application/json', index);
    if (url === '/builds/model.wasm') return respond(response, 'application/wasm', model);
    if (url === '/operators.wasm') return respond(response, 'application/wasm', operators);
    if (/^\/(dist\/)?\w+\.js$/.test(url)) return respond(response, 'text/javascript', file(url.startsWith('/dist/') ? `..${url}` : `./browser${url}`));
    if (url !== '/result') return response.writeHead(404).end();
    const body = [];
    for await (const part of request) body.push(part);
    respond(response, 'text/plain', '');
    finish(JSON.parse(Buffer.concat(body)));
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve({ server, result, port: server.address().port })));
}

test('runs in page, worker, service worker and AudioWorklet without eval', { skip: browser ? false : 'no Chromium on this machine', timeout: 60000 }, async () => {
  const profile = mkdtempSync(join(tmpdir(), 'wasmind-browser-')), vectors = join(profile, 'vectors');
  const { server, result, port } = await serve(operatorLibrary(vectors));
  const process = spawn(browser, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
    `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], { stdio: 'ignore' });
  const ended = new Promise(resolve => process.once('exit', resolve));
  try {
    assert.deepEqual(await Promise.race([result, ended.then(code => `the browser ended with ${code}`)]), {
      page: [2, 4, 6], builds: [2, 4, 6, 'best.wasm is passed over: it needs of-the-future, which this host does not run', 'model.wasm is loaded, the build for no features'],
      missingBuilds: 'Io', worker: [2, 4, 6], serviceWorker: [2, 4, 6], audioWorklet: [0.5, 0.5], operators: [4, 6, 2, 3, 3, 2],
      operatorsWithinALimit: ['Limit', 5, 'Limit', 5, 'Limit', 5],
    });
  } finally {
    process.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
