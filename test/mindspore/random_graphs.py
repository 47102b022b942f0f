"""Random functions of tensors as source text, for graphs that are to be fused: `source(count, seed)`.

Values are used by any number of others and returned from inside; they have several shapes, which broadcast, and element types; some come
from operators that no chain can hold, some functions branch on data or loop.
"""
import random

# Inputs of every function: element type and shape.
INPUTS = {"x": ("float32", (4, 6)), "y": ("float32", (4, 6)), "row": ("float32", (6,)), "column": ("float32", (4, 1)), "scalar": ("float32", ()),
          "deep": ("float32", (2, 4, 6)), "weights": ("float32", (6, 6)), "i": ("int32", (4, 6)), "j": ("int32", (6,)), "h": ("float16", (4, 6)),
          "d": ("float64", (4, 6)), "b": ("bool", (4, 6)), "small": ("int8", (4, 6))}
UNARY = {"float": ["ops.tanh({0})", "ops.sigmoid({0})", "ops.relu({0})", "ops.exp(ops.tanh({0}))", "ops.neg({0})", "ops.abs({0})", "ops.square({0})", "ops.sin({0})",
                   "ops.cos({0})", "ops.log(ops.abs({0}) + 1.5)", "ops.sqrt(ops.abs({0}) + 0.5)", "ops.rsqrt(ops.abs({0}) + 0.5)", "{0} * 0.5", "{0} + 1.5", "1 - {0}",
                   "{0} / 4", "2.0 / (ops.abs({0}) + 1)", "ops.erf({0})", "ops.relu6({0})", "ops.silu({0})", "ops.gelu({0})", "ops.elu({0})", "ops.maximum({0}, 0.25)"],
         "int": ["ops.neg({0})", "ops.abs({0})", "ops.relu({0})", "{0} * 3", "{0} + 7", "2 - {0}", "ops.square({0})"],
         "bool": ["ops.logical_not({0})"]}
BINARY = {"float": ["{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / (ops.abs({1}) + 1.0)", "ops.maximum({0}, {1})", "ops.minimum({0}, {1})"],
          "int": ["{0} + {1}", "{0} - {1}", "{0} * {1}", "ops.maximum({0}, {1})", "ops.minimum({0}, {1})"],
          "bool": ["ops.logical_and({0}, {1})", "ops.logical_or({0}, {1})"]}
# MindSpore's Rsqrt rounds halves twice, a kernel once; the difference from the square shows it.
HALVES = "def f{}(" + ", ".join(INPUTS) + "):\n    v = ops.rsqrt(ops.abs(h) + 0.6)\n    return v - ops.square(v),\n"
# Where chains end.
OTHER = ["ops.cumsum({0}, 0)", "ops.flip({0}, (0,))", "ops.cumsum({0}, -1)"]


def kind(dtype):
    return "bool" if dtype == "bool" else dtype.rstrip("0123456789")


def broadcast(one, other):
    """The shape of both together, or None."""
    length = max(len(one), len(other))
    one, other = (1,) * (length - len(one)) + one, (1,) * (length - len(other)) + other
    if any(a != b and 1 not in (a, b) for a, b in zip(one, other)):
        return None
    return tuple(max(pair) for pair in zip(one, other))


class Function:
    def __init__(self, name, chance):
        self.chance, self.lines, self.values = chance, [], dict(INPUTS)
        for _ in range(chance.randint(4, 14)):
            self.step()
        own = [value for value in self.values if value not in INPUTS]
        self.results = chance.sample(own, min(len(own), chance.randint(1, 3)))
        arguments = ", ".join(INPUTS)
        self.text = f"def {name}({arguments}):\n" + "".join(f"    {line}\n" for line in self.lines) + f"    return {', '.join(self.results)},\n"

    def pick(self, test=lambda dtype, shape: True):
        found = [name for name, each in self.values.items() if test(*each)]
        # What is newer more often, so that chains are long.
        return self.chance.choice(found[-6:] if self.chance.random() < 0.7 else found) if found else None

    def add(self, text, dtype, shape):
        name = f"v{len(self.values)}"
        self.lines.append(f"{name} = {text}")
        self.values[name] = dtype, shape
        return name

    def step(self):
        chance, roll = self.chance, self.chance.random()
        one = self.pick()
        dtype, shape = self.values[one]
        if roll < 0.35:
            self.add(chance.choice(UNARY[kind(dtype)]).format(one), dtype, shape)
        elif roll < 0.75:
            other = self.pick(lambda t, s: t == dtype and broadcast(s, shape) is not None)
            self.add(chance.choice(BINARY[kind(dtype)]).format(one, other), dtype, broadcast(self.values[other][1], shape))
        elif roll < 0.8 and kind(dtype) == "float" and shape[-1:] == (6,) and len(shape) == 2:
            product = self.add(f"ops.matmul({one}, weights.astype(ms.{dtype}))", dtype, shape)
            self.add(f"ops.tanh({product} * 0.2)", dtype, shape)
        elif roll < 0.84 and kind(dtype) != "bool":
            self.add(f"{one}.astype(ms.float32) * 0.125", "float32", shape)
        elif roll < 0.88 and kind(dtype) == "float" and len(shape) > 1:
            self.add(f"ops.softmax({one}, -1)", dtype, shape)
        elif roll < 0.91 and len(shape) > 1:
            self.add(f"{one}.reshape({shape[:-1] + (2, shape[-1] // 2) if shape[-1] % 2 == 0 else (1, *shape)})", dtype,
                     shape[:-1] + (2, shape[-1] // 2) if shape[-1] % 2 == 0 else (1, *shape))
        elif roll < 0.94 and dtype == "float32" and len(shape) > 0:
            self.add(chance.choice(OTHER).format(one), dtype, shape)
        elif roll < 0.97 and dtype in ("float32", "int32"):
            self.add(f"{one} < {chance.choice(['0.3', '1', '-0.7'])}", "bool", shape)
        else:
            self.branch(one, dtype, shape)

    def branch(self, one, dtype, shape):
        """A branch on data, or a loop whose length data decide; both sides give the same type and shape."""
        if kind(dtype) != "float":
            return
        name = f"v{len(self.values)}"
        unary = [each.format(name) for each in self.chance.sample(UNARY["float"], 3)]
        self.lines.append(f"{name} = {one}")
        if self.chance.random() < 0.5:
            self.lines += ["if scalar > 0.2:", f"    {name} = {unary[0]}", f"    {name} = {name} * 2.0", "else:", f"    {name} = {unary[1]}"]
        else:
            self.lines += ["count = scalar * 0 + 2.0", "while count > 0:", f"    {name} = ops.tanh({unary[0]})", f"    {name} = {name} + 0.5",
                           "    count = count - 1.0"]
        self.values[name] = dtype, shape


def source(count, seed):
    """`count` functions f0, f1, ... of INPUTS, each of which returns a tuple, and one more that is always the same."""
    chance = random.Random(seed)
    return "import mindspore as ms\nfrom mindspore import ops\n\n\n" + "\n\n".join(Function(f"f{i}", chance).text for i in range(count)) + "\n\n" + HALVES.format(count)
