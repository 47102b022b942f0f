"""Model file or tensor expressions to module."""

from __future__ import annotations

import functools
import logging
import operator
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ._runtime import version
from .error import WasmindError, one_line, refusing
from .model import Model, load
from .source import path_of
from .tensor import DTYPES, numpy_type

_log = logging.getLogger("wasmind")
NEEDED = f"the compiler is a package of its own: pip install 'wasmind[compiler]=={version}'"


def extension() -> Any:
    """The extension module of the package wasmind-compiler. Not imported with this one: running a model must not load LLVM.
    Raises WasmindError Unsupported when it is not installed."""
    try:
        from wasmind_compiler import _compiler
    except ModuleNotFoundError as error:
        if error.name != "wasmind_compiler":
            raise
        raise WasmindError("Unsupported", NEEDED) from None
    return _compiler


def _is_whole(value):
    """Whether it is a whole number of Python or of numpy."""
    try:
        operator.index(value)
    except TypeError:
        return False
    return True


def _bounds(name, value):
    """(min, max) of a dim given as a number or a pair."""
    try:
        low, high = (value, value) if _is_whole(value) else value
        return operator.index(low), operator.index(high)
    except (TypeError, ValueError):
        raise WasmindError("InvalidArgument", f"dims: '{name}' is {value!r}, neither a number nor a pair (min, max)") from None


def _initial(name, value):
    """Element type, shape and elements of an array."""
    array = np.asarray(value)
    names = {numpy_type(each).name: each for each in DTYPES if each != "bf16"} | {"bfloat16": "bf16"}
    dtype = names.get(array.dtype.name)
    if dtype is None or not array.dtype.isnative:
        raise WasmindError("InvalidArgument", f"state_init: '{name}' is an array of {array.dtype}, which is no element type")
    return dtype, array.shape, array.tobytes()


def _constant(name, value, made):
    """The value of an input: arrays keep their element type, Python's numbers and lists of them take on the input's."""
    array = np.asarray(value)
    if isinstance(value, (np.ndarray, np.generic)):
        dtype = next((d for d in DTYPES if d != "bf16" and numpy_type(d) == array.dtype), "bf16" if array.dtype.name == "bfloat16" else None)
        if dtype is not None:
            return made.array(dtype, list(array.shape), array.astype(array.dtype.newbyteorder("<")).tobytes())
    elif array.dtype.kind in "biuf":
        texts = [str(v).lower() if isinstance(v, bool) else repr(v) for v in array.ravel().tolist()]
        return made.numbers(texts, list(array.shape))
    raise WasmindError("InvalidArgument", f"constants: '{name}' is {value!r}, neither an array of a known element type nor numbers")


def _shape(name, extents):
    if isinstance(extents, (list, tuple)) and all(isinstance(e, str) or _is_whole(e) for e in extents):
        return [e if isinstance(e, str) else str(operator.index(e)) for e in extents]
    raise WasmindError("InvalidArgument", f"shapes: '{name}' is {extents!r}, not a list of numbers and names")


def _length(name, value):
    if value is None or (_is_whole(value) and not isinstance(value, bool) and operator.index(value) >= 0):
        return None if value is None else operator.index(value)
    raise WasmindError("InvalidArgument", f"sequences: '{name}' is {value!r}, neither a number of tensors nor None")


def _seed(value):
    if value is None or (_is_whole(value) and not isinstance(value, bool) and 0 <= operator.index(value) < 1 << 64):
        return None if value is None else operator.index(value)
    raise WasmindError("InvalidArgument", f"seed: {value!r} is not a whole number from 0 to 2**64 - 1")


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


