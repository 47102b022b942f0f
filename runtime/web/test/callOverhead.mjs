// What a call costs besides the work: `node callOverhead.mjs LIBRARY` adds two tensors of four f32 by the operator Add and
// prints {host, prepared, intoGuest, newGuest, copied}, microseconds per call, as runtime/host/test/CallOverhead.cpp does.
import { readFileSync } from 'node:fs';
import { OperatorLibrary, Tensor } from '../dist/index.js';

const roundCount = 25, callCount = 20000;

function microsecondsPer(call) {
  let best = Infinity;
  for (let round = 0; round < roundCount; round++) {
    const start = performance.now();
    for (let count = 0; count < callCount; count++) call();
    best = Math.min(best, ((performance.now() - start) * 1000) / callCount);
  }
  return Number(best.toFixed(3));
}

if (process.argv.length !== 3) {
  console.error('usage: node callOverhead.mjs wasm_ops.wasm');
  process.exit(2);
}
const library = OperatorLibrary.fromBytes(readFileSync(process.argv[2]));
const [a, b, sum] = [1, 2, 3].map(() => library.tensor('f32', [4]));
const left = Tensor.from(new Float32Array([1, 2, 3, 4])), right = Tensor.from(new Float32Array([10, 20, 30, 40]));
const result = Tensor.from(new Float32Array(4));
a.data.set(left.data);
b.data.set(right.data);
const into = { out: sum }, copiedInto = { out: result }, prepared = library.prepare('Add', a, b, into);

const measured = {
  host: 'Node',
  prepared: microsecondsPer(() => prepared.run()),
  intoGuest: microsecondsPer(() => library.call('Add', a, b, into)),
  newGuest: microsecondsPer(() => library.call('Add', a, b).free()),
  copied: microsecondsPer(() => library.call('Add', left, right, copiedInto)),
};
if (sum.data[3] !== 44 || result.data[3] !== 44) throw new Error('Add gave a wrong result');
console.log(JSON.stringify(measured));
