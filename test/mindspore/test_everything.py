"""Whatever works in MindSpore works with all primitives on wasm, with the same values."""
import pickle

from models import numerics
from processes import HERE, both


def compare(one, other):
    """None, or what differs."""
    if isinstance(other, str):
        return other
    if len(one) != len(other):
        return f"{len(one)} and {len(other)} results"
    for a, b in zip(one, other):
        if a.dtype != b.dtype or a.shape != b.shape:
            return f"{a.dtype.name}{list(a.shape)} and {b.dtype.name}{list(b.shape)}"
        pairs = [(a.real, b.real), (a.imag, b.imag)] if a.dtype.kind == "c" else [(a, b)]
        if a.dtype.kind in "US" and (a != b).any() or a.dtype.kind not in "US" and not all(numerics.is_near(*pair) for pair in pairs):
            return f"{a.ravel()[:6]} and {b.ravel()[:6]}"
    return None


def test_what_works_works_with_wasm(mindspore, tmp_path):
    both(mindspore, tmp_path, HERE / "everything.py", "all", lambda out: [f"{out}.pickle"])
    plain, wasm = (pickle.loads((tmp_path / f"{name}.pickle").read_bytes()) for name in ("plain", "wasm"))
    fit = {key: value for key, value in plain.items() if not isinstance(value, str)}
    assert len({name for name, _, _ in fit}) > 300 and len(fit) > 4000
    wrong = {key: compare(value, wasm.get(key, "is not tried")) for key, value in fit.items()}
    wrong = [f"{name}({form}) of {dtype}: {what}"[:300] for (name, form, dtype), what in wrong.items() if what]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(fit)}", *wrong[:60]])
