// Calls operators of a library: reads lines {name, inputs: [{dtype, shape, data}], attributes}, data in base64, and answers
// each with {outputs: [{dtype, shape, data}]} or {error}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { OperatorLibrary, Tensor } from 'wasmind';
import { dtypes } from '../../runtime/web/dist/abi.js';

const library = OperatorLibrary.fromBytes(readFileSync(process.argv[2]));

function decode({ dtype, shape, data }) {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return new Tensor(dtype, new dtypes[dtype].typedArray(bytes.buffer), shape);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { name, inputs, attributes } = JSON.parse(line);
  try {
    const outputs = [library.call(name, ...inputs.map(decode), attributes)].flat().map(({ dtype, dims, data }) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return { dtype, shape: dims, data: bytes.toString('base64') };
    });
    console.log(JSON.stringify({ outputs }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message) }));
  }
}
