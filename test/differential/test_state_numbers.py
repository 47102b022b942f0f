"""State that lives in the module computes what it does when the caller passes it by hand, bit by bit."""
import numpy as np
import pytest
import wasmind
from models import state
from onnx import TensorProto, helper
from wasmind import WasmindError

N = helper.make_node
SHAPE = [4, 8]
RUNS = 4


def compare(folder, source, pairs, rest):
    """`pairs`: the state as {input: output}; `rest`: the model's other outputs."""
    state.compile_to(folder / "by_hand.wasm", source)
    state.compile_to(folder / "own.wasm", source, *state.options(pairs))
    state.compile_to(folder / "shown.wasm", source, *state.options(pairs), "--state-outputs")
    by_hand, own, shown = (wasmind.load(folder / f"{name}.wasm").instantiate() for name in ("by_hand", "own", "shown"))
    spec, = own.signature.functions
    assert [s.name for s in spec.state] == [t.name for t in by_hand.signature.functions[0].inputs if t.name in pairs]
    assert {s.name: s.output for s in spec.state} == pairs
    assert [t.name for t in spec.outputs] == [name for name in rest if name not in pairs.values()]
    assert not {t.name for t in spec.inputs} & set(pairs)
    shapes = {s.name: s.shape for s in spec.state}
    random = np.random.default_rng(11)
    for _ in range(2):  # the second time after a reset
        held = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
        for run in range(RUNS):
            given = {t.name: random.standard_normal(t.shape).astype(np.float32) for t in spec.inputs}
            wanted = by_hand.run({**given, **held})
            for instance in (own, shown):
                for name, array in instance.run(given).items():
                    np.testing.assert_array_equal(array, wanted[name], err_msg=f"{name} in run {run}")
            held = {name: wanted[output] for name, output in pairs.items()}
        own.reset()
        shown.reset()


def test_lstm(tmp_path):
    compare(tmp_path, state.lstm(), {"h": "hn", "c": "cn"}, ["y"])


# Each is wrong when the next value is written too early or too late: name: (nodes, state, other outputs).
ORDERS = {
    "read after it is computed": ([N("Add", ["a", "x"], ["an"]), N("MatMul", ["an", "m"], ["t"]), N("Add", ["t", "a"], ["y"])], {"a": "an"}, ["y"]),
    "computed in place": ([N("MatMul", ["a", "m"], ["y"]), N("Add", ["a", "x"], ["an"])], {"a": "an"}, ["y"]),
    "swap": ([N("Identity", ["b"], ["an"]), N("Add", ["a", "x"], ["bn"]), N("MatMul", ["a", "m"], ["y"])], {"a": "an", "b": "bn"}, ["y"]),
    "two that swap": ([N("Identity", ["b"], ["an"]), N("Identity", ["a"], ["bn"]), N("Add", ["a", "x"], ["cn"]), N("Sub", ["a", "b"], ["y"])],
                      {"a": "an", "b": "bn"}, ["y", "cn"]),
    "delay line": ([N("Identity", ["x"], ["an"]), N("Identity", ["a"], ["bn"]), N("Identity", ["b"], ["cn"]), N("Identity", ["c"], ["y"])],
                   {"a": "an", "b": "bn", "c": "cn"}, ["y"]),
    "delay line from its end": ([N("Identity", ["c"], ["y"]), N("Identity", ["b"], ["cn"]), N("Identity", ["a"], ["bn"]), N("Identity", ["x"], ["an"])],
                                {"c": "cn", "b": "bn", "a": "an"}, ["y"]),
    "kept": ([N("Identity", ["a"], ["an"]), N("Add", ["a", "x"], ["y"])], {"a": "an"}, ["y"]),
    "never read": ([N("Relu", ["x"], ["an"]), N("Neg", ["x"], ["y"])], {"a": "an"}, ["y"]),
    "old value is an output": ([N("Identity", ["a"], ["y"]), N("Add", ["a", "x"], ["an"])], {"a": "an"}, ["y"]),
    "one output for two": ([N("Add", ["a", "x"], ["t"]), N("Sub", ["t", "b"], ["n"]), N("MatMul", ["b", "m"], ["y"])], {"a": "n", "b": "n"}, ["y"]),
    "transposed product": ([N("MatMul", ["a", "m"], ["an"]), N("Add", ["an", "x"], ["y"])], {"a": "an"}, ["y"]),
    "constant": ([N("Identity", ["k"], ["an"]), N("Add", ["a", "x"], ["y"])], {"a": "an"}, ["y"]),
    "shifted": ([N("Slice", ["a", "one", "end", "axis"], ["tail"]), N("Slice", ["x", "zero", "one", "axis"], ["head"]),
                 N("Concat", ["tail", "head"], ["an"], axis=0), N("MatMul", ["an", "m"], ["y"])], {"a": "an"}, ["y"]),
}
WEIGHTS = {"m": np.random.default_rng(1).standard_normal((8, 8)).astype(np.float32) / 4, "k": np.full(SHAPE, 3, np.float32),
           **{name: np.array([value]) for name, value in {"zero": 0, "one": 1, "end": 4, "axis": 0}.items()}}


