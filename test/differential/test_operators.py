"""Every operator of the library in every element type, against numpy, on wasmtime and Node.

`REFERENCES` says in numpy what each operator means; a case is shapes to broadcast and values to fill them with: random
ones, and every pair of the type's special ones (NaN, infinities, zeros of both signs, the extremes of integers).
"""
import base64
import collections
import itertools
import json
import os
import subprocess

import numpy as np
import pytest
import wasmind
from differential import images, movement, products, recurrence, rows
from differential.values import NAMES, NUMPY, placed, random, specials, strided
from models import compiled

SHAPES = [((5,), (5,)), ((2, 3), (3,)), ((2, 1, 4), (3, 1)), ((), (7,)), ((17,), ()), ((0, 3), (3,)), ((1003,), (1003,)), ((3, 1, 5), (3, 4, 5))]


def tool(*arguments):
    result = compiled.tool("operators", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


OPERATORS = {row["name"]: row for row in json.loads(tool("--list", "--json"))}
VARIANTS = [(name, variant) for name, row in OPERATORS.items() for variant in range(len(row["variants"]))]


# --- what numpy says

def is_integer(x):
    return x.dtype.kind in "iu"


def div(a, b):
    if not is_integer(a):
        return a / b
    safe = np.where(b == 0, 1, b).astype(a.dtype)
    # Toward zero: the floor quotient is one too small where the signs differ and something is left.
    floor = a // safe
    quotient = floor + ((a % safe != 0) & ((a < 0) != (safe < 0))).astype(a.dtype)
    return np.where(b == 0, 0, quotient).astype(a.dtype)


def floor_divide(a, b):
    if is_integer(a):
        return np.floor_divide(a, b)
    computed = np.float32 if a.dtype == np.float16 else a.dtype
    return np.floor(a.astype(computed) / b.astype(computed)).astype(a.dtype)


def by_zero_is_zero(function):
    def safe(a, b):
        if not is_integer(a):
            return function(a, b)
        return np.where(b == 0, 0, function(a, np.where(b == 0, 1, b).astype(a.dtype))).astype(a.dtype)
    return safe


def wide(function):
    """Computed in f64 (f32 for f16, which the library computes in f32) and rounded once."""
    def narrow(*arrays):
        return np.asarray(function(*[a.astype(np.float64) for a in arrays])).astype(arrays[0].dtype)
    return narrow


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def erf(a):
    import math
    return np.vectorize(math.erf, otypes=[np.float64])(a)


def minus_extreme(function):
    """Sign and absolute value of the smallest integer wrap."""
    def wrapped(a):
        with np.errstate(all="ignore"):
            return function(a)
    return wrapped


def clamp6(a):
    return np.minimum(np.maximum(a, 0), 6)


PASSED = collections.defaultdict(set)
REFERENCES = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": div, "FloorDiv": by_zero_is_zero(floor_divide),
    "Mod": by_zero_is_zero(np.mod), "Pow": wide(np.power), "Maximum": np.maximum, "Minimum": np.minimum,
    "Neg": np.negative, "Abs": minus_extreme(np.abs), "Sign": np.sign, "Square": np.square, "Reciprocal": lambda a: (1 / a).astype(a.dtype),
    "Exp": wide(np.exp), "Log": wide(np.log), "Sqrt": np.sqrt, "Rsqrt": wide(lambda a: 1 / np.sqrt(a)), "Floor": np.floor, "Ceil": np.ceil,
    "Round": np.rint, "Sin": wide(np.sin), "Cos": wide(np.cos), "Tanh": wide(np.tanh), "Erf": wide(erf), "Sigmoid": wide(sigmoid),
    "ReLU": lambda a: np.maximum(a, np.zeros((), a.dtype)), "ReLU6": clamp6,
    "LeakyReLU": lambda a, alpha: np.where(a < 0, a * a.dtype.type(alpha), a), "PReLU": lambda a, b: np.where(a < 0, a * b, a),
    "ELU": lambda a, alpha: wide(lambda x: np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x))(a),
    "GeLU": wide(lambda a: 0.5 * a * (1 + erf(a / np.sqrt(2)))), "SiLU": wide(lambda a: a * sigmoid(a)),
    "HSwish": wide(lambda a: a * (clamp6(a + 3) / 6)), "HSigmoid": wide(lambda a: clamp6(a + 3) / 6),
    "Softplus": wide(lambda a: np.logaddexp(a, 0)),
    "Equal": np.equal, "NotEqual": np.not_equal, "Less": np.less, "LessEqual": np.less_equal, "Greater": np.greater, "GreaterEqual": np.greater_equal,
    "LogicalAnd": np.logical_and, "LogicalOr": np.logical_or, "LogicalNot": np.logical_not, "Select": np.where,
}
# Of operators that are not elementwise, each with its cases.
FILES = [images, movement, products, recurrence, rows]
CASES = collections.ChainMap(*[file.CASES for file in FILES])
REFERENCES |= collections.ChainMap(*[file.REFERENCES for file in FILES])
# Relative error in units of the type's epsilon; everything else is exact.
ULPS = {"Exp": 4, "Log": 4, "Pow": 16, "Rsqrt": 4, "Sin": 4, "Cos": 4, "Tanh": 8, "Erf": 8, "Sigmoid": 8, "ELU": 8, "GeLU": 16, "SiLU": 8,
        "HSwish": 4, "HSigmoid": 4, "Softplus": 8, "Reciprocal": 1, "Sqrt": 1}
