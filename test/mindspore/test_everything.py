"""Whatever works in MindSpore works with all primitives on wasm, with the same values."""
import os
import pickle

import numpy as np
import pytest
from models import numerics
from processes import HERE, both

# Every how manieth function of ops is called.
STEP = int(os.environ.get("WASMIND_STEP", "14"))
# What MindSpore computes of float64 as precisely as of float32.
ROUGH = {"ops.l1_loss", "ops.log_softmax"}


def compare(call, one, other):
    """None, or what differs."""
    if isinstance(other, str):
        return other
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} results"
    for a, b in zip(one, other):
        if a.dtype != b.dtype or a.shape != b.shape:
            return f"{a.dtype.name}{list(a.shape)} and {b.dtype.name}{list(b.shape)}"
        if call[0] in ROUGH and a.dtype == np.float64:
            a, b = np.float32(a), np.float32(b)
        pairs = [(a.real, b.real), (a.imag, b.imag)] if a.dtype.kind == "c" else [(a, b)]
        if a.dtype.kind in "US" and (a != b).any() or a.dtype.kind not in "US" and not all(numerics.is_near(*pair) for pair in pairs):
            return f"{a.ravel()[:6]} and {b.ravel()[:6]}"
    return None


def recorded(path):
    """{(call, arguments, element type): result}"""
    with open(path, "rb") as file:
        results = {}
        while file.peek(1):
            key, results[key] = pickle.load(file)
    return results


@pytest.mark.parametrize("calls, step, names, count", [("^(Tensor|mint)", 1, 300, 4000), ("^ops", STEP, 460, 7900)])
def test_what_works_works_with_wasm(mindspore, tmp_path, calls, step, names, count):
    both(mindspore, tmp_path, HERE / "everything.py", "all", lambda out: [f"{out}.pickle", calls, str(step)], seconds=2000, attempts=20)
    plain, wasm = (recorded(tmp_path / f"{name}.pickle") for name in ("plain", "wasm"))
    fit = {key: value for key, value in plain.items() if not isinstance(value, str)}
    assert len({name for name, _, _ in fit}) * step > 0.8 * names and len(fit) * step > 0.8 * count
    wrong = {key: compare(key, value, wasm.get(key, "is not tried")) for key, value in fit.items()}
    wrong = [f"{name}({form}) of {dtype}: {what}"[:300] for (name, form, dtype), what in wrong.items() if what]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(fit)}", *wrong[:60]])
    # A call that ends MindSpore is MindSpore's own, and those behind it are tried all the same.
    if any(name == "ops.list_equal" for name, _, _ in plain):
        ended = next(value for (name, _, _), value in plain.items() if name == "ops.list_equal" and isinstance(value, str))
        assert ended.startswith("ends the process") and max(name for name, _, _ in plain) > "ops.u"
