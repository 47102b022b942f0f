"""Small models of bug reports and of exporters, each a folder of test/data/cases: compiled with the options that it names, run on each
engine, compared with what it expects. A case without expected values must be refused in one clear line.

    meta.json: args (options of `wasmind compile`), tol, outs (names of o0, o1, ...); in.npz; expected.npz"""
import json

import numpy as np
import pytest
from models import compiled

CASES = sorted(meta.parent for meta in (compiled.ROOT / "test/data/cases").rglob("meta.json"))


def difference(actual, wanted, tolerance):
    if actual.shape != wanted.shape:
        return f"shape {actual.shape}, not {wanted.shape}"
    if wanted.dtype.kind not in "fV":
        return "" if np.array_equal(actual, wanted) else "values differ"
    actual, wanted = actual.astype(np.float64), wanted.astype(np.float64)
    scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=1e-6)
    with np.errstate(invalid="ignore"):
        equal = (np.isnan(actual) & np.isnan(wanted)) | (actual == wanted) | (np.abs(actual - wanted) <= tolerance * (scale + np.abs(wanted)))
    return "" if equal.all() else f"{(~equal).sum()} of {equal.size} values differ"


@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}-{case.name}" for case in CASES])
def test_case(case, tmp_path):
    meta = json.loads((case / "meta.json").read_text())
    expected = np.load(case / "expected.npz") if (case / "expected.npz").exists() else None
    module, outputs = tmp_path / "m.wasm", tmp_path / "out.npz"
    done = compiled.tool("compile", next(case.glob("model.*")), "-o", module, "--quiet", *meta.get("args", []))
    inputs = ["--inputs", case / "in.npz"] if np.load(case / "in.npz").files else []
    for engine in compiled.ENGINES:
        if done.returncode == 0:
            run = compiled.tool("run", module, f"--engine={engine}", *inputs, "--outputs", outputs)
        else:
            run = done
        if expected is None:
            assert run.returncode == 1 and len(run.stderr.strip().splitlines()) == 1 and "trap" not in run.stderr.lower(), run.stderr
            continue
        assert run.returncode == 0, run.stderr
        got = np.load(outputs)
        arrays = {name.removeprefix("out:"): got[name] for name in got.files}
        for i in range(len(expected.files)):
            name = meta["outs"][i] if meta.get("outs") else None
            actual = arrays[name] if name in arrays else list(arrays.values())[i]
            assert difference(actual, expected[f"o{i}"], meta.get("tol") or 1e-6) == "", f"{engine}: output {name or i}"


def test_there_are_cases():
    assert {case.parent.name for case in CASES} == {"onnx", "mindir", "graph_kernel"} and len(CASES) >= 65
