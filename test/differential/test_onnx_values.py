"""ONNX operators whose axes, amounts, sizes and counts only the run knows: numbers as ONNX Runtime has them, on each engine."""
import itertools

import numpy as np
import onnx
import onnx_nodes
import pytest
import wasmind
from models import numerics
from onnx import helper
from onnx.reference import ReferenceEvaluator
from test_onnx_graphs import floats, graph, oracle

GENERATOR = np.random.default_rng(5)
EXTREME = np.iinfo(np.int64)


@pytest.fixture(scope="module")
def node_engine():
    return onnx_nodes.Node()


@pytest.fixture
def agree(node_engine, tmp_path):
    """Compiles the model once and compares every case, given as {input: array}; `expected` is ONNX Runtime where it is None."""
    def agree(model, cases, expected=None, **dims):
        onnx.save(model, tmp_path / "m.onnx")
        module = tmp_path / "m.wasm"
        compiled = wasmind.compile(tmp_path / "m.onnx", module, dims=dims)
        for inputs in cases:
            inputs = {name: np.asarray(value) for name, value in inputs.items()}
            wanted = expected(inputs) if expected else oracle(model, inputs)
            for engine, actual in (("wasmtime", compiled.run(inputs)), ("Node", node_engine.run(module, inputs, compiled.signature))):
                for name, value in wanted.items():
                    given = {key: array.tolist() if array.size < 9 else array.shape for key, array in inputs.items()}
                    numerics.check(actual[name], value, f"{engine}: {name} of {given}")
    return agree


def refusal(model, folder, inputs, **dims):
    """The error with which a run ends."""
    onnx.save(model, folder / "m.onnx")
    compiled = wasmind.compile(folder / "m.onnx", dims=dims)
    with pytest.raises(wasmind.WasmindError) as caught:
        compiled.run({name: np.asarray(value) for name, value in inputs.items()})
    return str(caught.value)


def integers(*values):
    return np.array(values, np.int64)


def one(operator, inputs, outputs=("y",), constants=None, opset=18, **attributes):
    """A graph of one node whose inputs and constants are in the order in which they are given."""
    return graph([helper.make_node(operator, [*inputs, *(constants or {})], outputs, **attributes)], inputs, outputs, constants, opset)


INDEX = np.int64
CUBE = {"a": (0, 4), "b": (0, 5), "c": (0, 6)}
SHAPES = [(2, 3, 4), (1, 1, 1), (4, 5, 6), (3, 1, 2)]

# --- axes


@pytest.mark.parametrize("keepdims", [0, 1])
@pytest.mark.parametrize("operator", ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2",
                                      "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"])
def test_axes_of_reductions(operator, keepdims, agree):
    for count in (1, 2, 3):
        model = one(operator, {"x": ["a", "b", "c"], "axes": (INDEX, [count])}, keepdims=keepdims)
        lists = [axes for axes in itertools.permutations(range(3), count)]
        lists = lists + [tuple(axis - 3 for axis in axes) for axes in lists[:2]]
        agree(model, [{"x": np.abs(floats(*shape)) + 0.1, "axes": integers(*axes)} for shape in SHAPES[:3] for axes in lists], **CUBE)


@pytest.mark.parametrize("operator, dtype", [("ReduceSum", np.int32), ("ReduceMax", np.int64), ("ReduceMin", np.int8), ("ReduceSum", np.int64)])
def test_axes_of_integer_reductions(operator, dtype, agree):
    model = one(operator, {"x": (dtype, ["a", "b", "c"]), "axes": (INDEX, [2])}, keepdims=0)
    agree(model, [{"x": GENERATOR.integers(-9, 9, shape).astype(dtype), "axes": integers(*axes)}
                  for shape in SHAPES for axes in ((0, 1), (2, 0), (-1, -2))], **CUBE)


def test_axes_of_a_sum_of_nothing(agree):
    for keepdims in (0, 1):
        model = one("ReduceSum", {"x": ["a", "b", "c"], "axes": (INDEX, [1])}, keepdims=keepdims)
        agree(model, [{"x": floats(*shape), "axes": integers(axis)} for shape in ((0, 3, 4), (2, 0, 4), (2, 3, 0)) for axis in (0, 1, 2)],
              lambda inputs: {"y": np.sum(inputs["x"], int(inputs["axes"][0]), keepdims=bool(keepdims))}, **CUBE)


@pytest.mark.parametrize("noop", [0, 1])
def test_no_axes(noop, agree):
    model = one("ReduceSum", {"x": ["a", "b", "c"], "axes": (INDEX, [0])}, noop_with_empty_axes=noop)
    agree(model, [{"x": floats(*shape), "axes": integers()} for shape in SHAPES], **CUBE)