@refusing
def compile(source: Any, output: str | os.PathLike[str] | None = None, *, dims: Mapping[str, int | tuple[int, int]] | None = None,
            state: Mapping[str, str] | None = None, state_init: Mapping[str, Any] | None = None, state_outputs: bool = False,
            constants: Mapping[str, Any] | None = None, shapes: Mapping[str, Sequence[int | str]] | None = None,
            sequences: Mapping[str, int | None] | None = None, seed: int | None = None,
            features: Iterable[str] = (), variants: Iterable[str] = (), winograd: bool = True, weights: str = "inline", input_defaults: str = "baked", opt_level: int = 2,
            memory_limit: int = 1 << 30, time_limit: float | None = None) -> Model:
    """Compiles an ONNX or MindIR file, or tensor expressions, and loads the result.

    source:       path of a model; or a list of tensors of wasmind.te: computed ones are outputs, placeholders are inputs in
                  the order given (without any: all that the outputs read, in the order of use).
    output:       where the module is written, whole or not at all; None keeps it in memory.
    dims:         bounds of named extents: {"batch": 1, "seq": (1, 512)}.
    state:        inputs that are fed from outputs of the run before, {"h": "hn"}: they live in the module, and neither of the
                  two is passed or returned. `Instance.reset` makes them what they were before the first run.
    state_init:   what a state holds before the first run, an array by input; zeros without.
    state_outputs: the outputs that feed a state stay outputs, too.
    constants:    values of inputs, which become constants of the model: {"k": 3, "axes": np.array([0, 2])}. Arrays must have the
                  input's element type, Python's numbers and lists take it on.
    shapes:       shapes of inputs: {"x": (1, 3, "height", "width")}; a name stands for an extent that run time knows, and
                  extents of one name are equal.
    sequences:    how many tensors inputs hold that are sequences: {"boxes": 3}; they become the inputs boxes.0, boxes.1, ... Of
                  an optional: None where it is empty, 1 where it holds a tensor, which keeps the input's name.
    seed:         of random numbers, 0 to 2**64 - 1, for nodes that have none of their own and are refused without it.
    features:     beyond simd128: "relaxed-simd".
    variants:     several builds, of "simd128" and "relaxed-simd": `output` is a folder for a module each, the weights that they
                  share, and an index; hosts load the folder and choose a build. Takes the place of `features` and `weights`.
    winograd:     3x3 convolutions may be computed with fewer multiplications where that pays: up to 3x faster, the last digits
                  differ, and the first run takes longer.
    weights:      "inline", or "external" for a file beside `output` that ends in .weights.
    input_defaults: of inputs for which the model has a default value: "baked" makes them constants, "overridable" keeps them
                  inputs that a run need not set.
    memory_limit: bytes; a larger plan is refused, with the dim to bound.
    time_limit:   seconds, after which compiling ends with an error and nothing is written. The compiler then runs in a process
                  of its own, as nothing can stop one of its passes; tensor expressions cannot be sent there.

    Choices that the compiler made are logged by the logger "wasmind" at level INFO.
    Raises WasmindError InvalidArgument with the node and the reason, Limit where the time is up, what `load` raises, and
    Unsupported without the compiler.
    """
    variants = tuple(variants)
    translate = functools.partial(_translate, dims=dims, state=state, state_init=state_init, state_outputs=state_outputs,
                                  constants=constants, shapes=shapes, sequences=sequences, seed=_seed(seed),
                                  features=tuple(features), variants=variants, winograd=winograd,
                                  weights=weights, input_defaults=input_defaults, opt_level=opt_level, memory_limit=memory_limit)
    if weights == "external" and output is None:
        raise WasmindError("InvalidArgument", "external weights need an output file to lie beside")
    if variants and output is None:
        raise WasmindError("InvalidArgument", "variants need an output, the folder of the builds")
    if time_limit is not None:
        translate = functools.partial(_within, time_limit, translate)

    def compile_to(path):
        for note in translate(source, path_of(path, "output")):
            _log.info("%s", one_line(note))

    if output is not None:
        compile_to(output)
        return load(output)
    with tempfile.TemporaryDirectory(prefix="wasmind-") as folder:
        path = pathlib.Path(folder) / "model.wasm"
        compile_to(path)
        return load(path.read_bytes())  # the model knows nothing of a file that is gone


