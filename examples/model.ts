// Loads a compiled model, runs it on zeros and prints what comes out.
//   node examples/model.ts model.wasm
// In a page, the module comes from `Model.load(new URL('model.wasm', import.meta.url))`; the rest is the same.
import { readFile } from 'node:fs/promises';
import { Model } from 'wasmind';

const model = await Model.load(await readFile(process.argv[2]));
const { dims, functions: [entry] } = model.signature;
const instance = model.instantiate();
console.log(`memory: ${instance.memoryBytes} bytes, fixed`);
for (const { name, dtype, shape } of entry.inputs) {
  // Named extents at their upper bound.
  const extents = shape.map(extent => dims.find(dim => dim.name === extent)?.max ?? Number(extent));
  // Gives a view into the model's memory, zero at first: what is written there is not copied again.
  instance.input(name, extents);
  console.log(`in   ${name}: ${dtype} [${extents.join(', ')}]`);
}
for (const [name, { dtype, dims: extents, data }] of Object.entries(instance.run()))
  console.log(`out  ${name}: ${dtype} [${extents.join(', ')}] = ${data.slice(0, 4).join(' ')}`);
