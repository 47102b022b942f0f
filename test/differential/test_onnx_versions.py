"""Every operator of ai.onnx with a converter gives the right numbers in every opset that has it."""
import numpy as np
import onnx
import pytest
from differential import onnx_versions as versions
from models import compiled, numerics

CONVERTERS = {f.stem for f in (compiled.ROOT / "compiler/frontend/onnx/ops").glob("*.cpp") if not f.stem.startswith("ml_")}
# Opsets in which some operator got a new version.
OPSETS = sorted({v for operator in versions.CASES for v in versions.since(operator)})


def test_every_operator_has_a_case():
    with_versions = {operator for operator in CONVERTERS if len(versions.since(operator)) > 1}
    assert with_versions - set(versions.CASES) - versions.ELSEWHERE == set()
    assert versions.ELSEWHERE & set(versions.CASES) == set()


@pytest.mark.parametrize("opset", OPSETS)
def test_operators_of_an_opset(opset, tmp_path):
    """One model with a node of each operator."""
    everything, wanted = [[], [], [], [], {}], {}
    for operator in sorted(versions.CASES):
        for index, form in enumerate(versions.forms(operator, opset)):
            prefix = f"{operator}{index}_"
            for all_parts, part in zip(everything, versions.one(operator, form, opset, prefix)):
                all_parts.update(part) if isinstance(part, dict) else all_parts.extend(part)
            for i, value in enumerate(versions.expected(operator, index, opset)):
                wanted[f"{prefix}y{i}"] = np.asarray(value)
    onnx.save(versions.model(everything, opset), tmp_path / "m.onnx")
    np.savez(tmp_path / "in.npz", **everything[4])
    result = compiled.tool("compile", tmp_path / "m.onnx", "-o", tmp_path / "m.wasm")
    assert result.returncode == 0, result.stderr
    for engine in compiled.ENGINES:
        result = compiled.tool("run", tmp_path / "m.wasm", f"--engine={engine}", "--inputs", tmp_path / "in.npz",
                               "--outputs", tmp_path / "out.npz")
        assert result.returncode == 0, result.stderr
        actual = np.load(tmp_path / "out.npz")
        assert len(actual.files) == len(wanted)
        for name, value in wanted.items():
            numerics.check(actual[name] if name in actual else actual["out:" + name], value, f"opset {opset}, {name}, {engine}")
