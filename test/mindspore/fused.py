"""Fused functions beside MindSpore's own: python fused.py MODE FOLDER, MODE pynative or graph.

Writes FOLDER/results.npz with NAME.fused.0, NAME.expected.0, ... and FOLDER/facts.json. Run in FOLDER, which holds nothing else.
"""
import copy
import ctypes
import gc
import json
import pathlib
import sys
import threading

import mindspore as ms
import numpy as np
import wasmind.mindspore as wasm
from mindspore import Parameter, Tensor, nn, ops

random = np.random.default_rng(11)
results, facts = {}, {"is_tuple": {}}


def floats(*shape, dtype=np.float32):
    return Tensor(random.normal(0, 1, shape).astype(dtype))


def bias_gelu(x, bias):
    return ops.gelu(x + bias)


def normalized(x, gamma, beta):
    return ops.LayerNorm(begin_norm_axis=-1, begin_params_axis=-1)(x, gamma, beta)[0]


def chain(x, y):
    return ops.tanh(ops.sigmoid(x * y + x) - y) * 2.0


def noisy(x):
    return x + ops.randn_like(x)


def two(x, y):
    return ops.exp(x) + y, x * y


def compared(x, y):
    return x > y, ops.maximum(x, y)


def cube(x):
    return x * x * x


def pair_of_one(x):
    return (ops.exp(x),)


def rows_of(table, index, scale):
    return ops.gather(table, index, 0) * scale


def first_of(fn):
    """Of two results one counts, and both arguments are the same."""
    def first(x):
        return ops.sin(fn(x, x)[0])

    return first


class Norm(nn.Cell):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm((8,), gamma_init=floats(8), beta_init=floats(8))
        self.scale = Parameter(floats(8), name="scale", requires_grad=False)

    def construct(self, x):
        return self.norm(x) * self.scale


class Block(nn.Cell):
    """Its input goes through two kernels, and through none."""

    def __init__(self, norm, activation, both, weight):
        super().__init__()
        self.norm, self.activation, self.both = norm, activation, both
        self.weight = Parameter(weight, name="weight")

    def construct(self, x, bias):
        p, q = self.both(self.activation(ops.matmul(self.norm(x), self.weight), bias), x)
        return ops.tanh(p) * q


class Gradient(nn.Cell):
    def __init__(self, fn):
        super().__init__()
        self.gradient = ops.grad(fn)

    def construct(self, x):
        return self.gradient(x)


class Around(nn.Cell):
    """Operators of MindSpore on both sides."""

    def __init__(self, fn):
        super().__init__()
        self.fn = fn

    def construct(self, *values):
        return self.fn(*values)


def sine_of(fn):
    def sine(x):
        return ops.sin(fn(x))

    return sine


def slope_of(fn):
    def slope(x):
        return ops.grad(sine_of(fn))(x).sum()

    return slope


def keep(name, fused, expected):
    """Puts results side by side."""
    for key, value in (("fused", fused), ("expected", expected)):
        for i, each in enumerate(value if isinstance(value, tuple) else (value,)):
            results[f"{name}.{key}.{i}"] = each.asnumpy()
    facts["is_tuple"][name] = [isinstance(fused, tuple), isinstance(expected, tuple)]


def note(name, call):
    """The error that a call raises, or its value."""
    try:
        facts[name] = str(call())
    except Exception as error:
        facts[name] = f"{type(error).__name__}: {error}"


def functions():
    x, y, bias = floats(4, 8), floats(4, 8), floats(8)
    integers = [Tensor(random.integers(-9, 9, (3, 5)).astype(np.int32)) for _ in range(2)]
    half = floats(4, 8, dtype=np.float16)
    for fn, *given in ((bias_gelu, x, bias), (normalized, x, bias, bias), (chain, x, y), (two, x, y), (compared, x, y), (pair_of_one, x), (ignores, x, y)):
        keep(fn.__name__, wasm.fuse(fn, *given)(*given), fn(*given))
    keep("integers", wasm.fuse(compared, *integers)(*integers), compared(*integers))
    keep("half", wasm.fuse(chain, half, half)(half, half), chain(half, half))
    view = floats(8, 4)
    keep("view", wasm.fuse(cube, x)(ops.transpose(view, (1, 0))), cube(ops.transpose(view, (1, 0))))
    node = Around(wasm.fuse(cube, x))
    keep("node", node(x), cube(x))


