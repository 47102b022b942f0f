"""A MindSpore script that knows nothing of wasm: python script.py MODE OUT.npz, MODE pynative or graph.

Writes the result of each expression, and the losses of a few training steps.
"""
import inspect
import sys

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, nn, ops
from mindspore.ops.auto_generate import group_norm_op

random = np.random.default_rng(7)
ms.set_seed(7)


def floats(*shape, dtype=np.float32):
    return Tensor(random.normal(0, 1, shape).astype(dtype))


def integers(*shape, dtype=np.int32):
    return Tensor(random.integers(-100, 100, shape).astype(dtype))


# What the functions below get by the names of their parameters: a graph folds what it captures, and computes what it is given.
DATA = {
    "x": floats(5, 7), "y": floats(5, 7), "w": floats(7, 3), "row": floats(7), "column": floats(5, 1), "bias": floats(5),
    "three": floats(3), "kernels": floats(4, 3, 3, 3), "columns": floats(3, 1, 3, 2), "turned": floats(3, 3, 3, 3),
    "scalar": Tensor(np.float32(1.5)), "i": integers(5, 7), "j": integers(5, 7), "b": integers(5, 7, dtype=np.int8),
    "h": floats(5, 7, dtype=np.float16), "d": floats(5, 7, dtype=np.float64), "deep": floats(2, 3, 4, 5), "half": floats(2, 3, 4, 5, dtype=np.float16),
    "empty": floats(0, 7),
    "positive": Tensor(random.uniform(0.1, 9, (5, 7)).astype(np.float32)), "integral": integers(5, 7),
    "special": Tensor(np.array([0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan], np.float32)),
}


def arithmetic(x, y):
    return x + y, x - y, x * y, ops.add(x, y), ops.sub(x, y), mint.add(x, y, alpha=2), mint.sub(x, y, alpha=0.5), x / y


def numbers(x, i):
    return x + 1.5, x - 2, 1 - x, 2.5 - x, x * 2, x * 0.5, x / 4, i * 3, i + 7, i * 2.5, i + 0.5, i / 2, mint.add(x, 1.5), mint.sub(x, 2.0)


def broadcasting(x, row, column, scalar, deep, empty):
    return x + row, x * column, row - column, x + scalar, scalar * x, deep + scalar, empty + row, empty * 2.0


def types(x, i, j, b, h, d):
    return (i + j, i * j, i - j, b + b, b * b, h + h, h * 2.0, d - d, d * 0.5, i + x, h * x, ops.relu(i), ops.relu(h), ops.relu(d),
            ops.MatMul(transpose_b=True)(h, h), ops.MatMul(transpose_b=True)(d, d), ops.softmax(h, -1))


def views(x, y, row):
    t, u = mint.transpose(x, 0, 1), mint.transpose(y, 0, 1)
    wide = mint.broadcast_to(row, (5, 7))
    return t + u, t * 2.0, ops.relu(t), wide + x, wide * wide, x[:, 1:4] + y[:, 2:5], x[::2] - y[::2], x[1] + x[4], ops.MatMul()(t, x)


def special_values(special, row):
    return special + special, special * 0.0, ops.relu(special), special / special, special + row


def products(x, y, w, row, bias, deep):
    return (ops.MatMul()(x, w), ops.MatMul(transpose_b=True)(x, y), ops.MatMul(transpose_a=True)(x, y), ops.matmul(x, w), x @ w,
            mint.matmul(deep, mint.transpose(deep, 2, 3)), mint.matmul(row, x.T), mint.matmul(deep[0, 0], deep.swapaxes(2, 3)),
            mint.matmul(deep, deep[0, 0, 0]),
            mint.nn.functional.linear(x, y, bias), mint.nn.functional.linear(x, y), mint.nn.functional.linear(x, row), mint.nn.functional.linear(deep, deep[0, 0]))


def softmax(x, deep):
    return ops.softmax(x, -1), ops.softmax(x, 0), ops.softmax(deep, 2), mint.nn.functional.softmax(deep, 1)


def functions(x, positive, integral):
    return (ops.abs(x), ops.neg(x), ops.exp(x), ops.log(positive), ops.sqrt(positive), ops.rsqrt(positive), ops.square(x),
            ops.reciprocal(positive), ops.floor(x), ops.ceil(x), ops.sin(x), ops.cos(x), ops.tanh(x), ops.sigmoid(x), ops.erf(x),
            ops.ReLU6()(x), ops.silu(x), ops.HSwish()(x), ops.HSigmoid()(x), ops.GeLU()(x), ops.elu(x), ops.log_softmax(x, 0),
            ops.cumsum(x, 1), ops.CumSum(reverse=True)(x, 0), ops.CumSum(exclusive=True)(x, 1), ops.abs(integral), ops.neg(integral), ops.square(integral))


def comparisons(x, y, i, j, integral, special):
    less, more = x < y, i > j
    return (less, more, x <= y, i >= j, ops.equal(i, integral), ops.not_equal(i, integral), special == special, special != special,
            special > 0, x >= 0.5, i < 3, ops.logical_and(less, more), ops.logical_or(less, more), ops.logical_not(less),
            ops.maximum(x, y), ops.minimum(x, y), ops.maximum(i, j), ops.minimum(i, j), ops.maximum(x, 0.0))