@pytest.mark.parametrize("axes", [(3, 0), (0, 0), (1, -2), (-4, 1), (EXTREME.min, 0)])
@pytest.mark.parametrize("operator", ["ReduceSum", "Squeeze"])
def test_axes_that_are_none(operator, axes, tmp_path):
    model = one(operator, {"x": [1, 1, 1], "axes": (INDEX, [2])})
    assert "node 'y': axes (input 1) must be distinct and inside a rank of 3" in refusal(model, tmp_path, {"x": floats(1, 1, 1), "axes": integers(*axes)})


@pytest.mark.parametrize("operator, attributes", [("ReduceSum", {"keepdims": 0}), ("ReduceSum", {"keepdims": 1}), ("ReduceMax", {"keepdims": 0}), ("Squeeze", {}),
                                                  ("CumSum", {}), ("CumProd", {}), ("Slice", {}), ("Pad", {})])
@pytest.mark.parametrize("rank", [0, 2, 5])
def test_more_axes_than_there_are(operator, attributes, rank, tmp_path):
    """Whatever the run would give, it has no meaning: compiling refuses it."""
    count = rank + 1
    others = {"Slice": {"starts": (INDEX, [count]), "ends": (INDEX, [count])}, "Pad": {"pads": (INDEX, [2 * count]), "fill": []}}.get(operator, {})
    onnx.save(one(operator, {"x": [1] * rank, **others, "axes": (INDEX, [count])}, opset=26, **attributes), tmp_path / "m.onnx")
    with pytest.raises(wasmind.WasmindError, match=rf"node 'y' .*: {count} axes \(input [13]\) of a rank of {rank}$"):
        wasmind.compile(tmp_path / "m.onnx")


def running(operator, x, axis, exclusive, reverse):
    x = np.flip(x, axis) if reverse else x
    if exclusive:
        first = np.full_like(np.take(x, [0], axis), operator.identity)
        x = np.concatenate([first, np.delete(x, -1, axis)], axis)
    y = operator.accumulate(x, axis)
    return np.flip(y, axis) if reverse else y


@pytest.mark.parametrize("operator", ["CumSum", "CumProd"])
def test_axis_of_running_values(operator, agree):
    function = np.add if operator == "CumSum" else np.multiply
    for exclusive, reverse, shape in ((0, 0, []), (1, 0, [1]), (0, 1, []), (1, 1, [])):
        model = one(operator, {"x": ["a", "b", "c"], "axis": (INDEX, shape)}, opset=26, exclusive=exclusive, reverse=reverse)
        cases = [{"x": floats(*extents), "axis": np.full(shape, axis, np.int64)} for extents in SHAPES for axis in range(-3, 3)]
        agree(model, cases, lambda inputs: {"y": running(function, inputs["x"], int(inputs["axis"].ravel()[0]), exclusive, reverse)}, **CUBE)


def test_axes_that_are_added_and_dropped(agree):
    for count in (1, 2):
        model = one("Unsqueeze", {"x": ["a", "b", "c"], "axes": (INDEX, [count])})
        lists = [axes for axes in itertools.product(range(-3 - count, 3 + count), repeat=count) if len({axis % (3 + count) for axis in axes}) == count]
        agree(model, [{"x": floats(*SHAPES[i % 4]), "axes": integers(*axes)} for i, axes in enumerate(lists)] +
              [{"x": floats(2, 0, 3), "axes": integers(*lists[0])}], **CUBE)
        model = one("Squeeze", {"x": ["a", "b", "c", "d"], "axes": (INDEX, [count])})
        cases = []
        for axes in itertools.permutations(range(4), count):
            shape = [2, 3, 4, 5]
            for axis in axes:
                shape[axis] = 1
            cases += [{"x": floats(*shape), "axes": integers(*axes)}, {"x": floats(*shape), "axes": integers(*axes) - 4}]
        agree(model, cases, a=(0, 4), b=(0, 5), c=(0, 6), d=(0, 7))
    agree(one("Unsqueeze", {"x": [], "axes": (INDEX, [2])}), [{"x": floats(), "axes": integers(1, 0)}])
    agree(one("Squeeze", {"x": [1, "b"], "axes": (INDEX, [2])}), [{"x": floats(1, 1), "axes": integers(-1, 0)}], b=(1, 4))


