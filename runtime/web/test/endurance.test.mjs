// Memory after many runs is what it was before. WASMIND_RUNS sets how many (make endurance).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Model, OperatorLibrary, Tensor } from '../dist/index.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const runs = Number(process.env.WASMIND_RUNS ?? 20000);
const keptByteLength = 1 << 20; // of what the engine keeps
const vector = name => new Uint8Array(readFileSync(new URL(`../../../build/abi/vectors/${name}.wasm`, import.meta.url)));

/** Bytes of what is alive: the heap, and arrays beside it. */
function usedBytes() {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function growth(name, count, once) {
  for (let run = 0; run < count / 10; run++) once(run);
  const before = usedBytes();
  for (let run = 0; run < count; run++) once(run);
  const after = usedBytes();
  console.log(`Node, ${name}: ${count} runs, ${before >> 10} KB before, ${after >> 10} KB after`);
  return after - before;
}

test('runs keep no memory', () => {
  const instance = Model.fromBytes(vector('keep_positive')).instantiate();
  const arrays = Array.from({ length: 18 }, (_, length) => new Float32Array(length).fill(1));
  assert.ok(growth('runs', runs, run => {
    if (run % 18 === 17) assert.throws(() => instance.run({ x: arrays[17] }));
    else instance.run({ x: arrays[run % 18] }, { copy: run % 3 !== 0 });
  }) < keptByteLength);
});

test('calls keep no memory', () => {
  const library = OperatorLibrary.fromBytes(vector('library')), a = new Float32Array(300), wrong = Tensor.from(new Float32Array(6), [2, 3]);
  const before = library.memoryBytes;
  assert.ok(growth('calls', runs, run => {
    library.call('Add', a, a);
    if (run % 8 === 0) assert.throws(() => library.call('Add', a, wrong));
    library.tensor('f32', [100]).free();
  }) < keptByteLength);
  assert.ok(library.memoryBytes - before <= 1 << 16);
});

test('growth is measured', () => {
  const kept = [];
  assert.ok(growth('100 bytes kept', 20000, () => kept.push(new Float64Array(13))) > keptByteLength);
});
