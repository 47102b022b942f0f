"""What a run consists of: `wasmind inspect` of a source model, and `wasmind bench --profile`. Both tell all nodes of the model, the steps
do what a run does, and what cannot be profiled is refused. How long anything takes is not checked."""
import html.parser
import json
import pathlib
import re
import subprocess

import numpy as np
import onnx
import pytest
from models import compiled, wasm
from onnx import TensorProto, helper, numpy_helper

# compiler/loops/Names.h
NAME = re.compile(r"((f|bf|i|u)\d+|bool)+(_[a-z][a-z0-9]*)+(_[n\d]+((x[n\d]+)+|s[n\d]+)([sd][n\d]+(x[n\d]+)*)*)?(_\d+)?")
STEP = {"step": int, "kernel": str, "kind": str, "strategy": str, "tile": str, "shape": str, "nodes": list, "dims": list, "flops": int, "bytes": int,
        "vectorisedShare": (float, type(None))}
TIMES = {"ms": (float, type(None)), "minMs": (float, type(None)), "share": (float, type(None)), "gflops": (float, type(None)),
         "gbs": (float, type(None)), "limitShare": (float, type(None))}


def tensor(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def save(path, graph):
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), path)
    return path


def draw(seed, *shape):
    return (np.random.default_rng(seed).standard_normal(shape) / 8).astype(np.float32)


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A convolution whose weights the first run prepares, a product, a softmax, and a loop; its nodes are named after what they do."""
    node = lambda kind, inputs, outputs, **more: helper.make_node(kind, inputs, outputs, name=f"/{outputs[0]}/{kind}", **more)
    body = helper.make_graph(
        [node("Identity", ["on"], ["still"]), node("Tanh", ["state"], ["turned"]), node("Add", ["turned", "probabilities"], ["next"])], "body",
        [tensor("i", [], TensorProto.INT64), tensor("on", [], TensorProto.BOOL), tensor("state", ["n", 10])],
        [tensor("still", [], TensorProto.BOOL), tensor("next", ["n", 10])])
    nodes = [node("Conv", ["x", "w"], ["convolved"], pads=[1, 1, 1, 1]), node("Relu", ["convolved"], ["active"]), node("GlobalAveragePool", ["active"], ["pooled"]),
             node("Flatten", ["pooled"], ["flat"]), node("MatMul", ["flat", "v"], ["product"]), node("Add", ["product", "b"], ["scores"]),
             node("Softmax", ["scores"], ["probabilities"]), node("Loop", ["count", "", "probabilities"], ["y"], body=body)]
    weights = [numpy_helper.from_array(draw(1, 32, 16, 3, 3), "w"), numpy_helper.from_array(draw(2, 32, 10), "v"),
               numpy_helper.from_array(draw(3, 10), "b")]
    graph = helper.make_graph(nodes, "network", [tensor("x", ["n", 16, 32, 32]), tensor("count", [], TensorProto.INT64)], [tensor("y", ["n", 10])], weights)
    return save(tmp_path_factory.mktemp("profile") / "network.onnx", graph)


NODES = {"/convolved/Conv", "/active/Relu", "/pooled/GlobalAveragePool", "/product/MatMul", "/scores/Add", "/probabilities/Softmax", "/y/Loop",
         "/turned/Tanh", "/next/Add"}  # a Flatten is another name of the memory, an Identity of the condition a copy


def tool(*arguments, **options):
    result = compiled.tool(*arguments, **options)
    assert result.returncode == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def inspected(network):
    return json.loads(tool("inspect", network, "--dim=n=1..2", "--json").stdout)


@pytest.fixture(scope="module")
def profiled(network, tmp_path_factory):
    """(report, page)"""
    page = tmp_path_factory.mktemp("page") / "page.html"
    result = tool("bench", network, f"--profile={page}", "--dim=n=1..2", "--repeat=3", "--json")
    return json.loads(result.stdout), page.read_text()


def check_steps(steps, more=None):
    assert [step["step"] for step in steps] == list(range(len(steps)))
    for step in steps:
        for key, kind in ({**STEP, **(more or {})}).items():
            assert isinstance(step[key], kind), (key, step)
        assert bool(step["kernel"]) == (step["vectorisedShare"] is not None)
        assert not step["kernel"] or NAME.fullmatch(step["kernel"]) and step["strategy"] in step["kernel"], step["kernel"]
    assert NODES <= {node for step in steps for node in step["nodes"]}


def test_inspect_tells_the_steps_of_a_source_model(inspected, network):
    steps = [{"step": index, **step} for index, step in enumerate(inspected["steps"])]
    check_steps(steps)
    of = lambda node: next(step for step in steps if node in step["nodes"] and step["kind"] != "prepare" and step["strategy"] != "move")
    assert steps[0]["kind"] == "prepare" and steps[0]["nodes"] == ["/convolved/Conv"]
    assert of("/convolved/Conv")["strategy"].startswith("winograd")
    assert of("/convolved/Conv")["dims"] == ["n"] and of("/convolved/Conv")["vectorisedShare"] > 0.95
    product = of("/product/MatMul")
    assert product["strategy"] == "gemm" and product["tile"] and product["flops"] == 2 * 2 * 32 * 10, "at the bounds"
    rows = of("/probabilities/Softmax")
    assert rows["tile"] == "softmax" and "/scores/Add" in rows["nodes"] and rows["flops"] >= (1 + 5) * 2 * 10, "what is fused counts, too"
    assert of("/y/Loop")["kind"] == "loop" or "/y/Loop" in of("/turned/Tanh")["nodes"]
    assert {"/turned/Tanh", "/next/Add"} <= set(next(step for step in steps if step["kind"] == "loop")["nodes"])
    known = {kernel["name"] for kernel in inspected["kernels"]}
    assert {step["kernel"] for step in steps} - {""} <= known and len(known) == len(inspected["kernels"])
    arena = inspected["arena"]
    assert arena["byteLength"] == inspected["memory"]["arena"]["byteLength"] and 0 < arena["leastByteLength"] <= arena["byteLength"]
    assert arena["ratio"] == arena["byteLength"] / arena["leastByteLength"]
    text = tool("inspect", network, "--dim=n=1..2").stdout
    for step in steps:
        line = next(line for line in text.splitlines() if re.match(rf" +{step['step']} ", line) and step["kind"] in line and step["kernel"] in line)
        assert not step["nodes"] or step["nodes"][0] in line
    assert "times the" in next(line for line in text.splitlines() if line.startswith("arena: "))


@pytest.mark.parametrize("name", compiled.MODELS)
def test_collected_models(name):
    """The arena is at most a tenth over what the fullest step has in use; names follow the grammar, and what is computed without a
    kernel made for it is little."""
    report = json.loads(tool("inspect", compiled.source(name), *compiled.MODELS[name], "--json").stdout)
    assert 1 <= report["arena"]["ratio"] <= 1.1
    names = [kernel["name"] for kernel in report["kernels"]]
    assert all(NAME.fullmatch(each) for each in names), names
    work = sum(step["flops"] for step in report["steps"])
    naive = sum(step["flops"] for step in report["steps"] if step["strategy"].startswith("naive"))
    assert naive <= work / 20, [step for step in report["steps"] if step["strategy"].startswith("naive")]


def test_scalar_work_is_seen_where_it_is(tmp_path):
    """Of two steps the one that computes element by element is told apart."""
    (tmp_path / "m.onnxtxt").write_text("""<ir_version: 8, opset_import: ["" : 17]>