def test_an_axis_that_does_not_vanish(tmp_path):
    model = one("Squeeze", {"x": ["a", "b"], "axes": (INDEX, [1])})
    assert "node 'y': the extents" in refusal(model, tmp_path, {"x": floats(2, 3), "axes": integers(1)}, a=(1, 4), b=(1, 4))


# --- amounts


def test_diagonals(agree):
    for upper in (0, 1):
        model = one("Trilu", {"x": ["a", "b", "c"], "k": (INDEX, [])}, upper=upper)
        agree(model, [{"x": floats(*shape), "k": np.int64(k)} for shape in (*SHAPES, (2, 0, 3)) for k in (-7, -2, -1, 0, 1, 3, 8)], **CUBE)
        agree(model, [{"x": floats(2, 3, 4), "k": np.int64(k)} for k in (EXTREME.min, EXTREME.max)],
              lambda inputs: {"y": inputs["x"] * ((inputs["k"] < 0) == upper)}, **CUBE)


def sliced(x, starts, ends, axes, steps):
    """As ONNX says: a start ahead of the first element is the first one, backwards as well."""
    for start, end, axis, step in zip(starts, ends, axes, steps):
        length = x.shape[axis]
        start, end = (int(at) + length if at < 0 else int(at) for at in (start, end))
        low, high = (0, length) if step > 0 else (-1, length - 1)
        x = np.take(x, [at for at in range(min(max(start, 0), high), min(max(end, low), high), int(step)) if 0 <= at < length], int(axis))
    return x


STEPS = [(1, 1), (2, 3), (-1, 1), (-2, -3), (EXTREME.max, EXTREME.min), (1, -1)]
ENDS = [((0, 0), (9, 9)), ((1, -2), (3, EXTREME.max)), ((-1, 2), (0, -1)), ((3, -1), (EXTREME.min, -9)), ((5, 5), (1, 1)), ((EXTREME.min, EXTREME.max), (EXTREME.max, EXTREME.min))]
PAIRS = [(0, 1), (2, 0), (-1, -2), (1, -3)]


@pytest.mark.parametrize("given", ["axes", "steps", "axes and steps", "all"])
def test_slices(given, agree):
    pair = (INDEX, [2])
    everything = {"starts": pair, "ends": pair, "axes": pair, "steps": pair}
    constants = {"axes": {"steps": integers(1, 1)}, "steps": {"axes": integers(2, 0)}, "axes and steps": {}, "all": {}}[given]
    names = list(everything)
    model = graph([helper.make_node("Slice", ["x", *names], ["y"])],
                  {"x": ["a", "b", "c"]} | {name: kind for name, kind in everything.items() if name not in constants}, ["y"], constants)
    cases = []
    for (starts, ends), axes, steps in itertools.product(ENDS, PAIRS, STEPS):
        values = {"starts": integers(*starts), "ends": integers(*ends), "axes": integers(*axes), "steps": integers(*steps)}
        cases.append({"x": floats(*[*SHAPES, (0, 3, 2), (2, 3, 0)][len(cases) % 6])} | {name: value for name, value in values.items() if name not in constants})

    def expected(inputs):
        return {"y": sliced(inputs["x"], *(inputs.get(name, constants.get(name)) for name in names))}
    agree(model, cases[::1 if given == "all" else 3], expected, **CUBE)


def test_a_slice_by_a_step_of_nothing(tmp_path):
    model = one("Slice", {"x": [4], "s": (INDEX, [1]), "e": (INDEX, [1]), "a": (INDEX, [1]), "t": (INDEX, [1])})
    inputs = {"x": floats(4), "s": integers(0), "e": integers(4), "a": integers(0), "t": integers(0)}
    assert "node 'y': axis 0: a step of 0" in refusal(model, tmp_path, inputs)


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "wrap"])
def test_pads_of_axes(mode, agree):
    model = one("Pad", {"x": ["a", "b", "c"], "pads": (INDEX, [4]), "fill": [], "axes": (INDEX, [2])}, opset=19, mode=mode)
    amounts = [(0, 0, 0, 0), (1, 0, 0, 2), (2, 1, 1, 0), (0, 2, 2, 2)]
    cases = [{"x": floats(3, 4, 5), "pads": integers(*pads), "fill": np.float32(7), "axes": integers(*axes)}
             for pads in amounts for axes in ((0, 1), (2, 0), (-2, -1), (1, -3))]

    def expected(inputs):
        pads = [(0, 0)] * 3
        for i, axis in enumerate(inputs["axes"]):
            pads[axis] = (inputs["pads"][i], inputs["pads"][i + 2])
        return {"y": np.pad(inputs["x"], pads, mode, **({"constant_values": 7} if mode == "constant" else {}))}
    agree(model, cases, expected, a=(1, 4), b=(1, 5), c=(1, 6))


