"""Model file or tensor expressions to module."""

import functools
import logging
import os
import pathlib
import tempfile

from .error import WasmindError
from .model import load

_log = logging.getLogger("wasmind")


def _bounds(name, value):
    """(min, max) of a dim given as a number or a pair."""
    try:
        low, high = (value, value) if isinstance(value, int) else value
        return int(low), int(high)
    except (TypeError, ValueError):
        raise WasmindError("InvalidArgument", f"dims: '{name}' is {value!r}, neither a number nor a pair (min, max)") from None


def _split(tensors, te):
    """Inputs and outputs among tensors of wasmind.te."""
    for tensor in tensors:
        if not isinstance(tensor, te.Tensor):
            raise WasmindError("InvalidArgument", f"{tensor!r} is no tensor of wasmind.te")
    inputs = [tensor for tensor in tensors if te.is_placeholder(tensor)]
    outputs = [tensor for tensor in tensors if not te.is_placeholder(tensor)]
    if not outputs:
        raise WasmindError("InvalidArgument", "none of the tensors is computed")
    return inputs or te.inputs_of(outputs), outputs


def compile(source, output=None, *, dims=None, features=(), weights="inline", engine_hint="cranelift", opt_level=2,
            memory_limit=1 << 30):
    """Compiles an ONNX or MindIR file, or tensor expressions, and loads the result.

    source:       path of a model; or a list of tensors of wasmind.te: computed ones are outputs, placeholders are inputs in
                  the order given (without any: all that the outputs read, in the order of use).
    output:       where the module is written, whole or not at all; None keeps it in memory.
    dims:         bounds of named extents: {"batch": 1, "seq": (1, 512)}.
    features:     beyond simd128: "relaxed-simd".
    weights:      "inline", or "external" for a file beside `output` that ends in .weights.
    engine_hint:  whose code generator to shape kernels for: "cranelift" is the one of this package, "v8" that of Node and
                  Chromium; "any" is fair to both. The module runs everywhere.
    memory_limit: bytes; a larger plan is refused, with the dim to bound.

    Choices that the compiler made are logged by the logger "wasmind" at level INFO.
    Raises WasmindError InvalidArgument with the node and the reason, and what `load` raises.
    """
    # Here, not above: running a model must not load LLVM.
    from . import _compiler

    for feature in features:
        if feature not in ("simd128", "relaxed-simd"):
            raise WasmindError("Unsupported", f"feature '{feature}' is neither simd128 nor relaxed-simd")
    if weights not in ("inline", "external"):
        raise WasmindError("InvalidArgument", f"weights: {weights!r} is neither 'inline' nor 'external'")
    if engine_hint not in ("any", "cranelift", "v8"):
        raise WasmindError("InvalidArgument", f"engine_hint: {engine_hint!r} is neither 'any', 'cranelift' nor 'v8'")
    if weights == "external" and output is None:
        raise WasmindError("InvalidArgument", "external weights need an output file to lie beside")
    bounds = {name: _bounds(name, value) for name, value in (dims or {}).items()}

    if isinstance(source, (list, tuple, _compiler.te.Tensor)):
        inputs, outputs = _split([source] if isinstance(source, _compiler.te.Tensor) else source, _compiler.te)
        name = ", ".join(tensor.name for tensor in outputs)
        translate = functools.partial(_compiler.compile_expressions, inputs, outputs, name)
    else:
        translate = functools.partial(_compiler.compile, os.fspath(source))

    def compile_to(path):
        result = translate(
            os.fspath(path), dims=bounds, relaxed_simd="relaxed-simd" in features,
            engine_hint=engine_hint, external_weights=weights == "external", opt_level=opt_level, memory_limit=memory_limit)
        if result.error:
            raise WasmindError("InvalidArgument", result.error)
        for note in result.notes:
            _log.info("%s", note)

    if output is not None:
        compile_to(output)
        return load(output)
    with tempfile.TemporaryDirectory(prefix="wasmind-") as folder:
        path = pathlib.Path(folder) / "model.wasm"
        compile_to(path)
        return load(path.read_bytes())  # the model knows nothing of a file that is gone
