// Says what kind of files these are, with the magika model on the engine of Node.
//   node examples/identify_files.mjs magika.wasm config.min.json FILE...
// config.min.json stands beside the model in the `magika` package: its labels, and how many bytes of a file the model reads.
import { readFileSync } from 'node:fs';
import { Model, Tensor } from 'wasmind';

const [moduleFile, configFile, ...files] = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: node examples/identify_files.mjs magika.wasm config.min.json FILE...');
  process.exit(2);
}
const config = JSON.parse(readFileSync(configFile, 'utf8'));
const isSpace = (byte) => byte === 32 || (byte >= 9 && byte <= 13);

/** The model's view of a file: its first and its last bytes without surrounding white space, padded apart, i32[2048]. */
function features(data) {
  let from = 0, head = data.subarray(0, config.block_size), tail = data.subarray(-config.block_size);
  while (from < head.length && isSpace(head[from])) from++;
  head = head.subarray(from, from + config.beg_size);
  let to = tail.length;
  while (to > 0 && isSpace(tail[to - 1])) to--;
  tail = tail.subarray(Math.max(0, to - config.end_size), to);
  const row = new Int32Array(config.beg_size + config.end_size).fill(config.padding_token);
  row.set(head);
  row.set(tail, row.length - tail.length);
  return row;
}

const start = performance.now();
const model = await Model.load(readFileSync(moduleFile));
const instance = model.instantiate();
const loaded = performance.now();
let least = Infinity;
for (const file of files) {
  const bytes = features(readFileSync(file));
  const started = performance.now();
  const [scores] = Object.values(instance.run({ bytes: Tensor.from(bytes, [1, bytes.length]) }));
  least = Math.min(least, performance.now() - started);
  const best = scores.data.reduce((top, score, i) => (score > scores.data[top] ? i : top), 0);
  console.log(`  ${file.padEnd(36)} ${config.target_labels_space[best].padEnd(12)} ${(100 * scores.data[best]).toFixed(1).padStart(5)}%`);
}
console.log(`  loaded in ${(loaded - start).toFixed(1)} ms; a file takes ${least.toFixed(1)} ms`);
