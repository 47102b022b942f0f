"""Graphs that carry sequences and optionals through branches, loops, functions and positions of the run, as ONNX Runtime has them."""
import numpy as np
import onnx
import onnx.parser
import onnx_sequences
import onnxruntime
import pytest
from models import compiled, numerics

RANDOM = np.random.default_rng(5)
A, B, C = (RANDOM.standard_normal((2, 3)).astype(np.float32) for _ in range(3))
WIDE = RANDOM.standard_normal((4, 3)).astype(np.float32)
TRUE, FALSE = np.array(True), np.array(False)


def model(body, opset=17, more=""):
    return onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : {opset}, "local" : 1]>\ng {body}\n{more}')


def oracle(made, inputs):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    wanted = {}
    for name, value in zip(names, session.run(names, inputs)):
        wanted |= onnx_sequences.tensors(name, value)
    return wanted


def agree(made, folder, runs, *options):
    """Compiles once, runs each case {input: array or list}, and compares all outputs on each engine."""
    onnx.save(made, folder / "m.onnx")
    told = onnx_sequences.options(made, [runs[0][value.name] for value in made.graph.input])
    result = compiled.tool("compile", folder / "m.onnx", "-o", folder / "m.wasm", *told, *options)
    assert result.returncode == 0, result.stderr
    for inputs in runs:
        arrays = {}
        for name, value in inputs.items():
            arrays |= onnx_sequences.tensors(name, value)
        np.savez(folder / "in.npz", **arrays)
        wanted = oracle(made, inputs)
        for engine in compiled.ENGINES:
            done = compiled.tool("run", folder / "m.wasm", f"--engine={engine}", "--inputs", folder / "in.npz", "--outputs", folder / "out.npz")
            assert done.returncode == 0, done.stderr
            with np.load(folder / "out.npz") as actual:
                got = {name.removeprefix("out:"): value for name, value in actual.items()}
            assert set(got) == set(wanted)
            for name, value in wanted.items():
                numerics.check(got[name], value, f"{engine}: {name}")


def test_a_branch_gives_a_sequence(tmp_path):
    agree(model("""(bool c, float[2,3] x, float[4,3] w) => (seq(float[n,3]) y) {
      y = If (c) <then_branch = t () => (seq(float[a,3]) s) { s = SequenceConstruct (x, w) },
                  else_branch = e () => (seq(float[b,3]) u) { v = Neg (w) u = SequenceConstruct (x, v) }> }"""),
          tmp_path, [{"c": TRUE, "x": A, "w": WIDE}, {"c": FALSE, "x": A, "w": WIDE}])


def test_branches_give_tensors_of_different_shapes(tmp_path):
    agree(model("""(bool c, float[2,3] x, float[4,3] w) => (seq(float[n,3]) y) {
      y = If (c) <then_branch = t () => (seq(float[a,3]) s) { s = SequenceConstruct (x, w) },
                  else_branch = e () => (seq(float[b,3]) u) { u = SequenceConstruct (w, x) }> }"""),
          tmp_path, [{"c": TRUE, "x": A, "w": WIDE}, {"c": FALSE, "x": A, "w": WIDE}])


@pytest.mark.parametrize("trips", [3, 25])
def test_a_loop_grows_a_sequence(trips, tmp_path):
    agree(model(f"""(float[2,3] x) => (float[n,3] y) <int64 m = {{{trips}}}, bool c = {{1}}> {{
      s = SequenceEmpty ()
      t = Loop (m, c, s) <body = b (int64 i, bool g, seq(float[2,3]) a) => (bool h, seq(float[2,3]) z) {{
        h = Identity (g) f = Cast <to = 1> (i) v = Add (x, f) z = SequenceInsert (a, v) }}>
      y = ConcatFromSequence <axis = 0> (t) }}"""), tmp_path, [{"x": A}])