def test_repeats_and_shapes(agree):
    agree(one("Tile", {"x": ["a", "b", "c"], "repeats": (INDEX, [3])}),
          [{"x": floats(*shape), "repeats": integers(*repeats)} for shape in SHAPES for repeats in ((1, 1, 1), (2, 1, 3), (0, 2, 1), (1, 4, 2))], **CUBE)
    agree(one("ConstantOfShape", {"shape": (INDEX, [3])}), [{"shape": integers(*shape)} for shape in (*SHAPES, (0, 2, 1), (3, 0, 0))])
    agree(one("Reshape", {"x": [0, 3, 4], "shape": (INDEX, [3])}, allowzero=1),
          [{"x": floats(0, 3, 4), "shape": integers(*shape)} for shape in ((3, 4, 0), (0, 0, 0), (7, 0, 2))])
    agree(one("Reshape", {"x": ["a", "b", "c"], "shape": (INDEX, [2])}),
          [{"x": floats(2, 3, 4), "shape": integers(*shape)} for shape in ((6, 4), (-1, 3), (0, -1), (24, 1))], **CUBE)


def test_extents_that_are_0_at_run_time_copy(agree, tmp_path):
    """As a 0 that the shape says; of an input without elements the extent stays 0, whatever it would copy."""
    def model(x, y, *rest, halves=False):
        nodes = [helper.make_node("Shape", ["y"], ["own"]), helper.make_node("Div", ["own", "two"], ["half"]),
                 helper.make_node("Concat", ["half" if halves else "own", "rest"], ["shape"], axis=0),
                 helper.make_node("Reshape", ["x", "shape"], ["z"])]
        return graph(nodes, {"x": x, "y": y}, ["z"], {"rest": integers(*rest), "two": integers(2)})
    agree(model([2, 6], ["n"], -1), [{"x": floats(2, 6), "y": floats(n)} for n in (0, 1, 2, 3)], n=(0, 4))
    agree(model(["m", 6], ["n"], 6), [{"x": floats(m, 6), "y": floats(n)} for m, n in ((0, 0), (2, 0), (2, 2))], n=(0, 4), m=(0, 4))
    agree(model(["n"], ["n"], -1, halves=True), [{"x": floats(n), "y": floats(n)} for n in (1, 2, 3, 6)], n=(0, 9))
    assert "must be equal (m = 2, n = 3)" in refusal(model(["m", 6], ["n"], 6), tmp_path, {"x": floats(2, 6), "y": floats(3)}, n=(0, 4), m=(0, 4))
    # Where there is nothing, what was proved stays proved: no extent is measured.
    model = graph([helper.make_node("Shape", ["x"], ["s"], start=0, end=2), helper.make_node("ReduceProd", ["s"], ["p"]),
                   helper.make_node("Concat", ["p", "five"], ["shape"], axis=0), helper.make_node("Reshape", ["x", "shape"], ["z"])],
                  {"x": ["a", "b", 5]}, ["z"], {"five": integers(5)})
    agree(model, [{"x": floats(a, b, 5)} for a in (0, 2) for b in (0, 3)], a=(0, 3), b=(0, 4))
    assert [dim.name for dim in wasmind.compile(tmp_path / "m.onnx", dims={"a": (0, 3), "b": (0, 4)}).signature.dims] == ["a", "b", "a*b"]


def test_repeats_of_an_axis(agree):
    model = one("Tile", {"x": ["a", "b", "c"], "tiles": (INDEX, [1]), "axis": (INDEX, [1])}, opset=1)
    agree(model, [{"x": floats(*shape), "tiles": integers(count), "axis": integers(axis)} for shape in SHAPES for count in (0, 1, 3) for axis in (0, 2, -2)],
          lambda inputs: {"y": np.tile(inputs["x"], np.where(np.arange(3) == inputs["axis"] % 3, inputs["tiles"], 1))}, **CUBE)


def test_default_bounds_that_memory_has_no_room_for(agree, tmp_path):
    """They are halved until it has."""
    model = one("Pad", {"x": [1, 3, 4, 5], "pads": (INDEX, [8])})
    agree(model, [{"x": floats(1, 3, 4, 5), "pads": integers(*pads)} for pads in ((0,) * 8, (1, 0, 2, 0, 0, 3, 0, 7))])
    bounds = [dim.max for dim in wasmind.compile(tmp_path / "m.onnx").signature.dims]
    assert len(bounds) == 4 and all(10 <= bound < 640 for bound in bounds)
    with pytest.raises(wasmind.WasmindError, match=r"more than 2.40 elements, .*; bound its dimensions with --dim"):
        onnx.save(one("Expand", {"x": [1] * 10, "shape": (INDEX, [10])}), tmp_path / "m.onnx")
        wasmind.compile(tmp_path / "m.onnx")


