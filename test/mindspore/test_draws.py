"""Random numbers of networks and graphs are those that differential/philox.py says."""
import json

import numpy as np
import pytest
from differential.philox import Draw
from models import numerics
from processes import HERE, run

GENERATOR = 0x34567890, 0x12


@pytest.fixture(scope="module")
def drawn(mindspore, tmp_path_factory):
    folder = tmp_path_factory.mktemp("draws")
    run(mindspore, HERE / "draws.py", folder, folder=folder)
    facts = json.loads((folder / "facts.json").read_text())
    assert facts["stays"]
    assert "(StandardNormal): draws random numbers without a seed" in facts["unseeded"] and "it stands in Sampled.construct" in facts["unseeded"]
    return dict(np.load(folder / "results.npz"))


def test_compiled_networks(drawn):
    x = drawn["x"]
    for number, name in enumerate(("first", "second")):
        numerics.check(drawn[f"sampled_{name}0"], x + np.exp(x * np.float32(0.5)) * Draw(3, 4, number=number, key=(5, 7)).normal(), name)
        first, second = (Draw(3, 4, number=2 * number + i, key=GENERATOR) for i in range(2))
        numerics.check(drawn[f"noisy_{name}0"], first.uniform() + x, name)
        numerics.check(drawn[f"noisy_{name}1"], np.where(second.uniform() < np.float32(0.75), x / np.float32(0.75), 0), name)
    np.testing.assert_array_equal(drawn["sampled_reset0"], drawn["sampled_first0"])


@pytest.mark.parametrize("name, number", [("first", 0), ("second", 4)])
def test_graphs_of_a_script(drawn, name, number):
    x = drawn["x"]
    normal, whole, around = (Draw(3, 4, number=number + i, key=GENERATOR) for i in range(3))
    numerics.check(drawn[f"graph_{name}0"], normal.normal() + x, name)
    np.testing.assert_array_equal(drawn[f"graph_{name}1"], whole.between(0, 10))
    numerics.check(drawn[f"graph_{name}2"], x + 2 * around.normal(), name)
    np.testing.assert_array_equal(drawn[f"graph_{name}3"], Draw(6, number=number + 3, key=GENERATOR).permutation())


def test_turns_of_a_loop_draw_on(drawn):
    """Numbers of a seed that nobody knows: six draws in [0, 1), of which no two are alike."""
    sums = [drawn[f"loop_{name}0"] - drawn["x"] for name in ("first", "second")]
    assert all((0 < each).all() and (each < 3).all() and np.unique(each).size == each.size for each in sums)
    assert (sums[0] != sums[1]).all()


def test_graphs_without_a_seed_draw_their_own(drawn):
    first, second = drawn["unseeded_first0"], drawn["unseeded_second0"]
    assert np.isfinite(first).all() and (first != second).all()


def test_the_seed_of_the_script(drawn):
    wanted = drawn["x"] + np.tan(np.pi * (Draw(3, 4, key=(11, 0)).uniform().astype(np.float64) - 0.5))
    for route in ("compiled", "graph"):
        numerics.check(drawn[f"cauchy_{route}0"], wanted.astype(np.float32), route)
