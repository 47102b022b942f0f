"""MindIR primitives on open extents compute what they compute where the file has the extents, for every size a module takes."""
import numpy as np
import pytest
from differential.mindir import K, N, X, network
from models import compiled, numerics

RANDOM = np.random.default_rng(0)
SIZES = [(1, 1), (1, 7), (5, 3), (6, 8), (9, 4)]


def resize(primitive, align, half):
    return lambda x, size: N(primitive, x, size, align, half)


def resize_by_attributes(primitive, align, half):
    return lambda x, size: N(primitive, x, size=size, align_corners=align, half_pixel_centers=half)


RESIZES = {f"{kind}-{align}-{half}": make(kind, align, half)
           for kind, make in [("ResizeBilinear", resize_by_attributes), ("ResizeNearestNeighbor", resize_by_attributes),
                              ("ResizeBilinearV2", resize), ("ResizeNearestNeighborV2", resize)]
           for align, half in [(False, False), (True, False), (False, True)]}
RESIZES |= {"UpsampleNearest2D": lambda x, size: N("UpsampleNearest2D", x, size, None),
            "UpsampleBilinear2D": lambda x, size: N("UpsampleBilinear2D", x, size, None, True)}


class Compiled:
    """A network of one node, compiled; `results` as in `network`."""

    def __init__(self, folder, name, node, results=None, options=()):
        data, _ = network(node, results)
        model, self.module = folder / f"{name}.mindir", folder / f"{name}.wasm"
        model.write_bytes(data)
        done = compiled.tool("compile", model, "-o", self.module, "-q", *options)
        assert done.returncode == 0, done.stderr
        self.folder = folder

    def run(self, *arrays):
        given, taken = self.folder / "in.npz", self.folder / "out.npz"
        np.savez(given, **{f"x{i}": array for i, array in enumerate(arrays)})
        done = compiled.tool("run", self.module, "--inputs", given, "--outputs", taken)
        assert done.returncode == 0, done.stderr
        with np.load(taken) as outputs:
            return [outputs[name] for name in outputs.files]


def floats(*shape):
    return RANDOM.uniform(-2, 2, shape).astype(np.float32)


def compare(actual, wanted, what):
    for one, other in zip(actual, wanted, strict=True):
        numerics.check(one, other, what)


@pytest.mark.parametrize("make", RESIZES.values(), ids=RESIZES)
def test_resized_images(make, tmp_path):
    opened = Compiled(tmp_path, "open", make(X(2, 3, -1, -1), (5, 4)), options=["--dim", "x0.2=1..9", "--dim", "x0.3=1..9"])
    for h, w in SIZES:
        x = floats(2, 3, h, w)
        compare(opened.run(x), Compiled(tmp_path, "fixed", make(x, (5, 4))).run(x), f"{h} x {w}")


@pytest.mark.parametrize("name", ["ResizeBilinearV2-True-False", "ResizeNearestNeighborV2-False-False"])
def test_sizes_that_are_data(name, tmp_path):
    opened = Compiled(tmp_path, "open", RESIZES[name](X(1, 2, -1, 5), X(2, dtype="int64")), options=["--dim", "x0.2=1..9"])
    for h, size in [(1, (3, 2)), (4, (1, 1)), (6, (6, 5)), (7, (20, 30))]:
        x = floats(1, 2, h, 5)
        compare(opened.run(x, np.int64(size)), Compiled(tmp_path, "fixed", RESIZES[name](x, size)).run(x), f"{h} to {size}")


@pytest.mark.parametrize("size", [(3, 2), (None, 4), (1, 5)], ids=str)
@pytest.mark.parametrize("primitive", ["AdaptiveAvgPool2D", "AdaptiveAvgPool2DExt"])
def test_adaptive_means(primitive, size, tmp_path):
    def make(x):
        return N(primitive, x, size) if primitive.endswith("Ext") else N(primitive, x, output_size=size)
    opened = Compiled(tmp_path, "open", make(X(2, 3, -1, -1)), options=["--dim", "x0.2=1..9", "--dim", "x0.3=1..9"])
    for h, w in SIZES:
        x = floats(2, 3, h, w)
        compare(opened.run(x), Compiled(tmp_path, "fixed", make(x)).run(x), f"{h} x {w}")


@pytest.mark.parametrize("primitive", ["Im2Col", "Im2ColExt"])
def test_patches(primitive, tmp_path):
    def make(x):
        if primitive == "Im2Col":
            return N(primitive, x, ksizes=(2, 3), strides=(2, 1), dilations=(1, 2), pads=(1, 1), padding_mode="CALCULATED")
        return N(primitive, x, (3, 2), (1, 1), (0, 1), (2, 2))
    opened = Compiled(tmp_path, "open", make(X(2, 3, -1, -1)), options=["--dim", "x0.2=3..9", "--dim", "x0.3=3..9"])
    for h, w in [(3, 3), (9, 4), (6, 7), (4, 9)]:
        x = floats(2, 3, h, w)
        compare(opened.run(x), Compiled(tmp_path, "fixed", make(x)).run(x), f"{h} x {w}")


