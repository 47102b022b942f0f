"""How many calls of mint run on the CPU, without and with wasm, and what they give."""
import numpy as np
import pytest
from models import numerics
from processes import HERE, both, difference

# Of 182, of which MindSpore alone runs half.
LEAST = 170
# Its numbers are compared in test_mindspore.py.
WITHOUT_REFERENCE = {"interpolate"}


@pytest.fixture(scope="module")
def calls(mindspore, tmp_path_factory):
    folder = tmp_path_factory.mktemp("mint")
    said = both(mindspore, folder, HERE / "mint_calls.py", "all", lambda out: [f"{out}.npz"])
    return said, np.load(folder / "plain.npz"), np.load(folder / "wasm.npz")


def test_most_calls_of_mint_run(calls):
    (without, with_wasm), _, wasm = calls
    print(f"\nwithout wasm: {without}with wasm: {with_wasm}", end="")
    failed = [f"{name}: {wasm[name]}" for name in wasm.files if wasm[name].dtype.kind == "U"]
    assert int(with_wasm.split()[0]) >= LEAST, "\n".join(failed)


def test_what_mindspore_runs_gives_the_same(calls):
    _, plain, wasm = calls
    common = [name for name in plain.files if plain[name].dtype.kind != "U" and not name.endswith(".reference")]
    wrong = {name: difference(plain[name], wasm[name]) for name in common}
    assert len(common) > 80 and not any(wrong.values()), {name: what for name, what in wrong.items() if what}


def test_what_it_does_not_run_gives_what_numpy_gives(calls):
    _, plain, wasm = calls
    gained = [name for name in plain.files if plain[name].dtype.kind == "U" and f"{name}.0" in wasm.files]
    assert len(gained) > 70
    for name in set(gained) - WITHOUT_REFERENCE:
        result, reference = wasm[f"{name}.0"], plain[f"{name}.reference"]
        assert result.size == reference.size, f"{name}: {result.shape} and {reference.shape}"
        numerics.near(result.reshape(reference.shape), reference.astype(np.float64) if result.dtype.kind == "f" else reference.astype(result.dtype), name)
