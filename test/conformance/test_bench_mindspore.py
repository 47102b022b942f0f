"""`wasmind bench mindspore` where MindSpore is missing or of another version, and what its help and errors say. test/mindspore/test_bench.py
has what it measures."""
import os
import re
import subprocess
import sys

import pytest
from models import compiled


def bench(*arguments, **variables):
    return compiled.tool("bench", "mindspore", *arguments, env={**os.environ, **variables})


def package(*arguments, **variables):
    return subprocess.run([sys.executable, "-m", "wasmind.mindspore.bench", *arguments], env={**os.environ, **variables}, capture_output=True, text=True, timeout=100)


def options(text):
    return set(re.findall(r"--[a-z]+", text.partition("\nOptions:" if "\nOptions:" in text else "\noptions:")[2])) - {"--help"}


def test_help_teaches():
    text = bench("--help").stdout
    for words in ("wasmind bench mindspore lenet5 resnet --parts=networks", "ONEDNN_MAX_CPU_ISA=AVX2", "network() and inputs(random)", "4: MindSpore",
                  "python -m wasmind.mindspore.bench"):
        assert words in text, words
    assert "wasmind bench model.onnx" not in text


def test_the_tool_and_the_package_have_the_same_options():
    tool, module = bench("--help").stdout, package("--help").stdout
    assert options(tool) - {"--python"} == options(module) - {"--tool"} >= {"--routes", "--parts", "--rounds", "--json"}
    for route in re.search(r"--routes TEXT +(\S+)", tool)[1].split(","):
        assert re.search(rf"\b{route}:\s", module), route


def test_a_python_without_mindspore():
    for result in (bench("lenet5", f"--python={sys.executable}"), bench("lenet5", WASMIND_PYTHON=sys.executable)):
        assert result.returncode == 4 and result.stdout == ""
        assert result.stderr == (f"wasmind: error: bench mindspore: no Python with MindSpore: {sys.executable}: it has no mindspore: pip install "
                                 "mindspore==2.10.0. Name another one with --python or WASMIND_PYTHON\n")
    result = package("lenet5")
    assert result.returncode == 4 and "has no package mindspore" in result.stderr and result.stderr.count("\n") == 1


def test_all_that_were_tried_are_named(tmp_path):
    result = bench("lenet5", WASMIND_CACHE=str(tmp_path), PATH=str(tmp_path))
    assert result.returncode == 4 and "venv/bin/python: it has no mindspore" in result.stderr and "python3: cannot start python3" in result.stderr


def test_another_version(tmp_path):
    (tmp_path / "mindspore-2.9.1.dist-info").mkdir()
    (tmp_path / "mindspore-2.9.1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: mindspore\nVersion: 2.9.1\n")
    for result in (bench(f"--python={sys.executable}", PYTHONPATH=str(tmp_path)), package(PYTHONPATH=str(tmp_path))):
        assert result.returncode == 4 and "mindspore 2.9.1" in result.stderr and "only 2.10.x is known" in result.stderr, result.stderr


@pytest.mark.parametrize("python, text", [("/nowhere/python", "cannot start /nowhere/python"), ("/bin/false", "/bin/false ended with exit code 1"),
                                          ("", "--python: 1 required TEXT missing")])
def test_what_is_no_python(python, text):
    result = bench(f"--python={python}")
    assert result.returncode == (4 if python else 2) and text in result.stderr


@pytest.mark.parametrize("arguments, text", [
    (["nonet"], "no network is called 'nonet'; there are bert,"),
    (["nowhere.py"], "no file nowhere.py"),
    (["--routes=avx2,fast"], "'fast' is no route; there are installed,"),
    (["--parts=all"], "'all' is no part; there are networks,calls,fusion".replace(",", ", ")),
    (["--routes=node", "--parts=fusion"], "none of them is compared in --parts=fusion"),
    (["--rounds=0"], "--rounds: 0 is not above 0"),
    (["--seconds=soon"], "--seconds: invalid float value: 'soon'"),
])
def test_wrong_options(arguments, text):
    result = package(*arguments)
    assert result.returncode == 2 and text in result.stderr and result.stderr.count("\n") == 1, result.stderr


def test_options_of_bench_come_after_mindspore():
    result = compiled.tool("bench", "--json", "mindspore")
    assert result.returncode == 2 and "bench mindspore: --json must come after 'mindspore'" in result.stderr
