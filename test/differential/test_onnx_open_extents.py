"""Inputs of which a model says the rank alone: what operators need to know of an extent follows from their weights and attributes, or
is taken for granted and looked after at run time. Numbers as ONNX Runtime has them, on each engine."""
import numpy as np
import pytest
from models import compiled, numerics
from onnx import helper
from test_onnx_graphs import compile_model, graph, oracle, run

RANDOM = np.random.default_rng(29)
IMAGE = (2, 8, 6, 4)


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def integers(*values):
    return np.array(values, np.int64)


def row(operator, *inputs, constants=(), opset=18, domain="", **attributes):
    """Inputs of which those whose places are in `constants` are initializers; None is left out."""
    return operator, inputs, constants, opset, domain, attributes


CORNERS = np.sort(RANDOM.random((1, 6, 2, 2)), 2).astype(np.float32).reshape(1, 6, 4)
TREE = dict(nodes_featureids=[1, 0, 0], nodes_falsenodeids=[2, 0, 0], nodes_truenodeids=[1, 0, 0], nodes_hitrates=[1.0] * 3,
            nodes_missing_value_tracks_true=[0] * 3, nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"], nodes_nodeids=[0, 1, 2], nodes_treeids=[0] * 3,
            nodes_values=[0.2, 0.0, 0.0], n_targets=1, target_ids=[0, 0], target_nodeids=[1, 2], target_treeids=[0, 0], target_weights=[1.5, -2.0])
ROWS = {
    "conv": row("Conv", floats(*IMAGE), floats(4, 8, 3, 3), floats(4), constants=(1, 2), pads=[1] * 4),
    "conv of groups": row("Conv", floats(*IMAGE), floats(8, 2, 3, 3), constants=(1,), group=4),
    "depthwise": row("Conv", floats(*IMAGE), floats(8, 1, 3, 3), constants=(1,), group=8),
    "conv of bytes": row("ConvInteger", RANDOM.integers(0, 255, IMAGE).astype(np.uint8), RANDOM.integers(0, 255, (2, 8, 3, 3)).astype(np.uint8), constants=(1,)),
    "transposed": row("ConvTranspose", floats(*IMAGE), floats(8, 4, 2, 2), constants=(1,), strides=[2, 2]),
    "instances": row("InstanceNormalization", floats(*IMAGE), floats(8), floats(8), constants=(1, 2)),
    "groups": row("GroupNormalization", floats(*IMAGE), floats(4), floats(4), constants=(1, 2), num_groups=4),
    "groups of channels": row("GroupNormalization", floats(*IMAGE), floats(8), floats(8), constants=(1, 2), opset=21, num_groups=4),
    "depth to space": row("DepthToSpace", floats(*IMAGE), blocksize=2),
    "columns to space": row("DepthToSpace", floats(*IMAGE), blocksize=2, mode="CRD"),
    "space to depth": row("SpaceToDepth", floats(*IMAGE), blocksize=2),
    "columns": row("Col2Im", floats(1, 8, 9), integers(4, 4), integers(2, 2), constants=(1, 2)),
    "grid": row("GridSample", floats(*IMAGE), floats(2, 3, 4, 2), opset=16),
    "affine grid": row("AffineGrid", floats(2, 2, 3), integers(2, 3, 4, 5), constants=(1,), opset=20),
    "regions": row("RoiAlign", floats(*IMAGE), np.abs(floats(3, 4)).cumsum(1), integers(0, 1, 0), opset=16, output_height=2, output_width=2),
    "boxes": row("NonMaxSuppression", CORNERS, np.abs(floats(1, 2, 6)), integers(3), np.float32([0.5]), constants=(2, 3)),
    "one hot": row("OneHot", integers(1, 2), integers(4), np.float32([0, 1]), constants=(1,)),
    "largest": row("TopK", floats(3, 7), integers(3)),
    "linear": row("LinearRegressor", floats(3, 4), domain="ai.onnx.ml", coefficients=[1.0, 2.0, -1.0, 0.5], intercepts=[0.25]),
    "scaled": row("Scaler", floats(3, 4), domain="ai.onnx.ml", offset=[1.0, 2.0, 3.0, 4.0], scale=[0.5, 1.0, 2.0, 4.0]),
    "trees": row("TreeEnsembleRegressor", floats(3, 2), domain="ai.onnx.ml", **TREE),
}


def model_of(operator, inputs, constants, opset, domain, attributes):
    names = [f"x{i}" for i in range(len(inputs))]
    count = 2 if operator == "TopK" else 1
    node = helper.make_node(operator, names, [f"y{i}" for i in range(count)], domain=domain, **attributes)
    given = {name: array for i, (name, array) in enumerate(zip(names, inputs)) if i not in constants}
    model = graph([node], {name: (array.dtype, [None] * array.ndim) for name, array in given.items()}, node.output,
                  {names[i]: inputs[i] for i in constants}, opset)
    if domain:
        model.opset_import.append(helper.make_opsetid(domain, 3))
    return model, given


@pytest.mark.parametrize("name", ROWS)
def test_extents_follow(name, tmp_path):
    model, given = model_of(*ROWS[name])
    bounds = [f"--dim={key}.{axis}=1..{max(extent, 9)}" for key, array in given.items() for axis, extent in enumerate(array.shape)]
    result = compile_model(model, tmp_path, *bounds)
    assert result.returncode == 0, result.stderr
    wanted = oracle(model, given)
    for engine, actual in run(tmp_path, given).items():
        for key, value in wanted.items():
            numerics.check(actual[key], value, f"{engine}: {key}")


