"""Seeded mutation of models and signatures under AddressSanitizer and UndefinedBehaviorSanitizer.

The programs are built by preset `asan`. A failing input is kept in build-asan/crashes; to run it again:
    build-asan/bin/fuzz_onnx build-asan/crashes/onnx.bin
"""
import os
import subprocess

import onnx.printer
import pytest
import forge
import seeds
from models import compiled

BUILD = compiled.ROOT / "build-asan"
# Damaged copies of each reader's seeds; the seed changes with nothing, so that a failure can be repeated.
RUNS = {"build_index": 40_000, "signature": 40_000, "onnx": 6_000, "onnx_text": 1_500, "mindir": 6_000}
SANITIZERS = {
    # Headers of LLVM mark the unused part of their arenas, which the LLVM of the package, built without, does not know.
    "ASAN_OPTIONS": "allow_user_poisoning=0:detect_leaks=1:max_allocation_size_mb=2048:detect_container_overflow=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}


@pytest.fixture(scope="session")
def programs():
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "asan"], cwd=compiled.ROOT, check=True, stdout=subprocess.DEVNULL)
    result = subprocess.run(["ninja", "-C", BUILD, "wasmind_fuzzers"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-3000:]
    (BUILD / "crashes").mkdir(exist_ok=True)
    return BUILD / "bin"


def files(reader, folder):
    """The inputs from which the mutation starts."""
    if reader == "onnx":
        for name, data in seeds.models().items():
            (folder / f"{name}.onnx").write_bytes(data)
        return sorted(folder.iterdir())
    if reader == "onnx_text":
        for name, data in seeds.models().items():
            (folder / f"{name}.onnxtxt").write_text(onnx.printer.to_text(onnx.ModelProto.FromString(data)))
        return sorted(folder.iterdir())
    if reader == "build_index":
        for name, text in seeds.indexes().items():
            (folder / f"{name}.json").write_text(text)
        return sorted(folder.iterdir())
    if reader == "mindir":
        found = [f for f in sorted((compiled.ROOT / "test/data/mindir").rglob("*.mindir")) if f.stat().st_size < 40_000]
        assert found, "test/data/mindir has no models"
        return found
    found = sorted((compiled.ROOT / "build/abi/vectors").glob("*.wasm"))
    assert found, "abi/vectors are not built"
    return found


@pytest.mark.parametrize("reader", RUNS)
def test_damaged_input_never_breaks_the_reader(reader, programs, tmp_path):
    crash = BUILD / f"crashes/{reader}.bin"
    crash.unlink(missing_ok=True)
    command = [programs / f"fuzz_{reader}", "--runs", str(RUNS[reader]), "--seed", "1", "--crash", crash, *files(reader, tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", env={**os.environ, **SANITIZERS})
    assert result.returncode == 0, f"input kept in {crash.relative_to(compiled.ROOT)}\n{result.stdout[-500:]}{result.stderr[-3000:]}"
    # A reader reports what it refuses by its return value; printing is up to the tool.
    assert not result.stderr.strip(), result.stderr[-2000:]


def test_hosts_agree_on_forged_modules(tmp_path):
    node = next(iter(sorted(compiled.ROOT.glob("node_modules/node-linux-*/bin/node"))))
    wrong, counts = forge.compare(600, 7, tmp_path, node)
    assert not wrong, "\n".join(wrong)
    # Forged too coarsely, modules would all end alike.
    assert all(counts.get(status, 0) >= 5 for status in ("Ok", "InvalidModule", "Unsupported", "InvalidArgument")), counts