# Absolute error beside it, for what cancels.
ABSOLUTE = {"Sin": 2, "Cos": 2, "Log": 2, "ELU": 2, "GeLU": 32, "Softplus": 2}
# The same of operators that compute f16 in f32, in units of the epsilon of f32 then.
WIDE_ULPS = rows.ULPS | recurrence.ULPS
WIDE_ABSOLUTE = rows.ABSOLUTE | recurrence.ABSOLUTE
# (1 / 6 is multiplied by, not divided by: an infinity times zero is not met because of the clamp.)
ATTRIBUTES = {"LeakyReLU": {"alpha": 0.25}, "ELU": {"alpha": 1.5}}
# Where the argument grows, the reduction of angles loses its meaning in the type.
LARGEST = {"Sin": 1e4, "Cos": 1e4}


# --- values

def cases(name, variant):
    """Pairs of inputs and attributes."""
    dtypes = [np.dtype(NUMPY[dtype]) for dtype in OPERATORS[name]["variants"][variant]["inputs"]]
    generator = np.random.default_rng(len(name) + variant)
    if name not in CASES:
        yield from elements(name, dtypes, generator)
        return

    def fill(shape, dtype):
        return np.asarray(random(generator, shape, dtype))

    for number, (inputs, attributes) in enumerate(CASES[name](dtypes, fill, generator)):
        kind = ("dense", "step", "backwards", "transposed")[number % 4]
        yield [strided(a, kind) for a in inputs], attributes


def elements(name, dtypes, generator):
    attributes = ATTRIBUTES.get(name, {})
    for shapes in SHAPES:
        chosen = [shapes[i % 2] for i in range(len(dtypes))] if len(dtypes) > 1 else [shapes[1]]
        yield [random(generator, shape, dtype) for shape, dtype in zip(chosen, dtypes)], attributes
    for _ in range(4):
        full = tuple(generator.integers(1, 6, generator.integers(1, 5)))
        chosen = [tuple(1 if generator.random() < 0.3 else extent for extent in full)[generator.integers(0, len(full)):] for _ in dtypes]
        yield [random(generator, shape, dtype) for shape, dtype in zip(chosen, dtypes)], attributes
    for kind in ("step", "backwards", "transposed"):
        yield [strided(random(generator, (3, 4), dtype), kind) for dtype in dtypes], attributes
    pairs = list(itertools.product(*[specials(dtype) for dtype in dtypes]))
    yield [np.array(column, dtype) for column, dtype in zip(zip(*pairs), dtypes)], attributes


# --- the two engines

@pytest.fixture(scope="module")
def library_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("operators") / "wasm_ops.wasm"
    tool("build", "-o", path)
    return path


class Wasmtime:
    """Arrays that are not dense lie in the library's memory with their strides, so that these reach the operator."""

    def __init__(self, library):
        self.library = wasmind.OperatorLibrary.load(library)

    def call(self, name, *inputs, **attributes):
        outputs = self.library.call(name, *map(self.operand, inputs), **attributes)
        return tuple(map(np.array, outputs)) if isinstance(outputs, tuple) else np.array(outputs)

    def operand(self, array):
        if array.flags.c_contiguous:
            return array
        elements, strides, first = placed(array)
        tensor = self.library.tensor(NAMES[array.dtype], elements.shape)
        tensor.numpy()[...] = elements
        return tensor.strided(array.shape, strides, first)

    def close(self):
        pass