@pytest.mark.parametrize("order", ORDERS)
def test_order_of_reads_and_writes(order, tmp_path):
    nodes, pairs, rest = ORDERS[order]
    compare(tmp_path, state.model(nodes, {"x": SHAPE, **dict.fromkeys(pairs, SHAPE)}, [*rest, *dict.fromkeys(pairs.values())], WEIGHTS), pairs, rest)


@pytest.mark.parametrize(("order", "copies"), [("computed in place", 0), ("never read", 0), ("delay line from its end", 0), ("read after it is computed", 1),
                                               ("delay line", 2), ("swap", 1), ("one output for two", 1), ("lstm", 0)])
def test_copies_only_what_is_read_later(order, copies, tmp_path):
    """In the module, a copy at the end of the run stands for each state whose old value is read after the new one is known."""
    if order == "lstm":
        source, pairs = state.lstm(), {"h": "hn", "c": "cn"}
    else:
        nodes, pairs, rest = ORDERS[order]
        source = state.model(nodes, {"x": SHAPE, **dict.fromkeys(pairs, SHAPE)}, [*rest, *dict.fromkeys(pairs.values())], WEIGHTS)
    state.compile_to(tmp_path / "code.ll", source, *state.options(pairs), "--emit=llvm")
    assert (tmp_path / "code.ll").read_text().count("call void @llvm.memcpy") == copies


def graph_of(name, nodes, inputs, outputs):
    def value(label):
        kind = (TensorProto.INT64, []) if label == "i" else (TensorProto.BOOL, []) if label in ("go", "on") else (TensorProto.FLOAT, None if label in ("s", "se") else SHAPE)
        return helper.make_tensor_value_info(label, *kind)

    return helper.make_graph(nodes, name, list(map(value, inputs)), list(map(value, outputs)))


def test_loop(tmp_path):
    """The state is carried by a loop that also reads the old one in each iteration."""
    body = graph_of("body", [N("Identity", ["go"], ["on"]), N("MatMul", ["v", "m"], ["p"]), N("Add", ["p", "a"], ["w"])], ["i", "go", "v"], ["on", "w"])
    nodes = [N("Loop", ["three", "yes", "a"], ["l"], body=body), N("Add", ["l", "x"], ["an"]), N("Relu", ["l"], ["y"])]
    weights = {**WEIGHTS, "three": np.array(3), "yes": np.array(True)}
    compare(tmp_path, state.model(nodes, {"x": SHAPE, "a": SHAPE}, ["y", "an"], weights), {"a": "an"}, ["y"])
    nodes = [N("Loop", ["three", "yes", "a"], ["an"], body=body), N("Add", ["an", "x"], ["y"])]
    compare(tmp_path, state.model(nodes, {"x": SHAPE, "a": SHAPE}, ["y", "an"], weights), {"a": "an"}, ["y"])


