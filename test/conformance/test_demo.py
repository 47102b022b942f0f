"""`make demo` shows what it promises: answers of a real model on both engines, and the numbers MindSpore recorded."""
import subprocess
import sys

from models import compiled


def test_demo_runs():
    result = subprocess.run([sys.executable, "examples/demo.py"], cwd=compiled.ROOT, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
    answers = [line.split()[:2] for line in result.stdout.splitlines()]
    for file, kind in {"README.md": "markdown", "Makefile": "makefile", "install/steps.sh": "shell", "examples/demo.py": "python",
                       "compiler/graph/GraphOps.cpp": "cpp", "build/bin/wasmind": "elf", "build/abi/vectors/add.wasm": "wasm"}.items():
        assert answers.count([file, kind]) == 2, f"{file}: expected {kind} from both engines:\n{result.stdout}"
    assert result.stdout.count("differs from MindSpore by at most") == 2
