// A worker and a service worker: runs the model it is sent, synchronously.
import { Model } from '/dist/index.js';

self.onmessage = ({ data: { module, bytes, x, port } }) => {
  const model = module ? Model.fromModule(module) : Model.fromBytes(bytes);
  (port ?? self).postMessage([...model.instantiate().run({ x }).y.data]);
};
