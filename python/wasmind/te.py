"""Tensor expressions: operators written as formulas, with the words of TVM's te.

    n, m, l = te.var("n"), te.var("m"), te.var("l")
    A = te.placeholder((n, l), "float32", name="A")
    B = te.placeholder((l, m), "float32", name="B")
    k = te.reduce_axis(l, name="k")
    C = te.compute((n, m), lambda i, j: te.sum(A[i, k] * B[k, j], axis=k), name="C")
    model = wasmind.compile([A, B, C], dims={"n": (1, 64), "m": (1, 64), "l": (1, 64)})

compiler/frontend/expr/Expression.h has the rules, Slides.h beside it those of `convolve`, `depthwise` and windows. Python's operators mean what they do for its numbers: `//` and `%` round
down, `/` is for floats; `& | ~` of bool are logical. What is wrong raises WasmindError InvalidArgument where it is written.
"""

from __future__ import annotations

import builtins
import dataclasses
import difflib
import functools
import inspect
import os
from collections.abc import Iterable, Mapping
from typing import Any

from .compiler import extension
from .error import WasmindError, refusal, refusing
from .source import path_of

_Path = str | os.PathLike[str]
_te = extension().te
Axis, Expr, Tensor = _te.Axis, _te.Expr, _te.Tensor

var, cast, const, select = map(refusing, (_te.var, _te.cast, _te.const, _te.select))
if_then_else = select
min_value, max_value = map(refusing, (_te.min_value, _te.max_value))
abs, sign, exp, log, sqrt, rsqrt, reciprocal = map(refusing, (_te.abs, _te.sign, _te.exp, _te.log, _te.sqrt, _te.rsqrt, _te.reciprocal))
floor, ceil, round, trunc, isnan = map(refusing, (_te.floor, _te.ceil, _te.round, _te.trunc, _te.isnan))
sin, cos, tan, asin, acos, atan, atan2 = map(refusing, (_te.sin, _te.cos, _te.tan, _te.asin, _te.acos, _te.atan, _te.atan2))
sinh, cosh, tanh, asinh, acosh, atanh = map(refusing, (_te.sinh, _te.cosh, _te.tanh, _te.asinh, _te.acosh, _te.atanh))
sigmoid, erf, pow = map(refusing, (_te.sigmoid, _te.erf, _te.pow))
floordiv, floormod, truncdiv, truncmod = map(refusing, (_te.floordiv, _te.floormod, _te.truncdiv, _te.truncmod))


@refusing
def placeholder(shape: Any, dtype: str = "float32", name: str = "placeholder") -> Any:
    """An input. shape: numbers, vars and expressions of them; () is a scalar, read as `x[()]` or `x()`."""
    return _te.placeholder(_shape(shape), dtype, name)


@refusing
def reduce_axis(extent: Any, name: str = "k") -> Any:
    """What a sum runs over: an extent, or the pair (0, extent)."""
    if isinstance(extent, (tuple, list)):
        if len(extent) != 2 or not isinstance(extent[0], int) or extent[0] != 0:
            raise WasmindError("InvalidArgument", f"axis '{name}': {extent!r} is neither an extent nor (0, extent)")
        extent = extent[1]
    return _te.reduce_axis(extent, name)


class _Formula:
    """A function of the user, whose exceptions are its own and pass through."""

    def __init__(self, function):
        self.function, self.thrown = function, None

    def __call__(self, *indices):
        try:
            return self.function(*indices)
        except Exception as error:
            self.thrown = error
            raise


def _traced(call, formula=None):
    """The result of `call`; what the formula raised, or a WasmindError."""
    try:
        return call()
    except WasmindError:
        raise
    except Exception as error:
        if formula is not None and error is formula.thrown:
            raise
        raise refusal("te", error) from error


def compute(shape: Any, fcompute: Any, name: str = "compute") -> Any:
    """A tensor by a formula for its elements: `fcompute` is called once with one index per dimension."""
    shape = _shape(shape)
    try:
        parameters = inspect.signature(fcompute).parameters.values()
    except Exception as error:
        raise refusal("compute", error) from error
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    names = [p.name for p in positional][: len(shape)]
    required = builtins.sum(p.default is p.empty for p in positional)
    if builtins.any(p.kind == p.VAR_POSITIONAL for p in parameters):
        names += [f"i{axis}" for axis in range(len(names), len(shape))]
    if required > len(shape) or len(names) < len(shape):
        raise WasmindError(
            "InvalidArgument",
            f"tensor '{name}': its function takes {len(positional)} indices, but its shape has {len(shape)} dimensions")
    formula = _Formula(fcompute)
    return _traced(lambda: _te.compute(shape, formula, name, names), formula)


