"""The guest's functions of <math.h>, run in Node, against the C library of this machine (below 1 ulp itself)."""
import ctypes
import json
import os
import pathlib
import re
import subprocess

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("WASMIND_BUILD", ROOT / "build"))
MODULE = BUILD / "runtime/guest/test/math.wasm"
LIBM = ctypes.CDLL("libm.so.6")

# Largest error in units in the last place, of double; README.md quotes it. Float functions are the double ones rounded.
ULPS = {"exp": 1, "exp2": 1, "exp10": 1, "expm1": 2, "sinh": 3, "cosh": 2, "tanh": 3, "log": 1, "log2": 1, "log10": 1, "log1p": 2,
        "asinh": 3, "acosh": 3, "atanh": 3, "pow": 1, "sin": 1, "cos": 1, "tan": 2, "asin": 2, "acos": 3, "atan": 1, "atan2": 2,
        "erf": 2, "erfc": 4, "fmod": 0, "hypot": 1, "ldexp": 0, "nextafter": 0, "round": 0, "fmin": 0, "fmax": 0}
TWO = {"pow", "atan2", "fmod", "hypot", "ldexp", "nextafter", "fmin", "fmax"}
# The reference is off by up to half a unit more than its result shows.
SLACK = 1


def arguments(name, single):
    """Ordinary, tiny, huge and special values; for functions of two arguments all pairs of the special ones."""
    random = np.random.default_rng(sum(name.encode()))
    kind = np.float32 if single else np.float64
    information = np.finfo(kind)
    special = np.array([0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1.5, 2.5, np.inf, -np.inf, np.nan, information.max, -information.max,
                        information.tiny, information.smallest_subnormal, -information.smallest_subnormal, 1 - information.eps / 2,
                        1 + information.eps, np.pi / 2, np.pi, 709.5, -745, 88.5, -103.5, 1e10, 4503599627370497.5, 1e300])
    with np.errstate(all="ignore"):
        special = special.astype(kind)
    parts = [random.normal(0, s, 2000) for s in (0.2, 1, 5, 40, 300)]
    parts += [random.uniform(-1, 1, 2000), random.uniform(0.5, 2, 4000), 1 + random.normal(0, 1e-6, 500)]
    parts.append(np.arange(-200, 200) * (np.pi / 4))
    largest = 38 if single else 300
    spread = 10.0 ** random.uniform(-largest, largest, 4000) * random.choice([-1, 1], 4000)
    x = np.concatenate([*parts, spread])
    with np.errstate(all="ignore"):
        x = x.astype(kind)
        if name not in TWO:
            return [np.concatenate([special, x])]
        if name == "ldexp":
            exponents = random.integers(-1100, 1100, len(x) + len(special)).astype(float)
            exponents[:3] = [2147483647, -2147483648, 0]
            return [np.concatenate([special, x]), exponents]
        y = random.permutation(x)
        if name == "pow":  # most of the spread would overflow
            base = np.exp(random.uniform(-20, 20, len(x))).astype(kind)
            y[::2] = (random.uniform(-30, 30, len(x)).astype(kind))[::2]
            x[::2] = base[::2]
            y[1::4] = np.rint(y[1::4] / 10)
        first, second = (grid.ravel() for grid in np.meshgrid(special, special))
        return [np.concatenate([first, x]).astype(kind), np.concatenate([second, y]).astype(kind)]


def reference(name, single, values):
    """The double function, also for float: the C library's own float functions are off by up to 2 ulp."""
    own = single and name == "nextafter"
    kind = ctypes.c_float if own else ctypes.c_double
    function = getattr(LIBM, name + ("f" if own else ""))
    function.restype = kind
    function.argtypes = [kind] if len(values) == 1 else [kind, ctypes.c_int if name == "ldexp" else kind]
    columns = [v.tolist() for v in values]
    if name == "ldexp":
        columns[1] = [int(e) for e in columns[1]]
    return np.array([function(*row) for row in zip(*columns)])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """(name, single): (arguments, results), all from one run of Node."""
    folder = tmp_path_factory.mktemp("math")
    jobs, numbers, inputs, at = [], [], {}, 0
    for name in ULPS:
        for single in (False, True):
            inputs[name, single] = arguments(name, single)
            count = len(inputs[name, single][0])
            jobs.append({"name": name + ("f" if single else ""), "arity": len(inputs[name, single]), "count": count, "at": at})
            for column in inputs[name, single]:
                numbers.append(column.astype(np.float64))
                at += count
    np.concatenate(numbers).tofile(folder / "input")
    (folder / "input.json").write_text(json.dumps(jobs))
    node = BUILD / "node/bin/node"
    subprocess.run([node, ROOT / "runtime/guest/test/math.mjs", MODULE, folder / "input", folder / "output"], check=True)
    output, at, found = np.fromfile(folder / "output"), 0, {}
    for key, values in inputs.items():
        found[key] = (values, output[at:at + len(values[0])])
        at += len(values[0])
    return found


@pytest.mark.parametrize("single", [False, True], ids=["double", "float"])
@pytest.mark.parametrize("name", list(ULPS))
def test_function(results, name, single):
    values, found = results[name, single]
    kind = np.float32 if single else np.float64
    precise = reference(name, single, values)
    with np.errstate(over="ignore"):
        expected = precise.astype(kind)
    rows = list(zip(*values, found, expected))
    wrong = [r for r in rows if np.isnan(r[-1]) != np.isnan(r[-2]) or np.isinf(r[-1]) != np.isinf(r[-2])
             or (r[-1] == 0 and r[-2] == 0 and np.signbit(r[-1]) != np.signbit(r[-2]) and name not in ("fmin", "fmax"))]
    assert not wrong, f"{len(wrong)} of {len(rows)}, for instance {wrong[:4]}"
    finite = np.isfinite(expected)
    # In units of the expected value; subnormal results have the unit of the smallest normal number.
    largest = np.nextafter(np.finfo(kind).max, kind(0))
    unit = np.spacing(np.clip(np.abs(expected[finite]), np.finfo(kind).tiny, largest)).astype(float)
    error = np.abs(found[finite] - precise[finite]) / unit
    worst = int(np.argmax(error))
    limit = 0.501 if single else ULPS[name] + SLACK if ULPS[name] else 0
    assert error[worst] <= limit, f"{error[worst]:.3f} ulp at {[v[finite][worst] for v in values]}: {found[finite][worst]!r}, expected {precise[finite][worst]!r}"


def test_every_function_of_the_header_is_tested():
    header = (ROOT / "runtime/guest/Math.h").read_text()
    declared = set(re.findall(r"^double (\w+)\(", header, re.MULTILINE))
    assert declared == set(ULPS)
    assert set(re.findall(r"^float (\w+)\(", header, re.MULTILINE)) == {f"{n}f" for n in declared}
