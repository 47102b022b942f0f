"""MindSpore's operators on WebAssembly.

    import wasmind.mindspore
    wasmind.mindspore.enable(["Add", "AddExt", "MatMul", "Softmax"])
    ...                                  # an unchanged MindSpore script, PyNative or graph mode
    print(wasmind.mindspore.report())    # {"Add": {"float32": 12}, ...}

Call `enable` before the first operator runs: MindSpore looks for plug-ins once per process.
"""
import difflib
import os
from collections.abc import Iterable

import numpy as np

from .. import native as _native
from ..error import WasmindError
from ..operator_library import OperatorLibrary
from . import complex_numbers
from . import library as _library
from . import patches as _patches
from . import shim as _shim
from .backend import register_backend
from .chains import Chains
from .fuse import fuse
from .network import Network, Session, compile, load
from .plugin import Plugin
from .primitives import PRIMITIVES

__all__ = ["Network", "PRIMITIVES", "Session", "compile", "disable", "enable", "flops", "fuse", "fused", "load", "register_backend", "report", "returned"]


SIGNED = {np.dtype(f"uint{bits}"): np.dtype(f"int{bits}") for bits in (16, 32, 64)}
MODULAR = {"Add", "Sub", "Mul", "Square", "Neg", "ReduceSum", "ReduceProd", "CumSum"}


class _Operators:
    """What a formula calls: the library, and the type of the primitive's first result."""

    def __init__(self, library, dtype):
        self._library, self.dtype = library, dtype

    def __call__(self, name, *arrays, **attributes):
        """What the library computes. Of integers modulo a power of two signed and unsigned ones have the same bits."""
        if any(isinstance(x, np.ndarray) and x.dtype.kind == "c" for x in arrays):
            return complex_numbers.call(self._library.call, name, arrays, attributes)
        unsigned = next((x.dtype for x in arrays if isinstance(x, np.ndarray) and x.dtype in SIGNED), None)
        if name not in MODULAR or unsigned is None:
            return self._library.call(name, *arrays, **attributes)
        result = self._library.call(name, *(x.view(SIGNED[x.dtype]) if x.dtype in SIGNED else x for x in arrays), **attributes)
        return result.view(unsigned)

    def fit(self, x):
        return np.asarray(x).astype(self.dtype, copy=False)


class _Runtime:
    """One per process: MindSpore's side is. Calls come one at a time, from any thread."""

    def __init__(self):
        self.plugin = self.library = self.chains = None
        self.names = []
        self.has_kernels = False

    def handle(self, name, inputs, outputs):
        results = PRIMITIVES[name].formula(_Operators(self.library, outputs[0].dtype), *inputs)
        self.write(results if isinstance(results, tuple) else (results,), outputs)

    def advice(self, name):
        if self.has_kernels:
            return "MindSpore's own kernel was asked"
        if PRIMITIVES[name].builtin:
            return f"leave '{name}' out of wasmind.mindspore.enable, or install g++, and MindSpore's own kernel runs"
        return "MindSpore has no kernel of its own for it on the CPU"

    @staticmethod
    def write(results, outputs):
        if len(results) != len(outputs):
            raise ValueError(f"MindSpore wants {len(outputs)} results, the formula has {len(results)}")
        for result, out in zip(results, outputs):
            result = np.asarray(result)
            if result.dtype != out.dtype or result.shape != out.shape:
                raise TypeError(f"MindSpore wants {out.dtype.name}{list(out.shape)}, the operator gives "
                                f"{result.dtype.name}{list(result.shape)}")
            np.copyto(out, result)


_runtime = _Runtime()


def _check(primitives):
    if primitives == "all":
        return list(PRIMITIVES)
    names = [primitives] if isinstance(primitives, str) else primitives
    if not isinstance(names, Iterable):
        raise WasmindError("InvalidArgument", f'enable: give "all" or names of primitives, not {primitives!r}')
    names = list(names)
    if not names:
        raise WasmindError("InvalidArgument", "enable: no primitive is named")
    for name in names:
        if name not in PRIMITIVES:
            near = difflib.get_close_matches(str(name), PRIMITIVES, 3, 0.5)
            hint = f"; nearest: {', '.join(near)}" if near else "; wasmind.mindspore.PRIMITIVES lists all"
            raise WasmindError("InvalidArgument", f"enable: no primitive '{name}' runs on wasm{hint}")
    return list(dict.fromkeys(names))


