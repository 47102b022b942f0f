"""Random numbers: the generator itself, the distributions, and how draws are numbered, over nodes, control flow and runs."""
import math

import numpy as np
import onnx
import pytest
import wasmind
from differential import philox
from differential.mindir import K, N, network
from differential.philox import Draw
from models import compiled, numerics
from onnx import TensorProto, helper

COUNT = 200_000


def test_known_answers():
    """Random123, tests/kat_vectors: philox4x32 10."""
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]
    full = [0xFFFFFFFF] * 4, [0xFFFFFFFF] * 2
    for (counter, key), words in (
        (([0] * 4, [0] * 2), [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        (full, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (pi, [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]),
    ):
        assert [int(word) for word in philox.block(counter, key)] == words


def normal_cdf(x):
    return np.vectorize(lambda t: math.erfc(-t / math.sqrt(2)) / 2)(x)


def gamma_cdf(order):
    """Of an integral order: 1 - e^-x times the first terms of e^x."""
    return lambda x: 1 - np.exp(-x) * sum(x**k / math.factorial(k) for k in range(order))


NARROW = math.erf(math.sqrt(2))
# primitive: (node, distribution function, mean, deviation)
DISTRIBUTIONS = {
    "StandardNormal": (N("StandardNormal", (COUNT,)), normal_cdf, 0, 1),
    "UniformReal": (N("UniformReal", (COUNT,)), lambda x: x, 0.5, math.sqrt(1 / 12)),
    "StandardLaplace": (N("StandardLaplace", (COUNT,)), lambda x: np.where(x < 0, np.exp(x) / 2, 1 - np.exp(-x) / 2), 0, math.sqrt(2)),
    "TruncatedNormal": (N("TruncatedNormal", K(np.int32([COUNT]))), lambda x: (normal_cdf(x) - (1 - NARROW) / 2) / NARROW, 0, 0.8796),
    "Cauchy": (N("Cauchy", size=(COUNT,), sigma=0.5, median=2.0), lambda x: 0.5 + np.arctan((x - 2) / 0.5) / np.pi, None, None),
    "LogNormalReverse": (N("LogNormalReverse", K(np.zeros(COUNT, np.float32)), mean=0.5, std=0.25), lambda x: normal_cdf((np.log(x) - 0.5) / 0.25),
                         math.exp(0.53125), math.sqrt((math.exp(0.0625) - 1) * math.exp(1.0625))),
    "RandomGamma": (N("RandomGamma", K(np.int32([COUNT])), K(np.float32(3))), gamma_cdf(3), 3, math.sqrt(3)),
    "RandomGamma of 1": (N("RandomGamma", K(np.int32([COUNT])), K(np.float64(1))), gamma_cdf(1), 1, 1),
    # Of 1/2, half the square of a normal number.
    "RandomGamma of 0.5": (N("RandomGamma", K(np.int32([COUNT])), K(np.float32(0.5))), lambda x: 2 * normal_cdf(np.sqrt(2 * x)) - 1, 0.5, math.sqrt(0.5)),
}


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    """Two runs of one module with all distributions, on each engine."""
    folder = tmp_path_factory.mktemp("random")
    data, _ = network(N("MakeTuple", *(node for node, *_ in DISTRIBUTIONS.values())), None)
    (folder / "net.mindir").write_bytes(data)
    module = wasmind.compile(folder / "net.mindir", output=folder / "net.wasm", seed=0)
    instance = module.instantiate()
    runs = [{name: np.array(array) for name, array in zip(DISTRIBUTIONS, instance.run({}).values(), strict=True)} for _ in range(2)]
    result = compiled.tool("run", folder / "net.wasm", "--engine=node", "--outputs", folder / "out.npz")
    assert result.returncode == 0, result.stderr
    with np.load(folder / "out.npz") as arrays:
        other = dict(zip(DISTRIBUTIONS, (arrays[name] for name in arrays.files), strict=True))
    return runs, other


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distribution(name, numbers):
    runs, other = numbers
    _, distribution, mean, deviation = DISTRIBUTIONS[name]
    np.testing.assert_array_equal(runs[0][name], other[name])
    assert (runs[0][name] != runs[1][name]).mean() > 0.99, "the second run repeats numbers of the first"
    for run in runs:
        x = np.sort(run[name].astype(np.float64))
        assert np.isfinite(x).all()
        # Kolmogorov's and Smirnov's distance, which is larger one time in 10^6.
        expected, steps = distribution(x), np.arange(COUNT + 1) / COUNT
        distance = max((steps[1:] - expected).max(), (expected - steps[:-1]).max())
        assert distance < math.sqrt(-math.log(1e-6 / 2) / 2 / COUNT), distance
        if mean is not None:
            assert abs(x.mean() - mean) < 5 * deviation / math.sqrt(COUNT)
            assert abs(x.std() / deviation - 1) < 0.02


def test_no_two_nodes_draw_the_same(numbers):
    """Neighbours, nodes and runs are not correlated."""
    runs, _ = numbers
    rows = [run[name].astype(np.float64) for run in runs for name in ("StandardNormal", "UniformReal", "StandardLaplace", "TruncatedNormal")]
    rows.append(np.roll(rows[0], 1))
    correlation = np.corrcoef(rows) - np.eye(len(rows))
    assert np.abs(correlation).max() < 5.5 / math.sqrt(COUNT), correlation


def test_counts(tmp_path):
    """What is drawn of few has the shares it should, and orders are orders."""
    weights = np.float32([[1, 0, 3, 4]])
    data, _ = network(N("MakeTuple", N("Multinomial", K(weights), COUNT), N("UniformInt", (COUNT,), K(np.int32(-1)), K(np.int32(4))),
                        N("RandpermV2", COUNT, 0, 0, 35), N("Dropout", K(np.ones(COUNT, np.float32)), 0.8, 0, 0), N("RandomPoisson", K(np.int32([COUNT])), K(np.float32(2.5)))), None)
    (tmp_path / "net.mindir").write_bytes(data)
    classes, integers, order, dropped, mask, events = (np.array(a) for a in wasmind.compile(tmp_path / "net.mindir", seed=0).instantiate().run({}).values())
    assert np.abs(np.bincount(classes.ravel(), minlength=4) / COUNT - weights[0] / 8).max() < 0.005
    assert np.abs(np.bincount(integers + 1, minlength=5) / COUNT - 0.2).max() < 0.005
    chances = np.float64([math.exp(-2.5) * 2.5**k / math.factorial(k) for k in range(12)])
    assert np.abs(np.bincount(events, minlength=12)[:12] / COUNT - chances).max() < 0.005
    np.testing.assert_array_equal(np.sort(order), np.arange(COUNT))
    assert abs(np.corrcoef(order, np.arange(COUNT))[0, 1]) < 0.02
    assert abs(mask.mean() - 0.8) < 0.005
    np.testing.assert_array_equal(dropped, np.where(mask != 0, np.float32(1.25), 0))


# --- ONNX, and the numbers of draws

F32, SHAPE = TensorProto.FLOAT, (3, 4)
node = helper.make_node


USERS = 7 << 32 | 5  # the user's seed, of nodes that have none


def key(seed):
    return (5, 7) if seed is None else (int(np.float32(seed).view(np.uint32)), 0)


def build(folder, nodes, outputs, inputs=("x",), shape=SHAPE, opset=18):
    """An instance of a model of floats of one shape."""
    typed = lambda names, dims: [helper.make_tensor_value_info(name, F32, dims) for name in names]
    graph = helper.make_graph(nodes, "g", typed(inputs, shape), [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), folder / "m.onnx")
    return folder / "m.onnx"


def test_onnx_operators(tmp_path):
    x = np.linspace(0, 1, 12, dtype=np.float32).reshape(SHAPE)
    nodes = [node("RandomNormal", [], ["a"], shape=SHAPE, mean=2.0, scale=3.0, seed=1.5), node("RandomUniform", [], ["b"], shape=SHAPE, low=-1.0, high=4.0),
             node("RandomNormalLike", ["x"], ["c"], dtype=TensorProto.DOUBLE), node("RandomUniformLike", ["x"], ["d"], dtype=TensorProto.FLOAT16, seed=0.0),
             node("Bernoulli", ["x"], ["e"], seed=2.0), node("Multinomial", ["x"], ["f"], sample_size=20),
             node("Dropout", ["x", "ratio", "yes"], ["g", "h"]), node("Constant", [], ["ratio"], value_float=0.25),
             node("Constant", [], ["yes"], value=helper.make_tensor("t", TensorProto.BOOL, [], [True])), node("RandomNormalLike", ["x"], ["i"])]
    kinds = dict(a=F32, b=F32, c=TensorProto.DOUBLE, d=TensorProto.FLOAT16, e=F32, f=TensorProto.INT32, g=F32, h=TensorProto.BOOL, i=F32)
    got = wasmind.compile(build(tmp_path, nodes, kinds), seed=USERS).instantiate().run({"x": x})
    draws = [Draw(*SHAPE, number=n, key=key(seed)) for n, seed in enumerate((1.5, None, None, 0, 2.0))]
    keeps = Draw(*SHAPE, number=6, key=key(None)).uniform() >= 0.25
    chances = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    expected = [2 + 3 * draws[0].normal(), draws[1].uniform() * 5 - 1, draws[2].normal(np.float64), draws[3].uniform(np.float16),
                (draws[4].uniform() < x), Draw(3, 20, number=5, key=key(None)).classes(chances), np.where(keeps, x / np.float32(0.75), 0), keeps,
                Draw(*SHAPE, number=7, key=key(None)).normal()]
    for (name, actual), wanted in zip(got.items(), expected, strict=True):
        numerics.check(actual, wanted.astype(actual.dtype), name)


def test_training_mode_that_the_run_says(tmp_path):
    x = np.linspace(1, 2, 12, dtype=np.float32).reshape(SHAPE)
    graph = helper.make_graph([node("Dropout", ["x", "ratio", "trains"], ["y", "mask"])], "g",
                              [helper.make_tensor_value_info(n, k, s) for n, k, s in (("x", F32, SHAPE), ("ratio", F32, []), ("trains", TensorProto.BOOL, []))],
                              [helper.make_tensor_value_info("y", F32, SHAPE), helper.make_tensor_value_info("mask", TensorProto.BOOL, SHAPE)])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), tmp_path / "m.onnx")
    instance = wasmind.compile(tmp_path / "m.onnx", seed=0).instantiate()
    for number, (ratio, trains) in enumerate(((0.5, True), (0.5, False), (0.0, True), (1.0, True), (0.25, True))):
        got = instance.run({"x": x, "ratio": np.float32(ratio), "trains": np.bool_(trains)})
        keeps = (Draw(*SHAPE, number=number).uniform() >= ratio) | (not trains)
        np.testing.assert_array_equal(got["mask"], keeps)
        numerics.check(got["y"], np.where(keeps, x / np.float32(1 - ratio if trains and ratio < 1 else 1), 0), "y")


def in_branch_and_loop():
    """a is drawn; b where x is positive; a loop of three turns sums a draw each and, where the turn is odd, another; then d."""
    value = lambda name, kind, dims: helper.make_tensor_value_info(name, kind, dims)
    drawn = lambda name: node("RandomUniformLike", ["x"], [name])
    branch = lambda name, *nodes: helper.make_graph(list(nodes), name, [], [value(f"{name}_result", F32, SHAPE)])
    taken = branch("taken", drawn("taken_result"))
    other = branch("other", node("Identity", ["x"], ["other_result"]))
    odd = branch("odd", drawn("more"), node("Add", ["sum1", "more"], ["odd_result"]))
    even = branch("even", node("Identity", ["sum1"], ["even_result"]))
    body = helper.make_graph([drawn("turn_draw"), node("Add", ["sum0", "turn_draw"], ["sum1"]), node("Mod", ["turn", "two"], ["rest"]),
                              node("Cast", ["rest"], ["is_odd"], to=TensorProto.BOOL), node("If", ["is_odd"], ["sum2"], then_branch=odd, else_branch=even),
                              node("Identity", ["going"], ["goes"])],
                             "body", [value("turn", TensorProto.INT64, []), value("going", TensorProto.BOOL, []), value("sum0", F32, SHAPE)],
                             [value("goes", TensorProto.BOOL, []), value("sum2", F32, SHAPE)])
    constant = lambda name, kind, v: node("Constant", [], [name], value=helper.make_tensor(name, kind, [], [v]))
    return [constant("two", TensorProto.INT64, 2), constant("three", TensorProto.INT64, 3), drawn("a"), node("ReduceSum", ["x"], ["total"], keepdims=0),
            constant("zero", F32, 0.0), node("Greater", ["total", "zero"], ["positive"]), node("If", ["positive"], ["b"], then_branch=taken, else_branch=other),
            node("Sub", ["x", "x"], ["none"]), node("Loop", ["three", "", "none"], ["c"], body=body), drawn("d")]


@pytest.mark.parametrize("engine", compiled.ENGINES)
def test_draws_are_numbered_as_they_happen(engine, tmp_path):
    """Through branches, loops and runs; another instance begins anew."""
    model = build(tmp_path, in_branch_and_loop(), dict.fromkeys("abcd", F32))
    wasmind.compile(model, output=tmp_path / "m.wasm", seed=0)
    ones = np.ones(SHAPE, np.float32)
    uniform = lambda number: Draw(*SHAPE, number=number).uniform()

    def expected(x, number):
        wanted = {"a": uniform(number)}
        wanted["b"], number = (uniform(number + 1), number + 2) if x.sum() > 0 else (x, number + 1)
        wanted["c"], number = sum(uniform(number + i) for i in range(4)), number + 4  # turns 0, 1 and again, 2
        wanted["d"] = uniform(number)
        return wanted, number + 1

    if engine == "node":
        np.savez(tmp_path / "in.npz", x=ones)
        result = compiled.tool("run", tmp_path / "m.wasm", "--engine=node", "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
        assert result.returncode == 0, result.stderr
        with np.load(tmp_path / "out.npz") as got:
            for name, wanted in expected(ones, 0)[0].items():
                numerics.check(got["out:" + name if "out:" + name in got else name], wanted, name)
        return
    instance = wasmind.load(tmp_path / "m.wasm").instantiate()
    for _ in range(2):
        number = 0
        for sign in (1, -1, -1, 1):
            wanted, number = expected(sign * ones, number)
            got = instance.run({"x": sign * ones})
            for name in wanted:
                numerics.check(got[name], wanted[name], f"{name} from draw {number}")
        instance.reset()


def test_open_extents(tmp_path):
    """Elements are numbered by the run's shape."""
    model = build(tmp_path, [node("RandomNormalLike", ["x"], ["y"]), node("RandomUniformLike", ["x"], ["z"])], {"y": F32, "z": F32}, shape=["a", "b"])
    instance = wasmind.compile(model, dims={"a": (0, 5), "b": (1, 7)}, seed=0).instantiate()
    for number, shape in enumerate(((5, 7), (2, 3), (0, 4), (1, 1))):
        got = instance.run({"x": np.zeros(shape, np.float32)})
        numerics.check(got["y"], Draw(*shape, number=2 * number).normal(), f"y {shape}")
        np.testing.assert_array_equal(got["z"], Draw(*shape, number=2 * number + 1).uniform())


def test_another_start(tmp_path):
    """The count of draws is state like any other, whose first value can be given."""
    model = build(tmp_path, [node("RandomUniformLike", ["x"], ["y"])], {"y": F32})
    start = 5_000_000_000
    np.save(tmp_path / "start.npy", np.int64(start))
    result = compiled.tool("compile", model, "-o", tmp_path / "m.wasm", "--seed=0", "--state-init", f"random={tmp_path / 'start.npy'}")
    assert result.returncode == 0, result.stderr
    instance = wasmind.load(tmp_path / "m.wasm").instantiate()
    for number in (start, start + 1):
        np.testing.assert_array_equal(instance.run({"x": np.zeros(SHAPE, np.float32)})["y"], Draw(*SHAPE, number=number).uniform())


def test_an_input_of_the_state_s_name(tmp_path):
    model = build(tmp_path, [node("RandomUniformLike", ["random"], ["y"]), node("Add", ["y", "random"], ["random_"])], {"random_": F32}, inputs=["random"])
    instance = wasmind.compile(model, seed=0).instantiate()
    assert [t.name for t in instance.signature.functions[0].state] == ["random__"]
    np.testing.assert_array_equal(instance.run({"random": np.zeros(SHAPE, np.float32)})["random_"], Draw(*SHAPE).uniform())


def test_refusals(tmp_path):
    for nodes, text in (([node("RandomUniformLike", ["x"], ["y"], dtype=TensorProto.INT32)], "draws floats"),
                        ([node("RandomUniform", [], ["y"], shape=[2, -1])], "negative")):
        result = compiled.tool("compile", build(tmp_path, nodes, {"y": F32}), "-o", tmp_path / "m.wasm", "--seed=0")
        assert result.returncode == 1 and text in result.stderr and result.stderr.strip().count("\n") == 0, result.stderr


@pytest.mark.parametrize("node, text", [
    (N("UniformInt", (3,), K(np.int32(5)), K(np.int32(5))), "draws integers from 5 to below 5"),
    (N("RandInt", 2, 1, (3,), K(np.int64(0)), K(np.int64(0)), None), "draws integers from 2 to below 1"),
    (N("UniformReal", (2, -1)), "a draw of random numbers"),
    (N("UniformReal", (1,) * 40), "draws a tensor of rank 40"),
    (N("Dropout", np.float32([1]), 1.5, 0, 0), "a probability of 1.5"),
    (N("RandExt", (3,), K(np.int64([1, 2])), K(np.int64(0)), None), "the seed is a tensor of several elements"),
    (N("Generator", 4, (K(np.int64(1)), K(np.int64(0)), K(np.int64(0)))), "only draws numbers"),
], ids=lambda each: each.primitive if isinstance(each, N) else "")
def test_refusals_of_mindir(node, text, tmp_path):
    (tmp_path / "net.mindir").write_bytes(network(node, None)[0])
    result = compiled.tool("compile", tmp_path / "net.mindir", "-o", tmp_path / "net.wasm", "--seed=0")
    assert result.returncode == 1 and text in result.stderr and result.stderr.strip().count("\n") == 0, result.stderr


NO_SEED = "draws random numbers without a seed, so they could be any; give --seed N"
UNSEEDED = [
    N("StandardNormal", (3,)), N("StandardNormal", (3,), seed=0, seed2=0), N("Cauchy", size=(3,)), N("Dropout", np.float32([1]), 0.5, 0, 0),
    N("Dropout2D", np.ones((1, 2, 3, 3), np.float32), keep_prob=0.5), N("RandpermV2", 7, -1, 0, 35), N("Bernoulli", np.float32([1]), K(np.float32(0.3)), seed=-1),
    N("Multinomial", K(np.float32([[1, 2]])), 3), N("RandomCategorical", K(np.float32([[1, 2]])), 3, 0),
]
SEEDED = [
    N("StandardNormal", (3,), seed=0, seed2=1), N("RandpermV2", 7, 0, 0, 35), N("Bernoulli", np.float32([1]), K(np.float32(0.3)), seed=0),
    N("RandExt", (3,), K(np.int64(0)), K(np.int64(0)), None),
    # What keeps everything, or nothing, draws nothing.
    N("Dropout", np.float32([1]), 0.0, 0, 0),
    N("Dropout", np.float32([1]), 1.0, 0, 0), N("Dropout2D", np.ones((1, 2, 3, 3), np.float32), keep_prob=1.0),
]


@pytest.mark.parametrize("node", UNSEEDED + SEEDED, ids=lambda node: node.primitive)
def test_seeds_of_mindir(node, tmp_path):
    (tmp_path / "net.mindir").write_bytes(network(node, None)[0])
    result = compiled.tool("compile", tmp_path / "net.mindir", "-o", tmp_path / "net.wasm")
    if node in SEEDED:
        assert result.returncode == 0, result.stderr
    else:
        assert result.returncode == 1 and f"({node.primitive}): {NO_SEED}" in result.stderr and result.stderr.strip().count("\n") == 0, result.stderr


@pytest.mark.parametrize("text", ["y = RandomNormalLike (x)", "y = RandomUniformLike (x)", "y = Bernoulli (x)", "y = RandomNormal <shape = [2, 2]> ()",
                                  "y = Multinomial (x)", "t = Constant <value = bool {1}> () y = Dropout (x, , t)"])
def test_seeds_of_onnx(text, tmp_path):
    def compile(text, *options):
        kind = "int32" if "Multinomial" in text else "float"
        shape = "[2, 1]" if "Multinomial" in text else "[2, 2]"
        (tmp_path / "m.onnxtxt").write_text(f'<ir_version: 8, opset_import: ["" : 17]> m (float[2,2] x) => ({kind}{shape} y) {{ {text} }}')
        return compiled.tool("compile", tmp_path / "m.onnxtxt", "-o", tmp_path / "m.wasm", *options)

    result = compile(text)
    assert result.returncode == 1 and NO_SEED in result.stderr and result.stderr.strip().count("\n") == 0, result.stderr
    assert compile(text, "--seed=18446744073709551615").returncode == 0
    attribute = "seed = 0" if "Dropout" in text else "seed = 0.0"
    seeded = text.replace("shape = [2, 2]", f"shape = [2, 2], {attribute}") if "<shape" in text else text.replace(" (x", f" <{attribute}> (x")
    assert (result := compile(seeded)).returncode == 0, result.stderr


@pytest.mark.parametrize("seed", ["", "-1", "1.5", "18446744073709551616", "x"])
def test_seeds_that_are_none(seed, tmp_path):
    model = build(tmp_path, [node("RandomUniformLike", ["x"], ["y"])], {"y": F32})
    result = compiled.tool("compile", model, "-o", tmp_path / "m.wasm", f"--seed={seed}")
    assert result.returncode == 2 and "--seed" in result.stderr, result.stderr


@pytest.mark.parametrize("seed", [-1, 1 << 64, 1.5, "1", True])
def test_seeds_of_python_that_are_none(seed, tmp_path):
    model = build(tmp_path, [node("RandomUniformLike", ["x"], ["y"])], {"y": F32})
    with pytest.raises(wasmind.WasmindError, match="is not a whole number from 0 to"):
        wasmind.compile(model, seed=seed)
