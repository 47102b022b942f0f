"""Pools, convolutions, patches, resampling, colours, boxes."""
import colorsys

import numpy as np
from differential.mindir import K, N
from differential.mindir_operators.formulas import adaptive_max, correlate, cubic_weights, floats, linear_weights, parts_of, patches, transposed


def rows():
    random = np.random.default_rng(11)
    line, image, volume = floats(random, 2, 3, 7), floats(random, 2, 4, 6, 7), floats(random, 1, 2, 4, 6, 5)
    tied = random.integers(0, 3, (2, 4, 6, 7)).astype(np.float32)
    for primitive, x, size in [("AdaptiveMaxPool1D", line, (3,)), ("AdaptiveMaxPool2D", tied, (3, 4)), ("AdaptiveMaxPool2D", image[0].copy(), (1, 7)),
                               ("AdaptiveMaxPool3D", volume, (2, 4, 3))]:
        values, where = adaptive_max(x, size)
        yield N(primitive, x, size), {0: values, 1: where.astype(np.int32) if primitive.endswith("3D") else where}
    yield N("AdaptiveAvgPool2D", image[0].copy(), output_size=(3, 1)), image[0].reshape(4, 3, 14).mean(2)[..., None]
    whole = random.integers(-9, 9, (2, 3, 4, 6), np.int32)
    yield N("AdaptiveAvgPool2D", whole, output_size=(2, 3)), np.trunc(whole.reshape(2, 3, 2, 2, 3, 2).mean((3, 5))).astype(np.int32)
    yield N("AdaptiveAvgPool1D", line, (3,)), np.stack([line[..., part].mean(-1) for part in parts_of(7, 3)], -1)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(volume, [(0, 0), (0, 0), (1, 0), (1, 1), (1, 2)], constant_values=-9), (2, 3, 3), (2, 3, 4))
    yield N("MaxPool3D", volume, kernel_size=(1, 1, 2, 3, 3), strides=(1, 1, 2, 2, 2), pad_mode="CALCULATED", pad_list=(1, 0, 1, 1, 1, 2)), windows[:, :, ::2, ::2, ::2].max((5, 6, 7))
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(volume, [(0, 0), (0, 0), (1, 0), (1, 1), (1, 2)]), (2, 3, 3), (2, 3, 4))
    yield N("AvgPool3D", volume, kernel_size=(1, 1, 2, 3, 3), strides=(1, 1, 2, 2, 2), pad_mode="pad", pad_list=(1, 0, 1, 1, 1, 2), count_include_pad=False, divisor_override=4), windows[:, :, ::2, ::2, ::2].sum((5, 6, 7)) / 4
    yield N("AvgPool3DExt", volume, (2, 3, 2), (2, 3, 2), (0, 0, 0), False, True, -5), volume[..., :4].reshape(1, 2, 2, 2, 2, 3, 2, 2).sum((3, 5, 7)) / -5
    yield N("AvgPool2D", image, (4, 4), (4, 4), (0, 0), True, True, 3), np.pad(image, [(0, 0), (0, 0), (0, 2), (0, 1)]).reshape(2, 4, 2, 4, 2, 4).sum((3, 5)) / 3
    # Where the largest are; padding is none of them, the first of equal ones is.
    for name, x, kernel, attributes in [("MaxPoolWithArgmaxV2", tied, (2, 3), {"kernel_size": (2, 3), "strides": (2, 2), "pads": (1, 1), "dilation": (2, 1)}),
                                        ("MaxPool3DWithArgmax", np.round(volume), (2, 3, 2), {"ksize": (2, 3, 2), "strides": (1, 2, 2), "pads": (0, 1, 1), "dilation": (1, 1, 2)})]:
        stride, pads, dilation = attributes["strides"], attributes["pads"], attributes["dilation"]
        axes = tuple(range(2, x.ndim))
        view = lambda a, fill: np.lib.stride_tricks.sliding_window_view(np.pad(a, [(0, 0), (0, 0), *((p, p) for p in pads)], constant_values=fill), [d * (k - 1) + 1 for d, k in zip(dilation, kernel)], axes)[
            (slice(None), slice(None), *(slice(None, None, s) for s in stride), *(slice(None, None, d) for d in dilation))]
        windows = view(x, -np.inf).reshape(*view(x, 0).shape[:x.ndim], -1)
        flat = view(np.arange(x[0, 0].size).reshape(1, 1, *x.shape[2:]), -1).reshape(1, 1, *windows.shape[2:])
        wanted = {0: windows.max(-1), 1: np.take_along_axis(np.broadcast_to(flat, windows.shape), windows.argmax(-1)[..., None], -1)[..., 0].astype(np.int64)}
        yield N(name, x, **attributes), wanted
        if len(kernel) == 2:
            yield N("MaxPoolWithIndices", x, kernel, stride, pads, dilation, False), wanted
            yield N("FuncMaxPool2D", x, kernel, stride, pads, dilation, False, True), wanted
            yield N("MaxPoolWithIndices", x[0].copy(), kernel, stride, pads, dilation, False), {k: v[0] for k, v in wanted.items()}
    halved = image[:, :, :6, :6].copy()
    kept = np.where(halved == halved.reshape(2, 4, 3, 2, 3, 2).max((3, 5)).repeat(2, 2).repeat(2, 3), halved, np.float32(0))
    pooled = N("MaxPoolWithIndices", halved, (2, 2), (2, 2), (0, 0), (1, 1), False)
    yield N("MaxUnpool2DExt", N("TupleGetItem", pooled, 0), N("TupleGetItem", pooled, 1), (2, 2), None, 0, None), kept
    # Those of the older primitive count from the first channel on.
    parts = lambda a: a.reshape(-1, 4, 3, 2, 3, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4, 3, 3, 4)
    flat = np.broadcast_to(parts(np.arange(4 * 6 * 6, dtype=np.int32)), (2, 4, 3, 3, 4))
    yield (N("MaxPoolWithArgmax", halved, kernel_size=(1, 1, 2, 2), strides=(1, 1, 2, 2), pad_mode="valid"),
           {0: parts(halved).max(-1), 1: np.take_along_axis(flat, parts(halved).argmax(-1)[..., None], -1)[..., 0]})
    # Three columns of one row, where four numbers could also be (1, 1, rows, columns).
    wide = halved.reshape(2, 4, 6, 2, 3)
    flat = np.broadcast_to(np.arange(4 * 6 * 6, dtype=np.int32).reshape(1, 4, 6, 2, 3), wide.shape)
    yield (N("MaxPoolWithArgmax", halved, kernel_size=(1, 1, 3, 1), strides=(1, 1, 3, 1), pad_mode="valid"),
           {0: wide.max(-1), 1: np.take_along_axis(flat, wide.argmax(-1)[..., None], -1)[..., 0]})
    filters = floats(random, 2, 4, 3, 3)
    windows = np.lib.stride_tricks.sliding_window_view(halved, (3, 3), (2, 3))[:, :, ::2]
    yield (N("DepthwiseConv2dNative", halved, K(filters), kernel_size=(3, 3), stride=(1, 1, 2, 1), dilation=(1, 1, 1, 1), pad_mode="valid"),
           np.einsum("nchwij,mcij->ncmhw", windows, filters).reshape(2, 8, 2, 4))
    for spatial in (2, 3):
        small = floats(random, 2, 3, *[2] * spatial)
        places = np.argsort(random.random((2, 3, 5 ** spatial)), -1)[..., :2 ** spatial].astype(np.int64)
        unpooled = np.zeros((2, 3, 5 ** spatial), np.float32)
        np.put_along_axis(unpooled, places, small.reshape(2, 3, -1), 2)
        two, none = ((1, 1) + (n,) * spatial for n in (2, 0))
        yield N(f"MaxUnpool{spatial}D", small, places.reshape(small.shape), ksize=(1, 1) + (3,) * spatial, strides=two, pads=none, output_shape=(), format="NCHW" if spatial == 2 else "NCDHW"), unpooled.reshape(2, 3, *[5] * spatial)
        if spatial == 2:
            yield N("MaxUnpool2DExt", small, places.reshape(small.shape), (3, 3), (2, 2), (0, 0), None), unpooled.reshape(2, 3, 5, 5)
            yield N("MaxUnpool2DExt", small, places.reshape(small.shape), (2, 2), None, 0, (5, 5)), unpooled.reshape(2, 3, 5, 5)
        yield N(f"MaxUnpool{spatial}D", small, places.reshape(small.shape), ksize=two, strides=two, pads=none, output_shape=(2, 3) + (5,) * spatial), unpooled.reshape(2, 3, *[5] * spatial)

    for primitive, x, size, outputs in [("FractionalMaxPoolWithFixedKsize", image, (2, 3), (3, 4)), ("FractionalMaxPool3DWithFixedKsize", volume, (2, 2, 2), (2, 3, 1))]:
        samples = random.uniform(0.1, 0.9, (*x.shape[:2], len(size))).astype(np.float32)
        values, where = np.zeros((2, *x.shape[:2], *outputs))
        for cell in np.ndindex(*values.shape):
            own = samples[cell[:2]][::-1 if x is image else 1]
            starts = [e - k if i == o - 1 else int((i + s) * (e - k) / (o - 1)) - int(s * (e - k) / (o - 1)) for i, s, e, k, o in zip(cell[2:], own, x.shape[2:], size, outputs)]
            part = tuple(slice(start, start + k) for start, k in zip(starts, size))
            values[cell] = x[cell[:2]][part].max()
            where[cell] = np.arange(x[0, 0].size).reshape(x.shape[2:])[part].ravel()[x[cell[:2]][part].argmax()]
        yield N(primitive, x, samples, ksize=size, output_shape=outputs), {0: values.astype(np.float32), 1: where.astype(np.int64)}

    kernel = floats(random, 2, 3, 2, 3, 2)
    yield (N("Conv3DTranspose", volume, kernel, strides=(1, 1, 2, 2, 2), dilations=(1, 1, 1, 1, 1), pad_list=(1, 1, 1, 1, 1, 1), output_padding=(0, 0, 1, 1, 1), groups=1),
           transposed(volume, kernel, (2, 2, 2), (1, 1, 1), (1, 1, 1), (1, 1, 1)))
    kernel, bias = floats(random, 4, 3, 3, 3), floats(random, 3)
    yield N("ConvTranspose2D", image, kernel, bias, (2, 2), (1, 0), (1, 0), 1, (1, 2)), transposed(image, kernel, (2, 2), (1, 0), (1, 0), (1, 2)) + bias[:, None, None]
    kernel, bias = floats(random, 4, 3, 3), floats(random, 4)
    yield N("Conv1DPadding", line, kernel, bias, (1,), "same", (2,), 1), correlate(line, kernel, (1,), (2,), (2,), 1) + bias[:, None]
    kernel = floats(random, 3, 2, 3, 1, 3)
    yield N("Conv3DPadding", volume, kernel, None, (1, 1, 1), "same", (1, 1, 1), 1), correlate(volume, kernel, (1, 1, 1), (1, 0, 1), (1, 1, 1), 1)

    steps, kernel, bias = floats(random, 6, 2, 3), floats(random, 3, 3, 4), floats(random, 4)
    yield N("ConvTbc", steps, kernel, bias, 2), (correlate(steps.transpose(1, 2, 0), kernel.transpose(2, 1, 0), (1,), (2,), (1,), 1) + bias[:, None]).transpose(2, 0, 1)
    form = floats(random, 4, 2, 3)
    for x, filter_, low, high, stride, dilation in [(image, form, (0, 0), (0, 0), (2, 1), (1, 2)), (image, form, (0, 1), (1, 1), (1, 1), (1, 1)), (-50 + (9 * image).astype(np.int8), (9 * form).astype(np.int8), (0, 1), (1, 1), (1, 1), (1, 1))]:
        lowest = -np.inf if x.dtype.kind == "f" else -999
        around = np.pad(x.astype(np.float64), [(0, 0), (0, 0), *zip(low, high)], constant_values=lowest)
        reach = [d * (k - 1) + 1 for d, k in zip(dilation, filter_.shape[1:])]
        windows = np.lib.stride_tricks.sliding_window_view(around, reach, (2, 3))[:, :, ::stride[0], ::stride[1], ::dilation[0], ::dilation[1]]
        yield N("Dilation2D", x, filter_, stride=(1, 1, *stride), dilation=(1, 1, *dilation), pad_mode="SAME" if any(high) else "VALID", format="NCHW"), (windows + filter_[:, None, None]).max((4, 5)).astype(x.dtype)

    taken = patches(image, (2, 3), (2, 1), (1, 2), (1, 1))
    yield N("Im2Col", image, ksizes=(2, 3), strides=(2, 1), dilations=(1, 2), pads=(1, 1), padding_mode="CALCULATED"), taken
    yield N("Im2ColExt", image, (2, 3), (1, 2), (1, 1), (2, 1)), taken.reshape(2, 24, -1)
    yield N("Im2ColExt", image[0].copy(), (2, 3), (1, 2), (1, 1), (2, 1)), taken[0].reshape(24, -1)
    sums, columns = np.zeros((2, 3, 7, 5)), floats(random, 2, 12, 12)
    for row, column in np.ndindex(3, 4):  # of patches of 2 x 2, 2 and 1 apart
        sums[:, :, 2 * row:2 * row + 2, column:column + 2] += columns[:, :, 4 * row + column].reshape(2, 3, 2, 2)
    yield N("Col2ImExt", columns, (5, 5), (2, 2), (1, 1), (1, 0), (2, 1)), sums[:, :, 1:-1]
    yield N("Col2ImExt", columns[0].copy(), (5, 5), (2, 2), (1, 1), (1, 0), (2, 1)), sums[0, :, 1:-1]
    yield N("ExtractImagePatches", image, (2, 3), (2, 2), (1, 2), 2), patches(image, (2, 3), (2, 2), (1, 2), (0, 0)).swapaxes(1, 2).reshape(2, 24, 3, 2)
    yield N("ExtractImagePatches", image, (2, 3), (2, 2), (1, 2), 1), patches(image, (2, 3), (2, 2), (1, 2), (0, 2)).swapaxes(1, 2).reshape(2, 24, 3, 4)
    yield N("ExtractVolumePatches", volume, kernel_size=(1, 1, 2, 2, 2), strides=(1, 1, 1, 2, 2), padding="VALID"), patches(volume, (2, 2, 2), (1, 2, 2), (1, 1, 1), (0, 0, 0)).swapaxes(1, 2).reshape(1, 16, 3, 3, 2)
    yield N("ExtractVolumePatches", volume, kernel_size=(1, 1, 2, 2, 2), strides=(1, 1, 2, 2, 2), padding="SAME"), patches(volume, (2, 2, 2), (2, 2, 2), (1, 1, 1), (0, 0, (0, 1))).swapaxes(1, 2).reshape(1, 16, 2, 3, 3)

    def spread(x, *weights):
        for axis, weight in enumerate(weights, 2):
            x = np.moveaxis(np.tensordot(weight, x, (1, axis)), 0, axis)
        return x

    yield N("UpsampleLinear1D", line, (11,), None, False), spread(line, linear_weights(7, 11))
    yield N("UpsampleLinear1D", line, None, (1.75,), False), spread(line, linear_weights(7, 12, 1 / 1.75))
    yield N("UpsampleTrilinear3D", volume, (6, 7, 9), None, True), spread(volume, linear_weights(4, 6, aligned=True), linear_weights(6, 7, aligned=True), linear_weights(5, 9, aligned=True))
    yield N("UpsampleTrilinear3D", volume, None, (1.5, 1.75, 2.0), False), spread(volume, linear_weights(4, 6, 1 / 1.5), linear_weights(6, 10, 1 / 1.75), linear_weights(5, 10))
    yield N("UpsampleBilinear2D", image, None, (1.5, 2.25), False), spread(image, linear_weights(6, 9), linear_weights(7, 15, 1 / 2.25))
    nearest = lambda old, new, step=None: np.int64(np.minimum(np.floor(np.arange(new) * (step or old / new) + 1e-6), old - 1))
    yield N("UpsampleNearest1D", line, (11,), None), line[..., nearest(7, 11)]
    yield N("UpsampleNearest1D", line, None, (1.75,)), line[..., nearest(7, 12, 1 / 1.75)]
    yield N("UpsampleNearest2D", image, None, (1.5, 2.25)), image[:, :, nearest(6, 9)][..., nearest(7, 15, 1 / 2.25)]
    yield N("UpsampleNearest3D", volume, (6, 7, 9), None), volume[:, :, nearest(4, 6)][:, :, :, nearest(6, 7)][..., nearest(5, 9)]
    for size, scales, aligned, rows_, columns in [((9, 11), None, False, cubic_weights(6, 9), cubic_weights(7, 11)), ((3, 9), None, True, cubic_weights(6, 3, aligned=True), cubic_weights(7, 9, aligned=True)),
                                                  (None, (1.5, 2.25), False, cubic_weights(6, 9), cubic_weights(7, 15, 1 / 2.25))]:
        yield N("UpsampleBicubic2D", image, size, scales, aligned), spread(image, rows_, columns)
    photo = random.random((2, 6, 7, 3)).astype(np.float32)
    yield N("ResizeArea", photo, (3, 7), align_corners=False), photo.reshape(2, 3, 2, 7, 3).mean(2)
    area = np.maximum(0, np.minimum(np.arange(1, 6)[:, None] * 1.4, np.arange(1, 8)) - np.maximum(np.arange(5)[:, None] * 1.4, np.arange(7))) / 1.4
    yield N("ResizeArea", photo, K(np.int32([6, 5]))), np.einsum("ow,nhwc->nhoc", area, photo)

    shuffled = image.reshape(2, 2, 2, 6, 7).transpose(0, 2, 1, 3, 4).reshape(image.shape)
    yield N("ChannelShuffle", image, group=2), shuffled
    around = np.stack([(image[:, max(c - 2, 0):c + 3] ** 2).sum(1) for c in range(4)], 1)
    yield N("LRN", image, depth_radius=2, bias=1.0, alpha=0.5, beta=0.75, norm_region="ACROSS_CHANNELS"), image / (1 + 0.5 * around) ** 0.75
    gamma, beta = floats(random, 4), floats(random, 4)
    normal = (image - image.mean((2, 3), keepdims=True)) / np.sqrt(image.var((2, 3), keepdims=True) + 0.01)
    yield N("InstanceNorm", image, gamma, beta, K(beta), K(gamma), epsilon=0.01, momentum=0.1), {0: normal * gamma[:, None, None] + beta[:, None, None]}
    photo = photo.copy()
    photo[0, 0, :3] = [[0, 0, 0], [0.5, 0.5, 0.5], [0.25, 1, 1]]
    hsv = np.float32([[[colorsys.rgb_to_hsv(*map(float, pixel)) for pixel in row] for row in part] for part in photo])
    yield N("RGBToHSV", photo), hsv
    back = lambda hsv: np.float32([[[colorsys.hsv_to_rgb(*map(float, pixel)) for pixel in row] for row in part] for part in hsv])
    yield N("HSVToRGB", photo), back(photo)
    yield N("AdjustHue", photo, K(np.float32(0.3))), back((hsv + [0.3, 0, 0]) % [1, 2, 2])
    yield N("AdjustSaturation", photo, K(np.float32(1.7))), back(np.minimum(hsv * [1, 1.7, 1], 1))

    boxes, truths = np.float32([[4, 1, 9, 7], [0, 0, 5, 5], [2, 2, 3, 3], [-5, 2, 700, 8]]), np.float32([[5, 2, 10, 8], [1, 1, 6, 6]])
    overlap = np.clip(np.minimum(boxes[None, :, 2:], truths[:, None, 2:]) - np.maximum(boxes[None, :, :2], truths[:, None, :2]) + 1, 0, None).prod(-1)
    areas, own = (boxes[:, 2:] - boxes[:, :2] + 1).prod(1), (truths[:, 2:] - truths[:, :2] + 1).prod(1)[:, None]
    yield N("IOU", boxes, truths, mode="iou"), overlap / (areas + own - overlap)
    yield N("IOU", boxes, truths, mode="iof"), overlap / own
    yield N("CheckValid", boxes, np.float32([9, 10, 1])), np.array([True, True, True, False])
    encoded = N("BoundingBoxEncode", boxes, np.float32([[3, 1, 8, 8], [0, 1, 5, 6], [2, 2, 4, 4], [0, 2, 90, 8]]), means=(0.1, 0.0, 0.0, 0.2), stds=(0.5, 1.0, 1.0, 2.0))
    yield (N("BoundingBoxDecode", boxes, encoded, max_shape=(8, 80), means=(0.1, 0.0, 0.0, 0.2), stds=(0.5, 1.0, 1.0, 2.0), wh_ratio_clip=0.016),
           np.float32([[3, 1, 8, 8], [0, 1, 5, 6], [2, 2, 4, 4], [0, 2, 80, 8]]))
