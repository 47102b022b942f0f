"""f16 and bf16 in numpy, rounded once to nearest, ties to even, from any number type.

ml_dtypes and numpy go through float32 or float64 where they convert wide numbers; here the two neighbours are compared exactly.
"""
from fractions import Fraction

import ml_dtypes
import numpy as np

F16, BF16 = np.dtype(np.float16), np.dtype(ml_dtypes.bfloat16)
HALVES = {F16: (5, 10), BF16: (8, 7)}  # bits of exponent and mantissa


def every(dtype):
    """All 65536 numbers of a half."""
    return np.arange(65536, dtype=np.uint16).view(dtype)


def rounded(values, dtype):
    """The nearest halves to an array of float64, float32 or integers, by exact arithmetic on the bits of each number."""
    exponent_bits, mantissa_bits = HALVES[np.dtype(dtype)]
    lowest, infinity = 2 - 2 ** (exponent_bits - 1), ((1 << exponent_bits) - 1) << mantissa_bits  # exponent of subnormals
    result = np.empty(values.shape, np.uint16)
    for i, value in np.ndenumerate(values):
        if values.dtype.kind == "f" and not np.isfinite(value):
            result[i] = (infinity | 1 << (mantissa_bits - 1) if np.isnan(value) else infinity) | int(np.signbit(value)) << 15
            continue
        exact = abs(Fraction(float(value)) if values.dtype.kind == "f" else Fraction(int(value)))
        negative = bool(np.signbit(value)) if values.dtype.kind == "f" else int(value) < 0
        exponent = lowest
        if exact:
            exponent = max(lowest, exact.numerator.bit_length() - exact.denominator.bit_length())
            exponent -= exponent > lowest and exact < Fraction(2) ** exponent
        steps = round(exact / Fraction(2) ** (exponent - mantissa_bits))  # to even
        # Bits are ordered like numbers: a carry out of the mantissa is the next exponent.
        bits = steps if exponent == lowest else ((exponent - lowest) << mantissa_bits) + steps
        result[i] = min(bits, infinity) | negative << 15
    return result.view(dtype)


def cast(values, dtype):
    """An array in another type: truncated and saturated to integers (NaN gives 0), wrapped between integers."""
    dtype = np.dtype(dtype)
    if dtype in HALVES:
        wide = values.astype(np.float32) if values.dtype in HALVES else values.astype(np.int64) if values.dtype == bool else values
        return rounded(wide, dtype)
    if values.dtype in HALVES:
        values = values.astype(np.float32)
    if np.dtype(dtype) == np.bool_:
        return values != 0
    if dtype.kind not in "iu" or values.dtype.kind != "f":
        with np.errstate(over="ignore", invalid="ignore"):
            return values.astype(dtype)
    limits, result = np.iinfo(dtype), np.zeros(values.shape, dtype)
    for i, value in np.ndenumerate(values):
        if not np.isnan(value):
            result[i] = limits.max if value >= limits.max else limits.min if value <= limits.min else int(value)
    return result


def same(actual, expected):
    """Equal bits; any NaN is one."""
    if actual.dtype != expected.dtype or actual.shape != expected.shape:
        return False
    if actual.dtype.kind not in "fV":
        return np.array_equal(actual, expected)
    with np.errstate(invalid="ignore"):
        a, b = actual.astype(np.float64), expected.astype(np.float64)
    return bool(np.all((np.isnan(a) & np.isnan(b)) | ((a == b) & (np.signbit(a) == np.signbit(b)))))
