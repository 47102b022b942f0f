"""Operators of the library on complex numbers, as two tensors of real ones."""
import numpy as np


def parts(x):
    return np.asarray(np.real(x), order="C"), np.asarray(np.imag(x), order="C")


def call(library, name, arrays, attributes):
    """library(name, *arrays, **attributes): on real numbers. Raises TypeError where complex ones have no operator."""
    if name in ("Add", "Sub"):
        return joined(*(library(name, *both) for both in zip(*map(parts, arrays))))
    if name in ("ReduceSum", "ReduceMean", "CumSum"):
        return joined(*(library(name, each, *arrays[1:], **attributes) for each in parts(arrays[0])))
    if name == "ReduceProd":
        return folded(library, *arrays, **attributes)
    if name in ("Mul", "MatMul"):
        return product(library, name, *map(parts, arrays))
    if name == "Div":
        (a, b), (c, d) = map(parts, arrays)
        below = library("Add", library("Mul", c, c), library("Mul", d, d))
        above = parts(product(library, "Mul", (a, b), (c, -d)))
        return joined(*(library("Div", each, below) for each in above))
    if name == "SiLU":
        # x / (1 + e^-x)
        real, imaginary = parts(arrays[0])
        size = library("Exp", library("Neg", real))
        below = joined(library("Add", library("Mul", size, library("Cos", imaginary)), np.ones((), real.dtype)),
                       library("Neg", library("Mul", size, library("Sin", imaginary))))
        return call(library, "Div", [arrays[0], below], {})
    raise TypeError(f"complex numbers have no operator {name}")


def product(library, name, one, other):
    (a, b), (c, d) = one, other
    return joined(library("Sub", library(name, a, c), library(name, b, d)), library("Add", library(name, a, d), library(name, b, c)))


def folded(library, x, axes, keepdims):
    """The product over `axes`, no axes being all, one factor after the other."""
    axes = tuple(int(axis) % x.ndim for axis in axes) or tuple(range(x.ndim))
    kept = tuple(axis for axis in range(x.ndim) if axis not in axes)
    shape = [x.shape[axis] for axis in kept]
    out = np.ones(shape, x.dtype)
    for each in x.transpose(axes + kept).reshape(-1, *shape):
        out = product(library, "Mul", parts(out), parts(each))
    return out.reshape([1 if axis in axes else extent for axis, extent in enumerate(x.shape)]) if keepdims else out


def joined(real, imaginary):
    out = np.empty(np.shape(real), np.complex64 if real.dtype == np.float32 else np.complex128)
    out.real, out.imag = real, imaginary
    return out
