"""Files that are no files: pipes, devices and folders are neither read nor written, links lead where they say, and what cannot
be written whole leaves the old files."""
import os
import pathlib
import resource
import shutil
import subprocess

import numpy as np
import pytest
from models import compiled
from onnx import TensorProto, helper, numpy_helper

MINDIR = compiled.ROOT / "test/data/mindir/210"


def model(weights=(), external=None):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=external or "")
    info = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [info("x")], [info("y")], [tensor] if external else list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "m.onnx").write_bytes(model([numpy_helper.from_array(np.arange(4, dtype=np.float32), "w")]))
    (tmp_path / "outside.onnx").write_bytes(model(external="special"))
    shutil.copy(MINDIR / "mlp_external_graph.mindir", tmp_path)
    np.savez(tmp_path / "case.npz", x=np.ones(4, np.float32))
    np.save(tmp_path / "x.npy", np.ones(4, np.float32))
    assert run(["compile", "m.onnx", "-o", "m.wasm"], tmp_path).returncode == 0
    return tmp_path


def run(command, folder, seconds=20, **options):
    return subprocess.run([compiled.TOOL, *command], cwd=folder, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL, **options)


KINDS = {"pipe": os.mkfifo, "device": lambda path: os.symlink("/dev/zero", path), "folder": os.mkdir,
         "endless file": lambda path: os.symlink("/proc/kmsg", path), "made up": lambda path: os.symlink("/proc/self/maps", path)}
# What reads a file called SPECIAL, which has the suffix that the command asks for.
READERS = {
    "onnx": ("special.onnx", ["compile", "special.onnx", "-o", "new.wasm"]),
    "onnx text": ("special.onnxtxt", ["compile", "special.onnxtxt", "-o", "new.wasm"]),
    "mindir": ("special.mindir", ["compile", "special.mindir", "-o", "new.wasm"]),
    "data of onnx": ("special", ["compile", "outside.onnx", "-o", "new.wasm"]),
    "data of mindir": ("mlp_external_variables/data_0", ["compile", "mlp_external_graph.mindir", "-o", "new.wasm"]),
    "--constant": ("special.npy", ["compile", "m.onnx", "-o", "new.wasm", "--constant", "x=special.npy"]),
    "--state-init": ("special.npy", ["compile", "m.onnx", "-o", "new.wasm", "--state=x=y", "--state-init=x=special.npy"]),
    "--verify": ("special.npz", ["compile", "m.onnx", "-o", "new.wasm", "--verify=special.npz"]),
    "inspect": ("special.wasm", ["inspect", "special.wasm"]),
    "operators": ("special.o", ["operators", "build", "--ops=add", "--dtypes=f32", "--link=special.o", "-o", "new.wasm"]),
    **{f"run on {engine}: {what}": (name, [*given, f"--engine={engine}"]) for engine in compiled.ENGINES for what, name, given in (
        ("module", "special.wasm", ["run", "special.wasm", "--random"]), ("--inputs", "special.npz", ["run", "m.wasm", "--inputs=special.npz"]),
        ("--input", "special.npy", ["run", "m.wasm", "--input=x=special.npy"]), ("--verify", "special.npz", ["run", "m.wasm", "--verify=special.npz"]))},
}


# On Node the same program looks at the files before it starts Node: two kinds show that it does.
@pytest.mark.parametrize("reader,kind", [(reader, kind) for reader in READERS for kind in KINDS if "node" not in reader or kind in ("pipe", "endless file")])
def test_only_files_are_read(reader, kind, folder):
    name, command = READERS[reader]
    (folder / name).parent.mkdir(exist_ok=True)
    KINDS[kind](folder / name)
    # A reader that waits runs out of time, one that never ends out of memory.
    result = run(command, folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (3 << 30, 3 << 30)))
    assert result.returncode in (1, 2), f"exit code {result.returncode}: {result.stderr[-500:]}"
    assert len(result.stderr.strip().splitlines()) == 1 and pathlib.Path(name).name.split(".")[0] in result.stderr, result.stderr
    if kind == "pipe" or (kind == "device" and "data of" not in reader):  # a link to a device leaves the model's folder, too
        assert "regular file" in result.stderr, result.stderr


def state(folder):
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}


