"""What a module says about itself; abi/spec.md describes every field."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any


@dataclasses.dataclass(frozen=True)
class Dim:
    """A named run-time extent: min <= value <= max, a multiple of `multiple_of`. Derived ones are outcomes of a run; kept ones
    are extents of state, whose value `Instance.extent` tells; `equals` is what one must be by others, as "past + seq"."""

    name: str
    min: int
    max: int
    derived: bool
    kept: bool = False
    multiple_of: int = 1
    equals: str | None = None


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """An input or output. `shape` holds numbers and names of dims, outermost first; `byte_length` is at the bounds."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    byte_length: int
    default: bool = dataclasses.field(default=False, kw_only=True)  # of an input: a new instance holds its value already


@dataclasses.dataclass(frozen=True)
class StateSpec(TensorSpec):
    """A tensor that an instance keeps from run to run; the model's `output` gives its next value."""

    output: str


@dataclasses.dataclass(frozen=True)
class FunctionSpec:
    """An entry of the module."""

    name: str
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    state: tuple[StateSpec, ...] = ()


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

        def dim(entry):
            equals = entry.get("equals")
            if equals:
                # A name may be a formula itself.
                names = [term["dim"] if re.fullmatch(r"[\w.]*", term["dim"]) else f"({term['dim']})" for term in equals["terms"]]
                terms = [name if term["times"] == 1 else f"{term['times']}*{name}" for name, term in zip(names, equals["terms"])]
                equals = " + ".join(terms + [str(equals["plus"])] * (equals["plus"] > 0))
            return Dim(entry["name"], entry["min"], entry["max"], entry["derived"], "initial" in entry, entry.get("multipleOf", 1), equals)

        def tensor(kind, entry, *rest):
            return kind(entry["name"], entry["dtype"], tuple(entry["shape"]), entry["byteLength"], *rest, default=entry.get("default", False))

        def function(entry):
            inputs, outputs = (tuple(tensor(TensorSpec, t) for t in entry[key]) for key in ("inputs", "outputs"))
            return FunctionSpec(entry["name"], inputs, outputs, tuple(tensor(StateSpec, t, t["output"]) for t in entry.get("state", ())))

        return cls(
            compiler=root["compiler"],
            features=tuple(root["features"]),
            dims=tuple(dim(d) for d in root["dims"]),
            functions=tuple(function(f) for f in root["functions"]),
            memory_bytes=root["memory"]["pages"] * 65536,
            operators=dict(root.get("operators", {})),
            json=root,
        )