@pytest.mark.parametrize("bias", [True, False])
def test_lstm_of_any_length(bias, tmp_path):
    weights = K(floats(4 * 5 * (3 + 5 + bias)).reshape(-1, 1, 1))

    def make(x, h, c):
        return N("LSTM", x, h, c, weights, input_size=3, hidden_size=5, num_layers=1, has_bias=bias, bidirectional=False, dropout=0.0)
    opened = Compiled(tmp_path, "open", make(X(-1, 2, 3), X(1, 2, 5), X(1, 2, 5)), results=[0, 1, 2], options=["--dim", "x0.0=1..20"])
    for steps in (1, 3, 4, 5, 20):
        arrays = floats(steps, 2, 3), floats(1, 2, 5), floats(1, 2, 5)
        compare(opened.run(*arrays), Compiled(tmp_path, "fixed", make(*arrays), results=[0, 1, 2]).run(*arrays), f"{steps} steps")


# Of x [rows, columns], both open, and of ids that ascend: what has a shape of its own per size.
OPEN = {
    "CumulativeLogsumexp": lambda x, ids: N("CumulativeLogsumexp", x, 1),
    "DiagExt": lambda x, ids: N("DiagExt", N("Reshape", x, (-1,)), 2),
    "DiagPart": lambda x, ids: N("DiagPart", N("MatMulExt", x, N("TExt", x))),
    "Diagonal": lambda x, ids: N("Diagonal", x, 1, 0, 1),
    "TraceV2": lambda x, ids: N("TraceV2", x, -2, 0, 1, None),
    "HistcExt": lambda x, ids: N("HistcExt", x, 4, 0, 0),
    "Renorm": lambda x, ids: N("Renorm", x, p=2.0, dim=0, maxnorm=0.5),
    "Take": lambda x, ids: N("Take", x, N("Reshape", ids, (-1,))),
    "Gcd": lambda x, ids: N("Gcd", ids, K(np.int32(12))),
    "SegmentMax": lambda x, ids: N("SegmentMax", x, ids),
    "BincountExt": lambda x, ids: N("BincountExt", ids, None, 2),
    "UniqueConsecutive": lambda x, ids: N("TupleGetItem", N("UniqueConsecutive", ids, return_inverse=True, return_counts=True), 2),
    "IndexAdd": lambda x, ids: N("IndexAdd", x, ids, x, axis=0),
    "InplaceCopy": lambda x, ids: N("InplaceCopy", x, N("ReduceSum", x, (0,), True)),
}


@pytest.mark.parametrize("make", OPEN.values(), ids=OPEN)
def test_what_has_a_shape_per_size(make, tmp_path):
    opened = Compiled(tmp_path, "open", make(X(-1, -1), X(-1, dtype="int32")))
    for rows, columns in [(1, 1), (8, 4), (3, 7)]:
        node = make(floats(rows, columns), np.sort(RANDOM.integers(0, rows, rows)).astype(np.int32))
        compare(opened.run(*network(node, None)[1]), Compiled(tmp_path, "fixed", node).run(*network(node, None)[1]), f"{rows} x {columns}")


def test_a_masked_scatter_of_too_few_elements_is_refused(tmp_path):
    x, source = floats(2, 3), floats(3)
    made = Compiled(tmp_path, "net", N("MaskedScatter", x, X(2, 3, dtype="bool"), source))
    mask = np.array([[True, False, True], [False, False, True]])
    wanted = x.copy()
    wanted[mask] = source
    compare(made.run(x, mask, source), [wanted], "as many")
    np.savez(tmp_path / "in.npz", x0=x, x1=mask | True, x2=source)
    done = compiled.tool("run", made.module, "--inputs", tmp_path / "in.npz", "--outputs", tmp_path / "out.npz")
    assert done.returncode == 1 and "the source has fewer elements than the mask has places" in done.stderr, done.stderr


@pytest.mark.parametrize("make", [lambda x: N("Fills", x, x), lambda x: N("FillTensor", (2,), x, None), lambda x: N("UniqueWithPad", x, x), lambda x: N("NewFull", x, (2,), x, None),
                                  lambda x: N("ScalarToTensor", N("ScalarAdd", x, 1), 43), lambda x: N("EmbeddingLookup", x, np.int32([0]), x)])
def test_several_elements_are_no_number(make, tmp_path):
    (tmp_path / "net.mindir").write_bytes(network(make(floats(2)), None)[0])
    done = compiled.tool("compile", tmp_path / "net.mindir", "-o", tmp_path / "net.wasm")
    assert done.returncode == 1 and "is a tensor of several elements, one is needed" in done.stderr, done.stderr
