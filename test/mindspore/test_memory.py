"""Calls leave nothing behind: memory grows as without wasm. What they take is measured by bench/mindspore_calls.py."""
import json

import pytest
from processes import HERE, both, reports

COUNT = 20_000
MORE_BYTES = 5_000_000


@pytest.mark.parametrize("mode, primitives", [("pynative", ["Add", "Sigmoid"]), ("graph", ["Add", "Sigmoid"]), ("graph", "fuse:Add,Sigmoid")])
def test_memory_grows_as_without_wasm(mindspore, tmp_path, mode, primitives):
    both(mindspore, tmp_path, HERE / "small_calls.py", primitives, lambda out: [mode, f"{out}.json", str(COUNT)])
    (before, after), (wasm_before, wasm_after) = (json.loads((tmp_path / f"{name}.json").read_text())["memory"] for name in ("plain", "wasm"))
    report, _ = reports(tmp_path)
    fused = json.loads((tmp_path / "report.json").read_text())["fused"]["chains"]
    calls = sum(each["calls"] * len(name.split()) for name, each in fused.items())
    assert report["Add"].get("float32", 0) + report["Sigmoid"].get("float32", 0) + calls >= COUNT and bool(calls) == (primitives == "fuse:Add,Sigmoid")
    assert wasm_after - wasm_before <= after - before + MORE_BYTES
