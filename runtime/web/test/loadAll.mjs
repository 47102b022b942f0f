// Loads modules and makes instances of them, each under the eyes of the operating system: prints a line of JSON per module with
// its status ('Ok' or the error's code), the time, and by how much memory grew at most meanwhile.
//
//     node loadAll.mjs FILE...      or the names on standard input, one a line
import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Model, OperatorLibrary, readSignature, WasmindError } from '../dist/index.js';

/** A line of /proc/self/status in bytes (proc(5)). */
const memory = key => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;

function isLibrary(file) {
  try {
    return readSignature(readFileSync(file)).library !== undefined;
  } catch {
    return false; // Model.load says why
  }
}

/** Every asynchronous way to an instance, and where that works a run on zeros; 'Ok', or the code of what was thrown. */
async function statusOf(file, runs) {
  try {
    if (isLibrary(file)) {
      await OperatorLibrary.load(pathToFileURL(file));
      return ['Ok', ''];
    }
    const instance = await (await Model.load(pathToFileURL(file))).instantiateAsync();
    if (runs) for (const { name, inputs } of instance.signature.functions) {
      const min = new Map(instance.signature.dims.map(dim => [dim.name, dim.min]));
      for (const input of inputs) {
        const { buffer, byteOffset, byteLength } = instance.input(input.name, input.shape.map(extent => min.get(extent) ?? extent), name);
        new Uint8Array(buffer, byteOffset, byteLength).fill(0);
      }
      instance.run({}, { entry: name });
    }
    return ['Ok', ''];
  } catch (error) {
    if (error instanceof WasmindError) return [error.code, error.message];
    return ['foreign', String(error?.stack ?? error)];
  }
}

const runs = process.argv[2] === '--run', given = process.argv.slice(runs ? 3 : 2);
for (const file of given.length > 0 ? given : readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  globalThis.gc?.();
  writeFileSync('/proc/self/clear_refs', '5'); // the peak starts anew
  const before = memory('VmRSS'), start = performance.now(), [status, text] = await statusOf(file, runs);
  console.log(JSON.stringify({ file, status, text, milliseconds: performance.now() - start, memoryBytes: memory('VmHWM') - before }));
}
