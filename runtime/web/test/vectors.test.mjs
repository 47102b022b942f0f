// Every golden module of abi/vectors, models and operator libraries: accepted with the listed results, or refused with the
// listed code.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dtypes } from '../dist/abi.js';
import { Model, OperatorLibrary, Tensor, WasmindError } from '../dist/index.js';

const folder = mkdtempSync(join(tmpdir(), 'wasmind-vectors-'));
after(() => rmSync(folder, { recursive: true }));
execFileSync('python3', [fileURLToPath(new URL('../../../abi/vectors/generate.py', import.meta.url)), folder]);
const { vectors, libraries } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
assert.ok(vectors.length > 30 && libraries.length > 0);

/** Fetches as a page would: files beside each other. */
function serve(t) {
  t.mock.method(globalThis, 'fetch', async url => {
    try {
      return new Response(readFileSync(join(folder, String(url))));
    } catch {
      return new Response('', { status: 404 });
    }
  });
}

/** With its weights from beside it. */
function load(t, file) {
  serve(t);
  return Model.load(file);
}

const withCode = code => error => {
  assert.ok(error instanceof WasmindError, `${error?.stack}`);
  assert.equal(error.code, code, error.message);
  return true;
};
const arrayOf = (dtype, values) => dtypes[dtype].typedArray.from(values.map(value => (dtype.endsWith('64') && dtype !== 'f64' ? BigInt(value) : value)));

function checkCall(instance, { entry = 'run', inputs, outputs, status, text = '', reset, extents = {} }) {
  if (reset === true) instance.reset();
  else if (reset) assert.throws(() => instance.reset(), withCode(reset));
  const spec = instance.signature.functions.find(({ name }) => name === entry);
  const given = spec.inputs.filter(({ name }) => inputs[name]).map(({ name, dtype }) => [name, new Tensor(dtype, arrayOf(dtype, inputs[name].values), inputs[name].shape)]);
  const call = () => {
    if (given.length === spec.inputs.length) return instance.run(Object.fromEntries(given), { entry });
    for (const [name, { data, dims }] of given) instance.input(name, dims, entry).set(data);
    return instance.run({}, { entry });
  };
  if (status) {
    assert.throws(call, error => withCode(status)(error) && error.message.includes(text));
    return;
  }
  const results = call();
  assert.deepEqual(Object.keys(results), Object.keys(outputs));
  for (const [name, { shape, values }] of Object.entries(outputs)) {
    assert.deepEqual(results[name].dims, shape);
    assert.deepEqual([...results[name].data].map(Number), values);
  }
  for (const [name, extent] of Object.entries(extents)) assert.equal(instance.extent(name), extent);
}

function check(model, each) {
  const instance = model.instantiate();
  for (const call of each.calls ?? [each]) checkCall(instance, call);
}

for (const { file, accept, cases, status, text = '' } of vectors)
  test(`${file} is ${accept ? 'accepted' : `refused: ${status}`}`, async t => {
    if (!accept) return assert.rejects(async () => (await load(t, file)).instantiate(), error => withCode(status)(error) && error.message.includes(text));
    const model = await load(t, file);
    // JavaScript cannot stop a running module; a page runs untrusted ones in a worker that it can terminate.
    for (const each of cases) if (each.timeLimitMs === undefined) check(model, each);
  });

const hex = bytes => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
const tensorOf = ({ dtype, shape, bytes }) => {
  const { buffer } = Uint8Array.from(Buffer.from(bytes, 'hex'));
  return new Tensor(dtype, new dtypes[dtype].typedArray(buffer), shape);
};
const guestTensorOf = (library, { dtype, shape, bytes, strided }) => {
  const tensor = library.tensor(dtype, shape), { data } = tensor;
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(Buffer.from(bytes, 'hex'));
  return strided ? tensor.strided(strided.shape, strided.strides, strided.offset) : tensor;
};

/** A number of a case: {integer} is a BigInt, {number} a Number; others are as JSON has them. */
const numberOf = each => (each.integer !== undefined ? BigInt(each.integer) : each.number !== undefined ? Number(each.number.replace('inf', 'Infinity')) : each);

/** One call of an operator, with tensors of this side or in the module's memory. */
function checkOperator(library, { operator, arguments: operands, attributes = {}, given, results, status, text }, make) {
  const operandOf = each => (each.strided ? guestTensorOf(library, each) : each.dtype ? make(library, each) : numberOf(each));
  const named = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, numberOf(value)]));
  const call = () => library.call(operator, ...operands.map(operandOf), { ...named, ...(given && { out: given.map(operandOf) }) });
  if (status) {
    assert.throws(call, error => {
      withCode(status)(error);
      assert.ok(error.message.includes(text), `${error.message} has not: ${text}`);
      return true;
    });
    return;
  }
  const outputs = [call()].flat();
  assert.equal(outputs.length, results.length);
  outputs.forEach((output, i) => {
    assert.deepEqual([output.dtype, output.dims, hex(output.data)], [results[i].dtype, results[i].shape, results[i].bytes]);
  });
}

for (const { file, accept, cases, status } of libraries)
  test(`library ${file} is ${accept ? 'accepted' : `refused: ${status}`}`, async t => {
    serve(t);
    if (!accept) return assert.rejects(OperatorLibrary.load(file), withCode(status));
    const bytes = readFileSync(join(folder, file));
    for (const make of [(_, each) => tensorOf(each), guestTensorOf]) {
      let library = await OperatorLibrary.load(file);
      for (const each of cases) {
        // JavaScript cannot stop a running module. A tensor of rank 9, or too large, does not get into the memory.
        if (each.timeLimitMs !== undefined) continue;
        if (make === guestTensorOf && (each.arguments[0]?.shape?.length > 8 || each.maxMemoryBytes !== undefined)) continue;
        const { maxMemoryBytes } = each;
        checkOperator(maxMemoryBytes === undefined ? library : OperatorLibrary.fromBytes(bytes, { maxMemoryBytes }), each, make);
        if (each.status !== 'Trap' && each.status !== 'InvalidModule') continue;
        assert.throws(() => library.call('Copy', new Float32Array(1)), error => withCode('InvalidArgument')(error) && /stopped before/.test(error.message));
        library = OperatorLibrary.fromBytes(bytes);
      }
    }
  });
