"""Tensors that share the storage of others, as arguments of graphs and of operators: python views.py none|Erf|all|fuse. Prints {call: largest difference
from numpy} as JSON. None of the operators is Erf, so that all of MindSpore's own run beside a plug-in there."""
import json
import sys

import numpy as np

import wasmind.mindspore

WHICH = sys.argv[1]
if WHICH != "none":
    wasmind.mindspore.enable("all" if WHICH == "fuse" else WHICH, fuse=WHICH == "fuse")
import mindspore as ms  # noqa: E402
from mindspore import Tensor, mint, ops  # noqa: E402


def chain(x):
    return ops.relu(x + 1) * x - 2


def own(x):
    return ops.atan(x) + ops.asinh(x)


def product(x):
    return ops.matmul(x, ops.ones((6, 3), ms.float32))


def inner(x):
    y = mint.transpose(x, 0, 1)
    return ops.atan(y) * mint.narrow(y, 0, 1, 1)


FORMULAS = {chain: lambda x: np.maximum(x + 1, 0) * x - 2, own: lambda x: np.arctan(x) + np.arcsinh(x), product: lambda x: x @ np.ones((6, 3), np.float32),
            inner: lambda x: np.arctan(x.T) * x.T[1:2]}
ELEMENTS = np.random.default_rng(1).normal(0, 1, (8, 6)).astype(np.float32)
kernel = wasmind.mindspore.fuse(chain, Tensor(ELEMENTS[:4]))


def fused(x):
    return kernel(x)


FORMULAS[fused] = FORMULAS[chain]
whole = Tensor(ELEMENTS)
VIEWS = {"every other row": (whole[::2], ELEMENTS[::2]), "rows": (whole[2:6], ELEMENTS[2:6]),
         "transposed": (mint.transpose(Tensor(np.ascontiguousarray(ELEMENTS[:4].T)), 0, 1), ELEMENTS[:4]),
         "broadcast": (mint.broadcast_to(whole[3:4], (4, 6)), np.broadcast_to(ELEMENTS[3:4], (4, 6))),
         "columns": (mint.narrow(Tensor(np.tile(ELEMENTS[:4], 2)), 1, 3, 6), np.tile(ELEMENTS[:4], 2)[:, 3:9])}
found = {}
for name, (view, array) in VIEWS.items():
    for fn, formula in FORMULAS.items():
        for mode, call in (("graph", ms.jit(fn)), ("pynative", fn)):
            found[f"{name}, {fn.__name__}, {mode}"] = float(np.abs(call(view).asnumpy() - formula(array)).max())
print(json.dumps({"views": [not view.is_contiguous() or view.storage_offset() != 0 for view, _ in VIEWS.values()], "found": found}))
