"""A module with a memory of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _runtime
from .error import WasmindError, refusing
from .tensor import as_array, code_of, extents_of

if TYPE_CHECKING:
    from .model import Model


def _names(specs):
    return ", ".join(f"'{spec.name}'" for spec in specs) or "none"


class Instance:
    """Made by `Model.instantiate`. Threads take turns, and each gets the outputs of its own run; instances run in parallel,
    without the interpreter lock."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.signature = model.signature
        self._handle = _runtime.Instance(model._handle)

    @refusing
    def run(self, inputs: Mapping[str, Any] | Iterable[Any] | None = None, *, entry: str | None = None,
            copy: bool = True) -> dict[str, np.ndarray[Any, Any]]:
        """Runs the model once. State of the entry is what its last run with success left.

        inputs: arrays by name, or in order. An input left out keeps what an earlier `run` or `input` put into it, or its
                default value.
        copy:   False gives views into the instance's memory, which the next run changes, also one of another thread.
        Returns a dict of arrays, one per output.

        Raises WasmindError InvalidArgument (an input does not fit and nothing was executed, or the model refused it), and
        InvalidModule, Trap or Limit, after which the instance refuses further use (but not where the thread's stack was too
        small to run anything).
        """
        function, spec = self._entry(entry)
        given = self._by_name(spec, {} if inputs is None else inputs)
        for name in given:
            self._input(spec, name)
        arrays = [(as_array(given[tensor.name], tensor), code_of(tensor.dtype)) if tensor.name in given else None
                  for tensor in spec.inputs]
        outputs = self._handle.run(function, arrays, copy)
        return {tensor.name: output for tensor, output in zip(spec.outputs, outputs)}

    @refusing
    def input(self, name: str, shape: Sequence[int] | None = None, *, entry: str | None = None) -> np.ndarray[Any, Any]:
        """A writable view of an input in the instance's memory: fill it, and `run` copies nothing.

        shape: actual extents; may be left out where the shape is fixed. The view is valid until the input gets another one.
        """
        function, spec = self._entry(entry)
        index, tensor = self._input(spec, name)
        if shape is None:
            if any(isinstance(extent, str) for extent in tensor.shape):
                raise WasmindError("InvalidArgument", f"input '{name}': pass the extents of {list(tensor.shape)}")
            shape = tensor.shape
        return self._handle.input(function, index, extents_of(shape, f"input '{name}'"))

    def reset(self) -> None:
        """Makes the state of all entries its initial value, as in a new instance. Inputs and outputs stay as they are.

        Raises WasmindError InvalidArgument when an earlier run stopped the instance.
        """
        self._handle.reset()

    @refusing
    def extent(self, name: str) -> int:
        """The value of a kept dim: the extent of state that the next run starts from.

        Raises WasmindError InvalidArgument when there is none of that name, it is not kept, or an earlier run stopped the instance.
        """
        for index, dim in enumerate(self.signature.dims):
            if dim.name == name:
                return self._handle.extent(index)
        raise WasmindError("InvalidArgument", f"no dim '{name}'; the model has {_names(self.signature.dims)}")

    def __reduce__(self):
        raise TypeError("a wasmind.Instance is a memory of this process and cannot be pickled: pickle its `model`, and call "
                        "`instantiate()` in the other process")

    def _entry(self, name):
        """Index and spec of an entry; by default the one called run, or the only one."""
        functions = self.signature.functions
        for index, spec in enumerate(functions):
            if spec.name == (name or "run"):
                return index, spec
        if name is None and len(functions) == 1:
            return 0, functions[0]
        problem = "the module has several entries" if name is None else f"no entry '{name}'"
        raise WasmindError("InvalidArgument", f"{problem}; it has {_names(functions)}")

    @staticmethod
    def _input(spec, name):
        for index, tensor in enumerate(spec.inputs):
            if tensor.name == name:
                return index, tensor
        raise WasmindError("InvalidArgument", f"no input '{name}'; the model's inputs are {_names(spec.inputs)}")

    @staticmethod
    def _by_name(spec, inputs):
        if hasattr(inputs, "items"):
            return dict(inputs.items())
        inputs = list(inputs)
        if len(inputs) != len(spec.inputs):
            counts = f"{len(inputs)} inputs, the model has {len(spec.inputs)}"
            raise WasmindError("InvalidArgument", f"{counts}: {_names(spec.inputs)}")
        return {tensor.name: value for tensor, value in zip(spec.inputs, inputs)}
