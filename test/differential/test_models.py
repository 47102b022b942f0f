"""Real and standard models give the outputs that ONNX Runtime recorded, in each feature build, on each engine."""
import numpy as np
import pytest
from models import compiled, numerics

CASES = [(name, number) for name, row in compiled.index().items() if name in compiled.MODELS for number in range(row["cases"])]


@pytest.mark.parametrize("features", compiled.FEATURES)
@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("name,number", CASES)
def test_model_matches_the_recorded_outputs(name, number, engine, features, tmp_path):
    module, case = compiled.collected(name, features), compiled.case(name, number)
    result = compiled.tool("run", module, f"--engine={engine}", "--inputs", case, "--outputs", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    actual = np.load(tmp_path / "out.npz")
    expected = {key.removeprefix("out:"): value for key, value in np.load(case).items() if key.startswith("out:")}
    assert expected and {key.removeprefix("out:") for key in actual} == set(expected)
    for key, value in expected.items():
        got = actual[key] if key in actual else actual[f"out:{key}"]
        numerics.check(got, value, f"{name} case {number} output {key}", compiled.index()[name]["tolerance"])


def test_verify_tells_equal_from_different(tmp_path):
    """`run --verify` ends with 0 on the recorded outputs and with 3 when one of them is changed."""
    module, case = compiled.collected("magika", "simd128"), compiled.case("magika", 0)
    tolerance = ["--tolerance", compiled.index()["magika"]["tolerance"]]
    assert compiled.tool("run", module, f"--verify={case}", *tolerance).returncode == 0
    arrays = dict(np.load(case))
    key = next(k for k in arrays if k.startswith("out:"))
    arrays[key] = arrays[key] + np.float32(0.25)
    np.savez(tmp_path / "changed.npz", **arrays)
    result = compiled.tool("run", module, f"--verify={tmp_path / 'changed.npz'}", *tolerance)
    assert result.returncode == 3, result.stdout + result.stderr


def test_compile_verifies_against_a_case(tmp_path):
    """`compile --verify=case.npz` runs the module it has just written."""
    case = compiled.case("silero_vad_openvino", 0)
    result = compiled.tool("compile", compiled.source("silero_vad_openvino"), "-o", tmp_path / "m.wasm", f"--verify={case}")
    assert result.returncode == 0, result.stdout + result.stderr
    assert (tmp_path / "m.wasm").exists()


def test_results_are_the_same_bits_on_every_engine(tmp_path):
    """The simd128 build is deterministic: both engines give equal bits."""
    module, case = compiled.collected("magika", "simd128"), compiled.case("magika", 1)
    outputs = []
    for engine in compiled.ENGINES:
        result = compiled.tool("run", module, f"--engine={engine}", "--inputs", case, "--outputs", tmp_path / f"{engine}.npz")
        assert result.returncode == 0, result.stderr
        outputs.append({k: v.tobytes() for k, v in np.load(tmp_path / f"{engine}.npz").items()})
    assert outputs[0] == outputs[1]
