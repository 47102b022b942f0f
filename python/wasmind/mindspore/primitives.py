"""MindSpore's primitives in terms of the library's operators: one row per primitive.

    python primitives.py      prints the rows as C lines PRIMITIVE(Name), for Plugin.cpp

The formula of a row gets `op` and then the primitive's inputs in MindSpore's order: arrays, numbers, tuples of integers or
None. op("Add", a, b) calls an operator of the library, op.dtype is the type of the first result, op.fit(x) gives an array or
number that type. It returns an array, or a tuple of arrays where the primitive has several results.

Only primitives whose parameters are inputs stand here: MindSpore calls a plug-in for those with attributes as well (Conv2D),
but without the attributes.
"""
import math

import numpy as np


class Primitive:
    """name: MindSpore's. operators: what the formula calls. builtin: whether MindSpore has a CPU kernel of its own."""

    def __init__(self, name, operators, formula, builtin=True):
        self.name, self.operators, self.formula, self.builtin = name, tuple(operators), formula, builtin


def same(name, operator=None):
    """A primitive that is one operator, with tensors for inputs."""
    operator = operator or name
    return Primitive(name, [operator], lambda op, *tensors: op(operator, *tensors))


def arithmetic(name):
    """Two tensors, of which MindSpore leaves one to be converted where their types differ (and integers to be divided)."""
    return Primitive(name, [name], lambda op, a, b: op(name, op.fit(a), op.fit(b)))


def comparison(name):
    """Two tensors, compared in the type that MindSpore promotes theirs to: a float wins over integers, then the wider."""
    def formula(op, a, b):
        if a.dtype != b.dtype:
            floats = [x.dtype for x in (a, b) if x.dtype.kind == "f"]
            dtype = floats[0] if len(floats) == 1 else np.promote_types(a.dtype, b.dtype)
            a, b = a.astype(dtype), b.astype(dtype)
        return op(name, a, b)

    return Primitive(name, [name], formula)


def scaled(op, x, alpha):
    return x if alpha == 1 else op("Mul", x, op.fit(alpha))


def gelu(op, x, approximate):
    """approximate: 0 = none, 1 = tanh, which is x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3)."""
    if not approximate:
        return op("GeLU", x)
    slope = 2 * math.sqrt(2 / math.pi)
    inner = op("Add", op("Mul", op("Square", x), op.fit(0.044715 * slope)), op.fit(slope))
    return op("Mul", x, op("Sigmoid", op("Mul", x, inner)))


def matrices(x):
    """[..., m, k] as one matrix of rows."""
    return x.reshape(math.prod(x.shape[:-1]), x.shape[-1])


def product(op, a, b):
    """numpy.matmul."""
    if a.ndim == 1:
        return np.squeeze(product(op, a[None], b), 0 if b.ndim == 1 else -2)
    if b.ndim == 1:
        return np.squeeze(product(op, a, b[:, None]), -1)
    if b.ndim == 2:
        return op("MatMul", matrices(a), b).reshape(*a.shape[:-1], b.shape[1])
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    flat = [np.broadcast_to(x, batch + x.shape[-2:]).reshape(math.prod(batch), *x.shape[-2:]) for x in (a, b)]
    return op("BatchMatMul", *flat).reshape(*batch, a.shape[-2], b.shape[-1])


def flipped(x, flag):
    return np.swapaxes(x, -1, -2) if flag else x


def dense(op, x, weight, bias):
    out = product(op, x, weight.T)
    return out if bias is None else op("Add", out, bias)


def bias_add(op, x, bias, data_format):
    """data_format: 1 = channels last, else they are axis 1."""
    last = data_format == 1 or x.ndim <= 2
    return op("Add", x, bias if last else bias.reshape(-1, *[1] * (x.ndim - 2)))


def along(op, operator, x, axes):
    """A row operator over one axis or several."""
    axes = axes if isinstance(axes, tuple) else (axes,)
    if len(axes) == 1 or x.ndim == 0:
        return op(operator, x, axis=axes[0]) if x.ndim else op(operator, x[None], axis=0).reshape(())
    last = tuple(range(-len(axes), 0))
    moved = np.moveaxis(x, axes, last)
    rows = moved.reshape(*moved.shape[:-len(axes)], math.prod(moved.shape[-len(axes):]))
    return np.moveaxis(op(operator, rows, axis=-1).reshape(moved.shape), last, axes)


def log_softmax_ext(op, x, axis, dtype):
    """axis None: 0 for ranks 0, 1 and 3, else 1. dtype is that of the result."""
    if axis is None:
        axis = 0 if x.ndim in (0, 1, 3) else 1
    return along(op, "LogSoftmax", op.fit(x), axis)