@refusing
def sum(element: Any, axis: Any) -> Any:
    """The sum over an axis or a list of axes."""
    return _te.reduce_sum(element, _axes(axis))


@refusing
def prod(element: Any, axis: Any) -> Any:
    """The product over an axis or a list of axes."""
    return _te.reduce_prod(element, _axes(axis))


@refusing
def max(element: Any, other: Any = None, *, axis: Any = None) -> Any:
    """The largest over `axis`, or the larger of two."""
    return _te.max(element, other) if axis is None else _te.reduce_max(element, _axes(axis))


@refusing
def min(element: Any, other: Any = None, *, axis: Any = None) -> Any:
    """The smallest over `axis`, or the smaller of two."""
    return _te.min(element, other) if axis is None else _te.reduce_min(element, _axes(axis))


@refusing
def convolve(input: Any, weights: Any, extents: Any, *, strides: Any = 1, pads: Any = 0, dilations: Any = 1,
             name: str = "convolve") -> Any:
    """Convolution (cross-correlation); elements outside the input count as zero.

    input:    [N, spatial..., C], 1 to 3 spatial dimensions
    weights:  [spatial..., C, O] of the input's element type; int8 and uint8 may meet, these two give int32
    extents:  of the result's spatial dimensions
    Returns [N, extents..., O]. Element k of window i is the input's element i * stride - pad + k * dilation.

    Strides, pads and dilations are one per spatial dimension, or one for all. All amounts are constants, vars that are the
    extent of an input, or expressions of these as in shapes. A var that is no extent is refused when the tensor is compiled.
    """
    extents = _shape(extents)
    return _te.convolve(input, weights, extents, *_slides(extents, strides, pads, dilations, name), name)


@refusing
def depthwise(input: Any, weights: Any, extents: Any, *, strides: Any = 1, pads: Any = 0, dilations: Any = 1,
              name: str = "depthwise") -> Any:
    """`convolve` for each channel by itself: weights [spatial..., 1, C], result [N, extents..., C]."""
    extents = _shape(extents)
    return _te.depthwise(input, weights, extents, *_slides(extents, strides, pads, dilations, name), name)


@refusing
def max_window(input: Any, sizes: Any, extents: Any, *, strides: Any = 1, pads: Any = 0, dilations: Any = 1,
               name: str = "window") -> Any:
    """The largest element of each window; elements outside the input do not take part. Of no elements it is the lowest value
    (-inf), and NaN where an element is NaN.

    input:  [N, spatial..., C], 1 to 3 spatial dimensions
    sizes:  of the windows, one per spatial dimension or one for all; `extents`, `strides`, `pads`, `dilations` as `convolve`
    Returns [N, extents..., C] of the input's element type.
    """
    return _window(_te.max_window, input, sizes, extents, strides, pads, dilations, name)


@refusing
def min_window(input: Any, sizes: Any, extents: Any, *, strides: Any = 1, pads: Any = 0, dilations: Any = 1,
               name: str = "window") -> Any:
    """The smallest element of each window; of no elements the highest value (inf). Otherwise as `max_window`."""
    return _window(_te.min_window, input, sizes, extents, strides, pads, dilations, name)


@refusing
def sum_window(input: Any, sizes: Any, extents: Any, *, strides: Any = 1, pads: Any = 0, dilations: Any = 1,
               name: str = "window") -> Any:
    """The sum of each window's elements, in the input's element type; of no elements 0. Otherwise as `max_window`."""
    return _window(_te.sum_window, input, sizes, extents, strides, pads, dilations, name)


def _window(function, input, sizes, extents, strides, pads, dilations, name):
    extents = _shape(extents)
    sizes = _along(extents, "sizes", sizes, name)
    return function(input, sizes, extents, *_slides(extents, strides, pads, dilations, name), name)


def _slides(extents, strides, pads, dilations, name):
    amounts = {"strides": strides, "pads": pads, "dilations": dilations}
    return [_along(extents, noun, given, name) for noun, given in amounts.items()]


def _along(extents, noun, given, name):
    """One amount per spatial dimension."""
    if not isinstance(given, (tuple, list)):
        return [given] * len(extents)
    if len(given) != len(extents):
        raise WasmindError("InvalidArgument", f"tensor '{name}': there are {len(extents)} extents, but {len(given)} {noun}")
    return list(given)


