"""Views as arguments: MindSpore makes them dense for its kernels, and must do so beside a plug-in, in graphs as in PyNative mode."""
import json

import pytest
from models import numerics
from processes import HERE, run


@pytest.mark.parametrize("which", ["none", "Erf", "all", "fuse"])
def test_numbers_are_those_of_numpy(mindspore, tmp_path, which):
    said = json.loads(run(mindspore, HERE / "views.py", which, folder=tmp_path).splitlines()[-1])
    assert said["views"] == [True] * 5 and len(said["found"]) == 50
    assert {call: gap for call, gap in said["found"].items() if not gap <= numerics.TOLERANCE["float32"][0]} == {}
