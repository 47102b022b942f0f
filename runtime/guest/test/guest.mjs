// A library in Node, on the level of its exports: descriptors, arguments, calls, errors.
import { readFileSync } from "node:fs";

/** DLPack type code, bits and typed array by name. */
export const types = {
  f32: [2, 32, Float32Array], f64: [2, 64, Float64Array], i8: [0, 8, Int8Array], i16: [0, 16, Int16Array],
  i32: [0, 32, Int32Array], i64: [0, 64, BigInt64Array], u8: [1, 8, Uint8Array], u16: [1, 16, Uint16Array],
  u32: [1, 32, Uint32Array], u64: [1, 64, BigUint64Array], bool: [6, 8, Uint8Array],
  f16: [2, 16, Uint16Array], bf16: [4, 16, Uint16Array],
};

export const count = (shape) => shape.reduce((a, b) => a * b, 1);

/** Steps of dense row-major data, in elements. */
export function denseStrides(shape) {
  const strides = new Array(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; --axis) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

export class Guest {
  constructor(bytes) {
    this.exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), {}).exports;
    this.exports._initialize?.();
  }
  static load(file) {
    return new Guest(readFileSync(file));
  }
  get view() {
    return new DataView(this.exports.memory.buffer);
  }
  get byteLength() {
    return this.exports.memory.buffer.byteLength;
  }
  allocate(byteLength) {
    const address = this.exports.wasmind_allocate(byteLength) >>> 0;
    if (!address) throw new Error("out of memory");
    return address;
  }
  free(address) {
    this.exports.wasmind_free(address);
  }
  get error() {
    const bytes = new Uint8Array(this.exports.memory.buffer);
    let end = this.exports.wasmind_error();
    const begin = end;
    while (bytes[end]) ++end;
    return new TextDecoder().decode(bytes.subarray(begin, end));
  }
  array(Type, address, length) {
    return new Type(this.exports.memory.buffer, address, length);
  }

  /** Writes a descriptor; any field of a DLTensor may be given. */
  describe({ data, type, shape, strides = null, byteOffset = 0n, device = 1, rank = shape.length, code, bits, lanes = 1 }) {
    const address = this.allocate(40 + 16 * 16);
    const view = this.view;
    view.setUint32(address, data, true);
    view.setInt32(address + 4, device, true);
    view.setInt32(address + 8, 0, true);
    view.setInt32(address + 12, rank, true);
    view.setUint8(address + 16, code ?? types[type][0]);
    view.setUint8(address + 17, bits ?? types[type][1]);
    view.setUint16(address + 18, lanes, true);
    view.setUint32(address + 20, shape.length ? address + 40 : 0, true);
    view.setUint32(address + 24, strides ? address + 40 + 128 : 0, true);
    view.setBigUint64(address + 32, BigInt(byteOffset), true);
    shape.forEach((e, i) => view.setBigInt64(address + 40 + 8 * i, BigInt(e), true));
    strides?.forEach((s, i) => view.setBigInt64(address + 168 + 8 * i, BigInt(s), true));
    return address;
  }

  /** A dense tensor holding `values`. */
  tensor(type, shape, values = []) {
    const Type = types[type][2];
    const data = this.allocate(Math.max(count(shape), 1) * Type.BYTES_PER_ELEMENT);
    this.array(Type, data, count(shape)).set(values);
    return { descriptor: this.describe({ data, type, shape }), data, type, shape };
  }

  /** The elements a descriptor names, in row-major order. */
  read(descriptor) {
    const view = this.view;
    const rank = view.getInt32(descriptor + 12, true);
    const [code, bits] = [view.getUint8(descriptor + 16), view.getUint8(descriptor + 17)];
    const name = Object.keys(types).find((n) => types[n][0] === code && types[n][1] === bits);
    const shapeAt = view.getUint32(descriptor + 20, true);
    const stridesAt = view.getUint32(descriptor + 24, true);
    const words = (at) => Array.from({ length: rank }, (_, i) => Number(view.getBigInt64(at + 8 * i, true)));
    const shape = words(shapeAt);
    const strides = stridesAt ? words(stridesAt) : denseStrides(shape);
    const Type = types[name][2];
    const width = Type.BYTES_PER_ELEMENT;
    const first = view.getUint32(descriptor, true) + Number(view.getBigUint64(descriptor + 32, true));
    const values = [];
    const index = shape.map(() => 0);
    for (let i = count(shape); i > 0; --i) {
      const at = first + width * index.reduce((sum, x, axis) => sum + x * strides[axis], 0);
      values.push(this.array(Type, at, 1)[0]);
      for (let axis = rank - 1; axis >= 0 && ++index[axis] === shape[axis]; --axis) index[axis] = 0;
    }
    return { type: name, shape, values };
  }

  /** Writes arguments: a number is a tensor's address, {int}, {float}, {bool} attributes, null is None. */
  args(list) {
    const address = this.allocate(16 * list.length);
    const view = this.view;
    list.forEach((argument, i) => {
      const at = address + 16 * i;
      view.setBigInt64(at, 0n, true);
      view.setBigInt64(at + 8, 0n, true);
      if (argument === null) return;
      if (typeof argument === "number") {
        view.setInt32(at, 7, true);
        view.setUint32(at + 8, argument, true);
      } else if ("int" in argument) {
        view.setInt32(at, 1, true);
        view.setBigInt64(at + 8, BigInt(argument.int), true);
      } else if ("bool" in argument) {
        view.setInt32(at, 2, true);
        view.setBigInt64(at + 8, BigInt(argument.bool), true);
      } else if ("float" in argument) {
        view.setInt32(at, 3, true);
        view.setFloat64(at + 8, argument.float, true);
      } else {
        view.setInt32(at, argument.typeIndex, true);
      }
    });
    return address;
  }

  /** Calls an operator. Returns {status, error, args(i)}. */
  call(name, list) {
    const args = this.args(list);
    const result = this.allocate(16);
    const status = this.exports[`__tvm_ffi_${name}`](0, args, list.length, result);
    const outputs = list.map((_, i) => this.view.getUint32(args + 16 * i + 8, true));
    this.free(args);
    this.free(result);
    return { status, outputs };
  }

  /** Calls an operator whose outputs are None; returns the read outputs, which are freed. Throws the error's text. */
  run(name, list, outputs = 1) {
    const { status, outputs: addresses } = this.call(name, [...list, ...new Array(outputs).fill(null)]);
    if (status) throw new Error(this.error);
    return addresses.slice(list.length).map((address) => {
      const read = this.read(address);
      this.free(address);
      return read;
    });
  }
}