def test_dropout_that_drops_nothing(agree, tmp_path):
    inputs = {"x": ["a", "b"], "ratio": [], "trains": (np.bool_, [])}
    agree(one("Dropout", inputs, ("y", "mask"), seed=1), [{"x": floats(2, 3), "ratio": np.float32(ratio), "trains": np.bool_(trains)}
                                                  for ratio, trains in ((0.5, False), (0, False), (0, True))], a=(0, 4), b=(0, 4))


# --- resampling

COORDINATES = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"]
WAYS = [*({"mode": "nearest", "nearest_mode": nearest, "coordinate_transformation_mode": coordinates}
          for nearest in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil") for coordinates in COORDINATES[2:]),
        *({"mode": mode, "coordinate_transformation_mode": coordinates} for mode in ("nearest", "linear", "cubic") for coordinates in COORDINATES),
        {"mode": "cubic", "exclude_outside": 1}, {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": 1},
        {"mode": "linear", "antialias": 1}, {"mode": "cubic", "antialias": 1}, {"mode": "cubic", "antialias": 1, "exclude_outside": 1}]
IMAGE = {"h": (1, 9), "w": (1, 9)}


def reference(model):
    """The standard's own definition, where ONNX Runtime has another or none."""
    evaluator = ReferenceEvaluator(model)
    return lambda inputs: dict(zip([output.name for output in model.graph.output], evaluator.run(None, inputs)))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(str(value) for value in way.values()))
def test_resized(way, agree):
    """By scales and sizes, which are the run's, of extents that are."""
    shapes = [(1, 2, 4, 5), (1, 2, 1, 7), (1, 2, 9, 2)]
    model = one("Resize", {"x": [1, 2, "h", "w"], "roi": [0], "scales": [2]}, opset=19, axes=[2, 3], **way)
    cases = [{"x": floats(*shape), "roi": floats(0), "scales": np.array(scales, np.float32)}
             for shape in shapes for scales in ((1, 1), (2, 3), (0.6, 0.5), (1.7, 0.8))
             if min(int(extent * scale) for extent, scale in zip(shape[2:], scales)) > 0]
    agree(model, cases, reference(model) if "antialias" in way else None, **IMAGE)
    model = graph([helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], axes=[3, 2], **way)], {"x": [1, 2, "h", "w"], "sizes": (INDEX, [2])}, ["y"], opset=19)
    agree(model, [{"x": floats(*shape), "sizes": integers(*sizes)} for shape in shapes for sizes in ((3, 3), (9, 1), (5, 12))],
          reference(model) if "antialias" in way else None, **IMAGE)


@pytest.mark.parametrize("scale", [0.5, 0.25, 1.5, 2.0, 0.6, 2.7, 1.0])
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_scales_of_run_time_extents(mode, scale, agree):
    model = graph([helper.make_node("Resize", ["x", "", "scales"], ["y"], mode=mode)], {"x": [1, 2, "h", "w"]}, ["y"],
                  {"scales": np.array([1, 1, scale, scale], np.float32)})
    agree(model, [{"x": floats(1, 2, h, w)} for h, w in ((4, 4), (9, 5), (7, 8))], h=(4, 9), w=(4, 9))


@pytest.mark.parametrize("policy", ["not_larger", "not_smaller"])
def test_sizes_that_keep_the_aspect_ratio(policy, agree):
    model = graph([helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], axes=[2, 3], keep_aspect_ratio_policy=policy)],
                  {"x": [1, 2, "h", "w"], "sizes": (INDEX, [2])}, ["y"], opset=19)
    agree(model, [{"x": floats(1, 2, h, w), "sizes": integers(*sizes)} for h, w in ((4, 6), (9, 5)) for sizes in ((8, 8), (3, 9), (12, 5))], reference(model), **IMAGE)


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_crops(mode, agree):
    model = graph([helper.make_node("Resize", ["x", "roi", "", "sizes"], ["y"], mode=mode, coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=9.0)],
                  {"x": [1, 2, "h", "w"], "roi": [8], "sizes": (INDEX, [4])}, ["y"])
    regions = [(0, 0, 0, 0, 1, 1, 1, 1), (0, 0, 0.4, 0.2, 1, 1, 0.6, 0.9), (0, 0, -0.3, 0.5, 1, 1, 1.43, 1.2)]
    agree(model, [{"x": floats(1, 2, h, w), "roi": np.array(roi, np.float32), "sizes": integers(1, 2, *sizes)}
                  for h, w in ((4, 6), (9, 5)) for roi in regions for sizes in ((3, 4), (7, 1))], **IMAGE)


