import { byteWidth, viewArray, type DType, type TypedArray } from './dtype.ts';

/** Nearest integer; a half goes to the even one (IEEE 754). */
function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** The pattern of the f16 nearest to `value` (IEEE 754 binary16). */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0, magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Below the normal numbers all have the same step; above, a step is 2^-10 of the power of two below.
  const exponent = magnitude < 2 ** -14 ? -14 : Math.floor(Math.log2(magnitude));
  const power = 2 ** exponent > magnitude && exponent > -14 ? exponent - 1 : exponent;
  // A mantissa that rounds up to the next power of two carries into the exponent, as it should.
  return sign | (((power + 14) << 10) + roundToEven(magnitude / 2 ** (power - 10)));
}

/** The pattern of the bf16 nearest to `value`: the upper half of an f32. */
function brainBits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const bits = new Uint32Array(new Float32Array([value]).buffer)[0];
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function patternOf(dtype: DType, value: number): number {
  return dtype === 'f16' ? halfBits(value) : dtype === 'bf16' ? brainBits(value) : value;
}

/** One element of `dtype` with this value, or undefined when the value is none of that type. Floats are rounded. */
export function elementOf(dtype: DType, value: number | bigint | boolean): TypedArray | undefined {
  const element = viewArray(dtype, new ArrayBuffer(byteWidth(dtype)), 0, 1);
  if (dtype === 'bool') {
    if (![0, 1].includes(Number(value))) return undefined;
    element[0] = Number(value);
  } else if (typeof value === 'boolean') {
    return undefined;
  } else if (element instanceof BigInt64Array || element instanceof BigUint64Array) {
    if (typeof value === 'number' && !Number.isSafeInteger(value)) return undefined;
    element[0] = BigInt(value);
    if (element[0] !== BigInt(value)) return undefined;
  } else if (dtype.startsWith('i') || dtype.startsWith('u')) {
    element[0] = Number(value);
    // 5n == 5, and neither is 5.5 nor what wrapped.
    if (element[0] != value) return undefined;
  } else {
    if (typeof value === 'bigint') return undefined;
    element[0] = patternOf(dtype, value);
  }
  return element;
}
