// Small modules made byte by byte (core specification 5), so that these tests need no compiler.
import { byteWidth } from '../dist/index.js';

export const leb = value => {
  const bytes = [];
  do {
    bytes.push((value % 128) | (value >= 128 ? 0x80 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return bytes;
};
const signedLeb = value => {
  const bytes = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(byte & 0x40)) || (value === -1 && byte & 0x40)) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
};
const text = string => [...new TextEncoder().encode(string)];
const counted = bytes => [...leb(bytes.length), ...bytes];
const vector = items => [...leb(items.length), ...items.flat()];
const section = (id, bytes) => [id, ...counted(bytes)];
export const customSection = (name, contents) => section(0, [...counted(text(name)), ...contents]);

/** Instructions. */
export const op = {
  i32: value => [0x41, ...signedLeb(value | 0)],
  get: local => [0x20, local],
  set: local => [0x21, local],
  loadI32: offset => [0x28, 2, ...leb(offset)],
  storeI32: offset => [0x36, 2, ...leb(offset)],
  loadF32: offset => [0x2a, 2, ...leb(offset)],
  storeF32: offset => [0x38, 2, ...leb(offset)],
  add: [0x6a], mul: [0x6c], less: [0x48], addF32: [0x92], mulF32: [0x94],
  trap: [0x00],
  copy: [0xfc, 10, 0, 0],
};
/** for (local 0 = 0; local 0 < count; ++local 0) body; `count` and `body` are instructions. */
export const loop = (count, body) => [
  ...op.i32(0), ...op.set(0), 0x02, 0x40, 0x03, 0x40,
  ...op.get(0), ...count, ...op.less, 0x45, 0x0d, 1,
  ...body, ...op.get(0), ...op.i32(1), ...op.add, ...op.set(0), 0x0c, 0, 0x0b, 0x0b,
];

const I32_RESULT = 0, I32_ARGUMENT = 1;
/** Where the error text of every module made here lies. */
const errorAddress = 2048;

/**
 * A module with the exports of the contract.
 *
 * @param entries  { name: instructions that leave an i32 }
 * @param options  signature: object or text of the section (left out: no section); pages; error: text; data: [[offset, bytes]];
 *                 version: what wasmind_abi_version says; exports: names left out when false; sections: how many signatures
 */
export function assemble(entries, { signature, pages = 2, error = '', data = [], version = 1, without = [], imports = false, sections = 1 } = {}) {
  const functions = { ...entries, wasmind_error: op.i32(error ? errorAddress : 0), wasmind_abi_version: op.i32(version) };
  const names = Object.keys(functions), base = imports ? 1 : 0;
  const body = code => counted([...vector([[2, 0x7f]]), ...code, 0x0b]);
  const json = typeof signature === 'string' ? signature : JSON.stringify(signature);
  const segments = [...data, ...(error ? [[errorAddress, [...text(error), 0]]] : [])];
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, vector([[0x60, 0, 1, 0x7f], [0x60, 1, 0x7f, 1, 0x7f]])),
    ...(imports ? section(2, vector([[...counted(text('env')), ...counted(text('log')), 0, I32_ARGUMENT]])) : []),
    ...section(3, vector(names.map(() => [I32_RESULT]))),
    ...section(5, vector([[1, ...leb(pages), ...leb(pages)]])),
    ...section(7, vector([
      ...(without.includes('memory') ? [] : [[...counted(text('memory')), 2, 0]]),
      ...names.flatMap((name, i) => (without.includes(name) ? [] : [[...counted(text(name)), 0, ...leb(base + i)]])),
    ])),
    ...section(10, vector(names.map(name => body(functions[name])))),
    ...(segments.length ? section(11, vector(segments.map(([offset, bytes]) => [0, ...op.i32(offset), 0x0b, ...counted([...bytes])]))) : []),
    ...(signature === undefined ? [] : Array.from({ length: sections }, () => customSection('wasmind', text(json))).flat()),
  ]);
}

/** A signature with the given functions, and room for four extents. */
export function signatureOf({ inputs = [], outputs = [], state, dims = [], ...rest } = {}) {
  return {
    abi: 1,
    compiler: 'wasmind 0.1.0',
    source: { format: 'onnx', name: 'test.onnx' },
    features: [],
    dims,
    functions: [{ name: 'run', inputs, outputs, ...(state && { state }) }],
    memory: {
      pages: 2,
      stack: { offset: 0, byteLength: 1024 },
      extents: { offset: 65536, byteLength: 16 },
      arena: { offset: 65600, byteLength: 4096 },
      weights: { offset: 70000, byteLength: 1024 },
    },
    weights: { storage: 'inline' },
    operators: { Add: 1 },
    kernels: [],
    ...rest,
  };
}

export const tensorSpec = (name, dtype, shape, offset, bound = Infinity) => ({
  name, dtype, shape, offset,
  byteLength: shape.reduce((product, extent) => product * (typeof extent === 'string' ? bound : extent), byteWidth(dtype)),
});

export const inputAt = 65600, outputAt = 67008;

/** y[n] = x[n] + x[n], n up to 8. */
export function doubling(changes = {}, options = {}) {
  const address = [...op.get(0), ...op.i32(4), ...op.mul];
  const run = [
    ...loop([...op.i32(65536), ...op.loadI32(0)],
      [...address, ...address, ...op.loadF32(inputAt), ...address, ...op.loadF32(inputAt), ...op.addF32, ...op.storeF32(outputAt)]),
    ...op.i32(0),
  ];
  const signature = signatureOf({
    dims: [{ name: 'n', min: 1, max: 8, offset: 65536, derived: false }],
    inputs: [tensorSpec('x', 'f32', ['n'], inputAt, 8)],
    outputs: [tensorSpec('y', 'f32', ['n'], outputAt, 8)],
    ...changes,
  });
  return assemble({ run }, { signature, ...options });
}

/** y = x, any element type, fixed shape. */
export function copying(dtype, shape) {
  const x = tensorSpec('x', dtype, shape, inputAt), y = tensorSpec('y', dtype, shape, outputAt);
  const run = [...op.i32(outputAt), ...op.i32(inputAt), ...op.i32(x.byteLength), ...op.copy, ...op.i32(0)];
  return assemble({ run }, { signature: signatureOf({ inputs: [x], outputs: [y] }) });
}