@refusing
def all(*conditions: Any, axis: Any = None) -> Any:
    """Whether all conditions hold: of one over `axis`, or of those given."""
    return _joined(conditions, axis, _te.reduce_all, lambda a, b: a & b)


@refusing
def any(*conditions: Any, axis: Any = None) -> Any:
    """Whether one of the conditions holds: of one over `axis`, or of those given."""
    return _joined(conditions, axis, _te.reduce_any, lambda a, b: a | b)


def _joined(conditions, axis, reduce, join):
    if not conditions or (axis is not None and len(conditions) != 1):
        raise WasmindError("InvalidArgument", "takes one condition with an axis, or several without")
    if axis is not None:
        return reduce(conditions[0], _axes(axis))
    result = conditions[0]
    for condition in conditions[1:]:
        result = join(result, condition)
    return result


def _shape(shape):
    return list(shape) if isinstance(shape, (tuple, list)) else [shape]


def _axes(axis):
    return list(axis) if isinstance(axis, (tuple, list)) else [axis]


@dataclasses.dataclass(frozen=True)
class Operator:
    """What `operator` describes and `build` compiles; the compiler sees the formula only while it works."""

    name: str
    make: object

    def __reduce__(self):
        raise TypeError("formulas of wasmind.te cannot be pickled: write them where they are built, or load the library")

    def __repr__(self):
        return f"Operator({self.name})"


@refusing
def operator(name: str, definition: Any, *, dtypes: Iterable[str] = ("float32",),
             attributes: Mapping[str, float] | None = None) -> Operator:
    """An operator for `build`.

    definition: a function of scalars, for elements of any shapes that broadcast; its first parameters are the inputs, those
                named in `attributes` are numbers with these defaults. It is built for each of `dtypes`.
                Or tensors, placeholders and computed ones, for fixed ranks; a placeholder's extent that is a var binds it.
    """
    if not callable(definition):
        computed = [tensor for tensor in definition if not _te.is_placeholder(tensor)]
        given = [tensor for tensor in definition if _te.is_placeholder(tensor)]
        if not computed:
            raise WasmindError("InvalidArgument", f"operator '{name}': none of its tensors is computed")
        return Operator(name, lambda: _traced(lambda: _te.expression(name, given or _te.inputs_of(computed), computed)))
    names = list(inspect.signature(definition).parameters)
    numbers = [(key, float(value)) for key, value in (attributes or {}).items()]
    inputs = names[: len(names) - len(numbers)]
    if names != inputs + [key for key, _ in numbers] or not inputs:
        raise WasmindError(
            "InvalidArgument", f"operator '{name}': its parameters must be its inputs, then its attributes in their order")
    formula = _Formula(definition)
    return Operator(name, lambda: _traced(lambda: _te.elementwise(name, inputs, numbers, list(dtypes), formula), formula))


@refusing
def library(*names: str) -> list[Operator]:
    """Operators of the library for `build`, each in all its element types: those named, or all. docs/generated/operators.md
    lists them. Raises WasmindError InvalidArgument with the nearest names."""
    known = {each.name: each for each in _te.library()}
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 3, 0.5)
            raise WasmindError("InvalidArgument", f"no operator is called '{name}'" + (f"; nearest: {', '.join(near)}" if near else ""))
    return [Operator(name, functools.partial(known.get, name)) for name in names or known]


def build(operators: Iterable[Operator], output: _Path | None = None, *, archive: _Path | None = None, objects: _Path | None = None,
          header: _Path | None = None, links: Iterable[_Path] = (), features: Iterable[str] = ()) -> None:
    """Compiles operators: to a module for `wasmind.OperatorLibrary`, an archive and a C header for programs that link them,
    a folder of objects. `links` are objects built by TVM. Each file appears whole or not at all.

    Raises WasmindError InvalidArgument with the operator and the reason.
    """
    files = {"output": output, "archive": archive, "objects": objects, "header": header}
    paths = [path_of(path, name) if path is not None else "" for name, path in files.items()]
    if not builtins.any(paths):
        raise WasmindError("InvalidArgument", "nothing to write: give output, archive, objects or header")
    made = [each.make() for each in _operators(operators)]
    error = _traced(lambda: _te.build_library(made, *paths, [path_of(link, "links") for link in links], "relaxed-simd" in features))
    if error:
        raise WasmindError("InvalidArgument", error)


@refusing
def _operators(given):
    listed = list(given)
    for each in listed:
        if not isinstance(each, Operator):
            raise WasmindError("InvalidArgument", f"operators: {type(each).__name__} is no operator of te.operator or te.library")
    return listed
