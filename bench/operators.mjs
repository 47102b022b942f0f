#!/usr/bin/env node
// Times operators of a library on Node: one line of JSON per request line {name, dtypes, shapes, attributes?, inner?}, being
// those of the inputs and of the output, as bench/operators.py sends them. Tensors lie in the library's memory.
//   node bench/operators.mjs LIBRARY.wasm
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { OperatorLibrary } from 'wasmind';

const library = OperatorLibrary.fromBytes(readFileSync(process.argv[2]));

/** Fastest of the runs in a third of a second, at least three; in microseconds. */
function best(run, inner = 1) {
  let fastest = Infinity, runs = 0;
  for (const began = performance.now(); runs < 3 || performance.now() - began < 333; ++runs) {
    const start = performance.now();
    for (let i = 0; i < inner; ++i) run();
    fastest = Math.min(fastest, (performance.now() - start) / inner);
  }
  return 1000 * fastest;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { name, dtypes, shapes, attributes, inner } = JSON.parse(line);
  const tensors = shapes.map((shape, i) => library.tensor(dtypes[i], shape));
  const out = tensors.at(-1), inputs = tensors.slice(0, -1), options = { ...attributes, out };
  inputs.forEach(({ data }) => data.forEach((_, i) => { data[i] = i % 7; }));
  const result = name === 'copy' ? best(() => out.data.set(inputs[0].data)) : best(() => library.call(name, ...inputs, options), inner ?? 1);
  tensors.forEach(tensor => tensor.free());
  console.log(JSON.stringify({ microseconds: result }));
}