def test_branch(tmp_path):
    then = graph_of("then", [N("Add", ["a", "x"], ["t"])], [], ["t"])
    otherwise = graph_of("else", [N("MatMul", ["a", "m"], ["e"])], [], ["e"])
    nodes = [N("ReduceSum", ["x"], ["s"], keepdims=0), N("Greater", ["s", "nought"], ["c"]), N("If", ["c"], ["an"], then_branch=then, else_branch=otherwise),
             N("Sub", ["a", "an"], ["y"])]
    compare(tmp_path, state.model(nodes, {"x": SHAPE, "a": SHAPE}, ["y", "an"], {**WEIGHTS, "nought": np.float32(0)}), {"a": "an"}, ["y"])


# The sum of the k largest of x, where k is x's maximum: a run fails when that is over 32, the number of elements.
TOP = [N("Reshape", ["x", "flat"], ["r"]), N("ReduceMax", ["x"], ["n"], keepdims=0), N("Cast", ["n"], ["many"], to=TensorProto.INT64),
       N("Reshape", ["many", "flat"], ["k1"]), N("TopK", ["r", "k1"], ["top", "where"]), N("ReduceSum", ["top"], ["s"], keepdims=0)]
STEP = N("Add", ["a", "x"], ["an"])
FAILING = {
    "behind the new value": [N("Neg", ["a"], ["y"]), STEP, *TOP],
    "before it": [N("Neg", ["a"], ["y"]), *TOP, STEP],
    "of which the output is a part": [N("Neg", ["a"], ["y"]), STEP, *TOP, N("MatMul", ["an", "m"], ["z"])],
    "in a branch": [N("Neg", ["a"], ["y"]), N("ReduceMin", ["x"], ["low"], keepdims=0), N("Greater", ["low", "nought"], ["c"]),
                    N("If", ["c"], ["an", "s"], then_branch=graph_of("then", [STEP, *TOP], [], ["an", "s"]),
                      else_branch=graph_of("else", [N("Mul", ["a", "x"], ["ae"]), N("ReduceSum", ["x"], ["se"], keepdims=0)], [], ["ae", "se"]))],
    "behind a branch": [N("Neg", ["a"], ["y"]), N("ReduceMin", ["x"], ["low"], keepdims=0), N("Greater", ["low", "nought"], ["c"]),
                        N("If", ["c"], ["an"], then_branch=graph_of("then", [N("Add", ["a", "x"], ["at"])], [], ["at"]),
                          else_branch=graph_of("else", [N("Mul", ["a", "x"], ["ae"])], [], ["ae"])), *TOP],
    # Of as many iterations as four times x's minimum, two, the second wants 16 more.
    "in a loop": [N("Neg", ["a"], ["y"]), N("ReduceMin", ["x"], ["low"], keepdims=0), N("Mul", ["low", "four"], ["two"]),
                  N("Cast", ["two"], ["iterations"], to=TensorProto.INT64), N("Loop", ["iterations", "yes", "a"], ["an"], body=graph_of("body", [
        N("Identity", ["go"], ["on"]), N("Cast", ["i"], ["f"], to=TensorProto.FLOAT), N("Mul", ["f", "sixteen"], ["more"]), N("Add", ["x", "more"], ["xm"]),
        *[N("ReduceMax", ["xm"], ["n"], keepdims=0) if node.op_type == "ReduceMax" else node for node in TOP],
        N("Mul", ["s", "nought"], ["zero_s"]), N("Add", ["v", "x"], ["vx"]), N("Add", ["vx", "zero_s"], ["w"])], ["i", "go", "v"], ["on", "w"]))],
}


