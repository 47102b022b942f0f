// node math.mjs MODULE INPUT OUTPUT: INPUT holds doubles, INPUT.json says which function takes which of them as its
// first and, behind those, second arguments; the results go to OUTPUT, as doubles one after the other.
import { readFileSync, writeFileSync } from "node:fs";

const [module, input, output] = process.argv.slice(2);
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)), {});
const bytes = readFileSync(input);
const jobs = JSON.parse(readFileSync(`${input}.json`, "utf8"));
const numbers = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
const results = [];
for (const { name, arity, count, at } of jobs) {
  const call = exports[name];
  for (let i = 0; i < count; ++i)
    results.push(arity === 1 ? call(numbers[at + i]) : call(numbers[at + i], numbers[at + count + i]));
}
writeFileSync(output, new Uint8Array(Float64Array.from(results).buffer));
