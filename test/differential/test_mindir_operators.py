"""Every MindIR primitive has a test in numbers: a recorded model that calls it, or a row of mindir_operators."""
import functools
import json

import numpy as np
import pytest
from differential import mindir_operators
from differential.mindir import N, network
from differential.mindir_operators import draws
from models import compiled, numerics

PRIMITIVES = sorted(f.stem for f in (compiled.ROOT / "compiler/frontend/mindir/ops").glob("*.cpp"))
ROWS = list(mindir_operators.rows())
MODELS = sorted(f for f in (compiled.ROOT / "test/data/mindir").rglob("*.mindir") if "encrpty_key" not in f.name)
MODELS += sorted(meta.parent / "model.mindir" for meta in (compiled.ROOT / "test/data/cases/mindir").rglob("meta.json")
                 if not json.loads(meta.read_text()).get("args") and (meta.parent / "expected.npz").exists())


def called(operand):
    """The primitives of a row."""
    return {operand.primitive}.union(*map(called, operand.inputs)) if isinstance(operand, N) else set()


@functools.cache
def recorded():
    """The primitives that recorded models call; `mindir_test` and `test_cases` compare each model with what MindSpore computed."""
    found = set()
    for model in MODELS:
        result = compiled.tool("inspect", compiled.module(model), "--json")
        assert result.returncode == 0, result.stderr
        found |= set(json.loads(result.stdout)["operators"])
    return found


@pytest.mark.parametrize("primitive", PRIMITIVES)
def test_every_primitive_is_tested(primitive):
    assert primitive in recorded() or any(primitive in called(node) for node, _ in ROWS), f"{primitive} has no test: add a row to mindir_operators"


def test_a_print_that_is_dropped_is_noted(tmp_path):
    x = np.float32([1, 2])
    (tmp_path / "net.mindir").write_bytes(network(N("Neg", N("Depend", x, N("UpdateState", None, N("Print", x, None)))), None)[0])
    result = compiled.tool("compile", tmp_path / "net.mindir", "-o", tmp_path / "net.wasm")
    assert result.returncode == 0 and "(Print) prints nothing" in result.stdout + result.stderr, result.stderr


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{i}-{node.primitive}" for i, (node, _) in enumerate(ROWS)])
def test_primitive(number, tmp_path):
    node, expected = ROWS[number]
    expected, results = (list(expected.values()), list(expected)) if isinstance(expected, dict) else ([expected], None)
    data, inputs = network(node, results)
    model, module, given, taken = (tmp_path / n for n in ("net.mindir", "net.wasm", "in.npz", "out.npz"))
    model.write_bytes(data)
    result = compiled.tool("compile", model, "-o", module, f"--seed={draws.USERS}")
    assert result.returncode == 0, result.stderr
    np.savez(given, **{f"x{i}": array for i, array in enumerate(inputs)})
    result = compiled.tool("run", module, *(["--inputs", given] if inputs else []), "--outputs", taken)
    assert result.returncode == 0, result.stderr
    with np.load(taken) as actual:
        for name, wanted in zip(actual.files, expected, strict=True):
            wanted = np.asarray(wanted)
            # Formulas compute in more precision than the primitive's element type.
            if wanted.dtype.kind == "f" and actual[name].dtype.kind == "f":
                wanted = wanted.astype(actual[name].dtype)
            numerics.check(actual[name], wanted, f"{node.primitive}: {name}")
