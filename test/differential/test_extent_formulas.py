"""Inputs whose extents are formulas over others by their names: both engines take what they say and refuse the rest in one line."""
import numpy as np
import pytest
import wasmind
from models import compiled, state
from onnx import helper

N = helper.make_node
# name: (inputs, nodes, outputs by numpy, options, extents that fit, extents that do not and what the refusal says)
MODELS = {
    "past + seq": (
        {"past": [1, "past"], "new": [1, "seq"], "mask": [1, "past + seq"]}, [N("Concat", ["past", "new"], ["all"], axis=1), N("Mul", ["all", "mask"], ["y"])],
        lambda past, new, mask: np.concatenate([past, new], 1) * mask, ["--dim=past=0..8", "--dim=seq=1..4"],
        [(0, 1, 1), (3, 2, 5), (8, 4, 12)], [((3, 2, 4), "axis 1 of input 'mask' must be past + seq")]),
    "given by a formula": (
        {"mask": [1, "past + 1"], "more": [1, "2*past + 3"]}, [N("Concat", ["mask", "more"], ["y"], axis=1)], lambda mask, more: np.concatenate([mask, more], 1),
        ["--dim=past=0..8"], [(1, 3), (9, 19)], [((2, 4), "axis 1 of input 'more' must be "), ((10, 19), "'past + 1'")]),
    "blocks": (
        {"x": [1, "height"], "y": [1, "(height/4)*4"]}, [N("ReduceSum", ["x"], ["s"], keepdims=1), N("Mul", ["y", "s"], ["z"])], lambda x, y: y * x.sum(keepdims=True),
        ["--dim=height=4..19"], [(4, 4), (7, 4), (19, 16)], [((8, 4), "axis 1 of input 'y' must be (height/4)*4")]),
    "frames": (
        {"x": [1, "samples"], "y": [1, "floor((samples - 1)/2) + 1"]},
        [N("Slice", ["x", "zero", "last", "axis", "two"], ["even"]), N("Add", ["even", "y"], ["z"])], lambda x, y: x[:, ::2] + y, ["--dim=samples=1..9"],
        [(1, 1), (8, 4), (9, 5)], [((8, 5), "axis 1 of input 'y' must be ")]),
    "names": (
        {"x": ["batch-size", 2], "y": ["n/m", 2]}, [N("Relu", ["x"], ["u"]), N("Neg", ["y"], ["v"]), N("Concat", ["u", "v"], ["z"], axis=0)],
        lambda x, y: np.concatenate([np.maximum(x, 0), -y]), [], [(1, 3), (8, 2)], []),
}
NUMBERS = {"zero": np.array([0]), "last": np.array([1 << 30]), "axis": np.array([1]), "two": np.array([2])}


@pytest.mark.parametrize("name", MODELS)
def test_extents_are_what_their_names_say(name, tmp_path):
    inputs, nodes, numpy, options, right, wrong = MODELS[name]
    used = {entry for node in nodes for entry in node.input}
    output = nodes[-1].output[0]
    source = state.model(nodes, inputs, [output], {label: value for label, value in NUMBERS.items() if label in used})
    state.compile_to(tmp_path / "m.wasm", source, *options)
    random = np.random.default_rng(5)

    def run(extents, engine):
        arrays = {}
        for (label, shape), extent in zip(inputs.items(), extents):
            # Small integers: their sums and products are exact.
            arrays[label] = random.integers(-8, 8, [extent if isinstance(axis, str) else axis for axis in shape]).astype(np.float32)
        np.savez(tmp_path / "in.npz", **arrays)
        return arrays, compiled.tool("run", tmp_path / "m.wasm", f"--engine={engine}", f"--inputs={tmp_path / 'in.npz'}", f"--outputs={tmp_path / 'out.npz'}")

    for engine in compiled.ENGINES:
        for extents in right:
            arrays, result = run(extents, engine)
            assert result.returncode == 0, result.stderr
            np.testing.assert_array_equal(np.load(tmp_path / "out.npz")[output], numpy(**arrays))
        for extents, text in wrong:
            result = run(extents, engine)[1]
            assert result.returncode == 1 and text in result.stderr and len(result.stderr.strip().splitlines()) == 1, result.stderr


@pytest.mark.parametrize("formula, length", [("past + seq", lambda past, seq: past + seq), ("seq/2", lambda past, seq: seq // 2)])
def test_outputs_have_the_name_that_an_input_gives(formula, length, tmp_path):
    """Of what is one extent by its formula: no second dimension stands beside it in the signature."""
    nodes = [N("Concat", ["past", "new"], ["all"], axis=1)] if "+" in formula else \
        [N("Slice", ["new", "zero", "last", "axis", "two"], ["all"])]
    nodes += [N("Relu", ["mask"], ["seen"])]
    source = state.model(nodes, {"past": [1, "past"], "new": [1, "seq"], "mask": [1, formula]}, ["all", "seen"],
                         {label: value for label, value in NUMBERS.items() if "+" not in formula})
    state.compile_to(tmp_path / "m.wasm", source, "--dim=past=0..8", "--dim=seq=2..4")
    model = wasmind.load(tmp_path / "m.wasm")
    run, = model.signature.functions
    assert {dim.name for dim in model.signature.dims} >= {"past", "seq", formula} and not any("computed" in dim.name for dim in model.signature.dims)
    if "+" in formula:
        assert [output.shape for output in run.outputs] == [(1, formula), (1, formula)]
    for past, seq in ((3, 2), (0, 4)):
        outputs = model.run({"past": np.ones((1, past), np.float32), "new": np.ones((1, seq), np.float32), "mask": np.ones((1, length(past, seq)), np.float32)})
        assert outputs["seen"].shape == (1, length(past, seq))


def test_bounds_that_no_run_can_keep_are_refused(tmp_path):
    source = state.model([N("Relu", ["x"], ["u"]), N("Relu", ["y"], ["v"])], {"x": [1, "n"], "y": [1, "n + 1"]}, ["u", "v"])
    printed = state.compile_to(tmp_path / "m.wasm", source, "--dim=n=4..8", "--dim=n + 1=1..3", expects=1)
    assert "axis 1 of input 'y' is 'n + 1', which is never within its bounds; bound its names with --dim" in printed
    assert len(printed.strip().splitlines()) == 1


def test_multiples_are_published(tmp_path):
    """Of an extent that must be that of whole blocks only multiples are right: the signature says so, and hosts refuse others."""
    source = state.model([N("Add", ["x", "y"], ["z"])], {"x": [1, "height"], "y": [1, "(height/4)*4"]}, ["z"])
    state.compile_to(tmp_path / "m.wasm", source, "--dim=height=4..19")
    assert "height: 4 .. 19, a multiple of 4\n" in compiled.tool("inspect", tmp_path / "m.wasm").stdout
    model = wasmind.load(tmp_path / "m.wasm")
    assert [dim.multiple_of for dim in model.signature.dims if dim.name == "height"] == [4]
    for height, code in ((8, 0), (16, 0), (6, 1)):
        np.savez(tmp_path / "in.npz", x=np.ones((1, height), np.float32), y=np.ones((1, height // 4 * 4), np.float32))
        for engine in compiled.ENGINES:
            result = compiled.tool("run", tmp_path / "m.wasm", f"--engine={engine}", f"--inputs={tmp_path / 'in.npz'}")
            assert result.returncode == code and ("multiple of 4" in result.stderr) == (code == 1), result.stderr
