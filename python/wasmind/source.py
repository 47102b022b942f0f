"""Where a module comes from, and how it is loaded again in another process."""

import hashlib
import operator
import os

from . import _runtime
from .error import WasmindError, refusal


class Source:
    """A path or bytes, and the options of `wasmind.load`. Pickled, a path goes with the hash of its file: another file there
    is refused, not run."""

    def __init__(self, origin, *, max_memory_bytes, max_module_bytes, max_code_bytes, time_limit_ms, cache, cache_folder,
                 weights_folder=None):
        # Bytes that can change are copied, paths made independent of the working folder of whoever loads them again.
        self._bytes = bytes(origin) if isinstance(origin, (bytes, bytearray, memoryview)) else None
        self._name = None if self._bytes is not None else path_of(origin, "source")
        self._path = self._name and os.path.abspath(self._name)
        limits = {"max_memory_bytes": max_memory_bytes, "max_module_bytes": max_module_bytes, "max_code_bytes": max_code_bytes,
                  "time_limit_ms": time_limit_ms}
        self._options = {**{name: _limit(name, value) for name, value in limits.items()}, "cache": bool(cache),
                         "cache_folder": _absolute(cache_folder, "cache_folder"),
                         "weights_folder": _absolute(weights_folder, "weights_folder")}
        self._stamp = self._hash = None

    def load(self, kind):
        """`kind`, a class of _runtime, of the module. Raises WasmindError."""
        options = _runtime.Options(**self._options)
        if self._bytes is not None:
            return kind(self._bytes, options)
        self._stamp = _stamp(self._path)  # of a folder: that of its index, which has the hashes of the other files
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


def path_of(path, what):
    """The text of a path that a file can have; `what` it is of is named in errors."""
    try:
        text = os.fsdecode(path)
        text.encode()  # the C interface takes UTF-8
    except Exception as error:  # whatever its own conversion raises
        raise refusal(what, error) from error
    if not text or "\0" in text:
        raise WasmindError("InvalidArgument", f"{what}: {text!r} is no path")
    return text


def _absolute(folder, what):
    return None if folder is None else os.path.abspath(path_of(folder, what))


def _limit(name, value):
    try:
        number = operator.index(value)
    except Exception as error:  # whatever its own conversion raises
        raise refusal(name, error) from error
    if not 0 <= number < 1 << 63:
        raise WasmindError("InvalidArgument", f"{name}: {number} is not within 0..2^63 - 1")
    return number


def _file_of(path):
    """The file at a path; of a folder, the index of builds in it."""
    return os.path.join(path, _runtime.index_file) if os.path.isdir(path) else path


def _stamp(path):
    """What changes when somebody writes the file; None when there is none, which loading reports."""
    try:
        status = os.stat(_file_of(path))
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _hash_of(path):
    try:
        with open(_file_of(path), "rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise WasmindError("Io", f"{path}: {error.strerror or error}; a pickled model is loaded from its file again") from error
