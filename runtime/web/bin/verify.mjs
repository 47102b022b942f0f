// How far computed tensors are from expected ones.

/** IEEE 754 binary16 bits as a number. */
function fromF16(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 0x1f, fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));
/** bfloat16 bits, the upper half of a binary32, as a number. */
function fromBf16(bits) {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

const decoders = { f16: fromF16, bf16: fromBf16, f32: Number, f64: Number };

/**
 * Compares one output with what is expected of it.
 *
 * Floating point: the largest |actual - expected| over the largest finite |expected| must be within `tolerance`; NaN and
 * infinities must stand at the same places. Integers and bools must be equal.
 *
 * @returns {{maxDifference: number, maxExpected: number, relative: number, ok: boolean, reason: string}}
 */
export function compareTensors(actual, expected, tolerance) {
  const failed = reason => ({ maxDifference: Infinity, maxExpected: 0, relative: Infinity, ok: false, reason });
  if (actual.dtype !== expected.dtype) return failed(`element type ${actual.dtype} instead of ${expected.dtype}`);
  if (`${actual.dims}` !== `${expected.dims}`) return failed(`shape [${actual.dims.join(', ')}] instead of [${expected.dims.join(', ')}]`);
  const decode = decoders[actual.dtype];
  let maxDifference = 0, maxExpected = 0;
  for (let i = 0; i < expected.data.length; i++) {
    if (!decode) {
      if (actual.data[i] !== expected.data[i]) return failed(`element ${i} is ${actual.data[i]} instead of ${expected.data[i]}`);
      continue;
    }
    const a = decode(actual.data[i]), e = decode(expected.data[i]);
    if (Number.isFinite(e) && Number.isFinite(a)) {
      maxDifference = Math.max(maxDifference, Math.abs(a - e));
      maxExpected = Math.max(maxExpected, Math.abs(e));
    } else if (!Object.is(a, e)) {
      return failed(`element ${i} is ${a} instead of ${e}`);
    }
  }
  const relative = maxDifference === 0 ? 0 : maxDifference / maxExpected;
  return { maxDifference, maxExpected, relative, ok: relative <= tolerance, reason: '' };
}
