"""What operators of images mean in numpy, by loops over windows, and cases for them: lists of (inputs, attributes).

Images are [N, C, H, W]; `channels_last` moves the axes of what comes and goes.
"""
import itertools
import math

import numpy as np

from differential.values import i64


# --- what numpy says

def wide(a):
    return a.astype(np.int64 if a.dtype.kind in "iu" else np.float64)


def first(a, channels_last):
    return np.moveaxis(a, -1, 1) if channels_last else a


def back(out, channels_last):
    return np.moveaxis(out, 1, -1) if channels_last else out


def padded(a, pads, value):
    top, left, bottom, right = pads
    return np.pad(a, [(0, 0), (0, 0), (top, bottom), (left, right)], constant_values=value)


def patches(a, size, strides, dilations, extents):
    """[KH, KW, N, C, OH, OW]: the elements of all windows, by their place in the window. `a` has its pads."""
    def taken(k, i):
        return slice(k * dilations[i], k * dilations[i] + (extents[i] - 1) * strides[i] + 1, strides[i])

    return np.stack([np.stack([a[:, :, taken(y, 0), taken(x, 1)] for x in range(size[1])]) for y in range(size[0])])


def fitting(a, size, strides, pads, dilations, ceil_mode=False):
    """Windows along both axes, and pads with what a last window that is cut off needs more."""
    extents, more = [], list(pads)
    for i in range(2):
        n, before, behind, span = a.shape[2 + i], pads[i], pads[2 + i], dilations[i] * (size[i] - 1) + 1
        whole = (n + before + behind - span) / strides[i]
        last = math.ceil(whole) if ceil_mode else math.floor(whole)
        if last * strides[i] >= n + before:
            last -= 1
        extents.append(last + 1)
        more[2 + i] = max(behind, last * strides[i] + span - n - before)
    return extents, more