def enable(primitives, library=None, fuse=False):
    """Runs the named MindSpore primitives on a wasm operator library, in this process, from now on.

    primitives: "all", or names as MindSpore's kernels have them; PRIMITIVES lists those that can be chosen. Python operators are
                others than functions: x + y is AddExt in PyNative mode and Add in graphs, x * 2 is Muls.
    library:    path of a module that `wasmind operators build` wrote; None builds one with the operators needed and keeps it
                in $WASMIND_CACHE, else ~/.cache/wasmind.
    fuse:       in graphs that are compiled from now on, chains of these primitives - elementwise ones, normalisations, Softmax, and
                a product or convolution before them - are one kernel and one node each, compiled where no other graph had the
                same, and kept in the cache. What cannot be in one stays as it is; `fused` says what and why. The last call decides.

    A call that the library cannot serve (an element type that is not built, for instance) goes to MindSpore's own kernel, which
    `returned` counts; where there is none, it raises RuntimeError with the reason. This way back, and primitives with attributes
    such as Conv2D, need a C++ compiler, g++ or what CXX names, when `enable` is called first; the result is kept in the cache.

    Later calls of `enable` may name more until the first operator has run, and fewer at any time without effect.
    Raises WasmindError InvalidArgument (unknown primitive, operator missing in `library`), Unsupported (another version of
    MindSpore, another plug-in, too late, no compiler), and what `OperatorLibrary.load` raises.
    """
    names = _check(primitives)
    old, plugin = _runtime.names, _runtime.plugin
    new = [name for name in names if name not in old]
    if new and plugin and plugin.listed():
        raise WasmindError("Unsupported", f"enable: MindSpore has read the list of primitives already, without {', '.join(new)}; name "
                           "all of them before the first operator runs")
    # Also those named before: this library takes the place of the last one.
    chosen = [PRIMITIVES[name] for name in old + new]
    needed = {operator for each in chosen for operator in each.operators}
    path = library or _library.build(needed)
    loaded = OperatorLibrary.load(os.fspath(path))
    missing = sorted(needed - {operator.name for operator in loaded.operators})
    if missing:
        raise WasmindError("InvalidArgument", f"{path} has no {', '.join(missing)}; build it with wasmind operators build "
                           f"--ops={','.join(sorted(needed))}")
    plugin = plugin or Plugin(_runtime.handle, _runtime.advice)
    mindspore = plugin.attach()
    if not _runtime.has_kernels and (_native.has_compiler() or any(each.attributes for each in chosen)):
        plugin.open_kernels(_shim.build(mindspore, "kernels.cc"), os.path.dirname(mindspore.__file__))
        _runtime.has_kernels = True
    if fuse and not _runtime.chains:
        _runtime.chains = Chains(mindspore)
    if new:
        plugin.choose(old + new)
    plugin.load(path, chosen)
    _patches.install(old + new)
    _runtime.plugin, _runtime.library, _runtime.names = plugin, loaded, old + new
    if _runtime.chains:
        _runtime.chains.choose(_runtime.names if fuse else [])


def disable():
    """Gives all primitives back to MindSpore and empties the report.

    Possible until the first operator has run; afterwards MindSpore keeps its list of primitives until the process ends, and
    this raises WasmindError Unsupported.
    """
    if _runtime.plugin is None:
        return
    if _runtime.plugin.listed():
        raise WasmindError("Unsupported", "disable: MindSpore keeps the list of primitives it has read until the process ends; start "
                           "a process that does not call enable")
    _runtime.plugin.choose([])
    _runtime.plugin.forget()
    _runtime.plugin.load(None, [])
    _runtime.plugin.reset()
    if _runtime.chains:
        _runtime.chains.choose([])
        _runtime.chains.reset()
    _patches.remove()
    _runtime.library, _runtime.names = None, []


def report():
    """Calls that ran on wasm since `enable`: {primitive: {element type of its first tensor: calls}}, for each primitive enabled.

    Complete once the results have been read: PyNative mode computes behind the script's back.
    """
    return {name: _runtime.plugin.counts(name, False) for name in _runtime.names}


def returned():
    """Calls that went back to MindSpore's own kernels since `enable`, as `report` has those on wasm; primitives without are left out.
    The element type "other" is each that no library has."""
    counts = {name: _runtime.plugin.counts(name, True) for name in _runtime.names}
    return {name: count for name, count in counts.items() if count}


def flops():
    """Operations on numbers in the calls of `report` and `returned`: {"wasm": {primitive: operations}, "mindspore": {primitive: operations}}.

    A multiplication and an addition per term of a sum of products (MatMul and its kin, convolutions), else one per element of the first
    input or output, whichever has more. Primitives without any are left out; those in chains are in `fused`.
    """
    counted = {side: {name: _runtime.plugin.flops(name, returned) for name in _runtime.names} for side, returned in (("wasm", False), ("mindspore", True))}
    return {side: {name: count for name, count in counts.items() if count} for side, counts in counted.items()}


def fused():
    """What `enable(..., fuse=True)` did: {"chains": {operators: {"nodes": in graphs, "calls": runs}}, "left": {primitive or
    operators: {reason: nodes}}}, the latter of what stayed as it is."""
    return _runtime.chains.told() if _runtime.chains else {"chains": {}, "left": {}}
