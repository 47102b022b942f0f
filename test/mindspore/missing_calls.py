"""The calls of missing.py: the primitive behind each, and what it should give."""
import dataclasses
import math

import numpy as np


def inputs():
    """What missing.py passes."""
    random = np.random.default_rng(3)
    return [random.normal(0, 2, shape).astype(np.float32) for shape in ((5, 7), (7,), (7,))]


def normalised(x, axes, epsilon):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def softmax(x, axes):
    power = np.exp(x - x.max(axes, keepdims=True))
    return power / power.sum(axes, keepdims=True)


@dataclasses.dataclass
class Call:
    primitive: str
    reference: object
    dtype: str = "float32"
    # Graphs replace the primitive by others before they look for a kernel.
    graph: bool = False


erf = np.vectorize(math.erf)
CALLS = {
    "gelu": Call("GeluExt", lambda x, w, b: x / 2 * (1 + erf(x / math.sqrt(2)))),
    "gelu_tanh": Call("GeluExt", lambda x, w, b: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3)))),
    "elu": Call("EluExt", lambda x, w, b: np.where(x < 0, 1.5 * np.expm1(x), x)),
    "leaky_relu": Call("LeakyReLUExt", lambda x, w, b: np.where(x < 0, 0.2 * x, x)),
    "mm": Call("Mm", lambda x, w, b: x @ x.T),
    "softmax_of_axes": Call("Softmax", lambda x, w, b: softmax(x, (0, 1))),
    "log_softmax": Call("LogSoftmaxExt", lambda x, w, b: np.log(softmax(x, 0)), graph=True),
    "layer_norm": Call("LayerNormExt", lambda x, w, b: normalised(x, 1, 1e-3) * w + b),
    "layer_norm_alone": Call("LayerNormExt", lambda x, w, b: normalised(x, (0, 1), 1e-5)),
    "layer_norm_mean": Call("LayerNormExt", lambda x, w, b: x.mean(1, keepdims=True)),
    "layer_norm_scale": Call("LayerNormExt", lambda x, w, b: 1 / np.sqrt(x.var(1, keepdims=True) + 1e-3)),
    "cumsum_in_float64": Call("CumsumExt", lambda x, w, b: np.cumsum(x, 0), dtype="float64"),
    "cumsum": Call("CumsumExt", lambda x, w, b: np.cumsum(x, 1)),
}
