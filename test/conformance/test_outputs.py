"""No command, and no call of Python, writes over what it reads or writes one file twice, by whatever path it is named."""
import os
import shutil
import subprocess

import numpy as np
import onnx
import pytest
import wasmind
from models import compiled
from onnx import TensorProto, helper, numpy_helper
from wasmind import te

OPT = compiled.ROOT / "build/bin/wasmind-opt"
MINDIR = compiled.ROOT / "test/data/mindir/210"


def external(name, location, values):
    """A tensor whose elements lie in a file of their own."""
    tensor = numpy_helper.from_array(values, name)
    onnx.external_data_helper.set_external_data(tensor, location)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    return tensor


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with all that the commands read: models, their data, modules, cases, objects."""
    folder = tmp_path_factory.mktemp("files")
    weights = np.arange(64, dtype=np.float32).reshape(8, 8)
    for name in ("used.weights", "unused.bin", "branch.bin"):
        (folder / name).write_bytes(weights.tobytes())
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [8, 8])
    branch = lambda name, nodes: helper.make_graph(nodes, name, [], [value(f"{name}_y")])
    graph = helper.make_graph(
        [helper.make_node("If", ["yes"], ["z"], then_branch=branch("then", [helper.make_node("MatMul", ["x", "w"], ["then_y"])]),
                          else_branch=branch("else", [helper.make_node("Constant", [], ["else_y"], value=external("c", "branch.bin", weights))]))],
        "g", [value("x")], [value("z")],
        [external("w", "used.weights", weights), external("v", "unused.bin", weights), numpy_helper.from_array(np.array(True), "yes")])
    (folder / "m.onnx").write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString())
    shutil.copy(MINDIR / "mlp_external_graph.mindir", folder)
    shutil.copytree(MINDIR / "mlp_external_variables", folder / "mlp_external_variables")
    for command in (["compile", "m.onnx", "-o", "m.wasm", "--weights=external"], ["operators", "build", "--ops=add", "--dtypes=f32", "--objects", "objects"]):
        result = compiled.tool(*command, cwd=folder)
        assert result.returncode == 0, result.stderr
    np.savez(folder / "case.npz", x=np.ones((8, 8), np.float32), z=np.ones((8, 8), np.float32))
    np.save(folder / "x.npy", np.ones((8, 8), np.float32))
    (folder / "g.mlir").write_text("module {}\n")
    return folder


@pytest.fixture
def folder(files, tmp_path):
    shutil.copytree(files, tmp_path / "f")
    (tmp_path / "f/here").symlink_to(".")
    return tmp_path / "f"


def state(folder):
    """Every path of a folder with its bytes, or where a link leads."""
    return {str(p.relative_to(folder)): os.readlink(p) if p.is_symlink() else None if p.is_dir() else p.read_bytes()
            for top, folders, names in os.walk(folder) for name in (*folders, *names) for p in [type(folder)(top) / name]}


def linked(make):
    def name(folder, target):
        alias = f"linked{os.path.splitext(target)[1]}"
        make(folder / target, folder / alias)
        return alias
    return name


PATHS = {
    "as it is named": lambda folder, target: target,
    "dot": lambda folder, target: f"./{target}",
    "absolute": lambda folder, target: str(folder / target),
    "linked folder": lambda folder, target: f"here/{target}",
    "hard link": linked(lambda target, alias: os.link(target, alias)),
    "symbolic link": linked(lambda target, alias: alias.symlink_to(target)),
    "two links": linked(lambda target, alias: (alias.with_name("between").symlink_to(target), alias.symlink_to("between"))),
}
WASMIND, COMPILE = [str(compiled.TOOL)], [str(compiled.TOOL), "compile"]
RUN = [*WASMIND, "run", "m.wasm"]
# The file that must survive, and a command that would write it; OUT is that file, STEM is it without its suffix.
COMMANDS = {
    "compile: the model": ("m.onnx", [*COMPILE, "m.onnx", "-o", "OUT"]),
    "compile: data of the model": ("used.weights", [*COMPILE, "m.onnx", "-o", "OUT"]),
    "compile: data that nothing uses": ("unused.bin", [*COMPILE, "m.onnx", "-o", "OUT"]),
    "compile: data of a branch": ("branch.bin", [*COMPILE, "m.onnx", "-o", "OUT"]),
    "compile: data as new weights": ("used.weights", [*COMPILE, "m.onnx", "-o", "STEM.wasm", "--weights=external"]),
    "compile: data of MindIR": ("mlp_external_variables/data_0", [*COMPILE, "mlp_external_graph.mindir", "-o", "OUT"]),
    "compile: MindIR": ("mlp_external_graph.mindir", [*COMPILE, "mlp_external_graph.mindir", "-o", "OUT"]),
    "compile: --state-init": ("x.npy", [*COMPILE, "m.onnx", "-o", "OUT", "--state=x=z", "--state-init=x=x.npy", "--state-outputs"]),
    "compile: case of --verify": ("case.npz", [*COMPILE, "m.onnx", "-o", "OUT", "--verify=case.npz"]),
    **{f"compile --emit={emit}": ("unused.bin", [*COMPILE, "m.onnx", "-o", "OUT", f"--emit={emit}"]) for emit in ("wat", "llvm", "mlir", "object", "archive")},
    **{f"compile --stop-after={stage}": ("m.onnx", [*COMPILE, "m.onnx", "-o", "OUT", f"--stop-after={stage}"]) for stage in ("frontend", "graph", "loops")},
    **{f"operators build {option}": ("objects/add.o", [*WASMIND, "operators", "build", "--link=objects/add.o", option, "OUT"])
       for option in ("-o", "--archive", "--header")},
    "operators build --objects": ("objects/add.o", [*WASMIND, "operators", "build", "--ops=add", "--dtypes=f32", "--link=objects/add.o", "--objects=DIRECTORY"]),
    "bench operators": ("objects/add.o", [*WASMIND, "bench", "operators", "--ops=add", "--tvm=objects/add.o", "--markdown=OUT"]),
    "wasmind-opt": ("g.mlir", [str(OPT), "g.mlir", "-o", "OUT"]),
    **{f"run on {engine}: {what}": (target, [*RUN, *given, "--outputs=OUT", f"--engine={engine}"]) for engine in compiled.ENGINES for what, target, given in (
        ("the module", "m.wasm", ["--random"]), ("its weights", "m.weights", ["--random"]), ("--inputs", "case.npz", ["--inputs=case.npz"]),
        ("--input", "x.npy", ["--input", "x=x.npy"]), ("--verify", "case.npz", ["--verify=case.npz", "--tolerance=1e9"]))},
}


def refused(command, folder):
    before = state(folder)
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert result.returncode == 2, f"exit code {result.returncode}: {result.stdout}{result.stderr}"
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and "error: " in lines[0] and result.stdout == "", result.stdout + result.stderr
    assert state(folder) == before
    return lines[0]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("what", COMMANDS)
def test_inputs_survive(what, path, folder):
    target, command = COMMANDS[what]
    if "--objects=DIRECTORY" in command and "link" in path and path != "linked folder":
        pytest.skip("objects have the names of their operators")
    out = PATHS[path](folder, target)
    words = {"OUT": out, "STEM": os.path.splitext(out)[0], "DIRECTORY": os.path.dirname(out)}
    for word, value in words.items():
        command = [part.replace(word, value) for part in command]
    assert "which it would overwrite; name another output" in refused(command, folder)


BUILD = [*WASMIND, "operators", "build", "--ops=add", "--dtypes=f32"]


@pytest.mark.parametrize("command", [
    [*BUILD, "-o", "new.wasm", "--archive", "new.wasm"],
    [*BUILD, "-o", "new.wasm", "--archive", "./new.wasm"],
    [*BUILD, "--header", "new.h", "--archive", "here/new.h"],
    [*BUILD, "--header", "here/new/../new.h", "--archive", "new.h"],
    [*BUILD, "-o", "new/add.o", "--objects", "new"],
    [*BUILD, "-o", "new/../here/new/add.o", "--objects", "new"],
    [*BUILD, "-o", "dangling", "--archive", "nowhere"],
    [*COMPILE, "m.onnx", "-o", "new.weights", "--weights=external"],
], ids=lambda command: " ".join(command[-4:]))
def test_outputs_are_files_of_their_own(command, folder):
    (folder / "dangling").symlink_to("here/nowhere")
    assert "give each output a file of its own" in refused(command, folder)


@pytest.mark.parametrize("out,kind", [("objects", "a folder"), ("/dev/null", "no regular file"), ("pipe", "no regular file")])
@pytest.mark.parametrize("command", [[*COMPILE, "m.onnx", "-o"], [*BUILD, "-o"], [*RUN, "--random", "--outputs"], [*RUN, "--random", "--engine=node", "--outputs"]],
                         ids=["compile", "operators build", "run", "run on node"])
def test_only_files_are_written(command, out, kind, folder):
    # A finished output takes its name from whatever is there: as root also from a device.
    os.mkfifo(folder / "pipe")
    before = os.stat("/dev/null").st_rdev
    result = subprocess.run([*command, out], cwd=folder, capture_output=True, text=True, timeout=300)
    assert os.stat("/dev/null").st_rdev == before
    assert result.returncode == 2 and f"it is {kind}; name a file" in result.stderr, result.stderr


@pytest.mark.parametrize("command", [
    [*COMPILE, "m.onnx", "-o", "here/other.wasm", "--weights=external"],
    [*BUILD, "-o", "m.wasm", "--archive", "m.weights", "--objects", "objects"],
    [*RUN, "--inputs=case.npz", "--outputs=here/x.npy"],
    [*RUN, "--inputs=case.npz", "--outputs=here/x.npy", "--engine=node"],
], ids=lambda command: " ".join(command[1:3]))
def test_other_files_are_written(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("target,call", [
    ("m.onnx", lambda out: wasmind.compile("m.onnx", out)),
    ("unused.bin", lambda out: wasmind.compile("m.onnx", out)),
    ("used.weights", lambda out: wasmind.compile("m.onnx", os.path.splitext(out)[0] + ".wasm", weights="external")),
    ("objects/add.o", lambda out: te.build([], out, links=["objects/add.o"])),
    ("objects/add.o", lambda out: te.build([], archive=out, links=["objects/add.o"])),
    ("objects/add.o", lambda out: te.build([], header=out, links=["objects/add.o"])),
], ids=["compile", "compile, data", "compile, weights", "build", "build archive", "build header"])
def test_inputs_survive_calls_of_python(target, call, path, folder, monkeypatch):
    monkeypatch.chdir(folder)
    out = PATHS[path](folder, target)
    before = state(folder)
    with pytest.raises(wasmind.WasmindError, match="which it would overwrite") as caught:
        call(out)
    assert caught.value.code == "InvalidArgument" and state(folder) == before


@pytest.mark.parametrize("call", [
    lambda operators: te.build(operators, "new.wasm", archive="here/new.wasm"),
    lambda operators: te.build(operators, "new/twice.o", objects="new"),
    lambda operators: te.build([*operators, te.operator("TWICE", lambda x: x + x)], objects="new"),
    lambda operators: wasmind.compile(te.compute((4,), lambda i: te.placeholder((4,), name="x")[i], name="y"), "new.weights", weights="external"),
], ids=["archive", "object and module", "two objects", "weights"])
def test_outputs_of_python_are_files_of_their_own(call, folder, monkeypatch):
    monkeypatch.chdir(folder)
    before = state(folder)
    with pytest.raises(wasmind.WasmindError, match="give each output a file of its own"):
        call([te.operator("Twice", lambda x: x + x)])
    assert state(folder) == before
