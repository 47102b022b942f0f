"""`wasmind bench mindspore` with the real package: every route is measured and compared, what goes wrong is told. No time is checked."""
import json
import os
import subprocess

import pytest
from models import compiled
from processes import BUILD

QUICK = ["--rounds=1", "--seconds=0.01", "--elements=2000"]
NET = "from mindspore import nn\n\ndef network():\n    return nn.Dense(3, 4)\n\ndef inputs(random):\n    return [random.normal(0, 1, (2, 3)).astype('float32')]\n"


def bench(mindspore, *arguments):
    return compiled.tool("bench", "mindspore", f"--python={mindspore}", *QUICK, *arguments)


def test_all_routes(mindspore, tmp_path):
    result = bench(mindspore, "lenet5", "--json", f"--markdown={tmp_path / 'page.md'}")
    assert result.returncode == 0, result.stderr
    report, page = json.loads(result.stdout), (tmp_path / "page.md").read_text()
    assert report["mindspore"].startswith("2.10.") and report["rounds"] == 1
    found = {part: {row["name"]: row["milliseconds"] for row in report[part]["rows"]} for part in ("networks", "calls", "fusion")}
    assert set(found["networks"]["lenet5"]) == {"installed", "avx2", "compiled", "backend", "node"}
    assert set(found["calls"]["x + 1"]) == {"installed", "avx2", "compiled", "backend", "node", "fuse", "enable"}
    assert set(found["calls"]["x + 1"]["compiled"]) == {"tensors", "arrays"} and set(found["calls"]["x + 1"]["avx2"]) == {"PyNative", "graph"}
    assert set(found["fusion"]) == {"bias, GELU", "layer norm", "six elementwise operators", "lenet5"}
    assert set(found["fusion"]["layer norm"]) == {"avx2", "enable", "chains", "fuse"} and set(found["fusion"]["lenet5"]) == {"avx2", "enable", "chains"}
    times = [ms for part in found.values() for row in part.values() for ways in row.values() for ms in ways.values()]
    assert len(times) == 34 and all(0 < ms < 60_000 for ms in times)
    assert "| lenet5 |" in page and "## What fusion gains" in page and "refused" not in page and not list(tmp_path.glob("*.part"))
    assert "[1/1] networks: lenet5" in result.stderr


def test_a_large_network(mindspore):
    """Routes are in processes of their own, and have the same weights."""
    result = bench(mindspore, "mobilenet_v2_224", "--parts=networks", "--routes=installed,avx2,compiled,backend", "--json")
    row, = json.loads(result.stdout)["networks"]["rows"]
    assert result.returncode == 0 and row["differs"] == [] and len(row["milliseconds"]) == 4, result.stderr


def test_a_network_of_ones_own(mindspore, tmp_path):
    net = tmp_path / "net.py"
    net.write_text(NET)
    result = bench(mindspore, net, "--parts=networks", "--routes=avx2,compiled,node")
    assert result.returncode == 0, result.stderr
    assert "| network | with AVX2 | compiled, wasmtime | compiled, Node | times AVX2's speed |" in result.stdout and "\n| net | " in result.stdout


@pytest.mark.parametrize("source, code, text", [
    # A reference that computes something else.
    (NET + "\ndef reference(net):\n    return nn.SequentialCell(net, nn.ReLU())\n", 3, "its results are not those of MindSpore"),
    ("x = 1\n", 1, "has no function network()"),
    (NET.replace("return nn", "raise ValueError('no such net')\n    return nn"), 1, "no such net"),
    (NET.replace("return nn", "__import__('os').kill(__import__('os').getpid(), 11)\n    return nn"), 1, "the process with MindSpore ended with signal 11"),
])
def test_what_goes_wrong(mindspore, tmp_path, source, code, text):
    net = tmp_path / "net.py"
    net.write_text(source)
    result = bench(mindspore, net, "--parts=networks", "--routes=avx2,compiled")
    assert result.returncode == code, result.stderr
    assert f"wasmind: error: net, wasmind.mindspore.compile, on wasmtime: {text}" in result.stderr.replace(f"{net} ", "")
    assert ("| net | refused |" in result.stdout) == (code == 1)


def test_the_package_alone(mindspore, tmp_path):
    """Where there is no program wasmind, Node is left out, and asking for it is an error."""
    settings = {**os.environ, "PYTHONPATH": str(BUILD / "python"), "PATH": "/usr/bin:/bin"}
    run = lambda *more: subprocess.run([mindspore, "-m", "wasmind.mindspore.bench", "lenet5", *QUICK, "--parts=networks", *more], cwd=tmp_path, env=settings,
                                       capture_output=True, text=True, timeout=300)
    result = run()
    assert result.returncode == 0 and "warning: node is not measured: the route node needs the program wasmind" in result.stderr
    assert "Node" not in result.stdout and "| lenet5 |" in result.stdout
    result = run("--routes=node")
    assert result.returncode == 4 and "there is no 'wasmind'" in result.stderr
    assert not list(tmp_path.iterdir())
