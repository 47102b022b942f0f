"""Where a module comes from, and how it is loaded again in another process."""

import hashlib
import os

from . import _runtime
from .error import WasmindError


class Source:
    """A path or bytes, and the options of `wasmind.load`. Pickled, a path goes with the hash of its file: another file there
    is refused, not run."""

    def __init__(self, origin, max_memory_bytes=0, max_module_bytes=0, time_limit_ms=0, cache=True, cache_folder=None,
                 weights_folder=None):
        # Bytes that can change are copied, paths made independent of the working folder of whoever loads them again.
        self._bytes = bytes(origin) if isinstance(origin, (bytes, bytearray, memoryview)) else None
        self._path = None if self._bytes is not None else os.path.abspath(os.fspath(origin))
        self._name = self._path and os.fspath(origin)
        self._options = {
            "max_memory_bytes": max_memory_bytes, "max_module_bytes": max_module_bytes, "time_limit_ms": time_limit_ms,
            "cache": cache, "cache_folder": _absolute(cache_folder), "weights_folder": _absolute(weights_folder)}
        self._stamp = self._hash = None

    def load(self, kind):
        """`kind`, a class of _runtime, of the module. Raises WasmindError."""
        options = _runtime.Options(**self._options)
        if self._bytes is not None:
            return kind(self._bytes, options)
        self._stamp = _stamp(self._path)
        return kind(self._name, options)

    def __getstate__(self):
        state = {"_bytes": self._bytes, "_path": self._path, "_options": self._options}
        if self._path is not None:
            if _stamp(self._path) != self._stamp:
                raise WasmindError("InvalidModule", f"{self._path}: changed after it was loaded, so it cannot be loaded again "
                                                    "elsewhere; load it anew")
            self._hash = self._hash or _hash_of(self._path)
        return state | {"_hash": self._hash}

    def __setstate__(self, state):
        self.__dict__.update(state, _name=state["_path"], _stamp=None)
        if self._path is not None and _hash_of(self._path) != self._hash:
            raise WasmindError("InvalidModule", f"{self._path}: not the module that was pickled (its SHA-256 differs)")


def _absolute(folder):
    return None if folder is None else os.path.abspath(os.fspath(folder))


def _stamp(path):
    """What changes when somebody writes the file; None when there is none, which loading reports."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _hash_of(path):
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise WasmindError("Io", f"{path}: {error.strerror or error}; a pickled model is loaded from its file again") from error
