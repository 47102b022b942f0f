// Times one ONNX model in onnxruntime-web and prints one line of JSON, as `wasmind run --json` does.
//   node bench/peers/onnxruntime-web.mjs MODEL.onnx [--inputs CASE.npz] [--repeat=20] [--settle=2]
// --settle: seconds of warm-up at least; V8 recompiles the runtime's hot functions in the background. memoryBytes is its
// linear memory at the end, codeBytes its .wasm file, weightBytes the model file.
import { parseArgs } from 'node:util';
import { readNpz } from '../../runtime/web/bin/npz.mjs';
import * as peer from '../onnxruntime.mjs';
import { rounded, summarise } from '../statistics.mjs';

const { values, positionals: [modelFile] } = parseArgs({
  allowPositionals: true,
  options: { inputs: { type: 'string' }, repeat: { type: 'string', default: '20' }, settle: { type: 'string', default: '2' } },
});
if (!modelFile) {
  console.error('usage: node bench/peers/onnxruntime-web.mjs MODEL.onnx [--inputs CASE.npz] [--repeat=20] [--settle=2]');
  process.exit(2);
}
try {
  const { session, loadMs, weightBytes } = await peer.load(modelFile);
  const tensors = values.inputs === undefined ? peer.drawInputs(session)
    : Object.fromEntries([...readNpz(values.inputs)].map(([name, tensor]) => [name.replace(/^in:/, ''), tensor]));
  const feeds = peer.feedsOf(session, tensors);
  const timed = async () => {
    const start = performance.now();
    await session.run(feeds);
    return performance.now() - start;
  };
  const firstMs = await timed(), warm = performance.now() + 1000 * Number(values.settle), times = [];
  while (performance.now() < warm) await timed();
  for (let n = 0; n < Math.max(1, Number(values.repeat)); n++) times.push(await timed());
  console.log(JSON.stringify({
    loadMs: rounded(peer.importMs + loadMs), firstMs: rounded(firstMs), ...summarise(times),
    memoryBytes: peer.memoryBytes(), codeBytes: peer.codeBytes, weightBytes,
  }));
} catch (error) {
  console.error(`wasmind: error: ${modelFile}: onnxruntime-web ${peer.version}: ${String(error?.message ?? error).split('\n')[0]}`);
  process.exit(1);
}