def batches(deep, three):
    return (ops.BatchMatMul(transpose_b=True)(deep, deep), ops.BatchMatMul(transpose_a=True)(deep, deep),
            mint.bmm(deep[0], deep[1].swapaxes(1, 2)),
            ops.matmul(deep, mint.transpose(deep, -1, -2)), ops.BiasAdd()(deep, three))


def reductions(x, y, i, d, deep, scalar):
    axes, less = (0, -1), x < y
    return (ops.ReduceSum()(x, ()), ops.ReduceSum(keep_dims=True)(deep, axes), ops.ReduceSum()(i, 1), ops.ReduceMean()(deep, axes),
            ops.ReduceMean(keep_dims=True)(d, ()), ops.ReduceMax()(deep, axes), ops.ReduceMin(keep_dims=True)(i, (0, 1)),
            ops.ReduceProd()(x, (1,)), ops.ReduceAll()(less, (0,)), ops.ReduceAny(keep_dims=True)(less, (0, 1)),
            mint.sum(deep, dim=axes), mint.sum(i), mint.sum(x, dim=1, keepdim=True), mint.mean(deep, dim=(1, 2)), mint.mean(d),
            mint.prod(x, dim=0), mint.prod(x), mint.sum(scalar))


def groups(deep, three):
    wide, six = ops.concat((deep, deep), 1), ops.concat((three, three))
    return (*group_norm_op(deep, 3, three, three, 1e-3), *group_norm_op(wide, 2, six, six, 1e-5), ops.group_norm(deep, 1))


def images(deep, half):
    return (ops.AvgPool(3, 2, "SAME")(deep), ops.AvgPool((2, 3), 1, "VALID")(deep), nn.AvgPool2d(3, 2, "same")(deep),
            ops.ResizeBilinearV2()(deep, (7, 3)), ops.ResizeBilinearV2(half_pixel_centers=True)(deep, (3, 9)), ops.ResizeBilinearV2(True)(half, (6, 8)),
            ops.ResizeNearestNeighborV2()(deep, (9, 7)), ops.ResizeNearestNeighborV2(align_corners=True)(half, (3, 8)),
            ops.ResizeNearestNeighborV2(half_pixel_centers=True)(deep, (2, 11)), ops.interpolate(deep, size=(12, 7), mode="bilinear", align_corners=True),
            ops.interpolate(deep, size=(8, 10), mode="nearest"), mint.nn.functional.interpolate(deep, size=(12, 7), mode="nearest"))


def layers(deep, half, kernels, columns, turned, three, positive):
    """Primitives with attributes, and the gradient of one."""
    spread, mean = positive[0, :3], positive[1, :3]
    convolve = ops.Conv2D(4, 3, pad_mode="same", stride=2)

    def total(x):
        return convolve(x, kernels).sum()

    return (convolve(deep, kernels), ops.Conv2D(4, 3, pad_mode="pad", pad=(1, 0, 2, 1), dilation=(1, 2))(deep, kernels),
            ops.Conv2D(3, (3, 2), pad_mode="valid", group=3)(deep, columns), ops.MaxPool(3, 2, "same")(deep), ops.MaxPool((2, 3), 1)(half),
            ops.BatchNorm(epsilon=1e-3)(deep, three, three, mean, spread)[0],
            ops.Conv2DTranspose(3, 3, pad_mode="same", stride=2)(deep, turned, (2, 3, 8, 10)), ms.grad(total)(deep))


def train():
    """Losses of a small network: forward, backward and update."""
    net = nn.SequentialCell(nn.Dense(7, 16, weight_init=Tensor(weights[0])), nn.ReLU(), nn.Dense(16, 3, weight_init=Tensor(weights[1])))
    labels = Tensor(np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1]])
    optimizer = nn.SGD(net.trainable_params(), 0.1)

    def loss(data):
        error = ops.softmax(net(data), -1) - labels
        return (error * error).sum() * 0.2

    step = ms.value_and_grad(loss, None, optimizer.parameters)
    losses = []
    for _ in range(5):
        value, gradients = step(DATA["x"])
        optimizer(gradients)
        losses.append(value.asnumpy())
    return np.array(losses)


weights = [random.normal(0, 0.3, shape).astype(np.float32) for shape in ((16, 7), (3, 16))]


def main(mode, path):
    ms.set_context(mode=ms.GRAPH_MODE if mode == "graph" else ms.PYNATIVE_MODE)
    results = {}
    for function in (arithmetic, numbers, broadcasting, types, views, special_values, products, softmax,
                     functions, comparisons, batches, reductions, groups, images, layers):
        given = [DATA[name] for name in inspect.signature(function).parameters]
        values = ms.jit(function)(*given) if mode == "graph" else function(*given)
        results.update({f"{function.__name__}{n}": value.asnumpy() for n, value in enumerate(values)})
    results["train"] = train()
    np.savez(path, **results)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