def conv2d(a, weights, strides, pads, dilations, groups, channels_last, result=None):
    weights = np.transpose(weights, (3, 2, 0, 1)) if channels_last else weights
    a = padded(wide(first(a, channels_last)), pads, 0)
    size = weights.shape[2:]
    extents = [(n - d * (k - 1) - 1) // s + 1 for n, k, s, d in zip(a.shape[2:], size, strides, dilations)]
    split = patches(a, size, strides, dilations, extents).reshape(*size, a.shape[0], groups, weights.shape[1], *extents)
    grouped = wide(weights).reshape(groups, weights.shape[0] // groups, *weights.shape[1:])
    out = np.einsum("yxngchw,gocyx->ngohw", split, grouped)
    return back(out.reshape(a.shape[0], weights.shape[0], *extents), channels_last)


def depthwise_conv2d(a, weights, strides, pads, dilations, channels_last):
    return conv2d(a, weights, strides, pads, dilations, a.shape[-1 if channels_last else 1], channels_last)


def conv2d_transpose(a, weights, strides, pads, dilations, output_padding, groups, channels_last):
    weights = wide(np.transpose(weights, (3, 2, 0, 1)) if channels_last else weights)
    a = wide(first(a, channels_last))
    (n, c, *extents), (_, share, *size) = a.shape, weights.shape
    whole = [(e - 1) * s + d * (k - 1) + 1 + m for e, s, d, k, m in zip(extents, strides, dilations, size, output_padding)]
    out = np.zeros((n, groups * share, *whole), a.dtype)
    for group, y, x in itertools.product(range(groups), *map(range, size)):
        inputs = slice(group * (c // groups), (group + 1) * (c // groups))
        rows, columns = [slice(k * d, k * d + (e - 1) * s + 1, s) for k, d, e, s in zip((y, x), dilations, extents, strides)]
        out[:, group * share:(group + 1) * share, rows, columns] += np.einsum("nchw,co->nohw", a[:, inputs], weights[inputs, :, y, x])
    top, left, bottom, right = pads
    return back(out[:, :, top:whole[0] - bottom, left:whole[1] - right], channels_last)


def max_pool(a, size, strides, pads, dilations, ceil_mode, channels_last):
    images = first(a, channels_last)
    extents, more = fitting(images, size, strides, pads, dilations, ceil_mode)
    lowest = -np.inf if a.dtype.kind == "f" else np.iinfo(a.dtype).min
    return back(patches(padded(images, more, lowest), size, strides, dilations, extents).max((0, 1)), channels_last)


def avg_pool(a, size, strides, pads, ceil_mode, count_include_pad, channels_last):
    images = wide(first(a, channels_last))
    extents, more = fitting(images, size, strides, pads, (1, 1), ceil_mode)
    inside = padded(np.ones_like(images), pads, 1 if count_include_pad else 0)
    beyond = [0, 0, more[2] - pads[2], more[3] - pads[3]]
    sums, counts = [patches(x, size, strides, (1, 1), extents).sum((0, 1)) for x in (padded(images, more, 0), padded(inside, beyond, 0))]
    return back(sums / counts, channels_last)


def adaptive_avg_pool2d(a, output_size, channels_last):
    images = wide(first(a, channels_last))
    rows, columns = [[slice(i * n // m, -(-(i + 1) * n // m)) for i in range(m)] for n, m in zip(images.shape[2:], output_size)]
    out = np.zeros((*images.shape[:2], *output_size))
    for (i, row), (j, column) in itertools.product(enumerate(rows), enumerate(columns)):
        out[:, :, i, j] = images[:, :, row, column].mean((2, 3))
    return back(out, channels_last)


def positions(n, m, align_corners, offset):
    """Where the m elements of the result stand among n, in f32; `offset`: of their centers."""
    scale = np.float32(n - 1) / np.float32(m - 1) if align_corners and m > 1 else np.float32(n) / np.float32(max(m, 1))
    return (np.arange(m, dtype=np.float32) + np.float32(offset)) * scale


def resize_nearest(a, size, align_corners, half_pixel_centers, channels_last):
    images = first(a, channels_last)
    for axis, m in zip((2, 3), size):
        n = images.shape[axis]
        at = positions(n, m, align_corners, 0.5 if half_pixel_centers else 0).astype(np.float64)
        nearest = np.floor(at + 0.5) if align_corners else np.floor(at)
        images = np.take(images, np.clip(nearest, 0, n - 1).astype(np.int64), axis)
    return back(images, channels_last)


def resize_bilinear(a, size, align_corners, half_pixel_centers, channels_last):
    images = wide(first(a, channels_last))
    for axis, m in ((3, size[1]), (2, size[0])):
        n = images.shape[axis]
        at = positions(n, m, align_corners, 0.5 if half_pixel_centers else 0) - np.float32(0.5 if half_pixel_centers else 0)
        low, high = [np.take(images, np.clip(f(at), 0, n - 1).astype(np.int64), axis) for f in (np.floor, np.ceil)]
        part = (at - np.floor(at)).astype(np.float64).reshape([-1 if i == axis else 1 for i in range(4)])
        images = low + (high - low) * part
    return back(images, channels_last)


REFERENCES = {
    "Conv2D": conv2d, "DepthwiseConv2D": depthwise_conv2d, "Conv2DTranspose": conv2d_transpose, "MaxPool": max_pool, "AvgPool": avg_pool,
    "AdaptiveAvgPool2D": adaptive_avg_pool2d, "ResizeNearest": resize_nearest, "ResizeBilinear": resize_bilinear,
}
EXACT = {"MaxPool", "ResizeNearest"}


def compare(name, actual, expected, inputs):
    """`expected` is f64. Errors grow with the number of summands; f16 is computed in f32 and rounded once."""
    if name in EXACT or actual.dtype.kind != "f":
        np.testing.assert_array_equal(actual, expected.astype(actual.dtype))
        return
    own = np.finfo(actual.dtype).eps
    summed = np.finfo(np.promote_types(actual.dtype, np.float32)).eps
    summands = inputs[1].size if "Conv" in name else int(np.prod(inputs[1])) if "Pool2D" not in name else 1
    np.testing.assert_allclose(actual.astype(np.float64), expected, rtol=2 * own, atol=summed * 64 * max(1, summands))


# --- cases

def laid_out(shape, channels_last):
    n, c, h, w = shape
    return (n, h, w, c) if channels_last else shape


# Extents [N, C, H, W], window, strides, pads, dilations.
SLIDES = [
    ((1, 3, 8, 8), (3, 3), (1, 1), (1, 1, 1, 1), (1, 1)),
    ((2, 4, 9, 7), (3, 3), (2, 2), (1, 1, 1, 1), (1, 1)),
    ((1, 5, 13, 6), (3, 2), (2, 3), (0, 1, 2, 0), (1, 1)),
    ((2, 2, 11, 11), (3, 3), (1, 2), (2, 2, 2, 2), (2, 3)),
    ((1, 16, 6, 6), (1, 1), (1, 1), (0, 0, 0, 0), (1, 1)),
    ((3, 8, 5, 5), (1, 1), (2, 2), (0, 0, 0, 0), (1, 1)),
    ((1, 7, 1, 20), (1, 5), (1, 3), (0, 2, 0, 2), (1, 1)),
    ((1, 3, 20, 1), (7, 1), (4, 1), (3, 0, 3, 0), (1, 1)),
    ((1, 2, 10, 10), (2, 2), (5, 7), (0, 0, 0, 0), (1, 1)),
    ((1, 33, 4, 4), (4, 4), (1, 1), (0, 0, 0, 0), (1, 1)),
    ((0, 3, 8, 8), (3, 3), (1, 1), (1, 1, 1, 1), (1, 1)),
    ((1, 1, 17, 19), (5, 5), (1, 1), (2, 2, 2, 2), (1, 1)),
    # Strides over everything, dilations of windows with one row.
    ((2, 3, 5, 6), (1, 2), (2 ** 31 - 1, 2 ** 31 - 1), (0, 1, 0, 0), (2 ** 31 - 1, 1)),
]


def slides(generator, count, most=5):
    """SLIDES and random ones; channels are 1 to `most`."""
    yield from SLIDES
    for _ in range(count):
        size, strides, dilations = [tuple(int(x) for x in generator.integers(1, high + 1, 2)) for high in (3, 4, 3)]
        pads = tuple(int(x) for x in generator.integers(0, 3, 4))
        spans = [d * (k - 1) + 1 for d, k in zip(dilations, size)]
        h, w = [int(max(1, span - before - behind + generator.integers(0, 7))) for span, before, behind in zip(spans, pads[:2], pads[2:])]
        yield (int(generator.integers(1, 3)), int(generator.integers(1, most + 1)), h, w), size, strides, pads, dilations


def groupings(channels, generator):
    """(groups, channels of the result) for some channels."""
    divisors = [g for g in range(1, channels + 1) if channels % g == 0]
    return [(1, int(generator.integers(1, 20))), *[(g, g * int(generator.integers(1, 4))) for g in divisors[1:]]]


def convolutions(dtypes, fill, generator):
    for shape, size, strides, pads, dilations in slides(generator, 20, 6):
        for groups, results in groupings(shape[1], generator):
            for channels_last in (False, True):
                weights = (*size, shape[1] // groups, results) if channels_last else (results, shape[1] // groups, *size)
                yield ([fill(laid_out(shape, channels_last), dtypes[0]), fill(weights, dtypes[1]), i64(*strides), i64(*pads), i64(*dilations)],
                       {"groups": groups, "channels_last": channels_last})
    # Sums of nothing.
    yield [fill((1, 0, 4, 4), dtypes[0]), fill((2, 0, 3, 3), dtypes[1]), i64(1, 1), i64(0, 0, 0, 0), i64(1, 1)], {"groups": 1, "channels_last": False}
    yield [fill((1, 1, 0, 4), dtypes[0]), fill((2, 1, 3, 3), dtypes[1]), i64(1, 1), i64(2, 0, 2, 0), i64(1, 1)], {"groups": 1, "channels_last": False}


def depthwise_convolutions(dtypes, fill, generator):
    for shape, size, strides, pads, dilations in slides(generator, 20, 40):
        for multiplier, channels_last in itertools.product((1, 3), (False, True)):
            results = shape[1] * multiplier
            weights = (*size, 1, results) if channels_last else (results, 1, *size)
            yield ([fill(laid_out(shape, channels_last), dtypes[0]), fill(weights, dtypes[1]), i64(*strides), i64(*pads), i64(*dilations)],
                   {"channels_last": channels_last})


def transposed_convolutions(dtypes, fill, generator):
    # Of an upsampling by 2, as networks have it; pads that cut off more than a window; strides over windows.
    known = [((1, 8, 5, 5), (4, 4), (2, 2), (1, 1, 1, 1), (1, 1)), ((1, 3, 4, 4), (2, 2), (2, 2), (0, 0, 0, 0), (1, 1)),
             ((1, 2, 9, 9), (2, 3), (3, 3), (5, 4, 7, 3), (1, 1)), ((2, 3, 3, 3), (2, 2), (6, 4), (0, 1, 0, 1), (2, 2))]
    for shape, size, strides, pads, dilations in [*known, *slides(generator, 30, 6)]:
        more = [int(generator.integers(0, min(max(s, d), 9))) for s, d in zip(strides, dilations)]
        whole = [(n - 1) * s + d * (k - 1) + 1 + m for n, s, d, k, m in zip(shape[2:], strides, dilations, size, more)]
        if any(w <= pads[i] + pads[2 + i] or w > 10 ** 4 for i, w in enumerate(whole)):
            continue
        for groups, results in groupings(shape[1], generator):
            for channels_last in (False, True):
                weights = (*size, results // groups, shape[1]) if channels_last else (shape[1], results // groups, *size)
                yield ([fill(laid_out(shape, channels_last), dtypes[0]), fill(weights, dtypes[1]), i64(*strides), i64(*pads), i64(*dilations), i64(*more)],
                       {"groups": groups, "channels_last": channels_last})


def pools(dtypes, fill, generator):
    """Shapes, with pads less than the windows cover."""
    for shape, size, strides, pads, dilations in slides(generator, 30, 40):
        reach = [d * (k - 1) for d, k in zip(dilations, size)]
        limited = [min(pad, reach[i % 2]) for i, pad in enumerate(pads)]
        if all(n + limited[i] + limited[2 + i] > reach[i] for i, n in enumerate(shape[2:])):
            for ceil_mode, channels_last in itertools.product((False, True), (False, True)):
                yield shape, size, strides, limited, dilations, {"ceil_mode": ceil_mode, "channels_last": channels_last}


def max_pools(dtypes, fill, generator):
    for shape, size, strides, pads, dilations, attributes in pools(dtypes, fill, generator):
        a = fill(laid_out(shape, attributes["channels_last"]), dtypes[0])
        if a.dtype.kind == "f":
            few = np.array([0.0, -0.0, np.nan, np.inf, -np.inf], a.dtype)
            a = np.where(generator.random(a.shape) < 0.1, few[generator.integers(0, 5, a.shape)], a).astype(a.dtype)
        yield [a, i64(*size), i64(*strides), i64(*pads), i64(*dilations)], attributes


def avg_pools(dtypes, fill, generator):
    for shape, size, strides, pads, dilations, attributes in pools(dtypes, fill, generator):
        if dilations == (1, 1):
            for count_include_pad in (False, True):
                yield ([fill(laid_out(shape, attributes["channels_last"]), dtypes[0]), i64(*size), i64(*strides), i64(*pads)],
                       {**attributes, "count_include_pad": count_include_pad})


SIZES = [((1, 3, 7, 7), (1, 1)), ((2, 40, 5, 6), (3, 4)), ((1, 2, 4, 4), (7, 9)), ((1, 16, 3, 8), (3, 8)), ((2, 3, 1, 1), (4, 5)), ((1, 9, 17, 3), (5, 2)),
         ((0, 3, 4, 4), (2, 2)), ((1, 2, 3, 3), (0, 2)), ((1, 1, 6, 14), (20, 3)), ((1, 65, 10, 10), (20, 20)), ((1, 5, 8, 8), (4, 16))]


def sizes(generator):
    yield from SIZES
    for _ in range(20):
        shape = tuple(int(x) for x in (generator.integers(1, 3), generator.integers(1, 20), *generator.integers(1, 12, 2)))
        yield shape, tuple(int(x) for x in generator.integers(1, 16, 2))


def adaptive_pools(dtypes, fill, generator):
    for shape, size in sizes(generator):
        for channels_last in (False, True):
            yield [fill(laid_out(shape, channels_last), dtypes[0]), i64(*size)], {"channels_last": channels_last}


def resizes(dtypes, fill, generator):
    for shape, size in sizes(generator):
        for (align_corners, half_pixel_centers), channels_last in itertools.product([(False, False), (True, False), (False, True)], (False, True)):
            yield ([fill(laid_out(shape, channels_last), dtypes[0]), i64(*size)],
                   {"align_corners": align_corners, "half_pixel_centers": half_pixel_centers, "channels_last": channels_last})


CASES = {
    "Conv2D": convolutions, "DepthwiseConv2D": depthwise_convolutions, "Conv2DTranspose": transposed_convolutions, "MaxPool": max_pools,
    "AvgPool": avg_pools, "AdaptiveAvgPool2D": adaptive_pools, "ResizeNearest": resizes, "ResizeBilinear": resizes,
}
