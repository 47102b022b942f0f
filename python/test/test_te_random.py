"""Random formulas through the whole compiler and the engine, against numpy on index grids."""

import numpy as np
import pytest

import wasmind
from models import numerics
from wasmind import te

KINDS = ["plain", "plain", "plain", "strided", "sliding", "sliding", "constant", "reversed", "divided", "rest", "flat"]


class Formula:
    """A formula over a random domain; `te_element` and `numpy_element` say the same of both worlds."""

    def __init__(self, seed):
        rng = self.rng = np.random.default_rng(seed)
        self.parallel = int(rng.integers(1, 5))
        self.reductions = int(rng.integers(0, 4))
        self.extents = [int(rng.integers(1, 8)) for _ in range(self.parallel + self.reductions)]
        self.is_integer = rng.random() < 0.25
        self.reads = [self.read(i) for i in range(int(rng.integers(1, 4)))]
        self.kind = rng.choice(["sum", "sum", "sum", "max", "min"])
        self.shape = rng.choice(["product", "product", "sum", "function", "mixed"])
        self.epilogue = bool(rng.random() < 0.5)
        if rng.random() < 0.5:
            self.product()

    def product(self):
        """Two factors with the dimensions of a product or a convolution, in any order."""
        rng = self.rng
        roles = ["batch"] * int(rng.integers(0, 2)) + ["spatial"] * int(rng.choice([0, 0, 1, 2]))
        roles += ["group"] * int(rng.integers(0, 2)) + ["out"] * int(rng.integers(0, 3))
        roles = list(rng.permutation(roles or ["out"]))
        spatial = roles.count("spatial")
        channels = int(rng.integers(0, 3)) if spatial else int(rng.integers(1, 3))
        self.parallel, self.reductions = len(roles), spatial + channels
        self.extents = [int(rng.integers(1, 10)) for _ in range(self.parallel + self.reductions)]
        self.kind, self.shape = "sum", str(rng.choice(["product", "product", "function"]))
        image, weights, kernel = [], [], self.parallel
        for dim, role in enumerate(roles):
            if role == "spatial":
                image.append(("sliding", dim, kernel))
                weights.append(("plain", kernel))
                kernel += 1
            elif role == "batch":
                image.append(("plain", dim))
            elif role == "out":
                weights.append(("plain", dim))
            else:
                image.append(("plain", dim))
                weights.append(("plain", dim))
        for dim in range(self.parallel + spatial, len(self.extents)):
            image.append(("plain", dim))
            weights.append(("plain", dim))
        self.reads = [self.load(i, [axes[j] for j in rng.permutation(len(axes))]) for i, axes in enumerate((image, weights))]
        if rng.random() < 0.3:
            self.reads.append(self.load(2, [("plain", d) for d in range(self.parallel) if rng.random() < 0.5]))

    def load(self, number, axes):
        index, extents, guards = [], [], []
        for axis in axes:
            if axis[0] == "plain":
                index.append(lambda d, a=axis[1]: d[a])
                extents.append(self.extents[axis[1]])
            else:
                self.slide(axis[1], axis[2], index, extents, guards)
        return self.finished(number, index, extents, guards)

    def slide(self, a, b, index, extents, guards):
        rng = self.rng
        s, t, pad = int(rng.integers(1, 4)), int(rng.integers(1, 3)), int(rng.choice([0, 0, 1, 2]))
        size = (self.extents[a] - 1) * s + (self.extents[b] - 1) * t + 1 - 2 * pad + int(rng.integers(0, 2))
        if size < 1:
            pad, size = 0, (self.extents[a] - 1) * s + (self.extents[b] - 1) * t + 1

        def where(d):
            return d[a] * s + d[b] * t - pad

        index.append(where)
        extents.append(size)
        if pad:
            guards.append((where, size))

    def read(self, number):
        rng = self.rng
        free = list(rng.permutation(len(self.extents)))
        index, extents, guards = [], [], []
        for _ in range(int(rng.integers(1, 5))):
            kind = rng.choice(KINDS)
            if not free or kind == "constant":
                at = int(rng.integers(0, 3))
                index.append(lambda d, at=at: at + 0 * d[0])
                extents.append(at + 1)
                continue
            a = free.pop()
            ea = self.extents[a]
            slack = int(rng.integers(0, 2))
            if kind == "plain":
                index.append(lambda d, a=a: d[a])
                extents.append(ea)
            elif kind == "strided":
                s, o = int(rng.integers(1, 4)), int(rng.integers(0, 3))
                index.append(lambda d, a=a, s=s, o=o: d[a] * s + o)
                extents.append((ea - 1) * s + o + 1 + slack)
            elif kind == "reversed":
                index.append(lambda d, a=a, ea=ea: ea - 1 - d[a])
                extents.append(ea + slack)
            elif kind in ("divided", "rest"):
                c = int(rng.integers(1, 4))
                index.append((lambda d, a=a, c=c: d[a] // c) if kind == "divided" else (lambda d, a=a, c=c: d[a] % c))
                extents.append((ea - 1) // c + 1 if kind == "divided" else c)
            elif free:
                b = free.pop()
                eb = self.extents[b]
                if kind == "flat":
                    index.append(lambda d, a=a, b=b, eb=eb: d[a] * eb + d[b])
                    extents.append(ea * eb)
                else:
                    self.slide(a, b, index, extents, guards)
            else:
                index.append(lambda d, a=a: d[a])
                extents.append(ea)
        return self.finished(number, index, extents, guards)

    def finished(self, number, index, extents, guards):
        rng, shape = self.rng, tuple(extents)
        values = rng.integers(-4, 5, shape).astype(np.int32) if self.is_integer else rng.standard_normal(shape).astype(np.float32)
        return {"name": f"T{number}", "index": index, "guards": guards, "values": values,
                "function": int(rng.integers(0, 4)), "border": int(rng.random() < 0.3)}

    # What both worlds compute alike.
    def body(self, loads, exp):
        shaped = []
        for read, value in zip(self.reads, loads):
            shaped.append(exp(value) if read["function"] == 0 and not self.is_integer else value)
        result = shaped[0]
        for i, value in enumerate(shaped[1:]):
            if self.shape == "product":
                result = result * value
            elif self.shape == "sum":
                result = result - value
            else:
                result = result * value + loads[0] if i == 0 else result - value
        return result * 2 if self.shape == "function" else result

    def tensors(self):
        dtype = "int32" if self.is_integer else "float32"
        placeholders = [te.placeholder(read["values"].shape, dtype, read["name"]) for read in self.reads]
        axes = [te.reduce_axis(extent, f"r{i}") for i, extent in enumerate(self.extents[self.parallel:])]

        def element(*outer):
            d = [*outer, *(axis + 0 for axis in axes)]
            loads = []
            for tensor, read in zip(placeholders, self.reads):
                value = tensor[tuple(index(d) for index in read["index"])]
                if read["guards"]:
                    conditions = [c for where, size in read["guards"] for c in (where(d) >= 0, where(d) < size)]
                    value = te.select(te.all(*conditions), value, read["border"])
                loads.append(value)
            result = self.body(loads, te.exp)
            if axes:
                result = {"sum": te.sum, "max": te.max, "min": te.min}[self.kind](result, axis=axes)
            return te.max(result, 0) + 1 if self.epilogue else result

        return [*placeholders, te.compute(self.extents[: self.parallel], element, name="out")]

    def expected(self):
        d = list(np.indices(self.extents))
        loads = []
        for read in self.reads:
            at, inside = [], np.ones(self.extents, bool)
            for index, extent in zip(read["index"], read["values"].shape):
                i = index(d)
                inside &= (i >= 0) & (i < extent)
                at.append(np.clip(i, 0, extent - 1))
            value = read["values"][tuple(at)]
            loads.append(np.where(inside, value, np.array(read["border"], value.dtype)))
        result = self.body([l if self.is_integer else l.astype(np.float64) for l in loads], np.exp)
        over = tuple(range(self.parallel, len(self.extents)))
        if over:
            result = {"sum": np.sum, "max": np.max, "min": np.min}[self.kind](result, axis=over)
        return np.maximum(result, 0) + 1 if self.epilogue else result


@pytest.mark.parametrize("block", range(6))
def test_random_formulas(block):
    for seed in range(block * 40, block * 40 + 40):
        formula = Formula(seed)
        model = wasmind.compile(formula.tensors(), dims={})
        actual = model.run([read["values"] for read in formula.reads])["out"]
        expected = formula.expected()
        assert actual.shape == expected.shape
        assert numerics.difference(actual, expected) <= numerics.TOLERANCE["float32"][1], f"seed {seed}"