m (float[64,4096] x) => (float[64,4096] y) { a = Constant <value_int = 1> () s = CumSum (x, a) t = Neg (s) y = Softmax (t) }""")
    steps = json.loads(tool("inspect", tmp_path / "m.onnxtxt", "--json").stdout)["steps"]
    shares = {step["strategy"]: step["vectorisedShare"] for step in steps}
    assert shares["scan"] < 0.9 < 0.99 < shares["row"], shares


def test_only_a_profile_has_steps(network, tmp_path):
    for more, entries in ([], {"run"}), (["--profile"], {"run", "run_steps"}):
        tool("compile", network, "-o", tmp_path / "m.wasm", "-q", *more)
        module = wasm.read(tmp_path / "m.wasm")
        assert {function["name"] for function in module.signature["functions"]} == entries == set(module.exports) & {"run", "run_steps"}
        assert ("wasmind.steps" in module.custom) == bool(more)
        assert ("steps" in json.loads(tool("inspect", tmp_path / "m.wasm", "--json").stdout)) == bool(more)


@pytest.mark.parametrize("engine", [0, 1], ids=compiled.ENGINES)
def test_profile_times_every_step(profiled, inspected, engine):
    report, _ = profiled
    profile = report["engines"][engine]
    assert profile["engine"] == compiled.ENGINES[engine] and report["repeat"] == 3 and report["dims"] == {"n": 2}
    assert "relaxed-simd" in report["features"]
    check_steps(profile["steps"], TIMES)
    apart, *steps = profile["steps"]
    assert apart["kind"] == "prepare" and apart["ms"] is None and profile["prepareMs"] > 0
    for step in steps:
        assert 0 < step["minMs"] <= step["ms"] and step["share"] > 0
        assert bool(step["flops"]) == (step["gflops"] is not None) and bool(step["bytes"]) == (step["gbs"] is not None) == (step["limitShare"] is not None)
        if step["flops"]:
            assert step["gflops"] == pytest.approx(step["flops"] / step["ms"] / 1e6)
    assert sum(step["ms"] for step in steps) == pytest.approx(profile["sumMs"]) and sum(step["share"] for step in steps) == pytest.approx(1)
    assert 0 < profile["wholeMinMs"] <= profile["wholeMs"] and profile["firstMs"] > 0 and profile["callMs"] > 0
    assert profile["limits"]["fmaGflops"] > 0 and [copy["bytes"] for copy in profile["limits"]["copy"]] == [4**power for power in range(7, 14)]
    assert all(copy["gbs"] > 0 for copy in profile["limits"]["copy"])
    assert [step["nodes"] for step in profile["steps"]] == [step["nodes"] for step in inspected["steps"]]


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.outside, self.tag, self.data = [], "", {}
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.outside += [value for key, value in attributes.items() if key in ("src", "href", "action")]
        self.tag = attributes.get("id", tag)

    def handle_data(self, data):
        self.data[self.tag] = self.data.get(self.tag, "") + data


def test_page_holds_everything_and_needs_nothing(profiled):
    report, text = profiled
    page = Page(text)
    assert page.outside == [] and "default-src 'none'" in text and "url(" not in text
    assert json.loads(page.data["report"]) == report


def test_page_in_a_browser(profiled, tmp_path):
    """What the page draws: a row per step, the slowest first; one per kernel; what is searched for."""
    report, text = profiled
    (tmp_path / "page.html").write_text(text)
    (tmp_path / "draw.mjs").write_text("""
