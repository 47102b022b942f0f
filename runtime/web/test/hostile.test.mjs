// Whatever a module asks for, loading it takes neither much memory nor much time, and ends.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Model, OperatorLibrary } from '../dist/index.js';

const here = name => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'wasmind-hostile-'));
after(() => rmSync(folder, { recursive: true }));
execFileSync('python3', [here('../../../abi/vectors/generate.py'), folder]);
const vectors = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')).vectors.filter(({ hostile }) => hostile);
assert.ok(vectors.length > 100);

test('hostile modules end in their status, soon, and take little memory', () => {
  // In a process of their own: one of them may take it down.
  const { stdout, stderr, status, signal } = spawnSync(
    process.execPath, ['--expose-gc', here('loadAll.mjs'), ...vectors.map(({ file }) => join(folder, file))],
    { encoding: 'utf8', timeout: 120_000, maxBuffer: 1 << 26 });
  const results = stdout.split('\n').filter(Boolean).map(line => JSON.parse(line));
  assert.equal(results.length, vectors.length, `ended at ${vectors[results.length]?.file} with ${signal ?? status}: ${stderr.slice(-2000)}`);
  const wrong = vectors.flatMap((vector, i) => {
    const { status: found, text, milliseconds, memoryBytes } = results[i], wanted = vector.status ?? 'Ok';
    return [
      ...(found !== wanted ? [`${vector.file}: ${found} in place of ${wanted}: ${text}`] : []),
      ...(text.includes('\n') ? [`${vector.file}: more than a line: ${text}`] : []),
      ...(milliseconds > 20_000 ? [`${vector.file}: ${milliseconds} ms`] : []),
      ...(memoryBytes > 2 ** 28 ? [`${vector.file}: ${memoryBytes} bytes`] : []),
    ];
  });
  assert.deepEqual(wrong, []);
});

test('what breaks a rule never reaches an engine', async () => {
  const isEngines = text => text.startsWith('the engine') || text.startsWith('the module does not start');
  const { compile, Module } = WebAssembly, reached = new Set();
  const spying = (name, real) => function (...given) {
    reached.add(name);
    return real(...given);
  };
  let refused = 0;
  try {
    for (const { file } of vectors) {
      const bytes = readFileSync(join(folder, file));
      for (const loads of bytes.includes('"library"') ? [Model, OperatorLibrary] : [Model])
        for (const [name, load] of [['load', () => loads.load(bytes)], ['fromBytes', async () => loads.fromBytes(bytes)]]) {
          WebAssembly.compile = spying(`${loads.name}.${name} of ${file}`, async () => { throw new WebAssembly.CompileError('not this time'); });
          WebAssembly.Module = spying(`${loads.name}.${name} of ${file}`, () => { throw new WebAssembly.CompileError('not this time'); });
          await assert.rejects(load(), error => {
            assert.ok(['InvalidModule', 'Unsupported', 'Limit'].includes(error.code), `${file}: ${error.stack}`);
            const isRule = !isEngines(error.message);
            if (isRule) assert.ok(!reached.has(`${loads.name}.${name} of ${file}`), `${loads.name}.${name} compiles ${file}, and then says: ${error.message}`);
            refused += isRule;
            return true;
          });
        }
    }
  } finally {
    Object.assign(WebAssembly, { compile, Module });
  }
  assert.ok(refused > 200, `${refused}`);
});

test('an export called then makes no promise of anything', { timeout: 10_000 }, async () => {
  const model = await Model.load(readFileSync(join(folder, 'hostile_exports_then.wasm')));
  await model.instantiateAsync();
  const four = Float32Array.of(1, 2, 3, 4);
  assert.deepEqual([...(await model.run({ a: four, b: four })).sum.data], [2, 4, 6, 8]);
});

