"""How compiled networks are called, and what is refused: small networks of the real MindSpore, and the documents' snippets."""
import ast
import os
import re
import sys

import numpy as np
from models import numerics
from processes import BUILD, HERE, run, texts

ROOT = HERE.parents[1]
NETS = """
import pickle, mindspore as ms, numpy as np, wasmind, wasmind.mindspore as wasm
from mindspore import nn, ops, Tensor, mint

x = Tensor(np.arange(6, dtype=np.float32).reshape(2, 3))
eye = Tensor(np.eye(3, dtype=np.float32))

def plain(value):
    if isinstance(value, (tuple, list)):
        return type(value)(map(plain, value))
    return ("T", value.asnumpy().tolist()) if isinstance(value, Tensor) else ("A", value.tolist()) if isinstance(value, np.ndarray) else value

def ones(*shape, dtype=np.float32):
    return Tensor(np.ones(shape, dtype))

class Mixed(nn.Cell):
    def construct(self, x, pair, n=2):
        return x + pair[0] * n, (None, [pair[1], x * 2]), 3, x.shape, True

class Choose(nn.Cell):
    def construct(self, parts):
        return parts["a"] - parts["b"], parts["a"]

class Sum(nn.Cell):
    def construct(self, x, total):
        total = total + x
        return total * 2, total

def product(a, b):
    return ops.matmul(a, b)

class Root(nn.Cell):
    def construct(self, x):
        y = x * 2
        return ops.matrix_exp(y)

class Outer(nn.Cell):
    def __init__(self):
        super().__init__()
        self.inner = nn.SequentialCell(nn.ReLU(), Root())
    def construct(self, x):
        return self.inner(x)
"""


def answers(mindspore, lines, folder):
    """Runs lines of Python after NETS; of those that begin with "? " the value, or the error, as text."""
    return texts(mindspore, NETS + re.sub(r"^\? (.*)$", r"say(lambda: \1)", lines, flags=re.MULTILINE), folder)


def check_pair(text):
    """Two tensors or arrays of f32, by `plain`."""
    (_, actual), (_, expected) = ast.literal_eval(text)
    numerics.check(np.float32(actual), np.float32(expected), text[:60])


def line_of(folder, text):
    """Number of the last line of the script that is `text`."""
    lines = (folder / "lines.py").read_text().splitlines()
    return len(lines) - lines[::-1].index(text)


