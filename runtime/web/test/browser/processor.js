// An audio processor that doubles its input with the model, one block of 128 samples per call.
import { Model } from '/dist/index.js';

registerProcessor('doubler', class extends AudioWorkletProcessor {
  constructor({ processorOptions: { module } }) {
    super();
    this.instance = Model.fromModule(module).instantiate();
    this.x = this.instance.input('x', [128]);
  }

  process([[input]], [[output]]) {
    if (input) this.x.set(input);
    output.set(this.instance.run({}, { copy: false }).y.data);
    return true;
  }
});
