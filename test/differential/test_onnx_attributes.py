"""Operators with attributes, ranks, lengths and run-time extents that the standard's cases leave out, on each engine, as ONNX
Runtime has them, or onnx's reference evaluator where that has no kernel."""
import numpy as np
import onnx
import onnxruntime
import pytest
from models import compiled, numerics
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

RANDOM = np.random.default_rng(17)


def floats(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def reference(model, inputs):
    return ReferenceEvaluator(model).run(None, inputs)


def runtime(model, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(None, inputs)


def check(folder, op, inputs, opset, oracle=runtime, constants=(), outputs=1, options=(), domain="", open_axes=None, **attributes):
    """One node on `inputs`, [array or None for one that is left out]; those whose number is in `constants` are initializers, and the
    axes {input: axes} are run-time extents."""
    names = [f"x{i}" if array is not None else "" for i, array in enumerate(inputs)]
    results = [f"y{i}" for i in range(outputs)]
    declared = [helper.make_tensor_value_info(f"x{i}", helper.np_dtype_to_tensor_dtype(a.dtype),
                                              [f"d{axis}" if axis in (open_axes or {}).get(i, ()) else n for axis, n in enumerate(a.shape)])
                for i, a in enumerate(inputs) if a is not None and i not in constants]
    graph = helper.make_graph([helper.make_node(op, names, results, domain=domain, **attributes)], op, declared,
                              [helper.make_empty_tensor_value_info(name) for name in results],
                              [numpy_helper.from_array(np.asarray(inputs[i]), f"x{i}") for i in constants])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, opset)], ir_version=10)
    given = {value.name: inputs[int(value.name[1:])] for value in declared}
    onnx.save(model, folder / "m.onnx")
    done = compiled.tool("compile", folder / "m.onnx", "-o", folder / "m.wasm", *options)
    assert done.returncode == 0, done.stderr
    np.savez(folder / "in.npz", **given)
    wanted = oracle(model, given)
    for engine in compiled.ENGINES:
        done = compiled.tool("run", folder / "m.wasm", f"--engine={engine}", *(["--inputs", folder / "in.npz"] if given else []), "--outputs", folder / "out.npz")
        assert done.returncode == 0, done.stderr
        with np.load(folder / "out.npz") as actual:
            for name, value in zip(results, wanted, strict=True):
                key = next(k for k in (name, "out:" + name) if k in actual)
                numerics.check(actual[key], value, f"{engine}: {name}")


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 4, 7, 7), (5, 12, 12)])
def test_det(shape, tmp_path):
    check(tmp_path, "Det", [floats(*shape)], 22)


def test_det_of_matrices_whose_extent_the_run_knows(tmp_path):
    singular = np.stack([np.ones((4, 4), np.float32), np.eye(4, dtype=np.float32)[::-1], floats(4, 4)])
    check(tmp_path, "Det", [singular], 22, open_axes={0: (0, 1, 2)})


@pytest.mark.parametrize("parts, inverse, onesided", [(1, 0, 0), (1, 0, 1), (2, 0, 0), (2, 1, 0), (1, 1, 0)])
@pytest.mark.parametrize("length", [1, 2, 7, 60])
def test_dft(parts, inverse, onesided, length, tmp_path):
    check(tmp_path, "DFT", [floats(3, length, parts)], 17, reference, axis=1, inverse=inverse, onesided=onesided)


@pytest.mark.parametrize("length", [4, 5, 12, 13])
@pytest.mark.parametrize("axis", [0, 1, -2])
def test_dft_pads_and_crops(length, axis, tmp_path):
    check(tmp_path, "DFT", [floats(9, 8, 7, 1), np.int64(length), np.int64(axis)], 20, reference, constants=(1, 2))


@pytest.mark.parametrize("length", [None, 9, 10, 16, 4])
def test_dft_to_real_signals(length, tmp_path):
    inputs = [floats(2, 6, 2)] + ([np.int64(length)] if length else [])
    check(tmp_path, "DFT", inputs, 20, reference, constants=range(1, len(inputs)), inverse=1, onesided=1)