def test_what_does_not_fit_is_refused(tmp_path):
    model, given = model_of(*ROWS["conv"])
    assert compile_model(model, tmp_path, *[f"--dim=x0.{axis}=1..9" for axis in range(4)]).returncode == 0
    np.savez(tmp_path / "in.npz", x0=given["x0"][:, :7])
    for engine in compiled.ENGINES:
        result = compiled.tool("run", tmp_path / "m.wasm", f"--engine={engine}", "--inputs", tmp_path / "in.npz")
        assert result.returncode == 1 and len(result.stderr.strip().splitlines()) == 1 and "8" in result.stderr, result.stderr


MANY_AXES = {
    "an image": row("Relu", floats(2, 3, 4, 5)),
    "five axes": row("Add", floats(2, 3, 1, 2, 5), floats(2, 1, 4, 2, 5)),
    "products": row("MatMul", floats(2, 3, 4, 5), floats(2, 3, 5, 4)),
}


@pytest.mark.parametrize("name", MANY_AXES)
def test_default_bounds_fit_the_memory(name, tmp_path):
    """As many open axes as make 4 GiB and more at the usual bounds: smaller ones are found without the user."""
    model, given = model_of(*MANY_AXES[name])
    same(model, tmp_path, [given])


@pytest.mark.parametrize("shape", [["n", "c", "h", "w"], [None] * 4])
def test_weights_bound_what_they_are_for(shape, tmp_path):
    """Room is made for the channels that the weights are for, and so for larger images."""
    model = graph([helper.make_node("Conv", ["x", "w"], ["y"])], {"x": (np.float32, shape)}, ["y"], {"w": np.round(floats(8, 3, 3, 3))})
    same(model, tmp_path, [{"x": np.round(floats(2, 3, 224, 640))}])


def same(model, folder, cases, *bounds):
    result = compile_model(model, folder, *bounds)
    assert result.returncode == 0, result.stderr
    for inputs in cases:
        for engine, actual in run(folder, inputs).items():
            for key, value in oracle(model, inputs).items():
                assert actual[key].shape == value.shape and np.allclose(actual[key], value), f"{engine}: {key}"


def test_intermediate_names_are_required(tmp_path):
    """What a graph says of a tensor between nodes names an extent that the run would measure."""
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["z"]), helper.make_node("Relu", ["z"], ["y"])]
    model = graph(nodes, {"x": (np.float32, ["m", "n"]), "shape": (np.int64, [2])}, ["y"])
    model.graph.value_info.append(helper.make_tensor_value_info("z", 1, ["n", "m"]))
    same(model, tmp_path, [{"x": floats(2, 3), "shape": integers(3, 2)}, {"x": floats(1, 4), "shape": integers(-1, 1)}])
    assert "f32 [n, m]" in compiled.tool("inspect", tmp_path / "m.wasm").stdout
    np.savez(tmp_path / "in.npz", x=floats(2, 3), shape=integers(6, 1))
    result = compiled.tool("run", tmp_path / "m.wasm", "--inputs", tmp_path / "in.npz")
    assert result.returncode == 1 and "must be equal" in result.stderr, result.stderr


def test_nothing_is_taken_of_nothing(tmp_path):
    nodes = [helper.make_node("Gather", ["x", "i"], ["y"]), helper.make_node("Expand", ["one", "shape"], ["z"])]
    model = graph(nodes, {"x": (np.float32, ["n", 2]), "i": (np.int64, ["k"]), "one": (np.float32, ["m", 1]), "shape": (np.int64, [2])}, ["y", "z"])
    same(model, tmp_path, [{"x": floats(n, 2), "i": np.zeros(k, np.int64), "one": floats(m, 1), "shape": integers(*shape)}
                           for n, k, m, shape in ((0, 0, 1, (0, 3)), (2, 3, 1, (4, 1)), (2, 0, 0, (1, 2)))], "--dim=n=0..8", "--dim=k=0..8", "--dim=m=0..8")
    np.savez(tmp_path / "in.npz", x=floats(0, 2), i=integers(0), one=floats(1, 1), shape=integers(1, 1))
    result = compiled.tool("run", tmp_path / "m.wasm", "--inputs", tmp_path / "in.npz")
    assert result.returncode == 1 and "may be none" in result.stderr, result.stderr


def test_sequences_that_the_run_cuts(tmp_path):
    nodes = [helper.make_node("SplitToSequence", ["x", "size"], ["parts"], axis=1), helper.make_node("SequenceAt", ["parts", "first"], ["a"]),
             helper.make_node("SequenceAt", ["parts", "last"], ["b"]), helper.make_node("SequenceLength", ["parts"], ["c"]),
             helper.make_node("ConcatFromSequence", ["parts"], ["d"], axis=1)]
    model = graph(nodes, {"x": (np.float32, ["b", "n"]), "size": (np.int64, [])}, ["a", "b", "c", "d"], {"first": np.int64(0), "last": np.int64(-1)})
    same(model, tmp_path, [{"x": floats(2, n), "size": np.array(size)} for n, size in ((1, 1), (5, 4), (8, 4), (3, 3))])
