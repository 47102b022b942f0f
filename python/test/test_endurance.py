"""Memory after many runs is what it was before. WASMIND_RUNS sets how many (make endurance)."""

import contextlib
import gc
import os

import numpy as np

import wasmind
from wasmind import OperatorLibrary, WasmindError

RUNS = int(os.environ.get("WASMIND_RUNS", "20000"))
KEPT_BYTES = 1 << 20  # of what the allocators keep


def resident_bytes():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def growth(name, count, once):
    """By how many bytes the process grows while it calls `once` so often, after a tenth of that to fill what is kept."""
    for run in range(count // 10):
        once(run)
    before = resident_bytes()
    for run in range(count):
        once(run)
    after = resident_bytes()
    print(f"Python, {name}: {count} runs, {before >> 10} KB before, {after >> 10} KB after")
    return after - before


def test_runs_keep_no_memory(vectors):
    instance = wasmind.load(vectors / "keep_positive.wasm").instantiate()
    arrays = [np.ones(length, "f4") for length in range(18)]

    def once(run):
        with contextlib.suppress(WasmindError):  # one length is refused
            instance.run([arrays[run % 18]], copy=run % 3 != 0)
        instance.input("x", (run % 17,))

    assert growth("runs", RUNS, once) < KEPT_BYTES


def test_calls_keep_no_memory(vectors):
    library = OperatorLibrary.load(vectors / "library.wasm")
    a, b = np.ones(300, "f4"), np.ones((2, 3), "f4")

    def once(run):
        library.call("Add", a, a)
        with contextlib.suppress(WasmindError):
            library.call("Add", a, b)
        with library.tensor("f32", 100) as tensor:
            library.call("Add", tensor, tensor).numpy()

    assert growth("calls", RUNS // 2, once) < KEPT_BYTES


def test_growth_is_measured():
    kept = []
    assert growth("100 bytes kept", 20_000, lambda run: kept.append(bytes(100))) > KEPT_BYTES