@pytest.mark.parametrize("parts, inverse, onesided", [(1, 0, 1), (2, 0, 0), (2, 1, 0), (2, 1, 1)])
def test_dft_of_lengths_that_the_run_knows(parts, inverse, onesided, tmp_path):
    check(tmp_path, "DFT", [floats(2, 30, parts)], 20, reference, open_axes={0: (1,)}, inverse=inverse, onesided=onesided)


def test_dft_whose_length_is_an_input(tmp_path):
    check(tmp_path, "DFT", [floats(2, 30, 1), np.int64(25)], 20, reference)


def test_long_dft(tmp_path):
    """Too large a matrix for a constant."""
    check(tmp_path, "DFT", [floats(1, 1000, 1)], 20, reference, onesided=1)


@pytest.mark.parametrize("length, step", [(16, 4), (15, 7), (50, 1)])
@pytest.mark.parametrize("onesided", [0, 1])
@pytest.mark.parametrize("windowed", [0, 1])
def test_stft(length, step, onesided, windowed, tmp_path):
    window = floats(length) if windowed else None
    check(tmp_path, "STFT", [floats(2, 50, 1), np.int64(step), window, np.int64(length)], 17, reference, constants=(1, 3), onesided=onesided)


@pytest.mark.parametrize("constants", [(1, 3), (1,), (3,), ()])
@pytest.mark.parametrize("open_axes", [{}, {0: (0, 1)}])
def test_stft_of_lengths_and_steps_that_the_run_knows(constants, open_axes, tmp_path):
    check(tmp_path, "STFT", [floats(2, 100, 1), np.int64(10), None, np.int64(32)], 17, reference, constants=constants, open_axes=open_axes)
    check(tmp_path, "STFT", [floats(2, 100, 1), np.int64(7), floats(32)], 17, reference, constants=set(constants) - {3}, open_axes=open_axes)


@pytest.mark.parametrize("kernel, strides, pads, dilations", [
    ([3, 3], [1, 1], [0] * 4, [1, 1]), ([2, 3], [2, 3], [1, 0, 0, 2], [1, 1]), ([3, 2], [1, 2], [1, 1, 1, 1], [2, 1])])
@pytest.mark.parametrize("order", [0, 1])
def test_max_pool_indices(kernel, strides, pads, dilations, order, tmp_path):
    check(tmp_path, "MaxPool", [floats(2, 3, 9, 8)], 12, outputs=2, kernel_shape=kernel, strides=strides, pads=pads, dilations=dilations, storage_order=order)


