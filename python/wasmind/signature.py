"""What a module says about itself; abi/spec.md describes every field."""

from __future__ import annotations

import dataclasses
import json
from typing import Any


@dataclasses.dataclass(frozen=True)
class Dim:
    """A named run-time extent: min <= value <= max. Derived ones are outcomes of a run."""

    name: str
    min: int
    max: int
    derived: bool


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """An input or output. `shape` holds numbers and names of dims, outermost first; `byte_length` is at the bounds."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    byte_length: int


@dataclasses.dataclass(frozen=True)
class FunctionSpec:
    """An entry of the module."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


@dataclasses.dataclass(frozen=True)
class Signature:
    """The inputs, outputs and needs of a module; `json` is all of it as a dict."""

    compiler: str
    features: tuple[str, ...]
    dims: tuple[Dim, ...]
    functions: tuple[FunctionSpec, ...]
    memory_bytes: int
    operators: dict[str, int]
    json: dict[str, Any] = dataclasses.field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Signature:
        """The signature in JSON text that the host has checked."""
        root = json.loads(text)

        def tensors(entries):
            return tuple(TensorSpec(t["name"], t["dtype"], tuple(t["shape"]), t["byteLength"]) for t in entries)

        return cls(
            compiler=root["compiler"],
            features=tuple(root["features"]),
            dims=tuple(Dim(d["name"], d["min"], d["max"], d["derived"]) for d in root["dims"]),
            functions=tuple(FunctionSpec(f["name"], tensors(f["inputs"]), tensors(f["outputs"])) for f in root["functions"]),
            memory_bytes=root["memory"]["pages"] * 65536,
            operators=dict(root.get("operators", {})),
            json=root,
        )
