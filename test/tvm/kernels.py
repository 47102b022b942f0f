#!/usr/bin/env python3
"""Builds kernels with the real TVM: tensor expressions to wasm32 objects in both object modes.

    python3 test/tvm/kernels.py FOLDER      writes FOLDER/<kernel>.<mode>.o and FOLDER/kernels.json

Runs itself again in the virtual environment of test/models/environment.py. kernels.json: per kernel its arguments (dtype, shape with "n" for a dynamic
extent; the last one is written) and its objects. A kernel `tvm_add_f32` exports `__tvm_ffi_tvm_add_f32`.
"""
import json
import os
import pathlib
import sys

try:
    import tvm
except ImportError:
    HERE = pathlib.Path(__file__).resolve().parent
    sys.path.insert(0, str(HERE.parent))
    from models import environment

    try:
        python = environment.interpreter("tvm", HERE / "requirements.txt", 1000)
    except environment.Unavailable as reason:
        sys.exit(f"tvm is not available: {reason}")
    os.execv(python, [str(python), __file__, *sys.argv[1:]])

from tvm import s_tir, te
from tvm.script import ir as I
from tvm.script import tirx as T

TARGET = tvm.target.Target({"kind": "llvm", "mtriple": "wasm32-unknown-unknown", "opt-level": 3, "vector-width": 128,
                            "mattr": ["+simd128", "+bulk-memory"]})
SHORT = {"float32": "f32", "int32": "i32", "int8": "i8"}
kernels = {}  # name: (module, arguments)


def add(name, tensors, schedule=None):
    function = te.create_prim_func(tensors).with_attr("global_symbol", name)
    module = tvm.IRModule({name: function})
    if schedule:
        plan = s_tir.Schedule(module)
        plan.work_on(name)
        schedule(plan)
        module = plan.mod
    shape = lambda t: [int(e) if isinstance(e, (int, tvm.tirx.IntImm)) else str(e) for e in t.shape]
    kernels[name] = (module, [[SHORT[str(t.dtype)], shape(t)] for t in tensors])


def elementwise():
    """One dynamic extent, three operators, three element types."""
    for dtype, short in SHORT.items():
        for name, operation in (("add", lambda a, b: a + b), ("sub", lambda a, b: a - b), ("mul", lambda a, b: a * b)):
            n = te.var("n", "int32")
            a, b = (te.placeholder((n,), dtype, name=x) for x in "AB")
            add(f"tvm_{name}_{short}", [a, b, te.compute((n,), lambda i: operation(a[i], b[i]), name="C")])


def softmax():
    """Over the last axis; asks for expf."""
    x = te.placeholder((16, 1000), "float32", name="X")
    k, l = te.reduce_axis((0, 1000), "k"), te.reduce_axis((0, 1000), "l")
    largest = te.compute((16,), lambda i: te.max(x[i, k], axis=k), name="M")
    e = te.compute((16, 1000), lambda i, j: te.exp(x[i, j] - largest[i]), name="E")
    total = te.compute((16,), lambda i: te.sum(e[i, l], axis=l), name="S")
    add("tvm_softmax_f32", [x, te.compute((16, 1000), lambda i, j: e[i, j] / total[i], name="Y")])


def functions():
    """What asks for the C library's functions."""
    x = te.placeholder((256,), "float32", name="X")
    for name in ("erf", "log", "sin", "tanh", "atan"):
        add(f"tvm_{name}_f32", [x, te.compute((256,), lambda i: getattr(tvm.tirx, name)(x[i]), name="Y")])


def tile(block, rows, columns, packed):
    """A register tile of the last two spatial loops; blocks that pack an operand are vectorised."""
    def schedule(s):
        main = s.get_sblock(block)
        loops = s.get_loops(main)
        spatial = sum(1 for v in s.get(main).iter_vars if v.iter_type == 0)
        outer, reduction = loops[:spatial], loops[spatial:]
        io, ii = s.split(outer[-2], [None, rows])
        jo, jj = s.split(outer[-1], [None, columns])
        s.reorder(*outer[:-2], jo, io, *reduction, ii, jj)
        accumulator = s.cache_write(main, 0, "local")
        s.reverse_compute_at(accumulator, io)
        s.vectorize(s.get_loops(accumulator)[-1])
        s.unroll(s.get_loops(accumulator)[-2])
        s.unroll(ii)
        s.vectorize(jj)
        first = s.get_loops(s.decompose_reduction(main, reduction[0]))
        s.vectorize(first[-1])
        s.unroll(first[-2])
        for name in packed:
            s.vectorize(s.get_loops(s.get_sblock(name))[-1])
    return schedule