def open_extents(mode):
    row = Tensor(shape=[8], dtype=ms.float32)
    fused = wasm.fuse(chain, Tensor(shape=[None, 8], dtype=ms.float32), row, dims={"x.0": (1, 16)})
    net = Around(fused)
    net.set_inputs(Tensor(shape=[None, 8], dtype=ms.float32), row)
    slope = wasm.fuse(cube, Tensor(shape=[None, 8], dtype=ms.float32), dims={"x.0": (1, 16)})
    gradient = Gradient(sine_of(slope))
    gradient.set_inputs(Tensor(shape=[None, 8], dtype=ms.float32))
    bias = floats(8)
    for rows in (1, 5, 16, 5):
        x = floats(rows, 8)
        keep(f"open_{rows}", fused(x, bias), chain(x, bias))
        keep(f"open_graph_{rows}", net(x, bias), chain(x, bias))
        if mode == "pynative":
            keep(f"open_gradient_{rows}", gradient(x), ops.grad(sine_of(cube))(x))
    note("open_gradient", lambda: gradient(floats(3, 8)))
    note("beyond", lambda: fused(floats(17, 8), bias))
    same = wasm.fuse(two, *[Tensor(shape=[None, 8], dtype=ms.float32)] * 2, shapes={"x": ("n", 8), "y": ("n", 8)}, dims={"n": (1, 16)})
    note("disagree", lambda: same(floats(3, 8), floats(4, 8)))


def gradients():
    x, bias, weight = floats(4, 8), floats(8), floats(8, 8)
    norm = Norm()
    fused = [wasm.fuse(norm, x), wasm.fuse(bias_gelu, x, bias), wasm.fuse(two, x, x)]
    net, own = Block(*fused, weight), Block(norm, bias_gelu, two, weight)
    own.weight = net.weight
    facts["parameters"] = [[each.name for each in each.trainable_params()] for each in (net, own)]
    keep("block", net(x, bias), own(x, bias))
    keep("block_inputs", ops.grad(net, (0, 1))(x, bias), ops.grad(own, (0, 1))(x, bias))
    derive = [ms.value_and_grad(each, None, each.trainable_params()) for each in (net, own)]
    keep("block_parameters", *[each(x, bias)[1] for each in derive])
    fused_cube = wasm.fuse(cube, x)
    keep("second", ops.grad(slope_of(fused_cube))(x), ops.grad(slope_of(cube))(x))

    # Integers have no gradients, numbers are tensors without axes.
    given = floats(6, 4), Tensor(np.array([5, 0, 5], np.int32)), Tensor(np.float32(1.5))
    fused_rows = wasm.fuse(rows_of, *given)
    keep("rows", fused_rows(*given), rows_of(*given))
    keep("rows_gradients", ops.grad(fused_rows, (0, 2))(*given), ops.grad(rows_of, (0, 2))(*given))
    keep("first", ops.grad(first_of(wasm.fuse(two, x, x)))(x), ops.grad(first_of(two))(x))

    # A copy has parameters of its own, and gradients at those.
    frozen, _ = [each for each in net.trainable_params() if "norm" in each.name]
    frozen.requires_grad = False
    other = copy.deepcopy(net)
    for each in (frozen, *other.get_parameters()):
        each.requires_grad = True
    for parameter in other.trainable_params():
        parameter.set_data(parameter * 1.5)
    keep("untouched", net(x, bias), own(x, bias))
    steps = ms.value_and_grad(other, None, other.trainable_params())
    changed = copy.deepcopy(own)
    for parameter in changed.trainable_params():
        parameter.set_data(parameter * 1.5)
    keep("copy", other(x, bias), changed(x, bias))
    keep("copy_parameters", steps(x, bias)[1], ms.value_and_grad(changed, None, changed.trainable_params())(x, bias)[1])

    # Training changes what the next call computes.
    for name, each in (("fused", other), ("expected", changed)):
        derive = ms.value_and_grad(each, None, each.trainable_params())
        optimizer = nn.SGD(each.trainable_params(), 0.05)
        for _ in range(3):
            optimizer(derive(x, bias)[1])
        results[f"trained.{name}.0"] = each(x, bias).asnumpy()
    facts["is_tuple"]["trained"] = [False, False]