def layer_norm_ext(op, x, shape, weight, bias, epsilon):
    """(normalised, mean, 1 / standard deviation)"""
    shape = shape if isinstance(shape, tuple) else (shape,)
    kept = x.shape[:x.ndim - len(shape)]
    n = math.prod(shape)
    rows = x.reshape(math.prod(kept), n)
    weight = np.ones(n, x.dtype) if weight is None else weight.reshape(n)
    bias = np.zeros(n, x.dtype) if bias is None else bias.reshape(n)
    mean = op("ReduceMean", rows, axis=1, keepdims=True)
    variance = op("ReduceMean", op("Square", op("Sub", rows, mean)), axis=1, keepdims=True)
    scale = op("Rsqrt", op("Add", variance, op.fit(epsilon)))
    small = kept + (1,) * len(shape)
    out = op("LayerNorm", rows, weight, bias, axis=-1, epsilon=epsilon)
    return out.reshape(x.shape), mean.reshape(small), scale.reshape(small)


def cum_sum(op, x, axis, exclusive, reverse):
    if exclusive:
        raise ValueError("exclusive=True has no operator")
    turned = np.flip(x, axis) if reverse else x
    out = op("CumSum", turned, axis=axis)
    return np.flip(out, axis) if reverse else out


PRIMITIVES = [
    *[same(name) for name in ("Abs", "Neg", "Exp", "Log", "Sqrt", "Rsqrt", "Square", "Reciprocal", "Floor", "Ceil", "Sin", "Cos",
                              "Tanh", "Sigmoid", "Erf", "ReLU", "ReLU6", "SiLU", "HSwish", "HSigmoid")],
    *[same(name) for name in ("LogicalAnd", "LogicalOr", "LogicalNot")],
    *[comparison(name) for name in ("Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual")],
    *[arithmetic(name) for name in ("Add", "Sub", "Mul", "Div", "Maximum", "Minimum")],
    # The second tensor, or a number, times alpha.
    Primitive("AddExt", ["Add", "Mul"], lambda op, a, b, alpha: op("Add", op.fit(a), scaled(op, op.fit(b), alpha))),
    Primitive("SubExt", ["Sub", "Mul"], lambda op, a, b, alpha: op("Sub", op.fit(a), scaled(op, op.fit(b), alpha))),
    Primitive("AddScalar", ["Add"], lambda op, a, b, alpha: op("Add", op.fit(a), op.fit(b * alpha))),
    Primitive("SubScalar", ["Sub"], lambda op, a, b, alpha: op("Sub", op.fit(a), op.fit(b * alpha))),
    Primitive("Muls", ["Mul"], lambda op, a, b: op("Mul", op.fit(a), op.fit(b))),
    Primitive("Divs", ["Div"], lambda op, a, b: op("Div", op.fit(a), op.fit(b))),
    Primitive("GeLU", ["Square", "Mul", "Add", "Sigmoid"], lambda op, x: gelu(op, x, 1)),
    Primitive("GeluExt", ["GeLU", "Square", "Mul", "Add", "Sigmoid"], gelu, builtin=False),
    Primitive("Elu", ["ELU"], lambda op, x, alpha: op("ELU", x, alpha=alpha)),
    Primitive("EluExt", ["ELU"], lambda op, x, alpha: op("ELU", x, alpha=alpha), builtin=False),
    Primitive("LeakyReLUExt", ["LeakyReLU"], lambda op, x, slope: op("LeakyReLU", x, alpha=slope), builtin=False),
    Primitive("MatMul", ["MatMul"], lambda op, a, b, ta, tb: product(op, flipped(a, ta), flipped(b, tb))),
    Primitive("Mm", ["MatMul"], product, builtin=False),
    Primitive("MatMulExt", ["MatMul", "BatchMatMul"], product),
    Primitive("BatchMatMul", ["MatMul", "BatchMatMul"], lambda op, a, b, ta, tb: product(op, flipped(a, ta), flipped(b, tb))),
    Primitive("BiasAdd", ["Add"], bias_add),
    Primitive("Dense", ["MatMul", "Add"], dense),
    Primitive("Softmax", ["Softmax"], lambda op, x, axes: along(op, "Softmax", x, axes)),
    Primitive("LogSoftmax", ["LogSoftmax"], lambda op, x, axis: along(op, "LogSoftmax", x, axis)),
    Primitive("LogSoftmaxExt", ["LogSoftmax"], log_softmax_ext, builtin=False),
    Primitive("LayerNormExt", ["LayerNorm", "ReduceMean", "Sub", "Square", "Add", "Rsqrt"], layer_norm_ext, builtin=False),
    Primitive("CumSum", ["CumSum"], cum_sum),
    Primitive("CumsumExt", ["CumSum"], lambda op, x, axis, dtype: op("CumSum", op.fit(x), axis=axis), builtin=False),
]
PRIMITIVES = {each.name: each for each in PRIMITIVES}

if __name__ == "__main__":
    print("\n".join(f"PRIMITIVE({name})" for name in PRIMITIVES))
