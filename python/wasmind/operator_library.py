"""Operators of a library module, called by name."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _runtime
from ._runtime import GuestTensor
from .error import WasmindError, refusal, refusing
from .source import Source
from .tensor import DTYPES, code_of, extents_of, numpy_type

_NUMBERS = (bool, int, float)
_BF16 = code_of("bf16")
_MAX_BYTES = 1 << 32


@dataclasses.dataclass(frozen=True)
class Attribute:
    """A number an operator takes besides its tensors: type "i64", "f64" or "bool". `default` is None when it has none."""

    name: str
    type: str
    default: int | float | bool | None


@dataclasses.dataclass(frozen=True)
class Operator:
    """An operator of a library. `variants` are the combinations of element types built in: pairs (inputs, outputs).

    Of a linked one (origin "linked", an object of somebody else) nothing but the name is known. A variadic one takes more
    tensors like the last input behind it.
    """

    name: str
    origin: str
    inputs: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    outputs: tuple[str, ...]
    variants: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    variadic: bool = False


class OperatorLibrary:
    """A library and its memory, which grows. Threads take turns; to run in parallel each takes an `instantiate()`. Calls do
    not hold the interpreter lock.

        library = wasmind.OperatorLibrary.load("wasm_ops.wasm")
        library.call("Add", a, b)
        library.call("Softmax", x, axis=-1, out=y)
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._handle = source.load(_runtime.Library)
        listed = json.loads(self._handle.signature)["library"]["operators"]
        self.operators = tuple(_operator(entry) for entry in listed)
        self._indices = {each.name: (index, each) for index, each in enumerate(self.operators)}

    @classmethod
    @refusing
    def load(cls, source: str | os.PathLike[str] | bytes | bytearray | memoryview, *, max_memory_bytes: int = 0,
             max_module_bytes: int = 0, max_code_bytes: int = 0, time_limit_ms: int = 0, cache: bool = True,
             cache_folder: str | os.PathLike[str] | None = None) -> OperatorLibrary:
        """Loads a library from a path or from bytes; parameters and errors as of `wasmind.load`, and Trap. A model is
        Unsupported here. `time_limit_ms` is for one call."""
        return cls(Source(source, max_memory_bytes=max_memory_bytes, max_module_bytes=max_module_bytes, max_code_bytes=max_code_bytes,
                          time_limit_ms=time_limit_ms, cache=cache, cache_folder=cache_folder))

    def instantiate(self) -> OperatorLibrary:
        """Another library of the same compiled module, with a memory of its own and the same limits. Neither takes the
        other's guest tensors."""
        other = object.__new__(type(self))
        other._source = self._source
        other._handle = self._handle.instantiate()
        other.operators, other._indices = self.operators, self._indices
        return other

    @property
    def memory_bytes(self) -> int:
        """Length of the library's memory now."""
        return self._handle.memory_bytes

    @refusing
    def tensor(self, dtype: Any, shape: int | Sequence[int]) -> GuestTensor:
        """A tensor in the library's memory, not initialised: fill its `numpy()`, and calls copy nothing.

        dtype: a name such as "f32", or a numpy type. The memory goes back with the object, at the end of a `with`, or by
        `free()`, and not before the last view of it is gone. Views (`numpy()`, and by DLPack: `torch.from_dlpack(tensor)`)
        stay valid when the memory grows, as it does not move.
        """
        return self._handle.tensor(_dtype_code(dtype), extents_of(shape, "tensor"))

    def call(self, name: str, *arguments: Any, out: Any = None, **attributes: Any) -> Any:
        """Calls an operator; returns its output, or a tuple when it has several.

        arguments: the inputs, then attributes, which may be given by name instead. Inputs are arrays, whatever speaks DLPack
                   or numpy's protocols, or guest tensors; a number takes the element type that the others leave for it, but
                   a scalar of numpy has its own. Arrays are copied, in dense order; guest tensors are used as they lie.
        out:       array or guest tensor to write into (a tuple for several); returned. Required of linked operators.

        Outputs that are not given are arrays; as soon as an argument is a guest tensor they are guest tensors, and nothing
        is copied.

        Raises WasmindError InvalidArgument (an unknown operator or attribute, an argument that does not fit, or that the
        operator refused), Limit (no memory, or the time limit), Trap and InvalidModule, after which every call fails.
        """
        try:
            return self._call(name, arguments, out, attributes)
        except WasmindError:
            raise
        except Exception as error:
            raise refusal(name if isinstance(name, str) else "call", error) from error

    def _call(self, name, arguments, out, attributes):
        if name not in self._indices:
            self._handle.find(name)  # raises, with the nearest name
        index, called = self._indices[name]
        for argument in arguments:
            if type(argument) is not np.ndarray or argument.dtype.kind not in "fiub" or not argument.flags.c_contiguous:
                arguments = tuple([_input(name, each) for each in arguments])
                break
        if attributes:
            attributes = {key: _number(value) for key, value in attributes.items()}
        if out is None:
            made = self._handle.call(index, arguments, attributes, (None,) * len(called.outputs))
            return made[0] if len(made) == 1 else tuple(made)
        given = out if isinstance(out, tuple) else (out,)
        targets = tuple([_output(name, each) for each in given])
        made = self._handle.call(index, arguments, attributes, targets)
        results = []
        for each, target, tensor in zip(given, targets, made):
            if each is None:
                each = tensor
            elif target is not each and type(target) is np.ndarray:
                each[...] = target
            results.append(each)
        return results[0] if len(results) == 1 else tuple(results)

    def __reduce__(self):
        """As of `Model`: loaded again in the other process, with an empty memory of its own."""
        return type(self), (self._source,)

    def __repr__(self):
        return f"<wasmind.OperatorLibrary {', '.join(each.name for each in self.operators)}>"


