"""How tests compare arrays: one table of tolerances per dtype."""
import numpy as np

# Largest difference allowed, relative to the largest magnitude of the expected array.
TOLERANCE = {"float64": 1e-9, "float32": 1e-4, "float16": 4e-3}


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
    """Fails unless shape and dtype are equal and the values agree; integers and bool exactly."""
    assert actual.dtype == expected.dtype, f"{what}: dtype {actual.dtype}, expected {expected.dtype}"
    assert actual.shape == expected.shape, f"{what}: shape {actual.shape}, expected {expected.shape}"
    if expected.dtype.kind in "iub":
        wrong = int(np.count_nonzero(actual != expected))
        assert wrong == 0, f"{what}: {wrong} of {expected.size} elements differ"
        return
    allowed = TOLERANCE[str(expected.dtype)] if tolerance is None else tolerance
    found = difference(actual, expected)
    assert found <= allowed, f"{what}: differs by {found:.2e} of the largest value, allowed {allowed:.0e}"
