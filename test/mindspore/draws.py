"""Draws random numbers with the real MindSpore: `draws.py FOLDER`, for test_draws.py."""
import json
import pathlib
import sys

import mindspore as ms
import numpy as np
import wasmind
import wasmind.mindspore as wasm
from mindspore import mint, nn, ops

folder = pathlib.Path(sys.argv[1])
wasm.register_backend()
ms.manual_seed(0x1234567890)
x = ms.Tensor(np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4))
results = {}


class Sampled(nn.Cell):
    """The middle of a variational autoencoder."""

    def construct(self, mean, logarithm):
        return mean + ops.exp(logarithm * 0.5) * ops.randn_like(mean)


class Noisy(nn.Cell):
    """Functions of mint, which draw from MindSpore's own generator; the layer does not drop in inference mode."""

    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(p=0.5)

    def construct(self, x):
        return mint.rand_like(x) + self.dropout(x), mint.nn.functional.dropout(x, 0.25)


@ms.jit(backend="wasm")
def of_graph(x):
    return mint.randn(3, 4) + x, mint.randint(0, 10, (3, 4)), mint.normal(x, x * 0 + 2.0), mint.randperm(6)


@ms.jit(backend="wasm")
def of_loop(x):
    i = ms.Tensor(0)
    while i < 3:
        x = x + ops.rand_like(x)
        i = i + 1
    return x


def keep(name, values):
    for i, value in enumerate(values if isinstance(values, tuple) else (values,)):
        results[f"{name}{i}"] = value.asnumpy()


def refusal(compile):
    try:
        compile()
    except wasmind.WasmindError as error:
        return str(error)
    raise AssertionError("it compiles")


facts = {"unseeded": refusal(lambda: wasm.compile(Sampled(), x, x))}
sampled = wasm.compile(Sampled(), x, x, seed=7 << 32 | 5).instantiate()
for run in ("first", "second"):
    keep(f"sampled_{run}", sampled(x, x))
sampled.reset()
keep("sampled_reset", sampled(x, x))
net = Noisy()
before = [parameter.name for parameter in net.get_parameters()], ms.common.generator.default_generator._seed.name
noisy = wasm.compile(net, x).instantiate()
after = [parameter.name for parameter in net.get_parameters()], ms.common.generator.default_generator._seed.name
for run in ("first", "second"):
    keep(f"noisy_{run}", noisy(x))
for run in ("first", "second"):
    keep(f"graph_{run}", of_graph(x))
    keep(f"loop_{run}", of_loop(x))
# Without a seed, each graph gets one of its own.
keep("unseeded_first", ms.jit(Sampled(), backend="wasm")(x, x))
keep("unseeded_second", ms.jit(Sampled(), backend="wasm")(x, x))
ms.set_seed(11)
cauchy = ops.Cauchy([3, 4])


def add_cauchy(x):
    return x + cauchy()


keep("cauchy_compiled", wasm.compile(add_cauchy, x).instantiate()(x))
keep("cauchy_graph", ms.jit(add_cauchy, backend="wasm")(x))
results["x"] = x.asnumpy()
np.savez(folder / "results.npz", **results)
(folder / "facts.json").write_text(json.dumps(facts | {"stays": before == after}))