def test_a_loop_of_the_run_keeps_the_length(tmp_path):
    made = model("""(int64 m, float[2,3] x, float[2,3] w) => (seq(float[2,3]) y, float[k,2,3] rows) <bool c = {1}, int64 first = {0}> {
      s = SequenceConstruct (x, w)
      y, rows = Loop (m, c, s) <body = b (int64 i, bool g, seq(float[2,3]) a) => (bool h, seq(float[2,3]) z, float[2,3] row) {
        h = Identity (g) p = SequenceAt (a, first) q = Add (p, x) r = SequenceErase (a, first) z = SequenceInsert (r, q) row = Neg (q) }> }""")
    agree(made, tmp_path, [{"m": np.array(n), "x": A, "w": B} for n in (1, 2, 7)])


def test_positions_of_the_run(tmp_path):
    made = model("""(int64 p, float[2,3] x, float[2,3] w, float[2,3] v) => (float[2,3] at, seq(float[2,3]) less, seq(float[2,3]) more) {
      s = SequenceConstruct (x, w, v) n = Neg (x)
      at = SequenceAt (s, p) less = SequenceErase (s, p) more = SequenceInsert (s, n, p) }""")
    agree(made, tmp_path, [{"p": np.array(p), "x": A, "w": B, "v": C} for p in (0, 1, 2, -1, -2, -3)])


def test_elements_of_different_shapes(tmp_path):
    made = model("""(float[2,3] x, float[4,3] w) => (float[n,3] y, int64 count, float[4,3] last) <int64 end = {-1}> {
      s = SequenceConstruct (x, w) y = ConcatFromSequence <axis = 0> (s) count = SequenceLength (s) last = SequenceAt (s, end) }""")
    agree(made, tmp_path, [{"x": A, "w": WIDE}])


def test_an_input_that_is_a_sequence(tmp_path):
    made = model("(seq(float[n,3]) x) => (float[m,3] y, seq(float[n,3]) z) { y = ConcatFromSequence <axis = 0> (x) z = Identity (x) }")
    agree(made, tmp_path, [{"x": [A, WIDE]}])


def test_a_function_takes_and_gives_a_sequence(tmp_path):
    made = model("(float[2,3] x, float[2,3] w) => (float[4,3] y) { s = SequenceConstruct (x, w) t = local.turn (s) y = ConcatFromSequence <axis = 0> (t) }",
                 more="""<domain: "local", opset_import: ["" : 17]> turn (s) => (t) {
      zero = Constant <value_int = 0> () f = SequenceAt (s, zero) r = SequenceErase (s, zero) t = SequenceInsert (r, f) }""")
    agree(made, tmp_path, [{"x": A, "w": B}])


def test_a_map_over_tensors_of_different_shapes(tmp_path):
    made = model("""(float[2,3] x, float[4,3] w, float[3] b) => (seq(float[n,3]) y, seq(int64[2]) shapes) {
      s = SequenceConstruct (x, w)
      y, shapes = SequenceMap (s, b) <body = f (float[n,3] e, float[3] c) => (float[n,3] z, int64[2] h) { z = Add (e, c) h = Shape (e) }> }""")
    agree(made, tmp_path, [{"x": A, "w": WIDE, "b": A[0]}])


def test_parts_whose_extents_the_run_computes(tmp_path):
    made = model("""(float[4,3] x, int64[2] sizes) => (seq(float[n,3]) y) { y = SplitToSequence <axis = 0> (x, sizes) }""")
    agree(made, tmp_path, [{"x": WIDE, "sizes": np.int64(sizes)} for sizes in ([1, 3], [2, 2], [4, 0])])


def test_optionals(tmp_path):
    made = model("""(float[2,3] x) => (float[2,3] y, bool there, bool missing) {
      o = Optional (x) there = OptionalHasElement (o) e = Optional <type = float[2,3]> () missing = OptionalHasElement (e)
      y = OptionalGetElement (o) }""", opset=18)
    agree(made, tmp_path, [{"x": A}])
