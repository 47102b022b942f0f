"""Compiles deep-learning models to WebAssembly and runs them: `wasmind.compile`, `wasmind.load`, `model.run`."""

from ._runtime import version as __version__
from .compiler import compile
from .error import WasmindError
from .instance import Instance
from .model import Model, load
from .signature import Dim, FunctionSpec, Signature, TensorSpec

__all__ = ["Dim", "FunctionSpec", "Instance", "Model", "Signature", "TensorSpec", "WasmindError", "compile", "load"]
