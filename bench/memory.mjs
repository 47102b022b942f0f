// What a page's process holds for a model: node bench/memory.mjs MODEL.wasm [CASE.npz] [--settle 3] [--rounds 3] [--json]
//
// Chromium opens a page that loads the module with the library of this tree, runs it and keeps the instance. What the
// renderer processes have in memory then (proportional set size, what is swapped out included; /proc/PID/smaps_rollup) stands against the same page without
// a model. Linear memory is a part of it; so are the engine's copy of the module's bytes, its machine code and whatever was
// needed on the way and not given back. Garbage is collected first, and the least of some rounds counts.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readNpz } from '../runtime/web/bin/npz.mjs';
import { readSignature } from '../runtime/web/dist/index.js';

const page = hasModel => `<!doctype html><meta charset="utf-8"><title>memory</title><script type="module">
import { Model, Tensor } from '/dist/index.js';
const post = body => fetch('/done', { method: 'POST', body });
try {
  if (${hasModel}) {
    const instance = await (await Model.load(new URL('/model.wasm', location.href))).instantiateAsync();
    const inputs = await (await fetch('/inputs.json')).json();
    const arrays = { f64: Float64Array, f32: Float32Array, i64: BigInt64Array, u64: BigUint64Array, i32: Int32Array, u32: Uint32Array,
      f16: Uint16Array, bf16: Uint16Array, i16: Int16Array, u16: Uint16Array, i8: Int8Array, u8: Uint8Array, bool: Uint8Array };
    const tensors = () => Object.fromEntries(inputs.map(({ name, dtype, shape, bytes }) =>
      [name, new Tensor(dtype, new arrays[dtype](Uint8Array.from(atob(bytes), c => c.charCodeAt(0)).buffer), shape)]));
    for (let i = 0; i < 3; ++i) instance.run(tensors());
    globalThis.kept = instance;
  }
  gc();
  await post('');
} catch (error) { await post(String(error?.stack ?? error)); }
</script>`;

/** Serves a page and the files of a model; `done` resolves with the page's error, or ''. */
async function serve(hasModel, module, inputs) {
  let finish;
  const done = new Promise(resolve => (finish = resolve));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const send = (type, body) => response.writeHead(200, { 'content-type': type }).end(body);
    if (pathname === '/') return send('text/html', page(hasModel));
    if (pathname === '/inputs.json') return send('application/json', JSON.stringify(inputs));
    if (pathname === '/model.wasm') return send('application/wasm', readFileSync(module));
    if (/^\/dist\/\w+\.js$/.test(pathname)) return send('text/javascript', readFileSync(new URL(`../runtime/web${pathname}`, import.meta.url)));
    if (pathname === '/done') {
      const body = [];
      request.on('data', part => body.push(part)).on('end', () => { send('text/plain', ''); finish(String(Buffer.concat(body))); });
      return undefined;
    }
    const beside = join(dirname(module), basename(pathname)); // external weights
    return pathname.endsWith('.weights') && existsSync(beside) ? send('application/octet-stream', readFileSync(beside)) : response.writeHead(404).end();
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { server, done, url: `http://127.0.0.1:${server.address().port}/` };
}

/** The processes under a process. */
function descendants(root) {
  const parents = new Map();
  for (const id of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    try {
      const [, rest] = readFileSync(`/proc/${id}/stat`, 'utf8').split(/\) /s);
      parents.set(Number(id), Number(rest.split(' ')[1]));
    } catch { /* it has ended */ }
  }
  const found = [root];
  for (const id of found) found.push(...[...parents].filter(([, parent]) => parent === id).map(([child]) => child));
  return found;
}

