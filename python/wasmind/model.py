"""A compiled module and its signature, ready to run."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from . import _runtime
from .error import WasmindError, refusing
from .instance import Instance
from .signature import Signature
from .source import Source


# Weak, so that models end as they would.
_models: weakref.WeakSet[Model] = weakref.WeakSet()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: [model._follow_fork() for model in _models])


class Model:
    """Made by `load` or `compile`. Any number of threads may use it, and other processes: pickled it is the path it was loaded
    from, with the hash of that file, or the bytes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._handle = source.load(_runtime.Model)
        self.signature = Signature.parse(self._handle.signature)
        self._own = None
        self._lock = threading.Lock()
        _models.add(self)

    def _follow_fork(self):
        """In a child: nobody will ever finish the run that another thread had begun."""
        if self._lock.locked():
            self._own = None
            self._lock = threading.Lock()

    @property
    def notes(self) -> list[str]:
        """Of a model that was loaded from an index of builds: why better builds were passed over, and which one this is."""
        return self._handle.notes

    @property
    def info(self) -> _runtime.ModelInfo:
        """memory_bytes, code_bytes, weight_bytes, module_bytes, and was_cached: whether its native code was at hand."""
        return self._handle.info

    def instantiate(self) -> Instance:
        """A new `Instance` with a memory of its own, for use beside others."""
        return Instance(self)

    def run(self, inputs: Mapping[str, Any] | Iterable[Any], *, entry: str | None = None) -> dict[str, np.ndarray[Any, Any]]:
        """Runs the model on an instance that it keeps for this; returns a dict of arrays. Errors as `Instance.run`.

        Calls from several threads take turns; give each thread its own `instantiate()` to run in parallel. State is that
        instance's: take an instance of your own where it matters.
        """
        with self._lock:
            if self._own is None:
                self._own = Instance(self)
            try:
                return self._own.run(inputs, entry=entry)
            except WasmindError as error:
                # A stopped instance is of no further use.
                if error.code != "InvalidArgument":
                    self._own = None
                raise

    def __reduce__(self):
        return type(self), (self._source,)

    def __repr__(self):
        def describe(specs):
            return ", ".join(f"{t.name}: {t.dtype}{list(t.shape)}" for t in specs)

        entries = "; ".join(f"{f.name}({describe(f.inputs)}) -> {describe(f.outputs)}" for f in self.signature.functions)
        return f"<wasmind.Model {entries}>"


@refusing
def load(source: str | os.PathLike[str] | bytes | bytearray | memoryview, *, max_memory_bytes: int = 0, max_module_bytes: int = 0,
         max_code_bytes: int = 0, time_limit_ms: int = 0, cache: bool = True, cache_folder: str | os.PathLike[str] | None = None,
         weights_folder: str | os.PathLike[str] | None = None) -> Model:
    """Loads a module from a path or from bytes, and compiles it for this machine (or finds it compiled).

    A path may also be a folder of builds (`wasmind compile --variants`), or its index, wasmind.json: then the first build is
    loaded whose features the engine has, and `Model.notes` says which one that is.

    max_memory_bytes, max_module_bytes: limits for modules that are not trusted; 0 is what wasm32 allows.
    max_code_bytes: the most code that is compiled; 0 is 4 MiB.
    time_limit_ms:  longest run; 0 is none. Costs up to half the speed, so only for modules that are not trusted.
    cache, cache_folder: where native code is kept between processes; wasmind.h says where by default.
    weights_folder: where external weights are; by default the folder of the module.

    Raises WasmindError Io, InvalidModule, Unsupported or Limit.
    """
    return Model(Source(source, max_memory_bytes=max_memory_bytes, max_module_bytes=max_module_bytes, max_code_bytes=max_code_bytes,
                        time_limit_ms=time_limit_ms, cache=cache, cache_folder=cache_folder, weights_folder=weights_folder))
