"""Every ONNX operator of compiler/frontend/onnx/ops gives what the ONNX standard says, on the standard's own test cases.

The cases come with the package `onnx` (onnx.backend.test); operators it has none for have theirs here. A case belongs to
the one operator it calls. Where shapes hang on an input's values, the case is compiled with these inputs as constants, as
exporters write them.
"""
import collections
import functools
import warnings

import numpy as np
import onnx
import onnx_nodes
import onnx_sequences
import pytest
from differential import philox
from models import compiled, numerics
from onnx import helper, numpy_helper

OPERATORS = sorted(f.stem.replace("ml_", "ai.onnx.ml.") for f in (compiled.ROOT / "compiler/frontend/onnx/ops").glob("*.cpp"))
DTYPES = {np.dtype(d) for d in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?")}

# Cases whose expected values are written with four digits.
WRITTEN = {"test_averagepool_2d_ceil_last_window_starts_on_pad"}

Case = collections.namedtuple("Case", "name model inputs outputs tolerance", defaults=[None])


def single(name, op, inputs, outputs, opset, **attributes):
    """A case of one node; its inputs and outputs are called x0, x1, ... and y0, y1, ..."""
    domain, _, kind = op.rpartition(".")
    xs, ys = [f"x{i}" for i in range(len(inputs))], [f"y{i}" for i in range(len(outputs))]
    typed = lambda names, values: [onnx_sequences.value_info(*pair) for pair in zip(names, values)]
    graph = helper.make_graph([helper.make_node(kind, xs, ys, domain=domain, **attributes)], name, typed(xs, inputs), typed(ys, outputs))
    imports = [helper.make_opsetid(domain, opset)] + ([helper.make_opsetid("", 17)] if domain else [])
    return Case(name, helper.make_model(graph, opset_imports=imports, ir_version=8), inputs, outputs)


def own_cases():
    """Operators that the package has no cases for; the formulas are the standard's."""
    yield from onnx_sequences.own_cases(single, Case)
    random = np.random.default_rng(7)
    x = random.standard_normal((3, 4)).astype(np.float32)
    weights, offsets = random.standard_normal((2, 4)).astype(np.float32), np.float32([0.5, -1])
    yield single("linear_regressor", "ai.onnx.ml.LinearRegressor", [x], [x @ weights.T + offsets], 1, targets=2,
                 coefficients=weights.ravel().tolist(), intercepts=offsets.tolist())
    yield single("scaler", "ai.onnx.ml.Scaler", [x], [(x - np.float32([1, 0, -1, 2])) * np.float32([2, 1, 0.5, -1])], 1,
                 offset=[1.0, 0, -1, 2], scale=[2.0, 1, 0.5, -1])
    for norm, size in [("MAX", lambda v: v.max(-1, keepdims=True)), ("L1", lambda v: np.abs(v).sum(-1, keepdims=True)),
                       ("L2", lambda v: np.sqrt((v * v).sum(-1, keepdims=True)))]:
        yield single(f"normalizer_{norm}", "ai.onnx.ml.Normalizer", [x], [x / size(x)], 1, norm=norm)
    images = random.standard_normal((2, 3, 4, 5)).astype(np.float32)
    for p in (1, 2, 3):
        yield single(f"global_lp_pool_{p}", "GlobalLpPool", [images],
                     [((np.abs(images) ** p).sum((2, 3), keepdims=True) ** (1 / p)).astype(np.float32)], 2, p=p)
    # The number of boxes hangs on data, unless none are asked for.
    boxes, chances = random.random((1, 5, 4), np.float32), random.random((1, 2, 5), np.float32)
    yield single("nonmaxsuppression_of_none", "NonMaxSuppression", [boxes, chances, np.int64([0])], [np.zeros((0, 3), np.int64)], 11)
    draw = philox.Draw(3, 4, key=(int(np.float32(1.5).view(np.uint32)), 0))
    drawn = {"Normal": (draw.normal() * 3 + 2, dict(mean=2.0, scale=3.0)), "Uniform": (draw.uniform() * 5 - 1, dict(low=-1.0, high=4.0))}
    for kind, (expected, attributes) in drawn.items():
        yield single(f"random_{kind}", f"Random{kind}", [], [expected.astype(np.float32)], 1, shape=[3, 4], seed=1.5, **attributes)
        yield single(f"random_{kind}_like", f"Random{kind}Like", [x], [expected.astype(np.float32)], 22, seed=1.5, **attributes)
    yield single("bernoulli_drawn", "Bernoulli", [np.abs(x)], [draw.uniform() < np.abs(x)], 15, seed=1.5, dtype=onnx.TensorProto.BOOL)
    chances = np.exp(x) / np.exp(x).sum(-1, keepdims=True)
    yield single("multinomial_drawn", "Multinomial", [x], [philox.Draw(3, 20).classes(chances)], 7, sample_size=20, dtype=onnx.TensorProto.INT64)
    keeps = philox.Draw(3, 4).uniform() >= 0.25
    yield single("dropout_while_training_6", "Dropout", [x], [np.where(keeps, x / np.float32(0.75), 0), keeps.astype(np.float32)], 6, ratio=0.25, is_test=0)
    # Two trees of one split each: feature 0 at 0.1, feature 2 at -0.2.
    nodes = dict(nodes_treeids=[0, 0, 0, 1, 1, 1], nodes_nodeids=[0, 1, 2, 0, 1, 2], nodes_featureids=[0, 0, 0, 2, 0, 0],
                 nodes_values=[0.1, 0, 0, -0.2, 0, 0], nodes_modes=["BRANCH_LEQ", "LEAF", "LEAF"] * 2,
                 nodes_truenodeids=[1, 0, 0, 1, 0, 0], nodes_falsenodeids=[2, 0, 0, 2, 0, 0])
    leaves = dict(treeids=[0, 0, 1, 1], nodeids=[1, 2, 1, 2])
    first, second = np.where(x[:, 0] <= np.float32(0.1), 3, -2), np.where(x[:, 2] <= np.float32(-0.2), 10, 20)
    yield single("tree_regressor", "ai.onnx.ml.TreeEnsembleRegressor", [x], [(first + second).astype(np.float32)[:, None]], 1, **nodes,
                 n_targets=1, target_ids=[0] * 4, target_weights=[3.0, -2, 10, 20], **{f"target_{k}": v for k, v in leaves.items()})
    # Class 0 gets the first tree's leaf, class 1 the second's.
    scores = np.stack([first, second], 1).astype(np.float32)
    yield single("tree_classifier", "ai.onnx.ml.TreeEnsembleClassifier", [x], [np.int64([5, 9])[scores.argmax(1)], scores], 1, **nodes,
                 classlabels_int64s=[5, 9], class_ids=[0, 0, 1, 1], class_weights=[3.0, -2, 10, 20], post_transform="NONE",
                 **{f"class_{k}": v for k, v in leaves.items()})


def plain(values):
    """The values as arrays, lists of arrays and None, or None where the host does not know their types (texts, narrow floats)."""
    arrays = [numpy_helper.to_array(v) if isinstance(v, onnx.TensorProto) else np.asarray(v) if isinstance(v, np.generic) else v for v in values]
    known = lambda v: v is None or (all(map(known, v)) if isinstance(v, list) else isinstance(v, np.ndarray) and v.dtype in DTYPES)
    return arrays if all(map(known, arrays)) else None


@functools.cache
def cases():
    """{operator: its cases}"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cases themselves overflow on purpose
        from onnx.backend.test.case import node

        collected = node.collect_testcases()
    found = collections.defaultdict(list)
    for case in collected:
        kinds = {(n.domain + "." if n.domain else "") + n.op_type for n in case.model.graph.node}
        kinds = kinds - {"Constant"} or kinds
        if len(kinds) == 1 and "_expanded" not in case.name and case.name not in onnx_nodes.DISPUTED:
            tolerance = case.rtol if case.name in WRITTEN else None
            found[kinds.pop()] += [Case(case.name, case.model, arrays[: len(inputs)], arrays[len(inputs) :], tolerance)
                                   for inputs, outputs in case.data_sets if (arrays := plain([*inputs, *outputs]))]
    for case in own_cases():
        node = case.model.graph.node[0]
        found[f"{node.domain}.{node.op_type}" if node.domain else node.op_type].append(case)
    return found


def with_constants(case, keep):
    """The case with all tensors among the inputs but those of `keep` as initializers."""
    model = onnx.ModelProto()
    model.CopyFrom(case.model)
    kept = []
    for value, array in zip(case.model.graph.input, case.inputs, strict=True):
        if not isinstance(array, np.ndarray) or keep(array):
            kept.append(array)
        else:
            model.graph.initializer.append(numpy_helper.from_array(array, value.name))
            model.graph.input.remove(next(i for i in model.graph.input if i.name == value.name))
    return Case(case.name, model, kept, case.outputs, case.tolerance)


def outcome(case, folder):
    """'' when every output is right, else the one line of the refusal. Anything else fails the test."""
    file, module, given, taken = (folder / n for n in ("model.onnx", "model.wasm", "in.npz", "out.npz"))
    onnx.save(case.model, str(file))
    result = compiled.tool("compile", file, "-o", module, "--seed=0", *onnx_sequences.options(case.model, case.inputs))
    text = (result.stderr or result.stdout).strip()
    if result.returncode:
        assert result.returncode == 1 and text.count("\n") == 0 and "internal:" not in text, f"{case.name}: {result.returncode}, {text}"
        return text
    arrays = {}
    for value, held in zip(case.model.graph.input, case.inputs, strict=True):
        arrays |= onnx_sequences.tensors(value.name, held)
    np.savez(given, **arrays)
    result = compiled.tool("run", module, *(["--inputs", given] if arrays else []), "--outputs", taken)
    text = result.stderr.strip()
    if result.returncode and ": node '" in text:  # the module refuses values
        assert result.returncode == 1 and text.count("\n") == 0, f"{case.name}: {result.returncode}, {text}"
        return text
    assert result.returncode == 0, f"{case.name}: {text}"
    with np.load(taken) as actual:
        wanted = {}
        for value, held in zip(case.model.graph.output, case.outputs, strict=True):
            wanted |= onnx_sequences.tensors(value.name, held)
        assert {key.removeprefix("out:") for key in actual} == set(wanted), case.name
        for name, expected in wanted.items():
            key = next(k for k in (name, "out:" + name) if k in actual)
            numerics.check(actual[key], expected, f"{case.name}: {name}", case.tolerance)
    return ""


def first_outcome(case, folder):
    """The outcome of the first form of a case that compiles: as it is, with indices and shapes constant, all constant."""
    forms = [case]
    if case.inputs:
        forms.append(with_constants(case, lambda array: array.dtype.kind == "f" or array is case.inputs[0]))
        forms.append(with_constants(case, lambda array: False))
    for form in forms:
        refusal = outcome(form, folder)
        if not refusal:
            return ""
    return refusal


@pytest.mark.parametrize("operator", OPERATORS)
def test_operator(operator, tmp_path):
    """No case of the operator is wrong, and at least one is right."""
    refusals = [first_outcome(case, tmp_path) for case in cases()[operator]]
    assert "" in refusals, f"{operator}: no case is right, of {len(refusals)}: {refusals[:3]}"
