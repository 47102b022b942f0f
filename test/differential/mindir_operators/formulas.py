"""What several primitives are made of, in numpy."""
import math

import numpy as np


def bicubic_weights(old, new, align_corners, half_pixel_centers):
    """Result x element: Keys' kernel at steps of 1/1024, as MindSpore 2.10 and TensorFlow 1 have it."""
    def kernel(t):
        return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1 if t <= 1 else a * t ** 3 - 5 * a * t ** 2 + 8 * a * t - 4 * a

    a = -0.5 if half_pixel_centers else -0.75
    scale = np.float32((old - 1) / (new - 1) if align_corners and new > 1 else old / new)
    weights = np.zeros((new, old))
    for i in range(new):
        place = np.float32(i + 0.5) * scale - np.float32(0.5) if half_pixel_centers else np.float32(i) * scale
        whole = int(np.floor(place))
        part = round(float(place - whole) * 1024) / 1024
        for element in range(whole - 1, whole + 3):
            if 0 <= element < old or not half_pixel_centers:
                weights[i, min(max(element, 0), old - 1)] += kernel(abs(element - whole - part))
        if half_pixel_centers:
            weights[i] /= weights[i].sum()
    return weights


def floats(random, *shape, low=-2.0, high=2.0):
    return random.uniform(low, high, shape).astype(np.float32)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softplus(x):
    return np.log1p(np.exp(x))


def elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def erf(x):
    return np.vectorize(math.erf)(x)


def rms(x, axes, epsilon):
    return 1 / np.sqrt((x * x).mean(axes, keepdims=True) + epsilon)


def correlate(x, w, strides, padding, dilation, groups):
    """A convolution of any rank, x [N, C, ...], w [O, C / groups, ...]; padding: one number per dimension, both sides."""
    spatial = x.ndim - 2
    x = np.pad(x.astype(np.float64), [(0, 0), (0, 0)] + [(p, p) for p in padding])
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, w.shape[2:])]
    windows = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(range(2, x.ndim)))
    windows = windows[(slice(None), slice(None)) + tuple(slice(None, None, s) for s in strides) + tuple(slice(None, None, d) for d in dilation)]
    outputs = []
    for group in range(groups):
        o, c = w.shape[0] // groups, w.shape[1]
        part = windows[:, group * c : (group + 1) * c]
        kernel_axes = tuple(range(2 + spatial, 2 + 2 * spatial))
        outputs.append(np.tensordot(part, w[group * o : (group + 1) * o].astype(np.float64), ((1,) + kernel_axes, (1,) + tuple(range(2, 2 + spatial)))))
    return np.moveaxis(np.concatenate(outputs, -1), -1, 1).astype(np.float32)


def pool(x, size, stride, reduce):
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), (2, 3))[:, :, ::stride, ::stride]
    return reduce(windows, (-2, -1))


def parts_of(extent, count):
    """The slices that divide an extent evenly into parts."""
    return [slice(extent * i // count, -(-extent * (i + 1) // count)) for i in range(count)]


def adaptive_max(x, size):
    """Maxima of the parts of the last dimensions, and their flat places."""
    image = x.shape[x.ndim - len(size):]
    lead = x.reshape(-1, *image)
    places = np.arange(math.prod(image)).reshape(image)
    values, where = np.zeros((2, len(lead)) + size)
    for cell in np.ndindex(*size):
        part = tuple(parts_of(extent, count)[i] for extent, count, i in zip(image, size, cell))
        flat = lead[(slice(None),) + part].reshape(len(lead), -1)
        values[(slice(None),) + cell] = flat.max(1)
        where[(slice(None),) + cell] = places[part].ravel()[flat.argmax(1)]
    shape = x.shape[:x.ndim - len(size)] + size
    return values.reshape(shape).astype(x.dtype), where.reshape(shape).astype(np.int64)


def patches(x, size, strides, dilations, pads, around=0.0):
    """[N, C, taps, patches] of images."""
    x = np.pad(x, [(0, 0), (0, 0)] + [(p, p) if isinstance(p, int) else p for p in pads], constant_values=around)
    counts = [(e - d * (k - 1) - 1) // s + 1 for e, k, s, d in zip(x.shape[2:], size, strides, dilations)]
    taps = []
    for tap in np.ndindex(*size):
        taps.append(x[(slice(None), slice(None)) + tuple(slice(t * d, t * d + s * (c - 1) + 1, s) for t, d, s, c in zip(tap, dilations, strides, counts))])
    return np.stack(taps, 2).reshape(*x.shape[:2], math.prod(size), -1)


def transposed(x, w, strides, pads, added, dilations):
    """A transposed convolution, x [N, C, ...], w [C, O, ...]."""
    reach = [(e - 1) * s + d * (k - 1) + 1 for e, s, d, k in zip(x.shape[2:], strides, dilations, w.shape[2:])]
    full = np.zeros((x.shape[0], w.shape[1], *(r + a for r, a in zip(reach, added))))
    for tap in np.ndindex(*w.shape[2:]):
        part = tuple(slice(t * d, t * d + s * (e - 1) + 1, s) for t, d, s, e in zip(tap, dilations, strides, x.shape[2:]))
        full[(slice(None), slice(None)) + part] += np.moveaxis(np.tensordot(x, w[(slice(None), slice(None)) + tap], (1, 0)), -1, 1)
    return full[(slice(None), slice(None)) + tuple(slice(p, r + a - p) for p, r, a in zip(pads, reach, added))]


def linear_weights(old, new, step=None, aligned=False):
    """Result x element of a linear resampling between centres, or corners."""
    at = np.linspace(0, old - 1, new) if aligned else np.clip((np.arange(new) + 0.5) * (step or old / new) - 0.5, 0, old - 1)
    return np.maximum(0, 1 - np.abs(at[:, None] - np.arange(old)))


def cubic_weights(old, new, step=None, aligned=False):
    """The same of Keys' kernel with a = -0.75, where the border stands for what is outside."""
    def kernel(t):
        return 1.25 * t ** 3 - 2.25 * t ** 2 + 1 if t <= 1 else -0.75 * t ** 3 + 3.75 * t ** 2 - 6 * t + 3

    weights = np.zeros((new, old))
    for i, place in enumerate(np.linspace(0, old - 1, new) if aligned else (np.arange(new) + 0.5) * (step or old / new) - 0.5):
        for element in range(math.floor(place) - 1, math.floor(place) + 3):
            weights[i, min(max(element, 0), old - 1)] += kernel(abs(element - place))
    return weights


def diagonal_rows(x, low, high, align, padding):
    """The diagonals of [B, M, N] as rows, from the highest to the lowest."""
    lines = [np.diagonal(x, k, 1, 2) for k in range(high, low - 1, -1)]
    length = max(line.shape[1] for line in lines)
    above, below = align.split("_")
    rows_ = []
    for k, line in zip(range(high, low - 1, -1), lines):
        fill = np.full((len(x), length - line.shape[1]), padding, x.dtype)
        right = above == "RIGHT" if k > 0 else below == "RIGHT" if k < 0 else "RIGHT" in (above, below)
        rows_.append(np.concatenate([fill, line] if right else [line, fill], 1))
    return np.stack(rows_, 1)
