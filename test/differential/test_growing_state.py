"""State that grows from run to run computes what it does when the caller passes it by hand, until it is full and after a reset."""
import re

import numpy as np
import pytest
import wasmind
from models import compiled, decoder, numerics, state
from onnx import TensorProto, helper
from wasmind import WasmindError

BOUND, NEW = 12, 4
N = helper.make_node
BOUNDS = [f"--dim=past=0..{BOUND}", f"--dim=seq=1..{NEW}"]
TOKENS = np.random.default_rng(2).integers(0, decoder.VOCABULARY, (1, BOUND + NEW))
STEPS = {"one by one": [1] * BOUND, "a prompt and then one by one": [4, *[1] * 8], "unevenly": [2, 3, 1, 4, 2], "full at once": [4, 4, 4]}


def compile_both(folder, source, pairs, *options):
    state.compile_to(folder / "by_hand.wasm", source, *options)
    state.compile_to(folder / "own.wasm", source, *state.options(pairs), *options)
    return [wasmind.load(folder / f"{name}.wasm").instantiate() for name in ("by_hand", "own")]


def given(instance, seen, new):
    """The inputs of a run on `new` tokens when the cache holds `seen`."""
    inputs = {"input_ids": TOKENS[:, seen : seen + new], "attention_mask": np.ones((1, seen + new), np.int64)}
    inputs["attention_mask"][:, 1:2] = 0  # one token is not attended to
    return {tensor.name: inputs[tensor.name] for tensor in instance.signature.functions[0].inputs if tensor.name in inputs}


