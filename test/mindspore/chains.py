"""Graphs whose chains can be fused, in a script that knows nothing of wasm: python chains.py MODE OUT.npz SEED COUNT.

MODE graph computes COUNT + 1 random functions, networks, training, graphs of open shape; pynative what graphs give there.
"""
import importlib
import pathlib
import sys

import mindspore as ms
import numpy as np
import random_graphs
from mindspore import Tensor, nn, ops

results = {}


def keep(name, value):
    if isinstance(value, (tuple, list)):
        for i, each in enumerate(value):
            keep(f"{name}.{i}", each)
    else:
        results[name] = value.asnumpy()


def tensors(random):
    made = []
    for dtype, shape in random_graphs.INPUTS.values():
        drawn = random.integers(-9, 10, shape) if dtype.startswith("int") else random.integers(0, 2, shape) if dtype == "bool" else random.normal(0, 1, shape)
        made.append(Tensor(np.asarray(drawn, dtype)))
    return made


def functions(folder, seed, count):
    path = folder / f"functions_{pathlib.Path(sys.argv[2]).stem}.py"
    text = random_graphs.source(count, seed)
    # Beside halves the same in float32.
    path.write_text(text + text.replace("float16", "float32").replace("def f", "def wide_f"))
    sys.path.insert(0, str(folder))  # where graphs look up what the functions name
    module = importlib.import_module(path.stem)
    given = tensors(np.random.default_rng(seed))
    for i in range(count + 1):
        try:
            found = ms.jit(getattr(module, f"f{i}"))(*given)
            keep(f"f{i}", found)
            if any(each.dtype == ms.float16 for each in found):
                keep(f"f{i}.wide", ms.jit(getattr(module, f"wide_f{i}"))(*[x.astype(ms.float32) if x.dtype == ms.float16 else x for x in given]))
        except (TypeError, RuntimeError) as problem:  # MindSpore lacks an operator for an element type
            results[f"f{i}.refused"] = np.array(str(problem).strip().splitlines()[0])


class Residual(nn.Cell):
    """As in ResNet-18, narrow."""

    def __init__(self):
        super().__init__()
        self.stem = nn.SequentialCell(nn.Conv2d(3, 8, 3, pad_mode="same", has_bias=True), nn.BatchNorm2d(8), nn.ReLU())
        self.body = nn.SequentialCell(nn.Conv2d(8, 8, 3, pad_mode="same"), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, pad_mode="same"), nn.BatchNorm2d(8))
        self.short, self.relu, self.fc = nn.SequentialCell(nn.Conv2d(8, 8, 1), nn.BatchNorm2d(8)), nn.ReLU(), nn.Dense(8, 5)

    def construct(self, x):
        x = self.stem(x)
        return self.fc(self.relu(self.body(x) + self.short(x)).mean((2, 3)))