import { createRequire } from 'node:module';
const { chromium } = createRequire(process.argv[2])('playwright-core');
const browser = await chromium.launch({ executablePath: process.argv[3], args: ['--no-sandbox'] }), page = await browser.newPage(), errors = [];
page.on('pageerror', error => errors.push(String(error)));
page.on('request', request => request.url().startsWith('file:') || errors.push(request.url()));
await page.goto(`file://${process.argv[4]}`);
const rows = () => page.locator('tbody tr').evaluateAll(rows => rows.map(row => [...row.cells].map(cell => cell.innerText)));
const steps = await rows();
await page.locator('#groups label', { hasText: 'kernels' }).click();
const kernels = await rows();
await page.locator('input[type=search]').fill('softmax');
const found = await rows();
console.log(JSON.stringify({ title: await page.title(), steps, kernels, found, errors }));
await browser.close();
""")
    chromium = subprocess.run(["sh", "-c", "command -v chromium || command -v google-chrome"], capture_output=True, text=True).stdout.strip()
    if not chromium:
        pytest.skip("no Chromium on this machine")
    result = subprocess.run([compiled.node(), tmp_path / "draw.mjs", compiled.ROOT / "package.json", chromium, tmp_path / "page.html"], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    drawn, timed = json.loads(result.stdout), [step for step in report["engines"][0]["steps"] if step["ms"] is not None]
    assert drawn["errors"] == [] and drawn["title"].endswith("network.onnx")
    assert [int(row[0]) for row in drawn["steps"]] == [step["step"] for step in sorted(timed, key=lambda step: -step["ms"])]
    assert len(drawn["kernels"]) == len({step["kernel"] or step["kind"] for step in timed})
    assert len(drawn["found"]) == 1 and "/probabilities/Softmax" in drawn["found"][0][2]


def test_rates_need_extents_at_their_bounds(network, tmp_path):
    np.savez(tmp_path / "one.npz", **{"in:x": draw(4, 1, 16, 32, 32), "in:count": np.int64(3)})
    report = json.loads(tool("bench", "--profile", network, "--dim=n=1..2", f"--inputs={tmp_path / 'one.npz'}", "--repeat=1", "--engine=wasmtime", "--json").stdout)
    assert report["dims"] == {"n": 1}
    steps = report["engines"][0]["steps"]
    assert any(step["dims"] for step in steps) and all(step["gflops"] is None and step["gbs"] is None for step in steps if step["dims"])
    assert all(step["ms"] > 0 for step in steps[1:])


def test_state_goes_back_to_its_start(tmp_path):
    """Every run begins with the state of the first one: rows that it gains do not add up over the rounds."""
    graph = helper.make_graph([helper.make_node("Concat", ["past", "x"], ["present"], axis=0, name="grow"), helper.make_node("ReduceSum", ["present"], ["y"], name="sum")], "state",
                              [tensor("past", ["p", 8]), tensor("x", [2, 8])], [tensor("present", ["q", 8]), tensor("y", [1, 1])])
    save(tmp_path / "m.onnx", graph)
    report = json.loads(tool("bench", "--profile", tmp_path / "m.onnx", "--dim=p=0..7", "--state=past=present", "--repeat=9", "--json").stdout)
    assert [engine["engine"] for engine in report["engines"]] == compiled.ENGINES
    assert all({"grow", "sum"} <= {node for step in engine["steps"] for node in step["nodes"]} for engine in report["engines"])


def test_more_steps_than_one_function_chooses_from(tmp_path):
    count = 600
    body = " ".join(f"v{i + 1} = MatMul (v{i}, w)" for i in range(count))
    (tmp_path / "m.onnxtxt").write_text(f"""<ir_version: 8, opset_import: ["" : 17]>
