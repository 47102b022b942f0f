// Calls operators of a library: reads lines {name, inputs: [{dtype, shape, strides, offset, data}], attributes}, data in base64,
// and answers each with {outputs: [{dtype, shape, data}]} or {error}. Inputs with strides lie in the library's memory.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { GuestTensor, OperatorLibrary, Tensor } from 'wasmind';
import { dtypes } from '../../runtime/web/dist/abi.js';

const library = OperatorLibrary.fromBytes(readFileSync(process.argv[2]));

function decode({ dtype, shape, strides, offset, data }) {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64')), elements = new dtypes[dtype].typedArray(bytes.buffer);
  if (!strides) return new Tensor(dtype, elements, shape);
  const whole = library.tensor(dtype, [elements.length]);
  whole.data.set(elements);
  const tensor = whole.strided(shape, strides, offset);
  whole.free();
  return tensor;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { name, inputs, attributes } = JSON.parse(line);
  try {
    const operands = inputs.map(decode);
    const made = [library.call(name, ...operands, attributes)].flat();
    const outputs = made.map(({ dtype, dims, data }) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return { dtype, shape: dims, data: bytes.toString('base64') };
    });
    for (const tensor of [...operands, ...made]) if (tensor instanceof GuestTensor) tensor.free();
    console.log(JSON.stringify({ outputs }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error.message) }));
  }
}
