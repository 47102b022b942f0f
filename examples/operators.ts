// Calls operators of a library: with arrays, with attributes by name, and in the library's own memory.
//   node examples/operators.ts wasm_ops.wasm      a library with Add, Softmax
import { readFile } from 'node:fs/promises';
import { OperatorLibrary, Tensor } from 'wasmind';

const library = await OperatorLibrary.load(await readFile(process.argv[2]));
const a = Tensor.from(Float32Array.of(0, 1, 2, 3, 4, 5), [2, 3]), b = Tensor.from(Float32Array.of(10, 20, 30), [3]);
const numbers = (values: Iterable<number>) => [...values].map(value => Number(value.toFixed(4))).join(' ');
console.log('Add', numbers(library.call('Add', a, b).data as Float32Array));
console.log('Softmax', numbers(library.call('Softmax', a, { axis: 0 }).data as Float32Array));
const x = library.tensor('f32', [3]), y = library.tensor('f32', [3]);
x.data.set(b.data as Float32Array); // in place: the call copies nothing
library.call('Add', x, x, { out: y });
console.log('in place', numbers(y.data as Float32Array));
x.free();
y.free();
