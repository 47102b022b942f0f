"""The calls of missing.py: the primitive behind each, and what it should give."""
import dataclasses
import math

import numpy as np


def inputs():
    """What missing.py passes."""
    random = np.random.default_rng(3)
    return [random.normal(0, 2, shape).astype(np.float32) for shape in ((5, 7), (7,), (7,))]


def image_inputs():
    """What missing.py passes to the calls on images: [N, C, H, W], weights of two groups, a number per channel."""
    random = np.random.default_rng(4)
    return [random.normal(0, 2, shape).astype(np.float32) for shape in ((2, 4, 7, 6), (4, 2, 3, 3), (4,))]


def of_images(name, x, *arguments, **attributes):
    """What numpy says of an operator of images."""
    from differential import images

    return images.REFERENCES[name](x, *[np.array(each) for each in arguments], channels_last=False, **attributes)


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
    # The one they replace it by, where that has no kernel either.
    in_graph: str = ""
    inputs: object = inputs


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
    "dot": Call("Dot", lambda x, w, b: w @ b),
    "cumsum": Call("CumsumExt", lambda x, w, b: np.cumsum(x, 1)),
}


def conv2d(x, w, strides, pads, dilations, groups=2):
    return of_images("Conv2D", x, w, strides, pads, dilations, groups=groups)


def transposed(x, w, strides, pads, more, groups=2):
    return of_images("Conv2DTranspose", x, w, strides, pads, (1, 1), more, groups=groups)


def column(b):
    return b.reshape(-1, 1, 1)


IMAGE_CALLS = {
    "conv2d": Call("Conv2DExt", lambda x, w, b: conv2d(x, w, (2, 2), (1, 1, 1, 1), (1, 1)) + column(b)),
    "conv2d_of_rows_and_columns": Call("Conv2DExt", lambda x, w, b: conv2d(x, w, (1, 2), (0, 2, 0, 2), (2, 1))),
    "conv2d_of_one_image": Call("Conv2DExt", lambda x, w, b: conv2d(x[:1], w, (1, 1), (0, 0, 0, 0), (1, 1))[0]),
    "conv2d_same": Call("Conv2DPadding", lambda x, w, b: conv2d(x, w, (1, 1), (2, 1, 2, 1), (2, 1)) + column(b), in_graph="Convolution"),
    "conv_transpose2d": Call("ConvTranspose2D", lambda x, w, b: transposed(x, w, (2, 3), (1, 0, 1, 0), (1, 2)) + column(b)),
    "avg_pool_channels_last": Call("AvgPool", lambda x, w, b: of_images("AvgPool", np.moveaxis(x, -1, 1), (2, 3), (2, 2), (0, 1, 0, 1), ceil_mode=False,
                                                                       count_include_pad=False).swapaxes(1, 2).swapaxes(2, 3)),
    "avg_pool2d": Call("AvgPool2D", lambda x, w, b: of_images("AvgPool", x, (3, 2), (2, 2), (1, 1, 1, 1), ceil_mode=True, count_include_pad=False)),
    "avg_pool2d_of_one_image": Call("AvgPool2D", lambda x, w, b: of_images("AvgPool", x[:1], (2, 2), (2, 2), (1, 1, 1, 1), ceil_mode=False,
                                                                        count_include_pad=True)[0]),
    "adaptive_avg_pool2d": Call("AdaptiveAvgPool2DExt", lambda x, w, b: of_images("AdaptiveAvgPool2D", x, (3, 6))),
    "upsample_bilinear": Call("UpsampleBilinear2D", lambda x, w, b: of_images("ResizeBilinear", x, (12, 7), align_corners=False, half_pixel_centers=True)),
    "upsample_bilinear_corners": Call("UpsampleBilinear2D", lambda x, w, b: of_images("ResizeBilinear", x, (5, 11), align_corners=True,
                                                                                      half_pixel_centers=False)),
}
for each in IMAGE_CALLS.values():
    each.inputs = image_inputs
CALLS |= IMAGE_CALLS
