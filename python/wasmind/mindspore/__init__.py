"""MindSpore's operators on WebAssembly.

    import wasmind.mindspore
    wasmind.mindspore.enable(["Add", "AddExt", "MatMul", "Softmax"])
    ...                                  # an unchanged MindSpore script, PyNative or graph mode
    print(wasmind.mindspore.report())    # {"Add": {"float32": 12}, ...}

Call `enable` before the first operator runs: MindSpore looks for plug-ins once per process.
"""
import difflib
import os
import threading

import numpy as np

from ..error import WasmindError
from ..operator_library import OperatorLibrary
from . import library as _library
from .backend import register_backend
from .fuse import fuse
from .network import Network, Session, compile, load
from .plugin import NAMES, Plugin
from .primitives import PRIMITIVES

__all__ = ["Network", "PRIMITIVES", "Session", "compile", "disable", "enable", "fuse", "load", "register_backend", "report"]


class _Operators:
    """What a formula calls: the library, and the type of the primitive's first result."""

    def __init__(self, library, dtype):
        self._library, self.dtype = library, dtype

    def __call__(self, name, *arrays, **attributes):
        return self._library.call(name, *arrays, **attributes)

    def fit(self, x):
        return np.asarray(x).astype(self.dtype, copy=False)


class _Runtime:
    """One per process: MindSpore's side is."""

    def __init__(self):
        # An instance of a library serves one thread at a time; MindSpore calls from several.
        self.lock = threading.Lock()
        self.plugin = self.library = None
        self.counts = {}

    def handle(self, name, inputs, outputs):
        first = next((x for x in inputs if isinstance(x, np.ndarray)), outputs[0])
        with self.lock:
            results = PRIMITIVES[name].formula(_Operators(self.library, outputs[0].dtype), *inputs)
            self.write(results if isinstance(results, tuple) else (results,), outputs)
            dtype, counts = NAMES[first.dtype], self.counts[name]
            counts[dtype] = counts.get(dtype, 0) + 1

    @staticmethod
    def advice(name):
        if PRIMITIVES[name].builtin:
            return f"leave '{name}' out of wasmind.mindspore.enable and MindSpore's own kernel runs"
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
    names = [primitives] if isinstance(primitives, str) else list(primitives)
    if not names:
        raise WasmindError("InvalidArgument", "enable: no primitive is named")
    for name in names:
        if name not in PRIMITIVES:
            near = difflib.get_close_matches(str(name), PRIMITIVES, 3, 0.5)
            hint = f"; nearest: {', '.join(near)}" if near else "; wasmind.mindspore.PRIMITIVES lists all"
            raise WasmindError("InvalidArgument", f"enable: no primitive '{name}' runs on wasm{hint}")
    return list(dict.fromkeys(names))


def enable(primitives, library=None):
    """Runs the named MindSpore primitives on a wasm operator library, in this process, from now on.

    primitives: names as MindSpore's kernels have them; PRIMITIVES lists those that can be chosen. Python operators are others
                than functions: x + y is AddExt in PyNative mode and Add in graphs, x * 2 is Muls.
    library:    path of a module that `wasmind operators build` wrote; None builds one with the operators needed and keeps it
                in $WASMIND_CACHE, else ~/.cache/wasmind.

    A call that the library cannot serve (element type not built, for instance) raises RuntimeError with the reason: MindSpore
    asks a plug-in once per process what it has, and cannot be handed a single call back.

    Later calls of `enable` may name more until the first operator has run, and fewer at any time without effect.
    Raises WasmindError InvalidArgument (unknown primitive, operator missing in `library`), Unsupported (another version of
    MindSpore, another plug-in, too late), and what `OperatorLibrary.load` raises.
    """
    names = _check(primitives)
    old, plugin = list(_runtime.counts), _runtime.plugin
    new = [name for name in names if name not in old]
    if new and plugin and plugin.listed():
        raise WasmindError("Unsupported", f"enable: MindSpore has read the list of primitives already, without {', '.join(new)}; name "
                           "all of them before the first operator runs")
    # Also those named before: this library takes the place of the last one.
    needed = {operator for name in old + names for operator in PRIMITIVES[name].operators}
    path = library or _library.build(needed)
    loaded = OperatorLibrary.load(os.fspath(path))
    missing = sorted(needed - {operator.name for operator in loaded.operators})
    if missing:
        raise WasmindError("InvalidArgument", f"{path} has no {', '.join(missing)}; build it with wasmind operators build "
                           f"--ops={','.join(sorted(needed))}")
    plugin = plugin or Plugin(_runtime.handle, _runtime.advice)
    plugin.attach()
    if new:
        plugin.choose(old + new)
    with _runtime.lock:
        _runtime.plugin, _runtime.library = plugin, loaded
        _runtime.counts.update({name: {} for name in new})


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
    with _runtime.lock:
        _runtime.counts.clear()
        _runtime.library = None


def report():
    """Calls that ran on wasm since `enable`: {primitive: {element type of its first tensor: calls}}, for each primitive enabled.

    Complete once the results have been read: PyNative mode computes behind the script's back.
    """
    with _runtime.lock:
        return {name: dict(counts) for name, counts in _runtime.counts.items()}
