"""Operators at the corners of their element types: infinities, NaN, zeros of both signs, the largest and smallest numbers. As ONNX
Runtime has them, on each engine."""

import numpy as np
import pytest
from onnx import helper
from test_onnx_graphs import compile_model, graph, oracle, run

CORNERS = [0, 1, 0.5, 2, 3, 4, 2.5, 1 / 3, 5, 7, 1e-30, 1e20, 1e38, 3e38, 1.2e-38, 1e-45, 1023, 2**24, np.inf]
FLOATS = [np.float32, np.float64, np.float16]
KNOWN = [0, 0.5, -0.5, 1, -1, 2, -2, 3, 4, 1 / 3]
# How many units of the last place a function may be away from ONNX Runtime's, which is not exact itself.
UNITS = 8
# The same of sines, cosines and tangents of any f64, beside 1.
ANGLE_UNITS = 450


def corners(dtype):
    with np.errstate(all="ignore"):
        values = np.array([*CORNERS, *np.negative(CORNERS), np.nan]).astype(dtype) if np.dtype(dtype).kind == "f" else \
            np.array([0, 1, -1, 2, -2, 3, -3, 7, 31, 10**6 + 1, 2**31 - 1, -2**31], dtype)
    return np.concatenate([values, [np.negative(values[0])]]).astype(dtype)


def check(model, inputs, folder, units=UNITS, expected=None):
    result = compile_model(model, folder)
    assert result.returncode == 0, result.stderr
    wanted = expected or oracle(model, inputs)
    for engine, actual in run(folder, inputs).items():
        for name, value in wanted.items():
            got = actual[name]
            assert got.dtype == value.dtype and got.shape == value.shape
            with np.errstate(all="ignore"):
                step = units * np.finfo(value.dtype).eps * np.abs(value.astype(np.float64)) + 2 * float(np.finfo(value.dtype).smallest_subnormal)
                equal = (got == value) & (np.signbit(got) == np.signbit(value))
                near = (value != 0) & np.isfinite(value) & (np.abs(got.astype(np.float64) - value) <= step)
            wrong = np.argwhere(~(equal | near | (np.isnan(got) & np.isnan(value))))
            assert not len(wrong), f"{engine}: {name}{tuple(wrong[0])} is {got[tuple(wrong[0])]!r}, not {value[tuple(wrong[0])]!r}; {len(wrong)} of {got.size}"


@pytest.mark.parametrize("base", FLOATS, ids=lambda dtype: dtype.__name__)
def test_powers(base, tmp_path):
    """By exponents of the run and by known ones, which often become products and roots. Rows are bases, columns exponents."""
    nodes, inputs, constants = [], {"x": corners(base)[:, None]}, {}
    for exponent in (*FLOATS, np.int32, np.int64):
        kind = exponent.__name__
        inputs[f"y_{kind}"] = corners(exponent)[None, :]
        nodes.append(helper.make_node("Pow", ["x", f"y_{kind}"], [f"o_{kind}"]))
        for i, value in enumerate(KNOWN if exponent in (np.float32, np.float64) else [-2, -1, 2, 2**31 - 1] if exponent == np.int64 else []):
            constants[f"c_{kind}_{i}"] = np.array(value, exponent)
            nodes.append(helper.make_node("Pow", ["x", f"c_{kind}_{i}"], [f"o_{kind}_{i}"]))
    model = graph(nodes, {name: (array.dtype, array.shape) for name, array in inputs.items()}, [node.output[0] for node in nodes], constants, 15)
    check(model, inputs, tmp_path)


def test_angles_of_any_size(tmp_path):
    """Sines of numbers far beyond the period, whose every bit counts: of all exponents, and those that come nearest to a zero."""
    random = np.random.default_rng(7)
    values = np.ldexp(random.uniform(1, 2, 1000), np.linspace(-30, 1023, 1000).astype(int)) * random.choice([-1, 1], 1000)
    values = np.concatenate([values, [1e22, 6381956970095103 * 2.0**797, np.finfo(np.float64).max, -1e300, np.inf, -np.inf, np.nan]])
    model = graph([helper.make_node(name, ["x"], [name]) for name in ("Sin", "Cos", "Tan")], {"x": (np.float64, ["n"])}, ["Sin", "Cos", "Tan"])
    assert compile_model(model, tmp_path, f"--dim=n=1..{len(values)}").returncode == 0
    with np.errstate(invalid="ignore"):
        wanted = {"Sin": np.sin(values), "Cos": np.cos(values), "Tan": np.tan(values)}
    for engine, actual in run(tmp_path, {"x": values}).items():
        for name, value in wanted.items():
            error = np.abs(actual[name] - value) / (1 + value**2 if name == "Tan" else 1)
            assert np.array_equal(np.isnan(actual[name]), np.isnan(value)) and np.nanmax(error) <= ANGLE_UNITS * np.finfo(np.float64).eps, f"{engine}: {name}"
