// Runs the model everywhere a page can, and posts { place: result or error } to the server.
import { Model, OperatorLibrary } from '/dist/index.js';

const model = await Model.load(new URL('/model.wasm', location.href));
const x = new Float32Array([1, 2, 3]);

const places = {
  async page() {
    return [...(await model.run({ x })).y.data];
  },
  async builds() {
    const chosen = await Model.load('/builds/');
    return [...(await chosen.run({ x })).y.data, ...chosen.notes];
  },
  async missingBuilds() {
    return Model.load('/none/').then(() => 'loaded', ({ code }) => code);
  },
  async worker() {
    const worker = new Worker('/worker.js', { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage({ module: model.module, x });
    });
  },
  async serviceWorker() {
    const registration = await navigator.serviceWorker.register('/worker.js', { type: 'module' });
    await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    // Another agent cluster: bytes get there, a compiled module does not.
    const bytes = await (await fetch('/model.wasm')).arrayBuffer();
    return new Promise(resolve => {
      port1.onmessage = ({ data }) => resolve(data);
      registration.active.postMessage({ bytes, x, port: port2 }, [port2]);
    });
  },
  async audioWorklet() {
    const context = new OfflineAudioContext(1, 512, 44100);
    await context.audioWorklet.addModule('/processor.js');
    const source = new ConstantSourceNode(context, { offset: 0.25 });
    const doubler = new AudioWorkletNode(context, 'doubler', { processorOptions: { module: model.module } });
    source.connect(doubler).connect(context.destination);
    source.start();
    const rendered = (await context.startRendering()).getChannelData(0);
    return [rendered[0], rendered[511]];
  },
  async operators() {
    const library = await OperatorLibrary.load(new URL('/operators.wasm', location.href));
    const guest = library.tensor('f32', [2]);
    guest.data.set([1, 2]);
    library.tensor('f32', [1 << 20]).free(); // the memory grows
    const sums = [...library.call('Add', guest, new Float32Array([3, 4])).data, ...library.call('Add', guest, new Float32Array([1, 1]), { out: guest }).data];
    return [...sums, ...library.call('Copy', guest.strided([2], [-1], 1)).data];
  },
  async operatorsWithinALimit() {
    const library = await OperatorLibrary.load(new URL('/operators.wasm', location.href), { maxMemoryBytes: 1 << 20 });
    const codes = [];
    for (const each of [library, await library.instantiateAsync(), OperatorLibrary.fromModule(library.module)])
      try {
        each.tensor('f32', [1 << 18]);
      } catch ({ code }) {
        codes.push(code, each.call('Copy', new Float32Array([5])).data[0]);
      }
    return codes;
  },
};

const results = {};
for (const [place, run] of Object.entries(places)) {
  try {
    results[place] = await run();
  } catch (error) {
    results[place] = String(error);
  }
}
await fetch('/result', { method: 'POST', body: JSON.stringify(results) });
