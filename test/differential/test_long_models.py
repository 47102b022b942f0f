"""Models that are long where others are not - hundreds of parts, branches or loops - keep what the contract asks of one
function ("What compilation costs"), so that both hosts take them, and compute what they should."""
import numpy as np
import onnx
import onnx_nodes
import pytest
import wasmind
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
value, node = helper.make_tensor_value_info, helper.make_node
X = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture(scope="module")
def node_engine():
    return onnx_nodes.Node()


def subgraph(nodes, inputs, outputs):
    return helper.make_graph(nodes, "inside", [value(*each) for each in inputs], [value(*each) for each in outputs])


def concat(count, extent):
    """Parts of one row to three, or of as many as the run says."""
    shapes = [[extent or 1 + i % 3, 3] for i in range(count)]
    arrays = {f"x{i}": np.full([2 if extent else shape[0], 3], i, np.float32) for i, shape in enumerate(shapes)}
    nodes = [node("Concat", list(arrays), ["y"], axis=0)]
    return nodes, [(name, FLOAT, shape) for name, shape in zip(arrays, shapes)], [("y", FLOAT, None)], arrays, {"y": np.concatenate(list(arrays.values()))}


def branch(i, x, y):
    """y = c ? x + 1 : x - 2."""
    sides = [subgraph([node(kind, [x, number], [f"{kind}{i}"])], [], [(f"{kind}{i}", FLOAT, [2, 3])]) for kind, number in (("Add", "one"), ("Sub", "two"))]
    return node("If", ["c"], [y], then_branch=sides[0], else_branch=sides[1])


def branches(count):
    names = ["x", *(f"v{i}" for i in range(count - 1)), "y"]
    return [branch(i, names[i], names[i + 1]) for i in range(count)], [("x", FLOAT, [2, 3]), ("c", BOOL, [])], [("y", FLOAT, [2, 3])], {"x": X, "c": np.array(False)}, {"y": X - 2 * count}


def loop(i, x, y, nodes):
    """Runs nodes, which make 'inner{i}' of 'carried{i}', as often as 'count' says."""
    body = subgraph([*nodes, node("Identity", [f"more{i}"], [f"still{i}"])], [(f"at{i}", INT, []), (f"more{i}", BOOL, []), (f"carried{i}", FLOAT, [2, 3])],
                    [(f"still{i}", BOOL, []), (f"inner{i}", FLOAT, [2, 3])])
    return node("Loop", ["count", "", x], [y], body=body)


def loops(count):
    names = ["x", *(f"v{i}" for i in range(count - 1)), "y"]
    nodes = [loop(i, names[i], names[i + 1], [node("Add", [f"carried{i}", "one"], [f"inner{i}"])]) for i in range(count)]
    return nodes, [("x", FLOAT, [2, 3]), ("count", INT, [])], [("y", FLOAT, [2, 3])], {"x": X, "count": np.array(2)}, {"y": X + 2 * count}


def branches_of_a_loop(count):
    names = ["carried0", *(f"v{i}" for i in range(count - 1)), "inner0"]
    inside = [branch(i, names[i], names[i + 1]) for i in range(count)]
    inputs = {"x": X, "count": np.array(3), "c": np.array(True)}
    return [loop(0, "x", "y", inside)], [("x", FLOAT, [2, 3]), ("count", INT, []), ("c", BOOL, [])], [("y", FLOAT, [2, 3])], inputs, {"y": X + 3 * count}


def counts(count):
    """Extents that the run measures, of which each must be 3."""
    arrays = {f"x{i}": np.roll(np.float32([1, 2, 3, 0, 0]), i) for i in range(count)}
    expected = {f"y{i}": np.array(np.nonzero(x)) + 5 for i, x in enumerate(arrays.values())}
    nodes = [each for i in range(count) for each in (node("NonZero", [f"x{i}"], [f"z{i}"]), node("Add", [f"z{i}", "fives"], [f"y{i}"]))]
    return nodes, [(name, FLOAT, [5]) for name in arrays], [(name, INT, [1, 3]) for name in expected], arrays, expected


MODELS = {"parts": (concat, 256, None), "parts of named extents": (concat, 130, "n"), "branches": (branches, 1500), "loops": (loops, 1000),
          "branches of a loop": (branches_of_a_loop, 1400), "counts": (counts, 130)}
CONSTANTS = {"one": np.float32(1), "two": np.float32(2), "fives": np.full([1, 3], 5)}


def compile_model(nodes, inputs, outputs, folder):
    used = {name for each in nodes for name in each.input} | {"one", "two"}
    constants = [numpy_helper.from_array(np.asarray(array), name) for name, array in CONSTANTS.items() if name in used]
    graph = helper.make_graph(nodes, "g", [value(*each) for each in inputs], [value(*each) for each in outputs], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), folder / "m.onnx")
    named = any(extent == "n" for _, _, shape in inputs for extent in shape)
    return wasmind.compile(folder / "m.onnx", folder / "m.wasm", dims={"n": (1, 4)} if named else {})


@pytest.mark.parametrize("name", MODELS)
def test_long_models_run_on_both_hosts(name, node_engine, tmp_path):
    build, *arguments = MODELS[name]
    nodes, inputs, outputs, arrays, expected = build(*arguments)
    model = compile_model(nodes, inputs, outputs, tmp_path)
    for engine, actual in (("wasmtime", model.run(arrays)), ("Node", node_engine.run(tmp_path / "m.wasm", arrays, model.signature))):
        for output, wanted in expected.items():
            np.testing.assert_array_equal(actual[output], wanted, f"{engine}: {output}")


def test_a_run_ends_where_one_of_many_counts_is_wrong(tmp_path):
    nodes, inputs, outputs, arrays, expected = counts(130)
    model = compile_model(nodes, inputs, outputs, tmp_path)
    for wrong in (0, 63, 64, 65, 110, 129):
        with pytest.raises(wasmind.WasmindError, match=f"node 'y{wrong}'"):
            model.run({**arrays, f"x{wrong}": np.float32([1, 0, 0, 0, 1])})
        for output, array in model.run(arrays).items():
            np.testing.assert_array_equal(array, expected[output])
