"""Calls for which MindSpore's CPU has no kernel: python missing.py MODE OUT.npz, MODE pynative or graph.

Writes the result of each, or the text of the error that it raised.
"""
import sys

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, ops
from mindspore.ops.auto_generate import layer_norm_ext_op
from missing_calls import image_inputs, inputs

F = mint.nn.functional


def gelu(x, weight, bias):
    return F.gelu(x)


def gelu_tanh(x, weight, bias):
    return F.gelu(x, approximate="tanh")


def elu(x, weight, bias):
    return F.elu(x, 1.5)


def leaky_relu(x, weight, bias):
    return F.leaky_relu(x, 0.2)


def mm(x, weight, bias):
    return mint.mm(x, mint.transpose(x, 0, 1))


def softmax_of_axes(x, weight, bias):
    return ops.Softmax((0, 1))(x)


def log_softmax(x, weight, bias):
    return F.log_softmax(x, 0)


def layer_norm(x, weight, bias):
    return F.layer_norm(x, (7,), weight, bias, 1e-3)


def layer_norm_alone(x, weight, bias):
    return F.layer_norm(x, (5, 7))


def layer_norm_mean(x, weight, bias):
    return layer_norm_ext_op(x, (7,), weight, bias, 1e-3)[1]


def layer_norm_scale(x, weight, bias):
    return layer_norm_ext_op(x, (7,), weight, bias, 1e-3)[2]


def cumsum(x, weight, bias):
    return mint.cumsum(x, 1)


def cumsum_in_float64(x, weight, bias):
    return mint.cumsum(x, 0, dtype=ms.float64)


def dot(x, weight, bias):
    return mint.dot(weight, bias)


CALLS = [gelu, gelu_tanh, elu, leaky_relu, mm, softmax_of_axes, log_softmax, layer_norm, layer_norm_alone,
         layer_norm_mean, layer_norm_scale, cumsum, cumsum_in_float64, dot]


def conv2d(x, weight, bias):
    return F.conv2d(x, weight, bias, stride=2, padding=1, groups=2)


def conv2d_of_rows_and_columns(x, weight, bias):
    return F.conv2d(x, weight, None, (1, 2), (0, 2), (2, 1), 2)


def conv2d_of_one_image(x, weight, bias):
    return F.conv2d(x[0], weight, groups=2)


def conv2d_same(x, weight, bias):
    return F.conv2d(x, weight, bias, 1, "same", (2, 1), 2)


def conv_transpose2d(x, weight, bias):
    return F.conv_transpose2d(x, weight, bias, stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2)


def avg_pool_channels_last(x, weight, bias):
    return ops.AvgPool((2, 3), 2, "SAME", "NHWC")(x)


def avg_pool2d(x, weight, bias):
    return F.avg_pool2d(x, (3, 2), 2, 1, True, False)


def avg_pool2d_of_one_image(x, weight, bias):
    return F.avg_pool2d(x[0], 2, padding=1)


def adaptive_avg_pool2d(x, weight, bias):
    return F.adaptive_avg_pool2d(x, (3, None))


def upsample_bilinear(x, weight, bias):
    return F.interpolate(x, size=(12, 7), mode="bilinear")


def upsample_bilinear_corners(x, weight, bias):
    return F.interpolate(x, size=(5, 11), mode="bilinear", align_corners=True)


IMAGE_CALLS = [conv2d, conv2d_of_rows_and_columns, conv2d_of_one_image, conv2d_same, conv_transpose2d, avg_pool_channels_last, avg_pool2d,
               avg_pool2d_of_one_image, adaptive_avg_pool2d, upsample_bilinear, upsample_bilinear_corners]


if __name__ == "__main__":
    mode, path = sys.argv[1:]
    if mode == "graph":
        ms.set_context(mode=ms.GRAPH_MODE)
    else:
        # Errors come from the call that caused them.
        ms.set_context(mode=ms.PYNATIVE_MODE, pynative_synchronize=True)
    results = {}
    for call in CALLS + IMAGE_CALLS:
        given = [Tensor(array) for array in (inputs() if call in CALLS else image_inputs())]
        try:
            results[call.__name__] = (ms.jit(call) if mode == "graph" else call)(*given).asnumpy()
        except Exception as error:
            results[call.__name__] = np.array(f"{type(error).__name__}: {error}")
    np.savez(path, **results)
