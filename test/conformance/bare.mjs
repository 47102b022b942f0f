// Runs a module with nothing but the WebAssembly API: no library of ours, no imports.
//   node bare.mjs MODULE.wasm IN OUT
// IN: the inputs' bytes in the signature's order; OUT: receives the outputs' bytes. Extents of named dimensions are
// given as further arguments NAME=VALUE. Prints the memory's bytes before and after the run.
import { readFileSync, writeFileSync } from 'node:fs';

const [file, input, output, ...extents] = process.argv.slice(2);
const bytes = readFileSync(file);
const { module, instance } = await WebAssembly.instantiate(bytes);
const [section] = WebAssembly.Module.customSections(module, 'wasmind');
const signature = JSON.parse(new TextDecoder().decode(section));
const { memory, run, wasmind_error: errorText, wasmind_abi_version: version } = instance.exports;
if (version() !== 1) throw new Error(`ABI version ${version()}`);
const before = memory.buffer.byteLength;
const values = Object.fromEntries(extents.map((e) => e.split('=')));
for (const dim of signature.dims) if (!dim.derived) new Int32Array(memory.buffer)[dim.offset >> 2] = Number(values[dim.name]);

const width = { f64: 8, i64: 8, u64: 8, f32: 4, i32: 4, u32: 4, f16: 2, bf16: 2, i16: 2, u16: 2, i8: 1, u8: 1, bool: 1 };
const dims = () => Object.fromEntries(signature.dims.map((d) => [d.name, new Int32Array(memory.buffer)[d.offset >> 2]]));
const byteLength = (entry) =>
  entry.shape.reduce((n, extent) => n * (typeof extent === 'string' ? dims()[extent] : extent), width[entry.dtype]);

const data = readFileSync(input);
const { inputs, outputs } = signature.functions[0];
let at = 0;
for (const entry of inputs) {
  new Uint8Array(memory.buffer).set(data.subarray(at, at + byteLength(entry)), entry.offset);
  at += byteLength(entry);
}
const code = run();
if (code) {
  const text = new Uint8Array(memory.buffer).subarray(errorText());
  throw new Error(`run gave ${code}: ${new TextDecoder().decode(text.subarray(0, text.indexOf(0)))}`);
}
writeFileSync(output, Buffer.concat(outputs.map((e) => Buffer.from(memory.buffer, e.offset, byteLength(e)))));
console.log(before, memory.buffer.byteLength);
