// Inputs from a seed, the same in every host of wasmind.
import { dtypes } from '../dist/abi.js';
import { Tensor } from '../dist/index.js';

/**
 * Full-period 32-bit generator: a Weyl sequence (2^32 over the golden ratio) through an avalanche of two multiplications
 * (constants: the low-bias integer hash found by C. Wellons' "hash prospector").
 */
function* words(seed) {
  for (let state = seed >>> 0;;) {
    state = (state + 0x9e3779b9) >>> 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    yield (z ^ (z >>> 15)) >>> 0;
  }
}

const f16Bits = value => {
  // |value| < 1 with 10 leading bits at most, so every case but zero is a normal or a rounded-down subnormal number.
  if (value === 0) return 0;
  const magnitude = Math.abs(value), exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const fraction = Math.floor(magnitude * 2 ** (10 - exponent)), isNormal = fraction >= 1024;
  return (value < 0 ? 0x8000 : 0) | (isNormal ? ((exponent + 15) << 10) + (fraction - 1024) : fraction);
};

/**
 * The largest extents that a first run allows, by name: at the multiple below the upper bound; those that the module
 * keeps are what they are at first, sums what their terms say.
 */
function extentsFor(dims) {
  const values = new Map(dims.map(({ name, min, max, multipleOf, initial }) => {
    const multiple = Math.floor(max / multipleOf) * multipleOf;
    return [name, initial ?? (multiple < min ? max : multiple)];
  }));
  for (const { name, equals } of dims)
    if (equals) values.set(name, equals.terms.reduce((sum, { dim, times }) => sum + times * values.get(dim), equals.plus));
  return values;
}

/**
 * One tensor per input of `spec`, at the largest extents that a first run allows. Elements are drawn one word each, in order:
 * floating point from [-1, 1) in steps of 2^-23 (f16 and bf16 cut off to their precision), integers and bools 0 or 1,
 * which are valid whether they stand for numbers, indices or flags.
 */
export function randomInputs(signature, spec, seed) {
  const bounds = extentsFor(signature.dims);
  const source = words(seed), word = new DataView(new ArrayBuffer(4));
  const draw = () => source.next().value;
  const unit = () => (draw() >>> 8) / 2 ** 23 - 1;
  const bit = () => draw() >>> 31;
  const elementOf = {
    f32: unit, f64: unit, f16: () => f16Bits(unit()),
    bf16: () => {
      word.setFloat32(0, unit());
      return word.getUint16(0);
    },
    i64: () => BigInt(bit()), u64: () => BigInt(bit()),
  };
  return Object.fromEntries(spec.inputs.map(({ name, dtype, shape }) => {
    const dims = shape.map(extent => (typeof extent === 'number' ? extent : bounds.get(extent)));
    const data = new dtypes[dtype].typedArray(dims.reduce((product, extent) => product * extent, 1));
    const next = elementOf[dtype] ?? bit;
    for (let i = 0; i < data.length; i++) data[i] = next();
    return [name, new Tensor(dtype, data, dims)];
  }));
}