/** Bytes of the renderers under a process: the page's, and some of the browser's own that are there without it, too. */
function rendererBytes(root) {
  const sizes = descendants(root).flatMap(id => {
    try {
      if (!readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer')) return [];
      const usage = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
      return [1024 * ['Pss', 'SwapPss'].reduce((sum, field) => sum + Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(usage)[1]), 0)];
    } catch { return []; }
  });
  if (!sizes.length) throw new Error('the browser has no renderer process');
  return sizes.reduce((sum, size) => sum + size);
}

async function measurePage(browser, hasModel, module, inputs, settle) {
  const profile = mkdtempSync(join(tmpdir(), 'wasmind-memory-'));
  const { server, done, url } = await serve(hasModel, module, inputs);
  const process = spawn(browser, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--disable-extensions', '--js-flags=--expose-gc',
    '--disable-background-networking', `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
  const ended = new Promise(resolve => process.once('exit', resolve));
  try {
    const error = await Promise.race([done, ended.then(code => `the browser ended with ${code}`), sleep(120000, 'the page did not finish in 120 s', { ref: false })]);
    if (error) throw new Error(error);
    await sleep(1000 * settle);
    return rendererBytes(process.pid);
  } finally {
    process.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

/** A case's inputs, or zeros at the lower bounds. */
function inputsOf(signature, caseFile) {
  const arrays = caseFile ? readNpz(caseFile) : undefined;
  const widths = { f64: 8, i64: 8, u64: 8, f32: 4, i32: 4, u32: 4, f16: 2, bf16: 2, i16: 2, u16: 2 };
  return signature.functions[0].inputs.map(({ name, dtype, shape }) => {
    const given = arrays?.get(`in:${name}`) ?? arrays?.get(name);
    if (arrays && !given) throw new Error(`${caseFile}: has no input '${name}'`);
    const extents = given ? [...given.dims] : shape.map(extent => typeof extent === 'number' ? extent : signature.dims.find(dim => dim.name === extent).min);
    const bytes = given ? Buffer.from(given.data.buffer, given.data.byteOffset, given.data.byteLength)
      : Buffer.alloc(extents.reduce((product, extent) => product * extent, widths[dtype] ?? 1));
    return { name, dtype, shape: extents, bytes: bytes.toString('base64') };
  });
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  settle: { type: 'string', default: '3' }, rounds: { type: 'string', default: '3' }, json: { type: 'boolean' } } });
const [module, caseFile] = positionals;
if (!module || positionals.length > 2 || !(Number(values.settle) >= 0) || !(Number(values.rounds) >= 1)) {
  console.error('usage: node bench/memory.mjs MODEL.wasm [CASE.npz] [--settle SECONDS] [--rounds N] [--json]');
  process.exit(2);
}
const browser = ['chromium', 'google-chrome'].find(name => spawnSync(name, ['--version']).status === 0);
if (!browser) {
  console.error('memory.mjs: no Chromium on this machine: neither chromium nor google-chrome is in PATH');
  process.exit(1);
}
const signature = readSignature(readFileSync(module));
const inputs = inputsOf(signature, caseFile);
let emptyBytes = Infinity, bytes = Infinity;
for (let round = 0; round < Number(values.rounds); ++round) {
  emptyBytes = Math.min(emptyBytes, await measurePage(browser, false, module, inputs, Number(values.settle)));
  bytes = Math.min(bytes, await measurePage(browser, true, module, inputs, Number(values.settle)));
}
const report = { browser: String(spawnSync(browser, ['--version']).stdout).trim().replace(/ built on.*/, ''), emptyBytes, bytes, addedBytes: bytes - emptyBytes,
  linearMemoryBytes: signature.memory.pages * 65536, moduleBytes: statSync(module).size, weightBytes: signature.memory.weights.byteLength, storage: signature.weights.storage };
const mega = count => `${(count / 1e6).toFixed(1)} MB`;
console.log(values.json ? JSON.stringify(report)
  : `${report.browser}: ${mega(report.addedBytes)} over an empty page of ${mega(emptyBytes)}; linear memory ${mega(report.linearMemoryBytes)}, weights ${report.storage}`);