const limitsOf = load => [
  [NaN, -1, 0.5, Infinity, -Infinity, 2 ** 53, '1000', 1000n, null, {}, [1000], true, Symbol('x')].map(value => () => load({ maxMemoryBytes: value })),
  [NaN, '1', -1].map(value => () => load({ maxCodeBytes: value })),
  [null, 5, 'x', () => {}].map(options => () => load(options)),
  [{ maxMemoryByte: 10 }, { maxmemorybytes: 10 }].map(options => () => load(options)),
].flat();

test('a limit that is none is refused', async () => {
  const bytes = readFileSync(join(folder, 'add.wasm')), library = readFileSync(join(folder, 'library.wasm'));
  const isRefused = error => error.code === 'InvalidArgument' && /option/.test(error.message);
  for (const load of [options => Model.load(bytes, options), async options => Model.fromBytes(bytes, options),
    options => OperatorLibrary.load(library, options), async options => OperatorLibrary.fromBytes(library, options),
    async options => Model.fromModule(new WebAssembly.Module(bytes), options)])
    for (const call of limitsOf(load)) await assert.rejects(async () => call(), isRefused);
  const over = text => error => error.code === 'Limit' && error.message.includes(text);
  for (const [loads, own] of [[[Model.load, async (...given) => Model.fromBytes(...given)], bytes],
    [[(...given) => OperatorLibrary.load(...given), async (...given) => OperatorLibrary.fromBytes(...given)], library]])
    for (const load of loads) {
      await assert.rejects(load(own, { maxMemoryBytes: 0 }), over('memory'));
      await assert.rejects(load(own, { maxCodeBytes: 10 }), over("code of"));
      await load(own, { maxMemoryBytes: 2 ** 32, maxCodeBytes: undefined });
    }
  // Nothing can be known of what somebody else compiled.
  for (const limit of ['maxMemoryBytes', 'maxCodeBytes']) {
    await assert.rejects(Model.load(new WebAssembly.Module(bytes), { [limit]: 2 ** 32 }), new RegExp(`load the bytes with ${limit}`));
    await assert.rejects(OperatorLibrary.load(new WebAssembly.Module(library), { [limit]: 2 ** 32 }), new RegExp(`load the bytes with ${limit}`));
  }
});

test('what was checked is what is compiled, whenever the bytes change', async () => {
  const good = readFileSync(join(folder, 'add.wasm')), evil = readFileSync(join(folder, 'memory_grows.wasm'));
  assert.equal(good.length, evil.length);
  let loaded = 0;
  for (let ticks = 0; ticks < 30; ticks++) {
    const bytes = new Uint8Array(good), loading = Model.load(bytes).catch(error => assert.equal(error.code, 'InvalidModule'));
    for (let tick = 0; tick < ticks; tick++) await null;
    bytes.set(evil);
    const model = await loading;
    model?.instantiate();
    if (model) loaded++;
  }
  assert.ok(loaded > 0);
});

test('the guard of README.md ends what does not end', { timeout: 30_000 }, async () => {
  const blocks = [...readFileSync(here('../README.md'), 'utf8').matchAll(/^```js\n\/\/ (\w+\.mjs)\n(.*?)^```/gms)];
  assert.deepEqual(blocks.map(([, name]) => name), ['owner.mjs', 'guard.mjs']);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(here('..'), join(folder, 'node_modules/wasmind'));
  for (const [, name, text] of blocks) writeFileSync(join(folder, name), text);
  const { runOnce } = await import(pathToFileURL(join(folder, 'owner.mjs')));
  const four = Float32Array.of(1, 2, 3, 4), inputs = { a: four, b: four };
  const { sum } = await runOnce(readFileSync(join(folder, 'add.wasm')), inputs, 10_000);
  assert.deepEqual([...sum.data], [2, 4, 6, 8]);
  await assert.rejects(runOnce(readFileSync(join(folder, 'spins.wasm')), inputs, 1000), /stopped after 1000 ms/);
  await assert.rejects(runOnce(readFileSync(join(folder, 'hostile_memory_twice.wasm')), inputs, 10_000), /more than one memory/);
});