class Node:
    """A process that calls operators: one line of JSON in, one out (operators.mjs). Arrays that are not dense as above."""

    def __init__(self, library):
        self.process = subprocess.Popen([compiled.node(), compiled.ROOT / "test/differential/operators.mjs", library], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def call(self, name, *inputs, **attributes):
        self.process.stdin.write(json.dumps({"name": name, "inputs": [*map(self.operand, inputs)], "attributes": attributes}) + "\n")
        self.process.stdin.flush()
        reply = json.loads(self.process.stdout.readline())
        assert "error" not in reply, reply["error"]
        results = [np.frombuffer(base64.b64decode(each["data"]), NUMPY[each["dtype"]]).reshape(each["shape"]) for each in reply["outputs"]]
        return results[0] if len(results) == 1 else tuple(results)

    @staticmethod
    def operand(array):
        elements, strides, first = (array, None, 0) if array.flags.c_contiguous else placed(array)
        return {"dtype": NAMES[array.dtype], "shape": array.shape, "strides": strides, "offset": first,
                "data": base64.b64encode(elements.tobytes()).decode()}

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


@pytest.fixture(scope="module")
def engines(library_file):
    both = {"wasmtime": Wasmtime(library_file), "node": Node(library_file)}
    yield both
    for engine in both.values():
        engine.close()


def compare(name, actual, expected, inputs):
    assert actual.dtype == expected.dtype and actual.shape == expected.shape, f"{actual.dtype}{actual.shape}, not {expected.dtype}{expected.shape}"
    is_float = expected.dtype.kind == "f"
    if name in images.REFERENCES:
        images.compare(name, actual, expected, inputs)
        return
    if is_float and name in products.REFERENCES:
        products.compare(actual, expected, inputs)
        return
    info = np.finfo(expected.dtype) if is_float else None
    if not is_float or (name not in ULPS and name not in WIDE_ULPS):
        same = actual == expected
        if is_float:
            same |= np.isnan(actual) & np.isnan(expected)
        assert same.all(), f"at {np.argwhere(~same)[0]}: {[a for a in inputs]} gives {actual[~same][0]}, not {expected[~same][0]}"
        return
    if name in ULPS:
        relative, absolute = ULPS[name] * info.eps, max(ABSOLUTE.get(name, 0) * info.eps, 2 * info.tiny)
    else:
        computed = np.finfo(np.promote_types(expected.dtype, np.float32))
        rounding = info.eps if computed.eps < info.eps else 0
        relative = WIDE_ULPS[name] * computed.eps + rounding
        absolute = max(WIDE_ABSOLUTE.get(name, 0) * computed.eps, 2 * (info.smallest_subnormal if rounding else info.tiny))
    close = np.isclose(actual.astype(np.float64), expected.astype(np.float64), rtol=relative, atol=absolute, equal_nan=True)
    shown = [a[~close][:4] if a.shape == close.shape else a for a in inputs]
    assert close.all(), f"{shown} gives {actual[~close][:4]}, not {expected[~close][:4]}"


def test_every_operator_has_a_reference():
    assert set(REFERENCES) == set(OPERATORS)


@pytest.mark.parametrize("engine", ["wasmtime", "node"])
@pytest.mark.parametrize("name,variant", VARIANTS, ids=[f"{name}-{'-'.join(OPERATORS[name]['variants'][v]['inputs'])}" for name, v in VARIANTS])
def test_operator_is_what_numpy_says(engines, engine, name, variant):
    results = [np.dtype(NUMPY[dtype]) for dtype in OPERATORS[name]["variants"][variant]["outputs"]]
    for inputs, attributes in cases(name, variant):
        if name in LARGEST:
            with np.errstate(invalid="ignore"):
                inputs = [np.where(np.abs(a) > LARGEST[name], 1, a).astype(a.dtype) for a in inputs]
        with np.errstate(all="ignore"):
            expected = REFERENCES[name](*inputs, **attributes)
        actual = engines[engine].call(name, *inputs, **attributes)
        for result, one, other in zip(results, *[each if isinstance(each, tuple) else (each,) for each in (actual, expected)], strict=True):
            compare(name, one, np.asarray(other).astype(result), inputs)
    PASSED[name, variant].add(engine)


def element_type(variant):
    """The column of a variant, as `wasmind operators --list` has it."""
    result = variant["outputs"][0]
    return result if result in variant["inputs"][:2] else variant["inputs"][0]


def page(passed):
    """docs/generated/operators.md: a tick where the variant passed on both engines, and the bytes of the operator's object."""
    sizes = {row["name"]: row["objectBytes"] for row in json.loads(tool("build", "--objects", compiled.ROOT / "build/operators", "--json"))["operators"]}
    columns = ["f32", "f64", "f16", "i8", "u8", "i16", "i32", "i64", "bool"]
    lines = ["# Operators of the library", "", "Made by `test/differential/test_operators.py` from what passed, on wasmtime and on Node: "
             "each operator in each element type (its", "result's, or its first input's where neither of the first two has that of the result) "
             "against numpy. *bytes*: of the object that has all of them.", "",
             f"| operator | {' | '.join(columns)} | bytes |", f"|---{'|---' * len(columns)}|---|"]
    for name, row in OPERATORS.items():
        ticks = {element_type(variant) for i, variant in enumerate(row["variants"]) if (name, i) in passed}
        lines.append(f"| {name} | {' | '.join('✓' if column in ticks else '' for column in columns)} | {sizes[name]:,} |")
    return "\n".join(lines) + "\n"


def test_page_is_what_passed():
    """Last of this file. WASMIND_WRITE_PAGES=1 writes the page instead."""
    if len(PASSED) < len(VARIANTS):
        pytest.skip("only after all the tests above have run and passed")
    text = page({key for key, engines in PASSED.items() if len(engines) == 2})
    file = compiled.ROOT / "docs/generated/operators.md"
    if os.environ.get("WASMIND_WRITE_PAGES"):
        file.write_text(text)
    assert file.exists() and file.read_text() == text, "docs/generated/operators.md is stale: run `make pages`"