@pytest.mark.parametrize("given", ["scales", "sizes"])
def test_images_are_resized_within_default_bounds(given, agree, tmp_path):
    """As many images and channels, and larger ones."""
    nodes = {"scales": helper.make_node("Resize", ["x", "", "s"], ["y"]), "sizes": helper.make_node("Resize", ["x", "", "", "s"], ["y"])}
    model = graph([nodes[given]], {"x": [1, 32, "h", "w"], "s": ([np.float32, INDEX][given == "sizes"], [4])}, ["y"])
    agree(model, [{"x": floats(1, 32, 120, 160), "s": {"scales": np.float32([1, 1, 1.5, 0.5]), "sizes": integers(1, 32, 200, 320)}[given]}])
    bounds = {dim.name: dim.max for dim in wasmind.compile(tmp_path / "m.onnx").signature.dims}
    assert bounds == {"h": 640, "w": 640, "y.0": 1, "y.1": 32, "y.2": 640, "y.3": 640}


def test_pads_of_which_some_are_known(agree):
    nodes = [helper.make_node("Concat", ["zeros", "low", "zeros", "high"], ["pads"], axis=0), helper.make_node("Pad", ["x", "pads"], ["y"])]
    model = graph(nodes, {"x": ["a", "b", "c"], "low": (INDEX, [1]), "high": (INDEX, [1])}, ["y"], {"zeros": integers(0, 0)})
    agree(model, [{"x": floats(*shape), "low": integers(low), "high": integers(high)} for shape in (*SHAPES, (0, 0, 2)) for low, high in ((0, 0), (2, 1), (-1, 3))], **CUBE | {"c": (1, 6)})


def test_sizes_of_nothing(agree, tmp_path):
    model = graph([helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], axes=[2])], {"x": [1, 2, "h"], "sizes": (INDEX, [1])}, ["y"], opset=19)
    agree(model, [{"x": floats(1, 2, h), "sizes": integers(0)} for h in (3, 0)], lambda inputs: {"y": np.zeros((1, 2, 0), np.float32)}, h=(0, 4))
    assert "resizing axis 2, which has no elements" in refusal(model, tmp_path, {"x": floats(1, 2, 0), "sizes": integers(4)}, h=(0, 4))


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_upsample(mode, agree):
    model = one("Upsample", {"x": [1, 2, "h", "w"], "scales": [4]}, opset=9, mode=mode)
    agree(model, [{"x": floats(1, 2, h, w), "scales": np.array([1, 1, *scales], np.float32)} for h, w in ((2, 3), (5, 1)) for scales in ((1, 1), (2, 3), (1.5, 2.2))], **IMAGE)


# --- counts


def boxes(batch, count, is_centred):
    corner, size = GENERATOR.random((batch, count, 2)) * 8, GENERATOR.random((batch, count, 2)) * 4
    flip = GENERATOR.random((batch, count, 2)) < 0.3
    if is_centred:
        return np.concatenate([corner, size], 2).astype(np.float32)
    return np.concatenate([np.where(flip, corner + size, corner), np.where(flip, corner, corner + size)], 2).astype(np.float32)


@pytest.mark.parametrize("is_centred", [0, 1])
def test_boxes_that_are_selected(is_centred, agree):
    inputs = {"boxes": ["n", "b", 4], "scores": ["n", "c", "b"], "most": (INDEX, [1]), "overlap": [1], "score": [1]}
    model = one("NonMaxSuppression", inputs, center_point_box=is_centred)
    cases = []
    for batch, classes, count in ((1, 1, 1), (2, 3, 40), (1, 2, 17), (1, 1, 0)):
        for most, overlap, score in ((3, 0.5, 0.2), (100, 0.3, 0.0), (0, 0.5, 0.0), (EXTREME.max, 1.0, 0.5), (7, 0.0, 0.0), (5, 0.5, 2.0)):
            scores = np.round(GENERATOR.random((batch, classes, count)), 2 if most == 3 else 7).astype(np.float32)  # some are equal
            cases.append({"boxes": boxes(batch, count, is_centred), "scores": scores, "most": integers(most),
                          "overlap": np.array([overlap], np.float32), "score": np.array([score], np.float32)})
    agree(model, cases, n=(1, 2), b=(0, 40), c=(1, 3))


