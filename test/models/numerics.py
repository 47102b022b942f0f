"""How tests compare arrays: by the one table of tolerances, test/tolerances.def."""
import pathlib
import re

import numpy as np

TABLE = pathlib.Path(__file__).resolve().parents[1] / "tolerances.def"
NAMES = {"f64": "float64", "f32": "float32", "f16": "float16", "bf16": "bfloat16"}
# dtype: (of each element, relative to 1 + its magnitude; relative to the largest magnitude of the array)
TOLERANCE = {NAMES[name]: (float(step), float(whole))
             for name, step, whole in re.findall(r"^TOLERANCE\((\w+), ([^,]+), ([^)]+)\)$", TABLE.read_text(), re.MULTILINE)}


def difference(actual, expected):
    """Largest |actual - expected| over the largest |expected|; not-a-number and infinities must stand in the same places."""
    actual, expected = np.asarray(actual, np.float64), np.asarray(expected, np.float64)
    finite = np.isfinite(expected)
    if not np.array_equal(actual[~finite], expected[~finite], equal_nan=True):
        return np.inf
    if not np.all(np.isfinite(actual[finite])):
        return np.inf
    if not finite.any():
        return 0.0
    scale = max(np.abs(expected[finite]).max(), np.finfo(np.float32).tiny)
    return float(np.abs(actual[finite] - expected[finite]).max() / scale)


def check(actual, expected, what, tolerance=None):
    """Fails unless shape and dtype are equal and the values agree as a whole; integers and bool exactly."""
    assert actual.dtype == expected.dtype, f"{what}: dtype {actual.dtype}, expected {expected.dtype}"
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, expected {expected.shape}"
    if expected.dtype.kind in "iub":
        wrong = int(np.count_nonzero(actual != expected))
        assert wrong == 0, f"{what}: {wrong} of {expected.size} elements differ"
        return
    allowed = TOLERANCE[str(expected.dtype)][1] if tolerance is None else tolerance
    found = difference(actual, expected)
    assert found <= allowed, f"{what}: differs by {found:.2e} of the largest value, allowed {allowed:.0e}"


def is_near(actual, expected):
    """Whether every element is as near to `expected`, of any dtype, as one operation of the dtype of `actual` must be."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    if actual.shape != expected.shape:
        return False
    if actual.dtype.kind in "iub":
        return np.array_equal(actual, expected)
    allowed = TOLERANCE[str(actual.dtype)][0]
    return np.allclose(actual.astype(np.float64), expected.astype(np.float64), rtol=allowed, atol=allowed, equal_nan=True)


def near(actual, expected, what=""):
    """Fails unless `is_near`."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, expected {expected.shape}"
    if not is_near(actual, expected):
        gap = np.abs(actual.astype(np.float64) - expected.astype(np.float64))
        raise AssertionError(f"{what}: differs by {np.nanmax(gap)} at {np.unravel_index(np.nanargmax(gap), gap.shape) if gap.shape else ()}")