def _operator(entry):
    attributes = tuple(Attribute(a["name"], a["type"], _default(a)) for a in entry.get("attributes", ()))
    variants = tuple((tuple(v["inputs"]), tuple(v["outputs"])) for v in entry.get("variants", ()))
    return Operator(entry["name"], entry["origin"], tuple(entry.get("inputs", ())), attributes, tuple(entry.get("outputs", ())),
                    variants, entry.get("variadic", False))


def _default(entry):
    value = entry.get("default")
    return float(value) if isinstance(value, (str, int)) and entry["type"] == "f64" else value


def _dtype_code(dtype):
    if isinstance(dtype, str):
        try:
            return code_of(dtype)
        except KeyError:
            pass
    try:
        wanted = np.dtype(dtype)
    except Exception as error:  # whatever numpy makes of it
        raise WasmindError("InvalidArgument", f"{dtype!r} is no element type") from error
    if wanted.name == "bfloat16":
        return _BF16
    for name in DTYPES:
        if name != "bf16" and numpy_type(name) == wanted:
            return code_of(name)
    raise WasmindError("InvalidArgument", f"{dtype!r} is no element type")


def _number(value):
    """A Python number for one of numpy."""
    if isinstance(value, np.generic) or isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    return float(value) if isinstance(value, np.floating) else value  # long doubles have no Python number


def _input(called, value):
    """What _runtime takes: a dense array, a pair (array, dtype), a guest tensor, a number."""
    if type(value) is GuestTensor or type(value) in _NUMBERS:
        return value
    if isinstance(value, _NUMBERS) and not isinstance(value, np.generic):
        return value  # of a type derived from these
    if isinstance(value, (tuple, list)) and not value:
        return np.zeros(0, np.int64)  # what numpy calls floats: only lists of axes, extents and positions are empty
    if not isinstance(value, np.ndarray):
        try:
            exports = hasattr(value, "__dlpack__") and not isinstance(value, np.generic)
            value = np.from_dlpack(value) if exports else np.asarray(value)
        except Exception as error:  # whatever the value's own conversion raises
            if _runtime.is_array(value):
                return value  # of a type that numpy lacks
            raise refusal(called, error) from error
    _bound(called, value)
    if value.dtype.name == "bfloat16":
        return np.asarray(value, order="C").view(np.uint16), _BF16
    if value.dtype.kind not in "fiub" or not value.dtype.isnative:
        raise WasmindError("InvalidArgument", f"{called}: an array of {value.dtype} is no tensor")
    return np.asarray(value, order="C")


def _output(called, value):
    """The array to write into: `value` itself where it is dense, else a new one to copy from."""
    if value is None or type(value) is GuestTensor:
        return value
    if not isinstance(value, np.ndarray):
        raise WasmindError("InvalidArgument", f"{called}: out is a {type(value).__name__}, neither an array nor a guest tensor")
    if not value.flags.writeable:
        raise WasmindError("InvalidArgument", f"{called}: out is not writeable")
    if value.dtype.kind == "V" and value.dtype.name == "bfloat16":
        if not value.flags.c_contiguous:
            raise WasmindError("InvalidArgument", f"{called}: out of bfloat16 is not dense")
        return value.view(np.uint16), _BF16
    if value.flags.c_contiguous:
        return value
    _bound(called, value)
    return np.empty(value.shape, value.dtype)


def _bound(called, value):
    """Refuses a copy that no library has room for, before it is made."""
    if value.nbytes >= _MAX_BYTES:
        raise WasmindError("InvalidArgument", f"{called}: {value.nbytes} bytes of shape {list(value.shape)} are over the 4 GiB of a library")