def _translate(source, path, *, dims, state, state_init, state_outputs, constants, shapes, sequences, seed, features, variants, winograd, weights,
               input_defaults, opt_level, memory_limit) -> list[str]:
    """Writes the module; returns the compiler's notes. The arguments are those of `compile`."""
    _compiler = extension()
    for feature in features:
        if feature not in ("simd128", "relaxed-simd"):
            raise WasmindError("Unsupported", f"feature '{feature}' is neither simd128 nor relaxed-simd")
    for variant in variants:
        if variant not in ("simd128", "relaxed-simd"):
            raise WasmindError("Unsupported", f"variant '{variant}' is neither simd128 nor relaxed-simd")
    if len(set(variants)) != len(variants):
        raise WasmindError("InvalidArgument", f"variants: {', '.join(variants)} has one of them twice")
    if variants and features:
        raise WasmindError("InvalidArgument", "variants and features exclude each other: a variant says the features of its build")
    if weights not in ("inline", "external"):
        raise WasmindError("InvalidArgument", f"weights: {weights!r} is neither 'inline' nor 'external'")
    if input_defaults not in ("baked", "overridable"):
        raise WasmindError("InvalidArgument", f"input_defaults: {input_defaults!r} is neither 'baked' nor 'overridable'")
    options = _compiler.CompileOptions.make(
        dims={name: _bounds(name, value) for name, value in (dims or {}).items()},
        constants={name: _constant(name, value, _compiler.InputValue) for name, value in (constants or {}).items()},
        shapes={name: _shape(name, extents) for name, extents in (shapes or {}).items()},
        sequences={name: _length(name, value) for name, value in (sequences or {}).items()},
        overridable_defaults=input_defaults == "overridable", seed=seed,
        state=list((state or {}).items()), state_init={name: _initial(name, value) for name, value in (state_init or {}).items()},
        state_outputs=state_outputs, relaxed_simd="relaxed-simd" in features,
        variants=[variant == "relaxed-simd" for variant in variants], winograd=bool(winograd), external_weights=weights == "external", opt_level=opt_level, memory_limit=memory_limit)

    if isinstance(source, (list, tuple, _compiler.te.Tensor)):
        inputs, outputs = _split([source] if isinstance(source, _compiler.te.Tensor) else source, _compiler.te)
        name = ", ".join(tensor.name for tensor in outputs)
        result = _compiler.compile_expressions(inputs, outputs, name, path, options)
    else:
        result = _compiler.compile(path_of(source, "source"), path, options)
    if result.error:
        raise WasmindError("InvalidArgument", result.error)
    return result.notes


_TIME_IS_UP = 75  # EX_TEMPFAIL of sysexits.h
_CHILD = "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); import wasmind.compiler; wasmind.compiler._answer()"


def _within(seconds, translate, source, path) -> list[str]:
    """What `translate` does, in a process that ends when the time is up."""
    end = time.monotonic() + seconds
    if not isinstance(source, (str, os.PathLike)):
        raise WasmindError("InvalidArgument", "time_limit is for model files: tensor expressions are compiled in this process")
    if not sys.executable:
        raise WasmindError("Unsupported", "time_limit needs a Python program to run the compiler in, and sys.executable names none")
    task = pickle.dumps(sys.path) + pickle.dumps((end, translate, os.fspath(source), path))
    child = subprocess.run([sys.executable, "-c", _CHILD], input=task, capture_output=True)
    if child.returncode == _TIME_IS_UP:
        raise WasmindError("Limit", f"{os.fspath(source)}: not compiled within the time limit of {seconds:g} s")
    if child.returncode != 0:
        raise WasmindError("InvalidArgument", f"{os.fspath(source)}: the compiler's process ended with exit code {child.returncode}: "
                           + child.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    answer = pickle.loads(child.stdout)
    if isinstance(answer, Exception):
        raise answer
    return answer


def _answer() -> None:
    """The other side of `_within`; the clock is the same in both processes."""
    end, translate, source, path = pickle.load(sys.stdin.buffer)
    with extension().TimeLimit(max(end - time.monotonic(), 0), "the time is up", _TIME_IS_UP):
        try:
            answer = translate(source, path)
        except Exception as error:
            answer = error
    pickle.dump(answer, sys.stdout.buffer)