m (float[4,8] v0, float[8,8] w) => (float[4,8] v{count}) {{ {body} }}""")
    report = json.loads(tool("bench", "--profile", tmp_path / "m.onnxtxt", "--repeat=1", "--json").stdout)
    assert all(len(engine["steps"]) == count for engine in report["engines"])


def test_what_is_drawn_is_drawn_again(tmp_path):
    """Random numbers go on from run to run: step by step a run draws those that one in one piece did."""
    (tmp_path / "m.onnxtxt").write_text("""<ir_version: 8, opset_import: ["" : 17]>
m (float[64,64] x) => (float[64,64] y) { r = RandomNormalLike (x) s = Softmax (r) y = MatMul (s, x) }""")
    for engine in json.loads(tool("bench", "--profile", tmp_path / "m.onnxtxt", "--seed=7", "--repeat=3", "--json").stdout)["engines"]:
        assert len(engine["steps"]) >= 2


def test_table(network):
    result = tool("bench", "--profile", network, "--dim=n=2", "--repeat=1")
    assert re.search(r"wasmtime: a whole run [\d.]+ ms \(fastest [\d.]+\), the steps together", result.stdout) and "node: a whole run" in result.stdout
    assert "limit%" in result.stdout and "preparing weights (once)" in result.stdout
    for node in NODES - {"/turned/Tanh", "/next/Add", "/scores/Add"}:  # the first three of a step are shown
        assert node in result.stdout
    help = tool("bench", "--help").stdout
    assert "wasmind bench --profile=page.html model.onnx" in help and "limit%" in help


def test_the_commands_of_the_documentation(network, tmp_path):
    text = (compiled.ROOT / "docs/debugging.md").read_text()
    commands = [line.split("#")[0].split() for line in text.splitlines() if line.startswith("build/bin/wasmind") and re.search("--profile|inspect model.onnx", line)]
    assert len(commands) == 4, commands
    (tmp_path / "model.onnx").write_bytes(network.read_bytes())
    for _, *arguments in commands:
        tool(*arguments, cwd=tmp_path)
    assert (tmp_path / "page.html").read_text().startswith("<!doctype html>") and (tmp_path / "profiled.wasm").exists()


REFUSED = {
    "a module without steps": (["bench", "--profile", "plain.wasm"], 1, "plain.wasm: lists no steps, as it was compiled without --profile; give the source model, or compile"),
    "an operator library": (["bench", "--profile", "library.wasm"], 1, "library.wasm: is an operator library, which has no steps; bench operators measures operators"),
    "weights beside the module": (["bench", "--profile", "beside.wasm"], 1, "beside.wasm: has its weights in a file beside it; a profile needs them inside"),
    "no model": (["bench", "--profile"], 2, "bench --profile: give a model"),
    "a page of another name": (["bench", "network.onnx", "--profile=page.txt"], 2, "--profile=page.txt: the page's name ends in .html"),
    "a page over the inputs": (["bench", "network.onnx", "--inputs=case.html", "--profile=case.html"], 2, "case.html: is an input, which it would overwrite"),
    "a peer": (["bench", "--profile", "network.onnx", "--peer=onnxruntime-web"], 2, "--profile and --peer exclude each other: a peer has no steps"),
    "an engine": (["bench", "--profile", "network.onnx", "--engine=quick"], 2, "--engine: 'quick' is neither wasmtime nor node"),
    "options of a source model": (["bench", "--profile", "plain.wasm", "--dim=n=1"], 2, "--dim is of a source model, not of the module plain.wasm"),
    "no module": (["compile", "network.onnx", "-o", "m.o", "--profile", "--emit=object"], 2, "--profile is of a module: it needs --stop-after=module and --emit=wasm or wat"),
    "a stage before": (["compile", "network.onnx", "-o", "-", "--profile", "--stop-after=graph"], 2, "--profile is of a module: it needs --stop-after=module"),
    "inspecting with them": (["inspect", "plain.wasm", "--dim=n=1"], 2, "--dim is of a source model, not of the module plain.wasm"),
    "inputs of another model": (["bench", "--profile", "network.onnx", "--inputs=other.npz"], 1, "other.npz: array 'in:z' is no input or output of the model"),
}


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refused")
    (folder / "network.onnx").write_bytes(network.read_bytes())
    (folder / "case.html").write_text("no page")
    np.savez(folder / "other.npz", **{"in:z": draw(5, 1)})
    tool("compile", network, "-o", folder / "plain.wasm", "-q")
    tool("compile", network, "-o", folder / "beside.wasm", "-q", "--profile", "--weights=external")
    tool("operators", "build", "--ops=add", "-o", folder / "library.wasm")
    return folder


@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case, folder):
    arguments, code, reason = REFUSED[case]
    result = compiled.tool(*arguments, cwd=folder)
    assert result.returncode == code and reason in result.stderr, result.stderr
    assert pathlib.Path(folder / "case.html").read_text() == "no page"


def test_a_damaged_list_is_refused(network, tmp_path):
    tool("compile", network, "-o", tmp_path / "m.wasm", "-q", "--profile")
    good = (tmp_path / "m.wasm").read_bytes()
    assert good.count(b'"arenaBytes":') == 1
    (tmp_path / "m.wasm").write_bytes(good.replace(b'"arenaBytes":', b'"arenaBites":'))
    for command in ("inspect",), ("bench", "--profile"):
        result = compiled.tool(*command, tmp_path / "m.wasm")
        assert result.returncode == 1 and "m.wasm: section 'wasmind.steps': arenaBytes: missing" in result.stderr, result.stderr
