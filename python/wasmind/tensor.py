"""Element types of the ABI as numpy arrays, both ways, without copies where the memory layout allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .error import WasmindError

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


def as_array(value: Any, spec: TensorSpec) -> np.ndarray[Any, Any]:
    """`value` as a dense row-major array of the element type of `spec` (a TensorSpec).

    Arrays, and whatever speaks DLPack, must have the right element type already; Python numbers and lists take it on.
    Copies only what is not dense and row-major. Raises WasmindError InvalidArgument.
    """
    wanted = numpy_type(spec.dtype)
    if not isinstance(value, np.ndarray):
        try:
            exports = hasattr(value, "__dlpack__") and not isinstance(value, np.generic)
            value = np.from_dlpack(value) if exports else np.asarray(value, None if hasattr(value, "dtype") else wanted)
        except (BufferError, OverflowError, RuntimeError, TypeError, ValueError) as error:
            raise WasmindError("InvalidArgument", f"input '{spec.name}': {error}") from error
    # An array of ml_dtypes.bfloat16 carries the same 16 bits.
    if spec.dtype == "bf16" and value.dtype.name == "bfloat16":
        value = value.view(np.uint16)
    if value.dtype != wanted or not value.dtype.isnative:
        problem = f"an array of {value.dtype}, element type {spec.dtype} needs {wanted}"
        raise WasmindError("InvalidArgument", f"input '{spec.name}': {problem}")
    # Not ascontiguousarray: it turns a scalar into a vector.
    return np.asarray(value, order="C")
