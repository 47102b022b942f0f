// node state.mjs MODULE.wasm LENGTH: feeds 1/1, 1/2, 1/3 ... to all inputs twice, with a reset between, and once to another
// instance; prints what the output y was, and the signature's state, as JSON.
import { readFileSync } from 'node:fs';
import { Model, Tensor } from '../../runtime/web/dist/index.js';

const [file, length] = process.argv.slice(2);
const model = Model.fromBytes(readFileSync(file)), instance = model.instantiate();
const [entry] = instance.signature.functions;
const play = player => Array.from({ length: Number(length) }, (_, run) => {
  const inputs = entry.inputs.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1 / (run + 1));
    return [name, new Tensor('f32', data, shape)];
  });
  return [...player.run(Object.fromEntries(inputs)).y.data];
});
const first = play(instance);
instance.reset();
const second = play(instance), other = play(model.instantiate());
console.log(JSON.stringify({ first, second, other, state: entry.state.map(({ name, output, shape }) => ({ name, output, shape })) }));
