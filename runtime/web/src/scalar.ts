import { byteWidth, viewArray, type DType, type TypedArray } from './dtype.ts';

/** Nearest integer; a half goes to the even one (IEEE 754). */
function roundToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/**
 * The pattern of the 16-bit floating-point number nearest to `value` (IEEE 754, section 3.4).
 *
 * @param fractionBits 10 of f16, 7 of bf16.
 */
function sixteenBits(value: number, fractionBits: number): number {
  const bias = 2 ** (14 - fractionBits) - 1, infinity = (2 * bias + 1) << fractionBits;
  if (Number.isNaN(value)) return infinity | (1 << (fractionBits - 1));
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0, magnitude = Math.abs(value);
  if (magnitude >= 2 ** (bias + 1)) return sign | infinity;
  // Below the normal numbers all have the same step; the logarithm may be rounded up to the next power.
  const smallest = 2 ** (1 - bias), log = magnitude < smallest ? 1 - bias : Math.floor(Math.log2(magnitude));
  const exponent = 2 ** log > magnitude && log > 1 - bias ? log - 1 : log;
  // With the leading bit of normal numbers, which counts as one more in the exponent; rounding may carry into it.
  return sign | (((exponent + bias - 1) << fractionBits) + roundToEven(magnitude / 2 ** (exponent - fractionBits)));
}

/** One element of `dtype` with this value (abi/spec.md, "Numbers"), or undefined when it does not fit. */
export function elementOf(dtype: DType, value: number | bigint | boolean): TypedArray | undefined {
  const element = viewArray(dtype, new ArrayBuffer(byteWidth(dtype)), 0, 1);
  if (dtype === 'bool') {
    if (![0, 1].includes(Number(value))) return undefined;
    element[0] = Number(value);
  } else if (typeof value === 'boolean') {
    return undefined;
  } else if (element instanceof BigInt64Array || element instanceof BigUint64Array) {
    if (typeof value === 'number' && !Number.isInteger(value)) return undefined;
    element[0] = BigInt(value);
    if (element[0] !== BigInt(value)) return undefined;
  } else if (dtype.startsWith('i') || dtype.startsWith('u')) {
    element[0] = Number(value);
    // biome-ignore lint/suspicious/noDoubleEquals: 5n == 5, and neither is 5.5 nor what wrapped.
    if (element[0] != value) return undefined;
  } else {
    const number = Number(value);
    element[0] = dtype === 'f16' ? sixteenBits(number, 10) : dtype === 'bf16' ? sixteenBits(number, 7) : number;
  }
  return element;
}