@pytest.fixture(scope="module", params=["total", "past + seq", None], ids=["mask of its own name", "mask of a sum", "no mask"])
def modules(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("decoder")
    compile_both(folder, decoder.decoder(mask=request.param), decoder.pairs(), *BOUNDS)
    return folder, request.param


def by_hand(folder, steps):
    """The logits of each run."""
    instance, seen, logits = wasmind.load(folder / "by_hand.wasm").instantiate(), 0, []
    held = {name: np.zeros(decoder.shape(0), np.float32) for name in decoder.pairs()}
    for new in steps:
        outputs = instance.run({**given(instance, seen, new), **held})
        held = {name: outputs[output] for name, output in decoder.pairs().items()}
        logits.append(outputs["logits"])
        seen += new
    return logits


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_decoder(modules, steps):
    folder, mask = modules
    instance, wanted = wasmind.load(folder / "own.wasm").instantiate(), by_hand(folder, steps)
    spec, = instance.signature.functions
    assert [s.name for s in spec.state] == list(decoder.pairs()) and all(s.shape == decoder.shape("past") for s in spec.state)
    assert all(s.byte_length == 4 * np.prod(decoder.shape(BOUND)) for s in spec.state)
    assert [t.name for t in spec.outputs] == ["logits"] and not {t.name for t in spec.inputs} & set(decoder.pairs())
    past, = (dim for dim in instance.signature.dims if dim.name == "past")
    assert past.kept and not past.derived and (past.min, past.max) == (0, BOUND)
    if mask:  # what a caller needs to know to make the mask
        assert [sorted(dim.equals.split(" + ")) for dim in instance.signature.dims if dim.name == mask] == [["past", "seq"]]
    for _ in range(2):  # the second time after a reset
        seen = 0
        for new, logits in zip(steps, wanted):
            assert instance.extent("past") == seen
            np.testing.assert_array_equal(instance.run(given(instance, seen, new))["logits"], logits)
            seen += new
        assert instance.extent("past") == seen == BOUND
        for new in (1, NEW):
            with pytest.raises(WasmindError, match=rf"'past' would be .* 0\.\.{BOUND}.*reset.*past = {BOUND}") as caught:
                instance.run(given(instance, seen, new))
            assert caught.value.code == "InvalidArgument" and instance.extent("past") == seen
        instance.reset()


def test_what_is_refused_changes_nothing(modules):
    folder, mask = modules
    instance, wanted = wasmind.load(folder / "own.wasm").instantiate(), by_hand(folder, [4, 4, 2, 1])
    for seen, new, logits in zip((0, 4, 8, 10), (4, 4, 2, 1), wanted):
        if mask:
            for wrong in {seen, max(seen + new - 1, 1), seen + new + 1} - {0, seen + new}:
                with pytest.raises(WasmindError, match=rf"axis 1 of input 'attention_mask' must be (past \+ seq|seq \+ past) = {seen + new}, not {wrong}"):
                    instance.run({**given(instance, seen, new), "attention_mask": np.ones((1, wrong), np.int64)})
        with pytest.raises(WasmindError):
            instance.run({**given(instance, seen, new), "input_ids": np.zeros((1, NEW + 1), np.int64)})
        if seen + NEW > BOUND:
            with pytest.raises(WasmindError, match="'past' would be"):
                instance.run(given(instance, seen, NEW))
        np.testing.assert_array_equal(instance.run(given(instance, seen, new))["logits"], logits)


@pytest.mark.parametrize("engine", compiled.ENGINES)
def test_run_streams(engine, modules, tmp_path):
    """`wasmind run`: C++ on wasmtime, TypeScript on Node. The mask is as long as the cache will be, each run takes its part."""
    folder, mask = modules
    np.savez(tmp_path / "in.npz", input_ids=TOKENS[:, :BOUND].T[:, None], **({"attention_mask": given_mask(BOUND)} if mask else {}))
    result = compiled.tool("run", folder / "own.wasm", f"--engine={engine}", "--stream", "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert result.returncode == 0, result.stderr
    np.testing.assert_array_equal(np.load(tmp_path / "out.npz")["logits"], np.stack(by_hand(folder, [1] * BOUND)))
    np.savez(tmp_path / "in.npz", input_ids=TOKENS[:, : BOUND + 1].T[:, None], **({"attention_mask": given_mask(BOUND + 1)} if mask else {}))
    result = compiled.tool("run", folder / "own.wasm", f"--engine={engine}", "--stream", "--inputs", tmp_path / "in.npz")
    assert result.returncode == 1 and "'past' would be" in result.stderr and len(result.stderr.strip().splitlines()) == 1, result.stderr


def given_mask(length):
    mask = np.ones((1, length), np.int64)
    mask[:, 1:2] = 0
    return mask


def test_a_batch_is_what_it_was_while_the_state_holds_anything(tmp_path):
    """It is an extent of the other inputs, too, so that hosts give it, and of a state that is empty it may be any."""
    instance, own = compile_both(tmp_path, decoder.decoder(mask=None, batch="batch"), decoder.pairs(), *BOUNDS)
    random = np.random.default_rng(4)
    for batch, steps in ((1, [1, 2, 1]), (3, [4, 1]), (2, [1, 1])):
        held = {name: np.zeros(decoder.shape(0, batch=batch), np.float32) for name in decoder.pairs()}
        own.reset()
        for new in steps:
            tokens = random.integers(0, decoder.VOCABULARY, (batch, new))
            outputs = instance.run({"input_ids": tokens, **held})
            held = {name: outputs[output] for name, output in decoder.pairs().items()}
            np.testing.assert_array_equal(own.run({"input_ids": tokens})["logits"], outputs["logits"])
    with pytest.raises(WasmindError, match=r"the state 'past\.0\.key' holds another 'batch' than this run's; reset it.*batch = 3"):
        own.run({"input_ids": np.zeros((3, 1), np.int64)})
    tokens = random.integers(0, decoder.VOCABULARY, (2, 1))  # what was refused changes nothing
    np.testing.assert_array_equal(own.run({"input_ids": tokens})["logits"], instance.run({"input_ids": tokens, **held})["logits"])


def test_inspect(modules):
    folder, mask = modules
    printed = compiled.tool("inspect", folder / "own.wasm").stdout
    assert f"past: 0 .. {BOUND}, kept from run to run, at first 0" in printed
    assert not mask or re.search(rf"{re.escape(mask)}: .*, equals (past \+ seq|seq \+ past)\n", printed), printed


def test_initial_arrays(tmp_path):
    """What another model has cached is where the first run starts."""
    random = np.random.default_rng(3)
    arrays = {name: random.standard_normal(decoder.shape(3)).astype(np.float32) for name in decoder.pairs()}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    inits = [f"--state-init={name}={tmp_path / name}.npy" for name in arrays]
    state.compile_to(tmp_path / "by_hand.wasm", decoder.decoder(), *BOUNDS)
    state.compile_to(tmp_path / "own.wasm", decoder.decoder(), *state.options(decoder.pairs()), *BOUNDS, *inits)
    hand, own = (wasmind.load(tmp_path / f"{name}.wasm").instantiate() for name in ("by_hand", "own"))
    for _ in range(2):
        held, seen = arrays, 3
        for new in (2, 1, 4):
            wanted = hand.run({**given(hand, seen, new), **held})
            np.testing.assert_array_equal(own.run(given(own, seen, new))["logits"], wanted["logits"])
            held = {name: wanted[output] for name, output in decoder.pairs().items()}
            seen += new
        own.reset()
        assert own.extent("past") == 3
    printed = state.compile_to(tmp_path / "m.wasm", decoder.decoder(), *state.options(decoder.pairs()), *BOUNDS, *inits[1:], expects=1)
    assert "'past' starts at" in printed and "another state" in printed, printed
    np.save(tmp_path / "past.0.key.npy", np.zeros(decoder.shape(BOUND + 1), np.float32))
    printed = state.compile_to(tmp_path / "m.wasm", decoder.decoder(), *state.options(decoder.pairs()), *BOUNDS, *inits, expects=1)
    assert f"[1, 2, {BOUND + 1}, 4], the state is f32 [1, 2, 'past' (0..{BOUND}), 4]" in printed, printed


@pytest.mark.parametrize("case", ["decoder_past0_named", "decoder_past3_named"])
def test_cases(case, tmp_path):
    """The attention of an exported decoder, past 0 and 3, whose mask has a name of its own."""
    folder = compiled.ROOT / "test/data/cases/onnx" / case
    inputs, expected = dict(np.load(folder / "in.npz")), np.load(folder / "expected.npz")
    np.save(tmp_path / "past.npy", inputs.pop("past"))
    options = ["--dim=b=1", "--dim=past_sequence_length=0..8", "--dim=sequence_length=1..4", "--state=past=present", f"--state-init=past={tmp_path / 'past.npy'}"]
    result = compiled.tool("compile", folder / "model.onnx", "-o", tmp_path / "m.wasm", "-q", *options, "--state-outputs")
    assert result.returncode == 0, result.stderr
    instance = wasmind.load(tmp_path / "m.wasm").instantiate()
    outputs = instance.run(inputs)
    for name, wanted in (("y", "o0"), ("present", "o1")):
        numerics.check(outputs[name], expected[wanted], name)
    assert instance.extent("past_sequence_length") == outputs["present"].shape[2]


# States a and b of [n, 8] and x of [s, 8]. Each is wrong when a row is moved or written too early.
GROW = N("Concat", ["a", "x"], ["an"], axis=0)
ORDERS = {
    "outermost axis": ([GROW, N("MatMul", ["an", "m"], ["y"])], {"a": "an"}),
    "old rows are read later": ([GROW, N("MatMul", ["an", "m"], ["t"]), N("ReduceSum", ["a"], ["s1"], keepdims=0), N("Add", ["t", "s1"], ["y"])], {"a": "an"}),
    "new rows in front": ([N("Concat", ["x", "a"], ["an"], axis=0), N("MatMul", ["an", "m"], ["y"])], {"a": "an"}),
    "new rows are the old ones": ([N("Concat", ["a", "x", "a"], ["an"], axis=0), N("MatMul", ["an", "m"], ["y"])], {"a": "an"}),
    "new rows follow from the old ones": ([N("ReduceSum", ["a", "first"], ["r"], keepdims=1), N("Add", ["r", "x"], ["z"]), N("Concat", ["a", "z"], ["an"], axis=0),
                                           N("Identity", ["an"], ["y"])], {"a": "an"}),
    "old rows change": ([N("Neg", ["a"], ["q"]), N("Concat", ["q", "x"], ["an"], axis=0), N("Identity", ["an"], ["y"])], {"a": "an"}),
    "swap": ([N("Concat", ["b", "x"], ["an"], axis=0), N("Concat", ["a", "x2"], ["bn"], axis=0), N("Sub", ["an", "bn"], ["y"])], {"a": "an", "b": "bn"}),
    "one output for two": ([N("Add", ["a", "b"], ["q"]), N("Concat", ["q", "x"], ["n1"], axis=0), N("Neg", ["n1"], ["y"])], {"a": "n1", "b": "n1"}),
    "two of one extent": ([GROW, N("Neg", ["x"], ["xm"]), N("Concat", ["b", "xm"], ["bn"], axis=0), N("Mul", ["an", "bn"], ["y"])], {"a": "an", "b": "bn"}),
    "the last of them": ([N("Concat", ["a", "x"], ["all"], axis=0), N("Slice", ["all", "from", "end", "zero"], ["an"]), N("ReduceSum", ["an"], ["y"], keepdims=0)], {"a": "an"}),
    "only the new ones": ([N("Identity", ["x"], ["an"]), N("MatMul", ["a", "m"], ["y"])], {"a": "an"}),
    "output is the old ones": ([GROW, N("Identity", ["a"], ["y"])], {"a": "an"}),
    "grows by its own extent": ([N("Concat", ["a", "a", "x"], ["an"], axis=0), N("Neg", ["an"], ["y"])], {"a": "an"}),
}


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("order", ORDERS)
def test_order_of_reads_and_writes(order, axis, tmp_path):
    """Along the outermost axis, and along one inside, where all rows move."""
    nodes, pairs = ORDERS[order]
    shape = lambda extent: [extent, 8] if axis == 0 else [3, extent, 8]
    if axis == 1:
        nodes = [N(node.op_type, list(node.input), list(node.output), **{a.name: 1 if a.name == "axis" else helper.get_attribute_value(a) for a in node.attribute}) for node in nodes]
    weights = {"m": np.random.default_rng(1).standard_normal((8, 8)).astype(np.float32) / 4, "x2": np.full(shape(1), 2, np.float32),
               "first": np.array([axis]), "from": np.array([-4]), "end": np.array([1 << 40]), "zero": np.array([axis])}
    used = {name for node in nodes for name in node.input}
    source = state.model(nodes, {"x": shape("s"), **dict.fromkeys(pairs, shape("n"))}, ["y", *dict.fromkeys(pairs.values())],
                         {name: value for name, value in weights.items() if name in used})
    hand, own = compile_both(tmp_path, source, pairs, "--dim=n=0..10", "--dim=s=1" if order == "swap" else "--dim=s=1..3")
    random = np.random.default_rng(7)
    for _ in range(2):
        held, runs = {name: np.zeros(shape(0), np.float32) for name in pairs}, 0
        for _ in range(16):
            x = random.standard_normal(shape(1 if order == "swap" else int(random.integers(1, 4)))).astype(np.float32)
            wanted = hand.run({"x": x, **held})
            if wanted[next(iter(pairs.values()))].shape[axis] > 10:
                with pytest.raises(WasmindError, match="'n' would be"):
                    own.run({"x": x})
                continue
            np.testing.assert_array_equal(own.run({"x": x})["y"], wanted["y"], err_msg=f"run {runs}")
            held, runs = {name: wanted[output] for name, output in pairs.items()}, runs + 1
            assert own.extent("n") == next(iter(held.values())).shape[axis]
        assert runs > 1
        own.reset()


@pytest.mark.parametrize(("order", "moves", "copies"), [("outermost axis", 1, 0), ("two of one extent", 2, 0), ("old rows are read later", 1, 1), ("new rows in front", 0, 1)])
def test_copies_only_what_is_read_later(order, moves, copies, tmp_path):
    """A state that a concatenation makes longer stays where it is."""
    nodes, pairs = ORDERS[order]
    weights = {"m": np.eye(8, dtype=np.float32)} if any("m" in node.input for node in nodes) else {}
    source = state.model(nodes, {"x": ["s", 8], **{name: ["n", 8] for name in pairs}}, ["y", *pairs.values()], weights)
    state.compile_to(tmp_path / "code.ll", source, *state.options(pairs), "--dim=n=0..10", "--dim=s=1..3", "--emit=llvm")
    code = (tmp_path / "code.ll").read_text()
    assert (code.count("call void @llvm.memcpy"), code.count("call void @llvm.memmove") > 0) == (copies, moves > 0)


def test_a_failed_run_leaves_it_as_it_was(tmp_path):
    """The run fails behind the new value is known: more of the largest elements are wanted than there are."""
    nodes = [GROW, N("ReduceMax", ["x"], ["most"], keepdims=0), N("Cast", ["most"], ["k"], to=TensorProto.INT64), N("Reshape", ["k", "one"], ["k1"]),
             N("Reshape", ["x", "one"], ["flat"]), N("TopK", ["flat", "k1"], ["top", "where"]), N("ReduceSum", ["top"], ["y"], keepdims=0), N("ReduceSum", ["an"], ["z"], keepdims=0)]
    source = state.model(nodes, {"x": ["s", 8], "a": ["n", 8]}, ["y", "z", "an"], {"one": np.array([-1])})
    state.compile_to(tmp_path / "m.wasm", source, "--state=a=an", "--dim=n=0..10", "--dim=s=1..3")
    instance, held = wasmind.load(tmp_path / "m.wasm").instantiate(), np.zeros((0, 8), np.float32)
    for most in (3, 9, 2, 8, 100, 1):
        x = np.zeros((1, 8), np.float32)
        x[0, 2] = most
        if most > 8:
            with pytest.raises(WasmindError):
                instance.run({"x": x})
        else:
            held = np.concatenate([held, x])
            np.testing.assert_array_equal(instance.run({"x": x})["z"], held.sum())
        assert instance.extent("n") == len(held)


DTYPES = ["float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool"]


@pytest.mark.parametrize("dtype", DTYPES)
def test_element_types(dtype, tmp_path):
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    value = lambda name, extent: helper.make_tensor_value_info(name, kind, [2, extent, 3])
    graph = helper.make_graph([N("Concat", ["a", "x"], ["an"], axis=1), N("Identity", ["an"], ["y"])], "g", [value("x", "s"), value("a", "n")], [value("y", None), value("an", None)])
    source = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    state.compile_to(tmp_path / "m.wasm", source, "--state=a=an", "--dim=n=0..9", "--dim=s=1..3")
    instance, held, random = wasmind.load(tmp_path / "m.wasm").instantiate(), np.zeros((2, 0, 3), dtype), np.random.default_rng(4)
    for new in (1, 3, 2, 3):
        x = random.integers(0, 2 if dtype == "bool" else 100, (2, new, 3)).astype(dtype)
        held = np.concatenate([held, x], axis=1)
        np.testing.assert_array_equal(instance.run({"x": x})["y"], held)