def test_max_pool_indices_of_other_ranks_and_types(tmp_path):
    check(tmp_path, "MaxPool", [floats(2, 3, 11)], 12, outputs=2, kernel_shape=[4], strides=[3], ceil_mode=1)
    check(tmp_path, "MaxPool", [floats(1, 2, 5, 4, 6)], 12, outputs=2, kernel_shape=[2, 2, 3], strides=[2, 1, 2])
    check(tmp_path, "MaxPool", [RANDOM.integers(-9, 9, (1, 2, 6, 6)).astype(np.int8)], 12, outputs=2, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
    check(tmp_path, "MaxPool", [floats(2, 3, 9, 8)], 12, outputs=2, kernel_shape=[3, 3], strides=[2, 2], open_axes={0: (0, 2, 3)})


def test_max_unpool_reverts_max_pool(tmp_path):
    x = floats(2, 3, 8, 6)
    pooled = RANDOM.permutation(2 * 3 * 8 * 6)[: 2 * 3 * 4 * 3].reshape(2, 3, 4, 3)
    check(tmp_path, "MaxUnpool", [np.take(x, pooled), pooled.astype(np.int64)], 11, kernel_shape=[2, 2], strides=[2, 2])


@pytest.mark.parametrize("block, strides, pads, dilations", [
    ([2, 3], [1, 1], [0] * 4, [1, 1]), ([2, 2], [2, 2], [0, 1, 1, 0], [1, 1]), ([3, 2], [1, 2], [1, 1, 1, 1], [2, 3])])
def test_col2im(block, strides, pads, dilations, tmp_path):
    image = [7, 6]
    counts = [(image[i] + pads[i] + pads[i + 2] - dilations[i] * (block[i] - 1) - 1) // strides[i] + 1 for i in range(2)]
    columns = floats(2, 3 * np.prod(block), np.prod(counts))
    check(tmp_path, "Col2Im", [columns, np.int64(image), np.int64(block)], 18, constants=(1, 2), open_axes={0: (0,)}, strides=strides,
          pads=pads, dilations=dilations)


@pytest.mark.parametrize("groups, offset_groups, mask, strides, dilations, pads", [
    (1, 1, False, [1, 1], [1, 1], [0] * 4), (2, 1, True, [2, 1], [1, 2], [1, 1, 1, 1]), (2, 4, True, [1, 2], [2, 1], [0, 1, 2, 1]),
    (4, 2, False, [1, 1], [1, 1], [1, 0, 1, 0])])
def test_deform_conv(groups, offset_groups, mask, strides, dilations, pads, tmp_path):
    image, kernel = (9, 8), (3, 2)
    out = [(image[i] + pads[i] + pads[i + 2] - dilations[i] * (kernel[i] - 1) - 1) // strides[i] + 1 for i in range(2)]
    inputs = [floats(2, 8, *image), floats(12, 8 // groups, *kernel), 2 * floats(2, offset_groups * 12, *out), floats(12)]
    inputs += [floats(2, offset_groups * 6, *out)] if mask else []
    check(tmp_path, "DeformConv", inputs, 19, reference, open_axes={0: (0,), 2: (0,), 4: (0,)},
          group=groups, offset_group=offset_groups, strides=strides, dilations=dilations, pads=pads)


@pytest.mark.parametrize("axis", [1, 2, -1])
@pytest.mark.parametrize("mode, first", [("linear", [0, 2]), ("circular", [5, 3]), ("circular", [0, 4])])
def test_tensor_scatter(axis, mode, first, tmp_path):
    shape = [2, 6, 6, 6]
    part = list(shape)
    part[axis] = 4
    check(tmp_path, "TensorScatter", [floats(*shape), floats(*part), np.int64(first)], 24, reference, axis=axis, mode=mode)


def test_tensor_scatter_from_the_start(tmp_path):
    check(tmp_path, "TensorScatter", [floats(2, 3, 8, 4), floats(2, 3, 5, 4)], 24, reference, open_axes={0: (0, 2), 1: (0,)})


@pytest.mark.parametrize("of, to", [("f4", "i4"), ("f4", "u4"), ("i4", "f4"), ("u4", "f4"), ("f8", "i8"), ("f8", "u8"), ("u8", "f8"), ("i4", "u4"),
                                    ("u2", "i2"), ("i1", "u1"), ("?", "u1"), ("f4", "f4")])
def test_bit_cast(of, to, tmp_path):
    bits = np.frombuffer(RANDOM.bytes(240), of if of != "?" else "u1").reshape(3, -1)
    bits = bits % 2 == 1 if of == "?" else np.where(np.isnan(bits), 0, bits).astype(of)
    check(tmp_path, "BitCast", [bits], 26, reference, to=helper.np_dtype_to_tensor_dtype(np.dtype(to)))


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("bins, length, rate, low, high", [(8, 16, 8192, 0, 4096), (40, 512, 16000, 20, 7600), (3, 20, 100, 10, 40)])
def test_mel_weight_matrix(bins, length, rate, low, high, known, tmp_path):
    inputs = [np.int64(bins), np.int64(length), np.int64(rate), np.float32(low), np.float32(high)]
    check(tmp_path, "MelWeightMatrix", inputs, 17, reference, constants=range(5) if known else (), options=() if known else ("--dim", "y0.0=1..400", "--dim", "y0.1=1..64"))


def forest(depth, trees, dtype, features=5, targets=3):
    """Attributes of random trees of version 5 whose interior nodes compare in every way, and test for members."""
    split = RANDOM.standard_normal((1 << depth) * trees).round(1)
    nodes = {name: [] for name in ("featureids", "modes", "splits", "truenodeids", "falsenodeids", "trueleafs", "falseleafs")}
    leaves, members, roots = 0, [], []

    def grow(level):
        nonlocal leaves
        at = len(nodes["modes"])
        mode = int(RANDOM.integers(0, 7))
        for name, value in (("featureids", int(RANDOM.integers(0, features))), ("modes", mode), ("splits", split[at])):
            nodes[name].append(value)
        for name in ("truenodeids", "falsenodeids", "trueleafs", "falseleafs"):
            nodes[name].append(0)
        if mode == 6:
            members.extend([*(RANDOM.integers(1, 20, RANDOM.integers(0, 4)) / 10), np.nan])  # a member of 0 ends the reference's list
        for side in ("true", "false"):
            ends = level + 1 == depth or RANDOM.random() < 0.2
            if ends:
                leaves += 1
            nodes[f"{side}leafs"][at], nodes[f"{side}nodeids"][at] = int(ends), leaves - 1 if ends else grow(level + 1)
        return at

    for _ in range(trees):
        roots.append(grow(0))
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    tensor = lambda name, values, of=kind: helper.make_tensor(name, of, [len(values)], values)
    return dict(tree_roots=roots, n_targets=targets, leaf_targetids=RANDOM.integers(0, targets, leaves).tolist(),
                leaf_weights=tensor("leaf_weights", RANDOM.standard_normal(leaves)), membership_values=tensor("membership_values", members),
                nodes_modes=tensor("nodes_modes", nodes.pop("modes"), onnx.TensorProto.UINT8), nodes_splits=tensor("nodes_splits", nodes.pop("splits")),
                **{f"nodes_{name}": values for name, values in nodes.items()})


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("function", [0, 1, 2, 3])
@pytest.mark.parametrize("depth, trees", [(1, 1), (4, 3), (6, 1)])
def test_tree_ensemble(dtype, function, depth, trees, tmp_path):
    def oracle(model, inputs):
        """Minima and maxima of no leaves are the type's extremes to the reference, and 0 to ONNX Runtime."""
        return [np.where(np.abs(scores) == np.finfo(dtype).max, 0, scores).astype(dtype) for scores in reference(model, inputs)]
    x = RANDOM.standard_normal((40, 5)).round(1).astype(dtype)
    check(tmp_path, "TreeEnsemble", [x], 5, oracle, domain="ai.onnx.ml", open_axes={0: (0,)}, aggregate_function=function, options=("--dim", "d0=1..64"),
          **forest(depth, trees, dtype))


@pytest.mark.parametrize("mode", ["TF", "IDF", "TFIDF"])
@pytest.mark.parametrize("shortest, longest, skips", [(1, 1, 0), (1, 3, 0), (2, 2, 2), (2, 3, 4), (1, 2, 1)])
@pytest.mark.parametrize("open_axes", [{}, {0: (0, 1)}])
def test_tf_idf_vectorizer(mode, shortest, longest, skips, open_axes, tmp_path):
    pool = [0, 1, 2, 3, 0, 1, 1, 0, 2, 2, 3, 1, 0, 1, 2, 2, 2, 1]
    columns = [3, 0, 1, 2, 8, 4, 6, 5, 7, 9]
    check(tmp_path, "TfIdfVectorizer", [RANDOM.integers(0, 4, (3, 17)).astype(np.int64)], 9, open_axes=open_axes, mode=mode, min_gram_length=shortest,
          max_gram_length=longest, max_skip_count=skips, ngram_counts=[0, 4, 12], ngram_indexes=columns, pool_int64s=pool,
          weights=[0.5 + i for i in range(10)])