def matmul(n=128, width=8):
    """With a 4 x 8 tile, the second operand packed to [n / 8][n][8] inside the kernel; and without any schedule."""
    a, b = (te.placeholder((n, n), "float32", name=x) for x in "AB")
    k = te.reduce_axis((0, n), "k")
    p = te.compute((n // width, n, width), lambda o, r, i: b[r, o * width + i], name="P")
    c = te.compute((n, n), lambda i, j: te.sum(a[i, k] * p[te.indexdiv(j, width), k, te.indexmod(j, width)], axis=k), name="C")
    add("tvm_matmul_f32", [a, b, c], tile("C", 4, width, ["P"]))
    l = te.reduce_axis((0, n), "l")
    plain = te.compute((n, n), lambda i, j: te.sum(a[i, l] * b[l, j], axis=l), name="C")
    add("tvm_matmul_plain_f32", [a, b, plain])


def conv2d(h=56, ci=64, co=64, width=8):
    """3 x 3, padding 1, NHWC and HWIO, with a 4 x 8 tile: padding and packing inside the kernel need workspaces; and
    without any schedule."""
    d = te.placeholder((1, h, h, ci), "float32", name="D")
    w = te.placeholder((3, 3, ci, co), "float32", name="W")
    zero = te.const(0, "float32")
    p = te.compute((1, h + 2, h + 2, ci), lambda n, y, x, c: te.if_then_else(
        te.all(y >= 1, y < h + 1, x >= 1, x < h + 1), d[n, y - 1, x - 1, c], zero), name="P")
    q = te.compute((co // width, 3, 3, ci, width), lambda o, y, x, c, i: w[y, x, c, o * width + i], name="Q")
    ky, kx, kc = te.reduce_axis((0, 3), "y"), te.reduce_axis((0, 3), "x"), te.reduce_axis((0, ci), "c")
    out = te.compute((1, h, h, co), lambda n, y, x, o: te.sum(
        p[n, y + ky, x + kx, kc] * q[te.indexdiv(o, width), ky, kx, kc, te.indexmod(o, width)], axis=[ky, kx, kc]), name="O")
    add("tvm_conv2d_f32", [d, w, out], tile("O", 4, width, ["Q"]))
    ly, lx, lc = te.reduce_axis((0, 3), "ly"), te.reduce_axis((0, 3), "lx"), te.reduce_axis((0, ci), "lc")
    plain = te.compute((1, h, h, co), lambda n, y, x, o: te.sum(
        p[n, y + ly, x + lx, lc] * w[ly, lx, lc, o], axis=[ly, lx, lc]), name="O")
    add("tvm_conv2d_plain_f32", [d, w, plain])


def workspace():
    """A temporary of one megabyte, which cannot lie on the stack."""
    x = te.placeholder((64, 4096), "float32", name="X")
    e = te.compute((64, 4096), lambda i, j: x[i, j] * 2.0, name="E")
    add("tvm_workspace_f32", [x, te.compute((64, 4096), lambda i, j: e[63 - i, 4095 - j] + 1.0, name="Y")])


def parallel():
    x = te.placeholder((1024,), "float32", name="X")
    y = te.compute((1024,), lambda i: x[i] + 1.0, name="Y")
    add("tvm_parallel_f32", [x, y], lambda s: s.parallel(s.get_loops(s.get_sblock("Y"))[0]))


def callback():
    """Calls the packed function `test.scale`, which callback.cpp registers."""
    @I.ir_module
    class Module:
        @T.prim_func(s_tir=True)
        def tvm_callback_f32(A: T.Buffer((16,), "float32")):
            T.func_attr({"global_symbol": "tvm_callback_f32"})
            T.evaluate(T.call_packed("test.scale", A.data, 16))
    kernels["tvm_callback_f32"] = (Module, [["f32", [16]]])


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for define in (elementwise, softmax, functions, matmul, conv2d, workspace, parallel, callback):
        define()
    index = {}
    for name, (module, arguments) in kernels.items():
        modes = {"dso": (module, {}), "system_lib": (module.with_attr("system_lib_prefix", "ops_"), {})}
        if name == "tvm_parallel_f32":
            # Without argument checks nothing but the pointer variable is left to refer to the runtime.
            modes["unchecked"] = (module, {"tirx.disable_assert": True})
        index[name] = {"arguments": arguments, "objects": {}}
        for mode, (source, config) in modes.items():
            with tvm.transform.PassContext(config=config):
                built = tvm.tirx.build(source, target=TARGET)
            index[name]["objects"][mode] = f"{name}.{mode}.o"
            # No other attribute of `built` may be touched: unknown ones compile the module for this machine and crash.
            built.write_to_file(str(folder / f"{name}.{mode}.o"), "o")
    (folder / "kernels.json").write_text(json.dumps(index, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(pathlib.Path(sys.argv[1]))
