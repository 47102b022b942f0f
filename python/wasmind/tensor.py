"""Element types of the ABI as numpy arrays, both ways, without copies where the memory layout allows it."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from .error import WasmindError, refusal

if TYPE_CHECKING:
    from .signature import TensorSpec

# Element type -> its code in the C ABI (abi/abi.def) and the numpy type that carries it.
_DTYPES = {
    "f32": (1, np.float32), "f64": (2, np.float64), "f16": (3, np.float16), "bf16": (4, np.uint16),
    "i8": (5, np.int8), "i16": (6, np.int16), "i32": (7, np.int32), "i64": (8, np.int64),
    "u8": (9, np.uint8), "u16": (10, np.uint16), "u32": (11, np.uint32), "u64": (12, np.uint64), "bool": (13, np.bool_),
}
DTYPES = tuple(_DTYPES)


def code_of(dtype: str) -> int:
    """The number of an element type in the C ABI."""
    return _DTYPES[dtype][0]


def numpy_type(dtype: str) -> np.dtype[Any]:
    """The numpy type of the arrays that carry `dtype`. numpy has no bfloat16: its 16-bit patterns are uint16."""
    return np.dtype(_DTYPES[dtype][1])


def extents_of(shape: Any, what: str) -> list[int]:
    """`shape`, one extent or several, as the numbers that the C ABI takes; `what` they are for is named in errors."""
    try:
        extents = [operator.index(extent) for extent in (shape if isinstance(shape, (tuple, list)) else (shape,))]
    except Exception as error:  # whatever its own conversion raises
        raise refusal(what, error) from error
    for extent in extents:
        if not 0 <= extent < 1 << 31:
            raise WasmindError("InvalidArgument", f"{what}: extent {extent} is not within 0..{(1 << 31) - 1}")
    return extents


def from_numbers(value: Any, wanted: np.dtype[Any]) -> np.ndarray[Any, Any]:
    """Python numbers as an array of `wanted`. Raises TypeError where that would cut fractions off or read text."""
    kind = np.asarray(value).dtype.kind if np.size(value) else wanted.kind
    if kind not in "biuf" or (kind == "f" and wanted.kind != "f"):
        raise TypeError(f"{'fractions' if kind == 'f' else 'what is no number'} for elements of {wanted}")
    return np.asarray(value, wanted)


def as_array(value: Any, spec: TensorSpec) -> np.ndarray[Any, Any]:
    """`value` as a dense row-major array of the element type of `spec` (a TensorSpec).

    Arrays, and whatever speaks DLPack, must have the right element type already; Python numbers and lists take it on.
    Copies only what is not dense and row-major, and not more than the model has room for. Raises WasmindError InvalidArgument.
    """
    wanted = numpy_type(spec.dtype)
    if not isinstance(value, np.ndarray):
        try:
            exports = hasattr(value, "__dlpack__") and not isinstance(value, np.generic)
            value = np.from_dlpack(value) if exports else np.asarray(value) if hasattr(value, "dtype") else from_numbers(value, wanted)
        except Exception as error:  # whatever the value's own conversion raises
            raise refusal(f"input '{spec.name}'", error) from error
    # An array of ml_dtypes.bfloat16 carries the same 16 bits.
    if spec.dtype == "bf16" and value.dtype.name == "bfloat16":
        value = value.view(np.uint16)
    if value.dtype != wanted or not value.dtype.isnative:
        problem = f"an array of {value.dtype}, element type {spec.dtype} needs {wanted}"
        raise WasmindError("InvalidArgument", f"input '{spec.name}': {problem}")
    if not value.flags.c_contiguous and value.nbytes > spec.byte_length:  # before a copy that may be of any size
        raise WasmindError("InvalidArgument", f"input '{spec.name}': {value.nbytes} bytes of shape {list(value.shape)} are over the "
                                              f"{spec.byte_length} of {list(spec.shape)}")
    # Not ascontiguousarray: it turns a scalar into a vector.
    return np.asarray(value, order="C")