def test_boxes_by_constant_limits(agree):
    model = one("NonMaxSuppression", {"boxes": [1, 30, 4], "scores": [1, 2, 30]}, constants={"most": integers(4), "overlap": np.array([0.4], np.float32)})
    agree(model, [{"boxes": boxes(1, 30, 0), "scores": np.abs(floats(1, 2, 30))} for _ in range(3)])


def test_elements_at_places_that_are_found(agree):
    """The extents of indices are measured."""
    nodes = [helper.make_node("Greater", ["x", "limit"], ["f"]), helper.make_node("NonZero", ["f"], ["n"]), helper.make_node("Transpose", ["n"], ["t"]),
             helper.make_node("GatherND", ["x", "t"], ["values"]), helper.make_node("Neg", ["values"], ["m"]),
             helper.make_node("ScatterND", ["x", "t", "m"], ["y"])]
    model = graph(nodes, {"x": ["a", "b"], "limit": []}, ["values", "y"])
    agree(model, [{"x": floats(*shape), "limit": np.float32(limit)} for shape in ((3, 4), (1, 1), (5, 2)) for limit in (-9, 0, 9)], a=(1, 5), b=(1, 5))
    nodes = [helper.make_node("Slice", ["i", "s", "e"], ["j"]), helper.make_node("GatherElements", ["x", "j"], ["y"], axis=1)]
    model = graph(nodes, {"x": [4, 5], "i": (INDEX, [4, 3]), "s": (INDEX, [2]), "e": (INDEX, [2])}, ["y"])
    agree(model, [{"x": floats(4, 5), "i": GENERATOR.integers(-5, 5, (4, 3)), "s": integers(0, 0), "e": integers(*ends)} for ends in ((4, 3), (2, 1), (1, 9), (0, 2))])


def test_matrices_of_computed_shapes(agree):
    nodes = [helper.make_node("ConstantOfShape", ["shape"], ["z"]), helper.make_node("EyeLike", ["z"], ["y"], k=1)]
    agree(graph(nodes, {"shape": (INDEX, [2])}, ["y"]), [{"shape": integers(*shape)} for shape in ((3, 4), (1, 1), (5, 2), (2, 7))])


def test_regions_and_grids_of_computed_extents(agree):
    nodes = [helper.make_node("Compress", ["rois", "keep"], ["r"], axis=0), helper.make_node("Compress", ["image", "keep"], ["i"], axis=0),
             helper.make_node("Slice", ["x", "s", "e", "a"], ["v"]),
             helper.make_node("RoiAlign", ["v", "r", "i"], ["y"], output_height=2, output_width=3, sampling_ratio=2)]
    model = graph(nodes, {"x": [1, 2, 8, 9], "rois": [4, 4], "image": (INDEX, [4]), "keep": (np.bool_, [4]), "s": (INDEX, [2]), "e": (INDEX, [2])}, ["y"], {"a": integers(2, 3)})
    corners = np.sort(GENERATOR.random((4, 2, 2)) * 7, 1).reshape(4, 4).astype(np.float32)
    agree(model, [{"x": floats(1, 2, 8, 9), "rois": corners, "image": integers(0, 0, 0, 0), "keep": np.array(keep), "s": integers(0, 1), "e": integers(*ends)}
                  for keep in ([True] * 4, [False, True, False, False]) for ends in ((8, 9), (3, 4))])
    nodes = [helper.make_node("Slice", ["x", "s", "e", "a"], ["v"]), helper.make_node("Slice", ["grid", "s", "e", "g"], ["h"]), helper.make_node("GridSample", ["v", "h"], ["y"])]
    model = graph(nodes, {"x": [1, 2, 8, 9], "grid": [1, 5, 6, 2], "s": (INDEX, [2]), "e": (INDEX, [2])}, ["y"], {"a": integers(2, 3), "g": integers(1, 2)})
    agree(model, [{"x": floats(1, 2, 8, 9), "grid": floats(1, 5, 6, 2), "s": integers(0, 0), "e": integers(*ends)} for ends in ((8, 9), (3, 2), (1, 5))])


@pytest.mark.parametrize("operator", ["HannWindow", "HammingWindow", "BlackmanWindow"])
def test_windows(operator, agree):
    for periodic in (0, 1):
        agree(one(operator, {"size": (INDEX, [])}, periodic=periodic), [{"size": np.int64(size)} for size in (3, 10, 64)])