WRITERS = {
    "compile": (["compile", "m.onnx", "-o", "OUT.wasm"], ["OUT.wasm"]),
    "compile with weights": (["compile", "m.onnx", "-o", "OUT.wasm", "--weights=external"], ["OUT.wasm", "OUT.weights"]),
    "compile text": (["compile", "m.onnx", "-o", "OUT.wat", "--emit=wat"], ["OUT.wat"]),
    "compile graph": (["compile", "m.onnx", "-o", "OUT.mlir", "--stop-after=graph"], ["OUT.mlir"]),
    "run": (["run", "m.wasm", "--random", "--outputs=OUT.npz"], ["OUT.npz"]),
    "operators": (["operators", "build", "--ops=add", "--dtypes=f32", "-o", "OUT.wasm", "--header", "OUT.h"], ["OUT.wasm", "OUT.h"]),
}


def written_to(writer, place):
    command, names = WRITERS[writer]
    return [part.replace("OUT", place) for part in command], [name.replace("OUT", place) for name in names]


@pytest.mark.parametrize("place", ["100%%%%%%/out", "%", "%n%s/x", "a b/é'\""])
@pytest.mark.parametrize("writer", WRITERS)
def test_names_are_taken_as_they_are(writer, place, folder):
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    before = sorted(folder.rglob("*"))
    command, names = written_to(writer, place)
    result = run(command, folder)
    assert result.returncode == 0, result.stderr
    assert {p for p in folder.rglob("*") if p not in before} == {folder / name for name in names}


@pytest.mark.parametrize("writer", WRITERS)
def test_links_are_followed(writer, folder):
    (folder / "far").mkdir()
    command, names = written_to(writer, "out")
    for name in names:
        (folder / name).symlink_to(f"far/{name}")
    for _ in ("the file is not there", "it is"):
        result = run(command, folder)
        assert result.returncode == 0, result.stderr
        assert all((folder / name).is_symlink() for name in names)
        assert sorted(p.name for p in (folder / "far").iterdir()) == sorted(names)


def test_a_link_to_itself_is_refused(folder):
    (folder / "out.wasm").symlink_to("out.wasm")
    result = run(["compile", "m.onnx", "-o", "out.wasm"], folder)
    assert result.returncode == 2 and "link to itself" in result.stderr, result.stderr


@pytest.mark.parametrize("writer", WRITERS)
def test_a_full_disk_leaves_what_was_there(writer, folder):
    command, names = written_to(writer, "out")
    for name in names:
        (folder / name).write_bytes(b"precious")
    before = state(folder)
    # A disk with no room for the whole file: what is written beyond the limit fails.
    result = run(command, folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
    assert result.returncode == 1, f"exit code {result.returncode}: {result.stderr}"
    assert len(result.stderr.strip().splitlines()) == 1 and "File too large" in result.stderr, result.stderr
    assert state(folder) == before


@pytest.mark.parametrize("command", [["inspect", "m.wasm"], ["run", "m.wasm", "--random"], ["compile", "m.onnx", "-o", "-", "--stop-after=graph"], ["compile", "m.onnx", "-o", "-", "--emit=wat"]],
                         ids=lambda command: command[0] + command[-1])
def test_output_that_nobody_takes_is_an_error(command, folder):
    with open("/dev/full", "w") as full:
        result = subprocess.run([compiled.TOOL, *command], cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=20)
    assert result.returncode == 1 and "cannot write to standard output" in result.stderr, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_a_pair_of_files_stays_a_pair(folder):
    """A module and its weights go together: where the second cannot be written, the first is not, either."""
    compile_ = ["compile", "m.onnx", "-o", "pair.wasm", "--weights=external"]
    assert run(compile_, folder).returncode == 0
    before = state(folder)
    # The weights, of 64 KiB and some, do not fit, the module does; then neither does.
    large = np.random.default_rng(1).standard_normal(1 << 16).astype(np.float32)
    info = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [1 << 16])
    graph = helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "g", [info("x")], [info("y")], [numpy_helper.from_array(large, "w")])
    (folder / "m.onnx").write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())
    before["m.onnx"] = (folder / "m.onnx").read_bytes()
    limit = 100_000
    result = run(compile_, folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert result.returncode == 1 and "pair.weights" in result.stderr, result.stderr
    assert state(folder) == before
    (folder / "broken.onnx").write_bytes(b"\xff" * 100)
    assert run(["compile", "broken.onnx", "-o", "pair.wasm", "--weights=external"], folder).returncode == 1
    assert {k: v for k, v in state(folder).items() if k != "broken.onnx"} == before
