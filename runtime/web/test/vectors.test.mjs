// Every golden module of abi/vectors: accepted with the listed results, or refused with the listed code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dtypes } from '../dist/abi.js';
import { Model, Tensor, WasmindError } from '../dist/index.js';

const folder = mkdtempSync(join(tmpdir(), 'wasmind-vectors-'));
after(() => rmSync(folder, { recursive: true }));
execFileSync('python3', [fileURLToPath(new URL('../../../abi/vectors/generate.py', import.meta.url)), folder]);
const { vectors } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
assert.ok(vectors.length > 30);

/** Loads as a page would: the weights are fetched from beside the module. */
function load(t, file) {
  t.mock.method(globalThis, 'fetch', async url => {
    try {
      return new Response(readFileSync(join(folder, String(url))));
    } catch {
      return new Response('', { status: 404 });
    }
  });
  return Model.load(file);
}

const withCode = code => error => {
  assert.ok(error instanceof WasmindError, `${error?.stack}`);
  assert.equal(error.code, code, error.message);
  return true;
};
const arrayOf = (dtype, values) => dtypes[dtype].typedArray.from(values.map(value => (dtype.endsWith('64') && dtype !== 'f64' ? BigInt(value) : value)));

function check(model, { entry = 'run', inputs, outputs, status, text = '' }) {
  const { signature } = model, spec = signature.functions.find(({ name }) => name === entry), instance = model.instantiate();
  const tensors = Object.fromEntries(spec.inputs.map(({ name, dtype }) =>
    [name, new Tensor(dtype, arrayOf(dtype, inputs[name].values), inputs[name].shape)]));
  if (status) {
    assert.throws(() => instance.run(tensors, { entry }), error => withCode(status)(error) && error.message.includes(text));
    return;
  }
  const results = instance.run(tensors, { entry });
  assert.deepEqual(Object.keys(results), Object.keys(outputs));
  for (const [name, { shape, values }] of Object.entries(outputs)) {
    assert.deepEqual(results[name].dims, shape);
    assert.deepEqual([...results[name].data].map(Number), values);
  }
}

for (const { file, accept, cases, status } of vectors)
  test(`${file} is ${accept ? 'accepted' : `refused: ${status}`}`, async t => {
    if (!accept) return assert.rejects(async () => (await load(t, file)).instantiate(), withCode(status));
    const model = await load(t, file);
    // JavaScript cannot stop a running module; a page runs untrusted ones in a worker that it can terminate.
    for (const each of cases) if (each.timeLimitMs === undefined) check(model, each);
  });
