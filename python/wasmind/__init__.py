"""Compiles deep-learning models to WebAssembly and runs them: `wasmind.compile`, `wasmind.load`, `model.run`."""

from ._runtime import version as __version__
from .compiler import compile
from .error import WasmindError
from .instance import Instance
from .model import Model, load
from .operator_library import Attribute, GuestTensor, Operator, OperatorLibrary
from .signature import Dim, FunctionSpec, Signature, StateSpec, TensorSpec

__all__ = ["Attribute", "Dim", "FunctionSpec", "GuestTensor", "Instance", "Model", "Operator", "OperatorLibrary", "Signature",
           "StateSpec", "TensorSpec", "WasmindError", "__version__", "compile", "load"]


def __getattr__(name):
    """`wasmind.te` loads the compiler, and so LLVM, when it is first used."""
    if name == "te":
        import importlib

        return importlib.import_module(".te", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
