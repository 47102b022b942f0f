// Runs modules: reads lines {module, inputs: {name: {shape, data}}}, data in base64, and answers each with
// {outputs: {name: {shape, data}}} or {error}.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Model, Tensor } from 'wasmind';
import { dtypes } from '../../runtime/web/dist/abi.js';

for await (const line of createInterface({ input: process.stdin })) {
  const { module, inputs } = JSON.parse(line);
  try {
    const model = Model.fromBytes(readFileSync(module));
    const given = model.signature.functions[0].inputs.map(({ name, dtype }) => {
      const bytes = Uint8Array.from(Buffer.from(inputs[name].data, 'base64'));
      return [name, new Tensor(dtype, new dtypes[dtype].typedArray(bytes.buffer), inputs[name].shape)];
    });
    const outputs = Object.entries(model.instantiate().run(Object.fromEntries(given))).map(([name, { dims, data }]) => {
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      return [name, { shape: dims, data: bytes.toString('base64') }];
    });
    console.log(JSON.stringify({ outputs: Object.fromEntries(outputs) }));
  } catch (error) {
    console.log(JSON.stringify({ error: `${error.code ?? error.name}: ${error.message}` }));
  }
}