class Encoder(nn.Cell):
    """A layer of BERT."""

    def __init__(self, width=16, heads=2):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query, self.key, self.value, self.out = (nn.Dense(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm((width,)), nn.LayerNorm((width,))
        self.up, self.down, self.gelu = nn.Dense(width, 4 * width), nn.Dense(4 * width, width), nn.GELU(approximate=False)

    def split(self, x):
        batch, length, _ = x.shape
        return x.reshape((batch, length, self.heads, self.size)).transpose((0, 2, 1, 3))

    def construct(self, x, mask):
        scores = ops.matmul(self.split(self.query(x)), self.split(self.key(x)).swapaxes(-1, -2)) / self.size ** 0.5
        mixed = ops.matmul(ops.softmax(scores + (1.0 - mask) * -1e4, -1), self.split(self.value(x)))
        x = self.norm1(x + self.out(mixed.transpose((0, 2, 1, 3)).reshape(x.shape)))
        return self.norm2(x + self.down(self.gelu(self.up(x))))


def settled(net, random):
    for parameter in net.get_parameters():
        low, high = (0.5, 1.5) if parameter.name.rpartition(".")[2] in ("gamma", "moving_variance") else (-0.4, 0.4)
        parameter.set_data(Tensor(random.uniform(low, high, parameter.shape).astype(np.float32)))
    return net.set_train(False)


def networks(random):
    image, words = Tensor(random.normal(0, 1, (2, 3, 8, 8)).astype(np.float32)), Tensor(random.normal(0, 1, (2, 5, 16)).astype(np.float32))
    mask = Tensor(np.float32(np.arange(5) < 4).reshape(1, 1, 1, 5))
    residual, encoder = settled(Residual(), random), settled(Encoder(), random)
    keep("residual", ms.jit(residual)(image))
    keep("encoder", ms.jit(encoder)(words, mask))
    # Weights that change are seen by the next call.
    encoder.up.weight.set_data(encoder.up.weight * 2.0)
    keep("encoder_changed", ms.jit(encoder)(words, mask))
    return residual, image


def training(net, image):
    net.set_train()

    def loss(x):
        return ops.square(ops.tanh(net(x)) - 0.5).mean()

    optimizer = nn.Momentum(net.trainable_params(), 0.05, 0.9)
    step = ms.value_and_grad(loss, None, optimizer.parameters)
    for i in range(4):
        value, gradients = step(image)
        optimizer(gradients)
        keep(f"loss{i}", value)
    keep("trained", net.set_train(False)(image))


class Counter(nn.Cell):
    """Reads a parameter before, between and behind writing it."""

    def __init__(self):
        super().__init__()
        self.total = ms.Parameter(Tensor(np.full((4, 6), 0.25, np.float32)), name="total")

    def construct(self, x):
        before = ops.tanh(self.total * 2.0 + x)
        ops.assign(self.total, before + 0.5)
        between = ops.sin(self.total) * before - x
        ops.assign_add(self.total, ops.exp(x) * 0.125)
        return before, between, ops.tanh(self.total) * 3.0 + between


def states(x):
    net = ms.jit(Counter())
    for i in range(3):
        keep(f"counter{i}", net(x))


def whole_step(random):
    """Forward, backward and update in one graph."""
    net = settled(nn.SequentialCell(nn.Dense(6, 8), nn.Tanh(), nn.Dense(8, 4)), random)
    step = nn.TrainOneStepCell(nn.WithLossCell(net, nn.MSELoss()), nn.Momentum(net.trainable_params(), 0.1, 0.9)).set_train()
    x, y = (Tensor(random.normal(0, 1, (5, width)).astype(np.float32)) for width in (6, 4))
    for i in range(4):
        keep(f"step{i}", ms.jit(step)(x, y) if i else step(x, y))
    keep("stepped", net(x))


def chain(x):
    return ops.tanh(ops.exp(ops.sin(x)) * 0.5) + 1.0


def slope(x):
    return ops.grad(chain)(x)


def returns(x):
    """Cumulative sums are in no chain: one of exp and + cannot be, as a path from it leaves it and comes back."""
    a = ops.exp(x)
    return ops.tanh(a) * 0.5 + ops.cumsum(a, 0)


def crossing(x):
    """Two chains, each of which would need the other's result."""
    a, b = ops.sin(x), ops.cos(x)
    one, other = ops.cumsum(a, 0), ops.cumsum(b, 0)
    return (a + other) * 2.0, (b + one) * 3.0


def crossing_directly(x):
    a, b = ops.sin(ops.cumsum(x, 0)), ops.cos(ops.cumsum(x, 1))
    one, other = ops.cumsum(ops.tanh(a), 0) + b, ops.cumsum(ops.tanh(b), 1) + a
    return one * 2.0, other * 3.0


def several(x):
    """Inner results that are returned, used outside of the chain, or used twice."""
    a = ops.exp(x)
    b = ops.tanh(a) + a
    return a, b * b, ops.cumsum(b, 0), b


class Open(nn.Cell):
    def construct(self, x):
        return chain(x)


def gradients(x, mode):
    graph = ms.jit(chain)
    keep("slope_in_graph", ms.jit(slope)(x))
    keep("slope", ops.grad(chain)(x))
    keep("called", graph(x))
    if mode == "pynative":

        def calls(x):
            return graph(x) * x

        keep("slope_outside", ops.grad(calls)(x))
        keep("called_again", graph(x))


def shapes_of_chains(x):
    for function in (returns, crossing, crossing_directly, several):
        keep(function.__name__, ms.jit(function)(x))


def open_shapes(random):
    net = Open()
    net.set_inputs(Tensor(shape=[None, 6], dtype=ms.float32))
    for rows in (1, 5, 3):
        keep(f"open{rows}", net(Tensor(random.normal(0, 1, (rows, 6)).astype(np.float32))))
    graph = ms.jit(chain)
    for shape in ((2, 3), (4,), (), (0, 3), (2, 3)):
        keep(f"shape{shape}", graph(Tensor(random.normal(0, 1, shape).astype(np.float32))))


def main(mode, path, seed, count):
    ms.set_context(mode=ms.GRAPH_MODE if mode == "graph" else ms.PYNATIVE_MODE)
    ms.set_seed(3)
    random = np.random.default_rng(5)
    functions(pathlib.Path(path).resolve().parent, int(seed), int(count))
    net, image = networks(random)
    if mode == "graph":
        open_shapes(random)
    shapes_of_chains(Tensor(random.normal(0, 1, (4, 6)).astype(np.float32)))
    gradients(Tensor(random.normal(0, 1, (4, 6)).astype(np.float32)), mode)
    states(Tensor(random.normal(0, 1, (4, 6)).astype(np.float32)))
    training(net, image)
    whole_step(random)
    np.savez(path, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
