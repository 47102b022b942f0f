#!/usr/bin/env python3
"""The pipeline from formulas to operators that run on wasmtime, step by step, with our objects and with TVM's.

    formulas -> add.o, sub.o -> llvm-ar libops_wasm32.a -> wasm_ops.wasm -> a C++ program on wasmtime

    build/venv/bin/python examples/operators_demo.py [FOLDER]      everything is left in FOLDER (build/operators_demo)
"""
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOL, PROGRAM = ROOT / "build/bin/wasmind", ROOT / "build/bin/example_operators_demo"
TYPES = ["f32", "i32", "i8"]


def run(folder, *command):
    """Runs and shows a command; its output follows, indented."""
    text = " ".join(str(part).replace(f"{ROOT}/", "") for part in command)
    print(f"$ {text}", flush=True)
    result = subprocess.run([str(part) for part in command], cwd=folder, stdout=subprocess.PIPE, text=True)
    print("".join(f"  {line}\n" for line in result.stdout.splitlines()), end="", flush=True)
    if result.returncode != 0:
        sys.exit(f"{text}: exit code {result.returncode}")


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/operators_demo").resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archiver = shutil.which("llvm-ar-22") or sys.exit("llvm-ar-22 is missing: run `make setup`")

    print("# Our objects")
    run(folder, TOOL, "operators", "build", "--ops=add,sub", f"--dtypes={','.join(TYPES)}", "--objects", "objects", "--archive", "libops_wasm32.a",
        "-o", "wasm_ops.wasm")
    run(folder, archiver, "t", "libops_wasm32.a")
    run(folder, PROGRAM, "wasm_ops.wasm")

    print("\n# Objects of the real TVM")
    run(folder, sys.executable, ROOT / "test/tvm/kernels.py", "tvm")
    objects = [f"tvm/tvm_{name}_{dtype}.dso.o" for name in ("add", "sub") for dtype in TYPES]
    run(folder, archiver, "rcs", "libtvm_wasm32.a", *objects)
    run(folder, archiver, "t", "libtvm_wasm32.a")
    run(folder, TOOL, "operators", "build", *(part for name in objects for part in ("--link", name)), "-o", "tvm_ops.wasm")
    run(folder, PROGRAM, "tvm_ops.wasm")


if __name__ == "__main__":
    main()