@pytest.mark.parametrize("place", FAILING)
def test_a_failed_run_leaves_it_as_it_was(place, tmp_path):
    nodes = FAILING[place]
    rest = [name for name in ("y", "s", "z") if any(name in node.output for node in nodes)]
    weights = {**WEIGHTS, "flat": np.array([-1]), "nought": np.float32(0), "four": np.float32(4), "yes": np.array(True), "sixteen": np.float32(16)}
    state.compile_to(tmp_path / "m.wasm", state.model(nodes, {"x": SHAPE, "a": SHAPE}, [*rest, "an"], weights), "--state=a=an")
    instance, held = wasmind.load(tmp_path / "m.wasm").instantiate(), np.zeros(SHAPE, np.float32)
    limit, steps = (16, 2) if place == "in a loop" else (32, 1)
    for k in (3, 33, 20, 100, 32, 16, 40, 1):
        x = np.full(SHAPE, 0.5, np.float32)
        x[1, 2] = k
        if k > limit:
            with pytest.raises(WasmindError) as info:
                instance.run({"x": x})
            assert info.value.code == "InvalidArgument"
        else:
            np.testing.assert_array_equal(instance.run({"x": x})["y"], -held)
            held = held + steps * x


@pytest.mark.parametrize("seed", range(24))
def test_random_graphs(seed, tmp_path):
    """Any value is the next one of any state, and all are read anywhere."""
    random = np.random.default_rng(seed)
    held = ["a", "b", "c"][: random.integers(1, 4)]
    values, nodes = ["x", *held], []
    pick = lambda: values[random.integers(len(values))]
    for i in range(random.integers(4, 12)):
        name = f"t{i}"
        kind = random.choice(["Add", "Sub", "Mul", "MatMul", "Tanh", "Softmax", "Shift", "Turn"])
        if kind == "MatMul":
            nodes.append(N("MatMul", [pick(), "m"], [name]))
        elif kind in ("Tanh", "Softmax"):
            nodes.append(N(kind, [pick()], [name]))
        elif kind == "Shift":
            nodes += [N("Slice", [pick(), "one", "end", "axis"], [name + "s"]), N("Slice", [pick(), "zero", "one", "axis"], [name + "h"]),
                      N("Concat", [name + "s", name + "h"], [name], axis=0)]
        elif kind == "Turn":
            nodes += [N("Transpose", [pick()], [name + "t"]), N("Reshape", [name + "t", "shape"], [name])]
        else:
            nodes += [N(kind, [pick(), pick()], [name + "u"]), N("Tanh", [name + "u"], [name])]
        values.append(name)
    pairs = {name: f"{name}n" for name in held}
    nodes += [N("Identity", [pick()], [output]) for output in pairs.values()]
    nodes += [N("Identity", [values[-1]], ["y"]), N("Identity", [pick()], ["z"])]
    compare(tmp_path, state.model(nodes, {"x": SHAPE, **dict.fromkeys(held, SHAPE)}, ["y", "z", *pairs.values()], {**WEIGHTS, "shape": np.array(SHAPE)}),
            pairs, ["y", "z"])


DTYPES = ["float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]


@pytest.mark.parametrize("weights", ["inline", "external"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_initial_value(dtype, weights, tmp_path):
    """Of every element type: the first output is the initial value, the second what was given."""
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    value = lambda name: helper.make_tensor_value_info(name, kind, [3, 5])
    graph = helper.make_graph([N("Identity", ["a"], ["y"]), N("Identity", ["x"], ["an"])], "g", [value("x"), value("a")], [value("y"), value("an")])
    initial = (np.arange(15).reshape(3, 5) % 2 if dtype == "bool" else np.arange(1, 16).reshape(3, 5)).astype(dtype)
    np.save(tmp_path / "first.npy", initial)
    source = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    state.compile_to(tmp_path / "m.wasm", source, "--state=a=an", f"--state-init=a={tmp_path / 'first.npy'}", f"--weights={weights}")
    instance = wasmind.load(tmp_path / "m.wasm").instantiate()
    other = np.flip(initial).copy()
    for wanted in (initial, other, other):
        np.testing.assert_array_equal(instance.run({"x": other})["y"], wanted)
    instance.reset()
    np.testing.assert_array_equal(instance.run({"x": other})["y"], initial)
    again = wasmind.compile(tmp_path / "m.onnx", state={"a": "an"}, state_init={"a": initial})
    np.testing.assert_array_equal(again.instantiate().run({"x": other})["y"], initial)
