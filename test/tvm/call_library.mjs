// The same through the TypeScript host: node call_library.mjs LIBRARY.wasm < calls (call_library.cpp tells the form).
import { readFileSync, writeFileSync } from 'node:fs';
import { OperatorLibrary, Tensor } from 'wasmind';

const arrays = { f32: Float32Array, i32: Int32Array, i8: Int8Array };
const library = OperatorLibrary.fromBytes(readFileSync(process.argv[2]));
for (const line of readFileSync(0, 'utf8').trim().split('\n')) {
  const [name, ...words] = line.split(' '), operands = [];
  for (let at = 0; at < words.length; at += 3) {
    const [type, shape, file] = words.slice(at, at + 3), bytes = Uint8Array.from(readFileSync(file));
    operands.push({ file, tensor: new Tensor(type, new arrays[type](bytes.buffer), shape.split('x').map(Number)) });
  }
  const out = operands.pop();
  library.call(name, ...operands.map(({ tensor }) => tensor), { out: out.tensor });
  writeFileSync(out.file, new Uint8Array(out.tensor.data.buffer));
}