def test_crops_and_pads_to_shapes(agree):
    model = one("CenterCropPad", {"x": ["a", "b", "c"], "shape": (INDEX, [2])}, axes=[0, 2])
    agree(model, [{"x": floats(*shape), "shape": integers(*target)} for shape in SHAPES for target in ((1, 1), (4, 3), (7, 2), (3, 9))], reference(model), **CUBE)


# --- where they stand


def test_values_of_a_branch(agree):
    """An error belongs to the branch that is taken."""
    value = onnx.helper.make_empty_tensor_value_info
    yes = helper.make_graph([helper.make_node("ReduceSum", ["x", "axes"], ["p"], keepdims=1), helper.make_node("CumSum", ["p", "axis"], ["q"]),
                               helper.make_node("Slice", ["q", "s", "e", "axes"], ["r"])], "then", [], [value("r")])
    no = helper.make_graph([helper.make_node("Neg", ["x"], ["n"])], "else", [], [value("n")])
    model = graph([helper.make_node("If", ["take"], ["y"], then_branch=yes, else_branch=no)],
                  {"x": ["a", "b", "c"], "take": (np.bool_, []), "axes": (INDEX, [1]), "axis": (INDEX, []), "s": (INDEX, [1]), "e": (INDEX, [1])}, ["y"])
    cases = [{"x": floats(*SHAPES[i % 4]), "take": np.bool_(taken), "axes": integers(axis), "axis": np.int64(i % 3), "s": integers(0), "e": integers(i % 2)}
             for i, (taken, axis) in enumerate(itertools.product((True, False), (0, 1, 2, -1)))]
    cases.append(cases[-1] | {"axes": integers(7), "axis": np.int64(9)})  # of the branch that is not taken

    def expected(inputs):
        if not inputs["take"]:
            return {"y": -inputs["x"]}
        summed = inputs["x"].sum(int(inputs["axes"][0]), keepdims=True).cumsum(int(inputs["axis"]))
        return {"y": sliced(summed, inputs["s"], inputs["e"], inputs["axes"], [1])}
    agree(model, cases, expected, **CUBE)


def test_values_of_a_loop(agree):
    value = onnx.helper.make_empty_tensor_value_info
    body = helper.make_graph([helper.make_node("Identity", ["go"], ["on"]), helper.make_node("CumSum", ["x", "i"], ["row"], reverse=1),
                              helper.make_node("Unsqueeze", ["i", "zero"], ["axes"]), helper.make_node("ReduceMax", ["v", "axes"], ["w"], keepdims=1)],
                             "body", [value("i"), value("go"), value("v")], [value("on"), value("w"), value("row")])
    model = graph([helper.make_node("Loop", ["m", "", "x"], ["y", "rows"], body=body)], {"x": ["a", "b", "c"], "m": (INDEX, [])}, ["y", "rows"],
                  {"zero": integers(0)}, opset=18)

    def expected(inputs):
        x, count = inputs["x"], int(inputs["m"])
        return {"y": x.max(tuple(range(count)), keepdims=True) if count else x,
                "rows": np.stack([running(np.add, x, i, 0, 1) for i in range(count)]) if count else np.zeros((0, *x.shape), np.float32)}
    agree(model, [{"x": floats(*shape), "m": np.int64(count)} for shape in SHAPES for count in (0, 1, 2, 3)], expected, **CUBE, **{"rows.0": (0, 4)})


@pytest.mark.parametrize("keepdims", [0, 1])
def test_values_of_halves(keepdims, agree):
    x = {"x": (np.float16, ["a", "b", "c"])}
    halves = [floats(*shape).astype(np.float16) for shape in SHAPES]
    for operator in ("ReduceMean", "ReduceLogSumExp"):
        agree(one(operator, x | {"axes": (INDEX, [1])}, keepdims=keepdims), [{"x": half, "axes": integers(axis)} for half in halves for axis in (0, -1)], **CUBE)
    agree(one("Slice", x | {name: (INDEX, [1]) for name in "seat"}), [{"x": half, "s": integers(-1), "e": integers(EXTREME.min), "a": integers(axis), "t": integers(-2)}
                                                                      for half in halves for axis in (0, -1)], **CUBE)
    agree(one("Resize", {"x": (np.float16, [1, 2, "h", "w"]), "roi": [0], "scales": [2]}, opset=19, axes=[2, 3], mode="linear"),
          [{"x": floats(1, 2, 4, 5).astype(np.float16), "roi": floats(0), "scales": np.float32([1.7, 0.8])}], **IMAGE)
