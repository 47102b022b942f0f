"""State in the module: the same in all hosts, refused where it cannot be, and nowhere in the way."""
import json
import subprocess

import numpy as np
import pytest
import wasmind
from models import compiled, state
from wasmind import WasmindError

PAIRS = {"h": "hn", "c": "cn"}
RUNS = 6
FRAMES = [np.full((1, 1, 8), 1 / (run + 1), np.float32) for run in range(RUNS)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    state.compile_to(folder / "by_hand.wasm", state.lstm())
    state.compile_to(folder / "own.wasm", state.lstm(), *state.options(PAIRS))
    np.save(folder / "frames.npy", np.stack(FRAMES))
    return folder


@pytest.fixture(scope="module")
def wanted(folder):
    """y of each frame, h and c passed by hand."""
    instance, held, wanted = wasmind.load(folder / "by_hand.wasm").instantiate(), {name: np.zeros((1, 1, 12), np.float32) for name in PAIRS}, []
    for frame in FRAMES:
        outputs = instance.run({"x": frame, **held})
        held = {name: outputs[output] for name, output in PAIRS.items()}
        wanted.append(outputs["y"])
    assert len({float(y) for y in map(np.squeeze, wanted)}) == RUNS, "the state makes no difference"
    return np.stack(wanted)


def test_python(folder, wanted):
    model = wasmind.load(folder / "own.wasm")
    instance, other = model.instantiate(), model.instantiate()
    spec, = instance.signature.functions
    assert [t.name for t in spec.inputs] == ["x"] and [t.name for t in spec.outputs] == ["y"]
    assert [(s.name, s.output, s.shape, s.dtype) for s in spec.state] == [("h", "hn", (1, 1, 12), "f32"), ("c", "cn", (1, 1, 12), "f32")]
    for _ in range(2):
        for frame, y in zip(FRAMES, wanted):
            np.testing.assert_array_equal(instance.run({"x": frame})["y"], y)
        instance.reset()
    np.testing.assert_array_equal(other.run({"x": FRAMES[0]})["y"], wanted[0])
    # A refused run leaves the state as it was, and so do inputs in place.
    instance.run({"x": FRAMES[0]})
    with pytest.raises(WasmindError):
        instance.run({"x": np.zeros((1, 2, 8), np.float32)})
    with pytest.raises(WasmindError, match="no input 'h'"):
        instance.run({"x": FRAMES[0], "h": np.zeros((1, 1, 12), np.float32)})
    instance.input("x")[...] = FRAMES[1]
    np.testing.assert_array_equal(instance.run()["y"], wanted[1])


@pytest.mark.parametrize("engine", compiled.ENGINES)
def test_run_streams(engine, folder, wanted, tmp_path):
    """`wasmind run`: C++ on wasmtime, TypeScript on Node."""
    result = compiled.tool("run", folder / "own.wasm", f"--engine={engine}", "--stream", "--input", f"x={folder / 'frames.npy'}",
                           "--repeat=2", f"--outputs={tmp_path / 'y.npz'}")
    assert result.returncode == 0, result.stderr
    y = np.load(tmp_path / "y.npz")["y"]
    np.testing.assert_array_equal(y, wanted)
    np.savez(tmp_path / "case.npz", **{"in:x": np.stack(FRAMES), "out:y": wanted})
    assert compiled.tool("run", folder / "own.wasm", f"--engine={engine}", "--stream", f"--verify={tmp_path / 'case.npz'}").returncode == 0
    np.savez(tmp_path / "case.npz", **{"in:x": np.stack(FRAMES), "out:y": wanted[::-1]})
    assert compiled.tool("run", folder / "own.wasm", f"--engine={engine}", "--stream", f"--verify={tmp_path / 'case.npz'}").returncode == 3


def test_stream_of_a_model_without_state(folder, tmp_path):
    """What has no leading axis is the same in every run."""
    h, c = (np.full((1, 1, 12), value, np.float32) for value in (0.25, -0.5))
    np.savez(tmp_path / "case.npz", x=np.stack(FRAMES), h=h, c=c)
    instance = wasmind.load(folder / "by_hand.wasm").instantiate()
    wanted = np.stack([instance.run({"x": frame, "h": h, "c": c})["y"] for frame in FRAMES])
    for engine in compiled.ENGINES:
        result = compiled.tool("run", folder / "by_hand.wasm", f"--engine={engine}", "--stream", f"--inputs={tmp_path / 'case.npz'}", f"--outputs={tmp_path / 'out.npz'}")
        assert result.returncode == 0, result.stderr
        np.testing.assert_array_equal(np.load(tmp_path / "out.npz")["y"], wanted)


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize(("arguments", "code", "text"), [
    (["--random"], 2, "--stream takes inputs from"),
    (["--input=x=same.npy"], 1, "no array has one axis more"),
    (["--input=x=empty.npy"], 1, "has no runs"),
])
def test_stream_is_refused(arguments, code, text, engine, folder):
    np.save(folder / "same.npy", FRAMES[0])
    np.save(folder / "empty.npy", np.stack(FRAMES)[:0])
    result = compiled.tool("run", "own.wasm", f"--engine={engine}", "--stream", *arguments, cwd=folder)
    assert result.returncode == code and text in result.stderr and len(result.stderr.strip().splitlines()) == 1, result.stderr


def test_typescript(folder, wanted):
    script = compiled.ROOT / "test/conformance/state.mjs"
    printed = json.loads(subprocess.run([compiled.node(), script, folder / "own.wasm", str(RUNS)], capture_output=True, text=True, check=True).stdout)
    assert printed["state"] == [{"name": name, "output": output, "shape": [1, 1, 12]} for name, output in PAIRS.items()]
    assert printed["first"] == printed["second"] == printed["other"]
    np.testing.assert_array_equal(printed["first"], wanted.reshape(RUNS, 1))


@pytest.mark.parametrize("features", compiled.FEATURES)
def test_silero(features, tmp_path):
    """The real detector: what its module keeps is what a caller would pass."""
    source, options = compiled.source("silero_vad_openvino"), [f"--features={features}", "-q"]
    for name, more in {"by_hand": [], "own": ["--state=state=stateN"]}.items():
        assert compiled.tool("compile", source, "-o", tmp_path / f"{name}.wasm", *options, *more).returncode == 0
    by_hand, own = (wasmind.load(tmp_path / f"{name}.wasm").instantiate() for name in ("by_hand", "own"))
    random, held, wanted = np.random.default_rng(1), np.zeros((2, 1, 128), np.float32), []
    frames = random.standard_normal((20, 1, 576)).astype(np.float32) / 10
    for frame in frames:
        outputs = by_hand.run({"input": frame, "state": held})
        held = outputs["stateN"]
        wanted.append(outputs["output"])
        np.testing.assert_array_equal(own.run({"input": frame})["output"], wanted[-1])
    np.savez(tmp_path / "case.npz", **{"in:input": frames, "out:output": np.stack(wanted)})
    for engine in compiled.ENGINES:
        result = compiled.tool("run", tmp_path / "own.wasm", f"--engine={engine}", "--stream", f"--verify={tmp_path / 'case.npz'}")
        assert result.returncode == 0, result.stdout + result.stderr


def test_inspect_shows_state(folder):
    text = compiled.tool("inspect", folder / "own.wasm").stdout
    assert "state   0  h: f32 [1, 1, 12] at" in text and "then 'hn', at first zeros" in text
    report = json.loads(compiled.tool("inspect", folder / "own.wasm", "--json").stdout)
    assert [entry["output"] for entry in report["functions"][0]["state"]] == ["hn", "cn"]


def test_verify_and_bench(folder):
    result = compiled.tool("compile", folder / "own.onnx", "-o", folder / "verified.wasm", *state.options(PAIRS), "--verify")
    assert result.returncode == 0 and "equal within the tolerance" in result.stdout, result.stdout + result.stderr
    result = compiled.tool("bench", folder / "own.onnx", *state.options(PAIRS), "--repeat=3", "--json")
    assert result.returncode == 0, result.stderr
    assert [run["engine"] for run in json.loads(result.stdout.splitlines()[-1])["runs"]] == ["wasmtime", "node"]
    for arguments in ([folder / "own.wasm", "--state=h=hn"], [folder / "own.onnx", "--state=h=hn", "--peer=onnxruntime-web"]):
        result = compiled.tool("bench", *arguments)
        assert result.returncode == 2 and "--state" in result.stderr, result.stderr


def test_compile_in_python(folder, wanted):
    model = wasmind.compile(folder / "own.onnx", state=PAIRS)
    instance = model.instantiate()
    np.testing.assert_array_equal(np.stack([instance.run({"x": frame})["y"] for frame in FRAMES]), wanted)
    shown = wasmind.compile(folder / "own.onnx", state=PAIRS, state_outputs=True).instantiate()
    outputs = [shown.run({"x": frame}) for frame in FRAMES]
    assert list(outputs[0]) == ["y", "hn", "cn"]
    # From the middle on, with what the states were there.
    start = {name: outputs[2][output] for name, output in PAIRS.items()}
    later = wasmind.compile(folder / "own.onnx", state=PAIRS, state_init=start).instantiate()
    for _ in range(2):
        np.testing.assert_array_equal(np.stack([later.run({"x": frame})["y"] for frame in FRAMES[3:]]), wanted[3:])
        later.reset()


def test_mindir(tmp_path):
    """A running sum; MindIR's outputs are out0, out1, ..."""
    source = compiled.ROOT / "test/data/mindir/210/add_f32.mindir"
    with pytest.raises(WasmindError, match="a run would give nothing; --state-outputs keeps them"):
        wasmind.compile(source, state={"b": "out0"})
    with pytest.raises(WasmindError, match="no input 'c'; it has 'a', 'b'"):
        wasmind.compile(source, state={"c": "out0"})
    first = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    instance = wasmind.compile(source, state={"b": "out0"}, state_init={"b": first}, state_outputs=True).instantiate()
    for _ in range(2):
        for run in range(1, 4):
            np.testing.assert_array_equal(instance.run({"a": np.full((2, 3, 4), 2, np.float32)})["out0"], first + 2 * run)
        instance.reset()


def test_expressions():
    from wasmind import te
    a, x = te.placeholder((4,), name="a"), te.placeholder((4,), name="x")
    total = te.compute((4,), lambda i: a[i] + x[i], name="total")
    twice = te.compute((4,), lambda i: a[i] * 2, name="twice")
    instance = wasmind.compile([a, x, total, twice], state={"a": "total"}).instantiate()
    for run in range(3):
        np.testing.assert_array_equal(instance.run({"x": np.ones(4, np.float32)})["twice"], np.full(4, 2 * run, np.float32))


REFUSED = {
    "input": (["--state=z=hn"], "--state z=hn: the model has no input 'z'; it has 'x', 'h', 'c'"),
    "output": (["--state=h=z"], "--state h=z: the model has no output 'z'; it has 'y', 'hn', 'cn'"),
    "shape": (["--state=x=hn"], "input 'x' is f32 [1, 1, 8] and output 'hn' is f32 [1, 1, 12]; axis 2 is one number and cannot grow"),
    "fed twice": (["--state=h=hn", "--state=h=cn"], "input 'h' is fed from two outputs"),
    "first of none": (["--state=h=hn", "--state-init=c=right.npy"], "--state-init c: 'c' is no state; it becomes one with --state c=OUTPUT"),
    "first of another shape": (["--state=h=hn", "--state-init=h=flat.npy"], "--state-init h: the array is f32 [12], the state is f32 [1, 1, 12]"),
    "first of another type": (["--state=h=hn", "--state-init=h=wide.npy"], "--state-init h: the array is f64 [1, 1, 12], the state is f32 [1, 1, 12]"),
    "first is no file": (["--state=h=hn", "--state-init=h=none.npy"], "none.npy"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_wrong_state_is_refused(what, tmp_path):
    options, text = REFUSED[what]
    for name, array in {"right": np.zeros((1, 1, 12), "f4"), "flat": np.zeros(12, "f4"), "wide": np.zeros((1, 1, 12))}.items():
        np.save(tmp_path / f"{name}.npy", array)
    options = [option.replace("=", f"={tmp_path}/", 2).replace(f"={tmp_path}/", "=", 1) if ".npy" in option else option for option in options]
    printed = state.compile_to(tmp_path / "m.wasm", state.lstm(), *options, expects=1)
    assert text in printed and len(printed.strip().splitlines()) == 1, printed
    assert not (tmp_path / "m.wasm").exists()


@pytest.mark.parametrize("option", ["--state=h", "--state==hn", "--state=h=", "--state-init=h"])
def test_wrong_usage(option, tmp_path):
    assert "expected INPUT=" in state.compile_to(tmp_path / "m.wasm", state.lstm(), option, expects=2)


def test_shapes_that_cannot_grow_are_refused(tmp_path):
    from onnx import helper
    nodes = [helper.make_node("Concat", ["past", "x"], ["present"], axis=0), helper.make_node("ReduceSum", ["present"], ["y"], keepdims=0)]

    def refused(past, *options, nodes=nodes, x=(1, 4)):
        printed = state.compile_to(tmp_path / "m.wasm", state.model(nodes, {"x": list(x), "past": past}, ["y", "present"]), "--state=past=present", *options, expects=1)
        assert len(printed.strip().splitlines()) == 1, printed
        return printed

    printed = refused(["n", 4], "--dim=n=8")
    assert "input 'past' is f32 [8, 4] and output 'present' is f32 [9, 4]; axis 0 is one number and cannot grow" in printed
    printed = refused(["n", 4], "--dim=n=1..8")
    assert "'n' starts at 0 and --dim puts it in 1..8; set --dim n=0..8, or give what the state holds with --state-init" in printed


def test_state_that_would_never_hold_anything_is_refused(tmp_path):
    from onnx import helper
    N = helper.make_node

    def compiled_with(nodes, inputs, outputs, *options, expects):
        return state.compile_to(tmp_path / "m.wasm", state.model([*nodes, N("Neg", ["x"], ["y"])], inputs, ["y", *outputs]), *options, expects=expects)

    sum_of = lambda *extents: ([N("Add", ["x", "past"], ["present"])], {"x": list(extents), "past": list(extents)}, ["present"], "--state=past=present")
    doubled = [N("Concat", ["past", "past"], ["present"], axis=0)], {"x": [2], "past": ["n"]}, ["present"], "--state=past=present"
    swapped = [N("Identity", ["b"], ["an"]), N("Concat", ["a", "a"], ["bn"], axis=0)], {"x": [2], "a": ["n"], "b": ["m"]}, ["an", "bn"], "--state=a=an", "--state=b=bn"
    for case, name in ((sum_of("n"), "n"), (sum_of("n", 4), "n"), (sum_of("n", "m"), "n"), (doubled, "n"), (swapped, "n")):
        assert f"'{name}' starts at 0 and no run changes that, so the state would never hold anything: set --dim {name}=N, or give" in compiled_with(*case, "--dim=n=0..4", expects=1)
    # One that a run fills, one that another state fills, one that holds something at first.
    filled = [N("Concat", ["a", "x"], ["an"], axis=0), N("Concat", ["b", "a"], ["bn"], axis=0)], {"x": [2], "a": ["n"], "b": ["m"]}, ["an", "bn"], "--state=a=an", "--state=b=bn"
    np.save(tmp_path / "one.npy", np.ones(1, np.float32))
    for case in (filled, (*doubled, f"--state-init=past={tmp_path / 'one.npy'}"), (*sum_of("n"), "--dim=n=3")):
        compiled_with(*case, expects=0)