def lazy(mode):
    @wasm.fuse
    def late(x, y):
        return x * y + 1.0

    def own(x, y):
        return x * y + 1.0

    inside = Around(late)
    if mode == "graph":
        note("lazy", lambda: inside(floats(2, 2), floats(2, 2)))
    for shape in ((4, 8), (2,), (4, 8)):
        x, y = floats(*shape), floats(*shape)
        keep(f"lazy_{len(shape)}", late(x, y), own(x, y))
        if mode == "pynative":
            keep(f"lazy_inside_{len(shape)}", inside(x, y), own(x, y))
            keep(f"lazy_gradient_{len(shape)}", ops.grad(late)(x, y), ops.grad(own)(x, y))
    facts["kernels"] = len(late._made)
    note("lazy_number", lambda: late(floats(2), 3.0))
    late = wasm.fuse(Norm())
    facts["lazy_parameters"] = [each.name for each in late.trainable_params()]


def branches(fn):
    """A graph whose nodes run at the same time."""
    def four(a, b, c, d):
        return fn(a), fn(b), fn(c), fn(d)

    return four


def threads(mode):
    """Each in a memory of its own: runs of 1 MB overlap. MindSpore calls nodes of one graph from threads of its own, and crashes when a
    graph itself is called from several."""
    fused = wasm.fuse(cube, Tensor(shape=[512, 512], dtype=ms.float32))
    given = [floats(512, 512) for _ in range(4)]
    graph = ms.jit(branches(fused))
    for _ in range(8):
        wide = graph(*given)
    keep("branches", wide, branches(cube)(*given))
    if mode == "graph":
        return
    found = [[] for _ in given]

    def work(i):
        found[i] += [fused(given[i]).asnumpy() for _ in range(40)]

    fused(given[0])
    workers = [threading.Thread(target=work, args=(i,)) for i in range(len(given))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for i, arrays in enumerate(found):
        facts.setdefault("steady", []).append(len(arrays) == 40 and all(np.array_equal(arrays[0], each) for each in arrays))
        results[f"thread_{i}.fused.0"], results[f"thread_{i}.expected.0"] = arrays[0], cube(given[i]).asnumpy()
        facts["is_tuple"][f"thread_{i}"] = [False, False]


class Captures:
    weight = Parameter(Tensor(np.ones(8, np.float32)), name="captured")


captured = Captures.weight


def uses_captured(x):
    return x * captured


def ignores(x, y):
    return x * 2.0


def gives_list(x):
    return [x * 2.0, x]


def selected(x):
    return ops.nonzero(x > 0)


def mistakes():
    x, bias = floats(4, 8), floats(8)
    fused = wasm.fuse(bias_gelu, x, bias)
    note("type", lambda: fused(x.astype(ms.int32), bias))
    note("shape", lambda: fused(x, floats(9)))
    note("rank", lambda: fused(floats(8), bias))
    note("count", lambda: fused(x))
    note("number", lambda: wasm.fuse(bias_gelu, x, 2.0))
    note("nothing", lambda: wasm.fuse(3, x))
    note("constant", lambda: wasm.fuse(two, x, x, constants={"y": x.asnumpy()}))
    note("captured", lambda: wasm.fuse(uses_captured, x))
    note("list", lambda: wasm.fuse(gives_list, x))
    note("derived", lambda: wasm.fuse(selected, x))
    note("state", lambda: wasm.fuse(two, x, x, state={"x": "out0"}))
    note("draws", lambda: wasm.fuse(noisy, x))
    note("output", lambda: wasm.fuse(two, output="two.wasm"))
    training = Norm()
    training.set_train(True)
    note("training", lambda: wasm.fuse(training, x))
    keep("after_mistakes", fused(x, bias), bias_gelu(x, bias))


def lifetime():
    """The module is in memory as long as what was fused."""
    from wasmind.mindspore.fuse import _let_go, _library

    def held(key):
        gc.collect()
        _let_go(ms)
        so, error = _library(), ctypes.create_string_buffer(200)
        handle = so.wasmind_fused_open(key, b"f", None, 0, error, len(error))
        return bool(handle) and so.wasmind_fused_close(handle) is None

    fused = wasm.fuse(cube, floats(3, 3))
    key = fused._program.key.encode()
    before = held(key)
    other = copy.deepcopy(fused)
    del fused
    kept = held(key)
    del other
    facts["lifetime"] = [before, kept, held(key)]


def exported():
    """Nets for another process."""
    x = floats(4, 8)
    for name, where in (("kept", "cube.wasm"), ("lost", None)):
        net = Around(wasm.fuse(cube, x, output=where))
        ms.export(net, x, file_name=name, file_format="MINDIR")
    results["exported.input.0"], results["exported.expected.0"] = x.asnumpy(), cube(x).asnumpy()


class Deep(nn.Cell):
    """Kernels side by side, in each other, and in a layer of their own."""

    def __init__(self, norm, act, pair):
        super().__init__()
        self.norm, self.act, self.pair = norm, act, pair
        self.layers = nn.SequentialCell(nn.Dense(8, 8, weight_init=Tensor(np.eye(8, dtype=np.float32) * 0.5), has_bias=False), norm)

    def construct(self, x, bias):
        one, other = self.pair(self.act(x, bias), x)
        return self.layers(one) - other * self.norm(x)


def compiled():
    """Nets of kernels as modules of their own: the functions are exported in their place, and the net stays as it is."""
    x, bias = floats(4, 8), floats(8)
    norm = Norm().set_train(False)
    own = Deep(norm, bias_gelu, two)
    net = Deep(wasm.fuse(norm, x), wasm.fuse(bias_gelu, x, bias), wasm.fuse(two, x, x))
    names = [each.name for each in net.get_parameters()]
    keep("compiled", wasm.compile(net, x, bias)(x, bias), own(x, bias))
    keep("stays", net(x, bias), own(x, bias))
    facts["stays"] = [[each.name for each in net.get_parameters()] == names, net.norm.original is None, len(list(net.norm.cells()))]
    ms.export(net, x, bias, file_name="with_kernels", file_format="MINDIR")
    keep("compiled_again", wasm.compile(net, x, bias)(x, bias), own(x, bias))
    keep("compiled_lazy", wasm.compile(Deep(wasm.fuse(norm), wasm.fuse(bias_gelu), wasm.fuse(two)), x, bias)(x, bias), own(x, bias))
    global act  # which graphs look up in this module
    act = wasm.fuse(bias_gelu, x, bias)
    keep("compiled_function", wasm.compile(calls_kernel, x, bias)(x, bias), bias_gelu(x, bias) * 2.0)
    keep("kernel_of_kernels", wasm.fuse(calls_kernel, x, bias)(x, bias), bias_gelu(x, bias) * 2.0)
    keep("kernel_itself", wasm.compile(act, x, bias)(x, bias), bias_gelu(x, bias))
    wasm.register_backend()
    note("backend", lambda: ms.jit(net, backend="wasm")(x, bias))


def calls_kernel(x, bias):
    return act(x, bias) * 2.0


if __name__ == "__main__":
    mode, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    ms.set_context(mode=ms.GRAPH_MODE if mode == "graph" else ms.PYNATIVE_MODE)
    functions()
    open_extents(mode)
    gradients()
    lazy(mode)
    threads(mode)
    lifetime()
    compiled()
    mistakes()
    if mode == "graph":
        exported()
    np.savez(folder / "results.npz", **results)
    (folder / "facts.json").write_text(json.dumps(facts))