X, ONE, DOUBLE = [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [[0.0, 2.0, 4.0], [6.0, 8.0, 10.0]]


def test_arguments_and_results_are_nested_as_the_network_has_them(mindspore, tmp_path):
    tensors, arrays, same, constant, kind, missing, flat, dtype, shape, pickled, saved, folderless, folder, full, kept, foreign = answers(mindspore, """
mixed = wasm.compile(Mixed(), x, (x, x), 3)
? plain(mixed(x * 1, (x, x + 1), 3))
? plain(mixed(x.asnumpy(), (x.asnumpy(), x.asnumpy()), 3))
? plain(Mixed()(x, (x, x), 3)) == plain(mixed(x, (x, x), 3))
? mixed(x, (x, x), 2)
? mixed(x, (x, x), np.int64(3))
? mixed(x, (x, x))
? mixed(x, x, 3)
? mixed(x.astype(ms.float64), (x, x), 3)
? mixed(ones(3, 2), (x, x), 3)
? plain(pickle.loads(pickle.dumps(mixed))(x, (x, x), 3)[2:])
mixed.save("mixed.wasm")
wasm.load("mixed.wasm").save("mixed.wasm")
? plain(wasm.load("mixed.wasm")(x, (x, x), 3)[2:])
? mixed.save("nowhere/mixed.wasm")
? mixed.save(".")
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
? mixed.save("mixed.wasm")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
? (plain(wasm.load("mixed.wasm")(x, (x, x), 3)[2:]), [each.name for each in __import__("pathlib").Path(".").glob("*.part")])
ms.export(nn.ReLU(), x, file_name="relu", file_format="MINDIR")
? wasm.Network(wasmind.compile("relu.mindir", time_limit=100))
""", tmp_path)
    assert ast.literal_eval(tensors) == (("T", [[0.0, 4.0, 8.0], [12.0, 16.0, 20.0]]), (None, [("T", ONE), ("T", DOUBLE)]), 3, (2, 3), True)
    assert ast.literal_eval(arrays) == (("A", [[0.0, 4.0, 8.0], [12.0, 16.0, 20.0]]), (None, [("A", X), ("A", DOUBLE)]), 3, (2, 3), True)
    assert same == "True" and pickled == saved == "(3, (2, 3), True)"
    assert "argument 2 is 2; the network was compiled for 3, compile" in constant
    assert "argument 2 is 3 (int64); the network was compiled for 3 (int), compile" in kind and "takes 3 arguments, not 2" in missing
    assert "argument 1 must be a tuple of 2" in flat and "'x': an array of float64" in dtype and "is 3, the model needs 2" in shape
    assert folderless == "WasmindError: nowhere/mixed.wasm: cannot be written: No such file or directory"
    assert folder == "WasmindError: .: cannot be written: it is a folder; name a file"
    assert full == "WasmindError: mixed.wasm: cannot be written: File too large" and kept == "((3, (2, 3), True), [])"
    assert "lacks the section wasmind.mindspore; use wasmind.load" in foreign


def test_dicts_functions_open_extents_and_halves(mindspore, tmp_path):
    chosen, absent, inside, outside, decorated, named, both, alone, halves, frozen = answers(mindspore, """
choose = wasm.compile(Choose(), {"a": x, "b": x * 2})
? plain(choose({"b": x * 2, "a": x}))
? choose({"a": x})
free = wasm.compile(product, Tensor(shape=[None, 3], dtype=ms.float32), x.T, dims={"a.0": (1, 20)})
? free(ones(20, 3), x.T).shape
? free(ones(21, 3), x.T)
? plain(wasm.compile(ms.jit(product), x, x.T)(x, x.T)) == plain(ops.matmul(x, x.T))
dense = nn.Dense(3, 2)
batch = wasm.compile(dense, Tensor(shape=[None, 3], dtype=ms.float32), shapes={"x": ("batch", 3)}, dims={"batch": (1, 4)})
? batch
? plain((batch(x), dense(x)))
? dense(ones(7, 3)).shape
brain = wasm.compile(nn.ReLU(), (x - 2).astype(ms.bfloat16))((x - 2).astype(ms.bfloat16))
? (str(brain.dtype), plain(brain.astype(ms.float32)))
? plain(wasm.compile(Sum(), x, x, constants={"total": x})(x)[1])
""", tmp_path)
    assert ast.literal_eval(chosen) == (("T", [[-0.0, -1.0, -2.0], [-3.0, -4.0, -5.0]]), ("T", X)) and "argument 0 must be a dict of a, b" in absent
    assert inside == "(20, 2)" and "axis 0 is 21, outside 1..20 of 'a.0'" in outside and decorated == "True"
    assert named == "<wasmind.mindspore.Network run(x: f32['batch', 3]) -> out0: f32['batch', 2]>" and alone == "(7, 2)"
    check_pair(both)
    assert ast.literal_eval(halves) == ("BFloat16", ("T", [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])) and ast.literal_eval(frozen) == ("T", DOUBLE)


def test_state_and_external_weights(mindspore, tmp_path):
    first, second, again, apart, beside, elsewhere, nowhere = answers(mindspore, """
total = wasm.compile(Sum(), x, x, state={"total": "out1"})
session = total.instantiate()
? plain(session(x))
? plain(session(x))
session.reset()
? plain(session(x))
? plain(total.instantiate()(x))
dense = nn.Dense(3, 2)
external = wasm.compile(dense, x, output="dense.wasm", weights="external")
? plain((wasm.load("dense.wasm")(x), dense(x)))
? external.save("other.wasm")
? wasm.compile(dense, x, weights="external")
""", tmp_path)
    assert ast.literal_eval(first) == (("T", DOUBLE),) and first == again == apart
    assert ast.literal_eval(second) == (("T", [[0.0, 4.0, 8.0], [12.0, 16.0, 20.0]]),)
    check_pair(beside)
    assert "the weights are in a file beside the module" in elsewhere and "need an output file" in nowhere


def test_a_decoder_keeps_its_caches(mindspore, tmp_path):
    """Token by token on caches in the module, against MindSpore on all tokens at once."""
    both, extent, full = answers(mindspore, f"""
import sys
sys.path.insert(0, {os.fspath(ROOT / "examples/mindspore")!r})
import zoo
decoder, _, _ = zoo.make("gpt")
names = [f"caches_{{layer}}_{{half}}" for layer in range(2) for half in range(2)]
open_cache = tuple(tuple(Tensor(shape=[1, 4, None, 12], dtype=ms.float32) for _ in range(2)) for _ in range(2))
token = Tensor(shape=[1, 1], dtype=ms.int32)
step = wasm.compile(decoder, token, token, open_cache, Tensor(shape=[1, None], dtype=ms.float32), state={{name: f"out{{i + 1}}" for i, name in enumerate(names)}},
                    shapes={{**{{name: (1, 4, "past", 12) for name in names}}, "mask": (1, "total")}}, dims={{"past": (0, 8), "total": (1, 9)}}).instantiate()
tokens = np.arange(8, dtype=np.int32)[None] * 23
empty = tuple(tuple(Tensor(np.zeros((1, 4, 0, 12), np.float32)) for _ in range(2)) for _ in range(2))
def one(i):
    return step(Tensor(tokens[:, i % 8:i % 8 + 1]), Tensor(np.array([[i]], np.int32)), Tensor(np.zeros((1, i + 1), np.float32)))[0].asnumpy()
logits = np.concatenate([one(i) for i in range(8)], 1)
mask = Tensor(np.triu(np.full((8, 8), -1e4, np.float32), 1))
expected = decoder(Tensor(tokens), Tensor(np.arange(8, dtype=np.int32)[None]), ms.mutable(empty), mask)[0].asnumpy()
? plain((logits, expected))
? step.instance.extent("past")
? one(8)
""", tmp_path)
    check_pair(both)
    assert extent == "8" and "past" in full and "WasmindError" in full


def test_what_cannot_be_compiled_says_where(mindspore, tmp_path):
    primitive, function, shape, foreign, level, kept = answers(mindspore, """
outer = Outer().set_train(True)
? wasm.compile(outer, eye)
? wasm.compile(ops.matrix_exp, eye)
? wasm.compile(Root(), x)
? wasm.compile(3, x)
? ms.get_context("jit_syntax_level")
? (outer.training, outer.inner[1].training, outer.compile_cache)
""", tmp_path)
    line = line_of(tmp_path, "        return ops.matrix_exp(y)")
    assert "Outer.mindir: node 'Default/inner-SequentialCell/1-Root/MatrixExp-op0' (MatrixExp): this primitive is not supported" in primitive
    assert primitive.endswith(f"it stands in Root.construct, {tmp_path}/lines.py:{line - 2}") and "\n" not in primitive
    assert "(MatrixExp)" in function and "it stands in matrix_exp, " in function
    assert "Root: MindSpore cannot export it: For MatrixExp, the input expects a tensor of squared matrices" in shape and f"lines.py:{line})" in shape
    assert "3 is neither a Cell nor a function" in foreign and level == "2" and kept == "(True, True, set())"


def test_the_backend_takes_what_scripts_pass(mindspore, tmp_path):
    one, view, pending, parameter, types, tuples, opened, threads, place, assign, kind, frozen = answers(mindspore, """
import threading

@ms.jit(backend="wasm")
def more(x):
    return x + 1

@ms.jit(backend="wasm")
def nested(x, pair):
    return x + pair[0], (pair[1], x * 2, 3), True

@ms.jit(backend="wasm")
def root(x):
    y = x * 2
    return ops.matrix_exp(y)

class Counter(nn.Cell):
    def __init__(self):
        super().__init__()
        self.count = ms.Parameter(ones(1), name="count")
    @ms.jit(backend="wasm")
    def construct(self, x):
        ops.assign_add(self.count, ones(1))
        return x + self.count

wasm.register_backend()
dense = nn.Dense(3, 2)
dense.set_inputs(Tensor(shape=[None, 3], dtype=ms.float32))
free = ms.jit(dense, backend="wasm")
expected, failures = free(x).asnumpy(), []

def work():
    for _ in range(100):
        if not np.array_equal(free(x).asnumpy(), expected):
            failures.append(1)

? plain(more(x))
? plain(more(mint.transpose(x, 0, 1)[1:]))
? plain(more(x * 3 - 1))
? plain(more(ms.Parameter(x, name="p")))
? (str(more(x.astype(ms.bfloat16)).dtype), str(more(ones(2, dtype=np.int64)).dtype), more(Tensor(2.0)).shape, more(ones(0, 2)).shape)
? plain(nested(x, ms.mutable((x, x))))
? plain((free(ones(20, 3)), dense(ones(20, 3))))
threads = [threading.Thread(target=work) for _ in range(3)]
[each.start() for each in threads], [each.join() for each in threads]
? failures
? root(eye)
? Counter()(x)
? more(ones(2, dtype=np.complex64))
wasm.register_backend(frozen=True)
? plain(more(x))
""", tmp_path)
    assert ast.literal_eval(one) == ("T", ONE) and one == parameter == frozen
    assert ast.literal_eval(view) == ("T", [[2.0, 5.0], [3.0, 6.0]]) and ast.literal_eval(pending) == ("T", [[0.0, 3.0, 6.0], [9.0, 12.0, 15.0]])
    assert ast.literal_eval(types) == ("BFloat16", "Int64", (), (0, 2)) and threads == "[]"
    check_pair(opened)
    assert ast.literal_eval(tuples) == (("T", DOUBLE), (("T", X), ("T", DOUBLE), 3), True)
    assert place.startswith("RuntimeError: wasmind: ") and "(MatrixExp): this primitive is not supported" in place
    assert place.strip().endswith(f"it stands in {tmp_path}/lines.py:{line_of(tmp_path, '    return ops.matrix_exp(y)')}")
    assert "(AssignAdd)" in assign and "complex64" in kind


def test_what_is_left_to_python_is_named(mindspore, tmp_path):
    """Graphs that hold what MindSpore computes in Python, by both routes."""
    looped, nothing, entry, tensors, compiled = answers(mindspore, """
def loop(x):
    i = 0
    while x.max() < 200 and i < 20:
        x = x * 2
        i = i + 1
    return x, i

def counted(x):
    i = Tensor(0, ms.int32)
    while x.max() < 100 and i < 20:
        x = x * 2
        i = i + 1
    return x, i

def none(x):
    return None

def entry(x):
    return {"sum": x + 1}

wasm.register_backend()
? ms.jit(loop, backend="wasm")(x)
? ms.jit(none, backend="wasm")(x)
? ms.jit(entry, backend="wasm")(x)
? plain((ms.jit(counted, backend="wasm")(x)[0], counted(x)[0]))
? wasm.compile(loop, x)
""", tmp_path)
    for said, line in ((looped, "    while x.max() < 200 and i < 20:"), (nothing, "    return None"), (entry, '    return {"sum": x + 1}')):
        assert "(PyExecute): MindSpore leaves this to Python, which modules do not have: " in said, said
        assert said.strip().endswith(f"; it stands in {tmp_path}/lines.py:{line_of(tmp_path, line)}"), said
    check_pair(tensors)
    assert compiled.startswith("WasmindError: loop: MindSpore cannot export it: it leaves a part of it to Python") and "\n" not in compiled


def test_mindspore_must_be_there_and_known(tmp_path):
    """Without MindSpore: a stand-in for the package says only its version."""
    source = "import wasmind.mindspore as wasm\nsay(lambda: wasm.compile(print, 1))\nsay(wasm.register_backend)"
    (tmp_path / "mindspore").mkdir()
    (tmp_path / "mindspore/__init__.py").write_text("__version__ = '2.9.0'\n")
    paths = os.pathsep.join([str(tmp_path), str(BUILD / "python")])
    for said in texts(sys.executable, source, tmp_path, PYTHONPATH=paths):
        assert "mindspore 2.9.0: only 2.10.x is known; install mindspore==2.10.0, or " in said
    (tmp_path / "mindspore/__init__.py").write_text("raise ImportError('broken')\n")
    for said in texts(sys.executable, source, tmp_path, PYTHONPATH=paths):
        assert "cannot be imported (broken)" in said


def blocks(document):
    return re.findall(r"^```python\n(.*?)^```", (ROOT / document).read_text(), re.MULTILINE | re.DOTALL)


def test_snippets_run(mindspore, tmp_path):
    """Those of docs/mindspore.md one after the other, that of README.md, each unchanged; then a file without MindSpore."""
    readme, = (text for text in blocks("README.md") if "wasmind.mindspore" in text)
    document = blocks("docs/mindspore.md")
    assert len(document) == 5
    (tmp_path / "readme.py").write_text(readme + "\nprint(steps.shape, last.shape)\n")
    assert run(mindspore, "readme.py", folder=tmp_path).split("\n")[-2] == "(1, 5, 16) (1, 1, 16)"
    (tmp_path / "document.py").write_text("\n\n".join(document) + "\nprint(scores.shape, features.shape, mixed.shape, *(round(float(each[0]), 3) for each in (first, second)))\n")
    assert run(mindspore, "document.py", folder=tmp_path).split("\n")[-2] == "(1, 5) (1, 8) (4, 64) 0.9 0.81"
    (tmp_path / "later.py").write_text("import numpy as np\nimport wasmind.mindspore\n" + document[1] + "\nprint(*outputs, *(each.shape for each in net(np.ones((1, 3, 16, 16), np.float32))))\n")
    assert run(sys.executable, "later.py", folder=tmp_path).split() == "out0 out1 (1, 5) (1, 8)".split()


def test_examples_run_alone(mindspore, tmp_path):
    said = run(mindspore, ROOT / "examples/mindspore/lstm.py", folder=tmp_path)
    assert re.search(r"^lstm.wasm: \d+ bytes of code, \d+ of weights", said, re.MULTILINE) and "differ from MindSpore's by" in said
    assert (tmp_path / "lstm.wasm").read_bytes()[:4] == b"\0asm"
