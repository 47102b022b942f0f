"""Several builds of one model: what `wasmind compile --variants` writes, and that every host chooses, computes and refuses alike."""
import hashlib
import json
import os
import pickle
import platform
import shutil
import subprocess

import numpy as np
import onnx
import pytest
import wasmind
from models import compiled, numerics
from onnx import TensorProto, helper, numpy_helper

RNG = np.random.default_rng(1)
WEIGHTS = RNG.standard_normal((16, 8), dtype=np.float32)
X = RNG.standard_normal((24, 16), dtype=np.float32)
BOTH = "--variants=simd128,relaxed-simd"


def model(weights=WEIGHTS):
    value = lambda name, extent: helper.make_tensor_value_info(name, TensorProto.FLOAT, [24, extent])
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "w"], ["y"])], "g", [value("x", 16)], [value("y", 8)],
                              [numpy_helper.from_array(weights, "w")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


@pytest.fixture
def folder(tmp_path):
    """A folder with a model, a case and `builds`."""
    onnx.save(model(), tmp_path / "m.onnx")
    np.savez(tmp_path / "case.npz", **{"in:x": X, "out:y": X @ WEIGHTS})
    succeed("compile", "m.onnx", "-o", "builds", BOTH, "-q", cwd=tmp_path)
    return tmp_path


def succeed(*arguments, **options):
    result = compiled.tool(*arguments, **options)
    assert result.returncode == 0, result.stderr
    return result


def refuse(folder, code, text, *arguments):
    result = compiled.tool(*arguments, cwd=folder, timeout=60)
    assert result.returncode == code, result.stdout + result.stderr
    assert result.stderr.startswith("wasmind: error: ") and result.stderr.count("\n") == 1, result.stderr
    assert text in result.stderr, f"{result.stderr} has not: {text}"
    assert not list(folder.rglob("*.part"))


def index_of(folder):
    return json.loads((folder / "builds/wasmind.json").read_text())


def names(folder):
    return sorted(path.name for path in (folder / "builds").iterdir())


def change(folder, change):
    """Lets `change` edit the index."""
    index = index_of(folder)
    change(index)
    (folder / "builds/wasmind.json").write_text(json.dumps(index))


def test_the_folder_holds_what_the_index_says(folder):
    index = index_of(folder)
    assert index["version"] == 1 and index["source"] == {"format": "onnx", "name": "m.onnx"}
    assert [build["features"] for build in index["builds"]] == [["simd128", "relaxed-simd"], ["simd128"]], "the best one first"
    weights = [build["weights"] for build in index["builds"]]
    assert weights[0] == weights[1], "equal weights are one file"
    for described in [*index["builds"], weights[0]]:
        data = (folder / "builds" / described["file"]).read_bytes()
        assert len(data) == described["byteLength"]
        assert hashlib.sha256(data).hexdigest() == described["sha256"]
        assert described["sha256"][:16] in described["file"], "files are named after their content"
    assert names(folder) == sorted({"wasmind.json", weights[0]["file"], *(build["file"] for build in index["builds"])})
    assert (folder / "builds").stat().st_mode & 0o777 == (folder / "m.onnx").parent.stat().st_mode & 0o777 | 0o055


def test_each_build_is_the_module_of_its_features(folder):
    """The same code as a compilation of its own; only the name of the weights differs."""
    for build in index_of(folder)["builds"]:
        feature = build["features"][-1]
        succeed("compile", "m.onnx", "-o", "alone.wasm", f"--features={feature}", "--weights=external", "-q", cwd=folder)
        alone = (folder / "alone.wasm").read_bytes()
        ours = (folder / "builds" / build["file"]).read_bytes()
        code = lambda module: module[module.index(b"wasmind_abi_version"):]
        assert code(ours) == code(alone)
        assert (folder / "alone.weights").read_bytes() == (folder / "builds" / build["weights"]["file"]).read_bytes()


@pytest.mark.parametrize("engine", compiled.ENGINES)
@pytest.mark.parametrize("path", ["builds", "builds/", "builds/wasmind.json"])
def test_hosts_choose_and_compute(engine, path, folder):
    best, plain = (build["file"] for build in index_of(folder)["builds"])
    report = json.loads(succeed("run", path, "--inputs=case.npz", "--outputs=out.npz", f"--engine={engine}", "--json", cwd=folder).stdout)
    assert report["notes"] == [f"{best} is loaded, the build for simd128, relaxed-simd"]
    numerics.check(np.load(folder / "out.npz")["y"], X @ WEIGHTS, engine)

    change(folder, lambda index: index["builds"][0]["features"].append("threads"))
    told = succeed("run", path, "--inputs=case.npz", "--outputs=out.npz", f"--engine={engine}", cwd=folder).stderr
    assert told == (f"wasmind: note: {best} is passed over: it needs threads, which this host does not run\n"
                    f"wasmind: note: {plain} is loaded, the build for simd128\n")
    numerics.check(np.load(folder / "out.npz")["y"], X @ WEIGHTS, engine)


RUN = compiled.ROOT / "runtime/web/bin/run.mjs"
# (func (param v128) (result v128) local.get 0 three times, f32x4.relaxed_madd)
RELAXED = "0061736d0100000001060160017b017b030201000a0d010b00200020002000fd85020b"


def test_an_engine_without_relaxed_simd_runs_the_other_build(folder):
    """Of a real engine: Node 20, as distributions have it."""
    node = shutil.which("node", path="/usr/local/bin:/usr/bin:/bin")
    asks = f"process.exitCode = WebAssembly.validate(Buffer.from('{RELAXED}', 'hex')) ? 1 : 0"
    if not node or subprocess.run([node, "-e", asks]).returncode != 0:
        pytest.skip("this machine has no Node without relaxed SIMD")
    best, plain = (build["file"] for build in index_of(folder)["builds"])
    told = subprocess.run([node, RUN, "builds", "--inputs=case.npz", "--outputs=out.npz"], cwd=folder, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    assert told.stderr == (f"wasmind: note: {best} is passed over: it needs relaxed-simd, which this engine lacks\n"
                           f"wasmind: note: {plain} is loaded, the build for simd128\n")
    numerics.check(np.load(folder / "out.npz")["y"], X @ WEIGHTS, "the plain build")


@pytest.mark.skipif(platform.machine() != "x86_64", reason="V8 can be told to leave out SIMD on x86-64")
def test_an_engine_without_simd_runs_none(folder):
    best, plain = (build["file"] for build in index_of(folder)["builds"])
    told = subprocess.run([compiled.node(), "--no-enable-sse4-1", RUN, "builds", "--random"], cwd=folder, capture_output=True, text=True)
    assert told.returncode == 1 and f"no build runs here: {best} needs simd128, which this engine lacks; {plain} needs" in told.stderr, told.stderr


def test_python_chooses_and_computes(folder):
    best = index_of(folder)["builds"][0]["file"]
    for path in (folder / "builds", folder / "builds/wasmind.json"):
        loaded = wasmind.load(path)
        assert loaded.notes == [f"{best} is loaded, the build for simd128, relaxed-simd"]
        numerics.check(loaded.run([X])["y"], X @ WEIGHTS, str(path))
    assert wasmind.load(folder / "builds" / best).notes == []
    again = pickle.loads(pickle.dumps(loaded := wasmind.load(folder / "builds")))
    assert again.notes == loaded.notes
    pickled = pickle.dumps(loaded)
    change(folder, lambda index: index["builds"].pop(0))
    with pytest.raises(wasmind.WasmindError, match="SHA-256 differs"):
        pickle.loads(pickled)


def test_python_compiles(folder):
    made = wasmind.compile(folder / "m.onnx", folder / "python", variants=["simd128", "relaxed-simd"])
    assert len(made.notes) == 1
    numerics.check(made.run([X])["y"], X @ WEIGHTS, "compile")
    same = lambda name: [build["sha256"] for build in json.loads((folder / name / "wasmind.json").read_text())["builds"]]
    assert same("python") == same("builds")
    limited = wasmind.compile(folder / "m.onnx", folder / "python", variants=["simd128"], time_limit=300)
    assert limited.notes[0].endswith("is loaded, the build for simd128")
    for options, text in (({"variants": ["gpu"]}, "neither simd128"), ({"variants": ["simd128"] * 2}, "twice"),
                          ({"variants": ["simd128"], "features": ["relaxed-simd"]}, "exclude each other")):
        with pytest.raises(wasmind.WasmindError, match=text):
            wasmind.compile(folder / "m.onnx", folder / "none", **options)
    with pytest.raises(wasmind.WasmindError, match="the folder of the builds"):
        wasmind.compile(folder / "m.onnx", variants=["simd128"])
    assert not (folder / "none").exists()


def first(index):
    return index["builds"][0]


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def flip(path):
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def renamed(kind, name):
    """The file of the first build is called `name` in the index."""
    def edit(builds):
        def set_name(index):
            (first(index) if kind == "file" else first(index)["weights"])["file"] = name
        change(builds.parent, set_name)
    return edit


def edited(edit):
    return lambda builds: change(builds.parent, edit)


def on(kind, edit):
    """`edit` of the module's or the weights' file."""
    def apply(builds):
        build = first(index_of(builds.parent))
        edit(builds / (build["file"] if kind == "file" else build["weights"]["file"]))
    return apply


BAD = {
    "no index": (lambda builds: (builds / "wasmind.json").unlink(), "Io", "it is a folder without wasmind.json"),
    "truncated index": (lambda builds: (builds / "wasmind.json").write_text((builds / "wasmind.json").read_text()[:200]), "InvalidModule", "not valid JSON"),
    "empty index": (lambda builds: (builds / "wasmind.json").write_text(""), "InvalidModule", "not valid JSON"),
    "binary index": (lambda builds: (builds / "wasmind.json").write_bytes(b"{\xff\xfe}"), "InvalidModule", "not valid JSON"),
    "deep index": (lambda builds: (builds / "wasmind.json").write_text("[" * 100000), "InvalidModule", "nested deeper than 64"),
    "large index": (lambda builds: (builds / "wasmind.json").write_text(" " * (1 << 20) + "{}"), "InvalidModule", "1048578 bytes are over 1048576"),
    "another JSON": (lambda builds: (builds / "wasmind.json").write_text('{"name": "wasmind"}'), "InvalidModule", "version: missing"),
    "later version": (edited(lambda index: index.update(version=2)), "Unsupported", "version: 2, this host reads version 1"),
    "no builds": (edited(lambda index: index.update(builds=[])), "InvalidModule", "builds: there are 0, not 1 to 64"),
    "two of a name": (edited(lambda index: index["builds"].append(first(index))), "InvalidModule", "is there twice"),
    "wrong type": (edited(lambda index: first(index).update(features="simd128")), "InvalidModule", "builds[0].features: not an array"),
    "short hash": (edited(lambda index: first(index).update(sha256="0")), "InvalidModule", "builds[0].sha256: not 64 lower-case hexadecimal digits"),
    "other hash": (edited(lambda index: first(index).update(sha256="0" * 64)), "InvalidModule", "another SHA-256 than the index says"),
    "other length": (edited(lambda index: first(index).update(byteLength=1)), "InvalidModule", "bytes where the index says 1"),
    "other features": (edited(lambda index: first(index).update(features=["simd128"])), "InvalidModule", "the signature has other features"),
    "other weights": (edited(lambda index: first(index).pop("weights")), "InvalidModule", "the signature has other weights"),
    "nothing runs": (edited(lambda index: [build.update(features=["gpu"]) for build in index["builds"]]), "Unsupported", "no build runs here"),
    "module is gone": (on("file", lambda path: path.unlink()), "Io", "o such file"),
    "weights are gone": (on("weights", lambda path: path.unlink()), "Io", "o such file"),
    "module is cut": (on("file", truncate), "InvalidModule", "bytes where the index says"),
    "module is damaged": (on("file", flip), "InvalidModule", "another SHA-256 than the index says"),
    "weights are cut": (on("weights", truncate), "InvalidModule", "weights"),
    "weights are damaged": (on("weights", flip), "InvalidModule", "SHA-256"),
} | {f"{kind} {name!r}": (renamed(kind, name), "InvalidModule", "not a plain file name")
     for kind in ("file", "weights") for name in ("../m.onnx", "/etc/passwd", "..", "", "a\\b", "c:d", "a\nb")}


@pytest.mark.parametrize("bad", BAD)
def test_hosts_refuse_alike(bad, folder):
    spoil, status, text = BAD[bad]
    spoil(folder / "builds")
    for engine in compiled.ENGINES:
        refuse(folder, 1, text, "run", "builds", "--inputs=case.npz", "--outputs=out.npz", f"--engine={engine}")
    with pytest.raises(wasmind.WasmindError) as error:
        wasmind.load(folder / "builds")
    assert error.value.code == status and text in str(error.value), f"{error.value.code}: {error.value}"
    assert not (folder / "out.npz").exists()


@pytest.mark.parametrize("which", ["index", "file", "weights"])
def test_pipes_are_not_waited_for(which, folder):
    build = first(index_of(folder))
    path = folder / "builds" / {"index": "wasmind.json", "file": build["file"], "weights": build["weights"]["file"]}[which]
    path.unlink()
    os.mkfifo(path)
    for engine in compiled.ENGINES:
        refuse(folder, 1, "not a regular file", "run", "builds", "--random", f"--engine={engine}")


def test_files_outside_are_never_read(folder):
    """Where a name leads out of the folder nothing is opened, right as its hash may be."""
    build = first(index_of(folder))
    (folder / "builds" / build["file"]).rename(folder / build["file"])
    renamed("file", f"../{build['file']}")(folder / "builds")
    for engine in compiled.ENGINES:
        refuse(folder, 1, "builds[0].file: not a plain file name", "run", "builds", "--random", f"--engine={engine}")


def test_other_commands(folder):
    best, plain = (build["file"] for build in index_of(folder)["builds"])
    text = succeed("inspect", "builds", cwd=folder).stdout
    assert text.index(best) < text.index(plain) and text.count("entry 'run'") == 2
    report = json.loads(succeed("inspect", "builds/wasmind.json", "--json", cwd=folder).stdout)
    assert [build["file"] for build in report["builds"]] == [best, plain]
    assert [build["features"][-1] for build in report["builds"]] == ["relaxed-simd", "simd128"]
    benched = json.loads(succeed("bench", "builds", "--repeat=2", "--json", cwd=folder).stdout)
    assert [run["engine"] for run in benched["runs"]] == ["wasmtime", "node"]
    assert all(run["notes"] == [f"{best} is loaded, the build for simd128, relaxed-simd"] for run in benched["runs"])
    refuse(folder, 2, "--peer needs the source model", "bench", "builds", "--peer=onnxruntime-web")
    refuse(folder, 2, "not the builds of builds", "bench", "builds", "--profile")
    refuse(folder, 2, "--dim is of a source model", "inspect", "builds", "--dim=n=1")
    for name in names(folder):
        for engine in compiled.ENGINES:
            refuse(folder, 2, "which it would overwrite", "run", "builds", "--random", f"--engine={engine}", f"--outputs=builds/{name}")
    edited(lambda index: first(index).update(features=[]))(folder / "builds")
    refuse(folder, 1, f"{best}: the signature has other features", "inspect", "builds")
    (folder / "builds/wasmind.json").unlink()
    refuse(folder, 1, "it is a folder without wasmind.json", "inspect", "builds")


def test_reports_cover_all_builds(folder):
    weights = folder / "builds" / first(index_of(folder))["weights"]["file"]
    report = json.loads(succeed("compile", "m.onnx", "-o", "builds", BOTH, "--json", cwd=folder).stdout)
    assert [module["variant"] for module in report["modules"]] == ["relaxed-simd", "simd128"]
    for module, build in zip(report["modules"], index_of(folder)["builds"], strict=True):
        assert module["file"] == f"builds/{build['file']}" and module["weightsFile"] == f"builds/{weights.name}"
        assert module["weightBytes"] == weights.stat().st_size and 0 < module["codeBytes"] <= build["byteLength"]
    assert set(report["stageMs"]) == {"frontend", "graph", "loops", "module"}
    alone = json.loads(succeed("compile", "m.onnx", "-o", "alone.wasm", "--json", cwd=folder).stdout)
    assert [module["file"] for module in alone["modules"]] == ["alone.wasm"] and "variant" not in alone["modules"][0]
    text = succeed("compile", "m.onnx", "-o", "builds", BOTH, "--verify", cwd=folder).stdout
    assert text.count("code ") == 2 and text.count("equal within the tolerance") == 2
    assert succeed("compile", "m.onnx", "-o", "builds", BOTH, "-q", cwd=folder).stdout == ""


def test_a_model_without_weights_has_no_file_of_them(tmp_path):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])
    graph = helper.make_graph([helper.make_node("Add", ["x", "x"], ["y"])], "g", [value("x")], [value("y")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), tmp_path / "m.onnx")
    succeed("compile", "m.onnx", "-o", "builds", BOTH, cwd=tmp_path)
    assert not any("weights" in build for build in index_of(tmp_path)["builds"]) and len(names(tmp_path)) == 3
    for engine in compiled.ENGINES:
        succeed("run", "builds", "--random", f"--engine={engine}", cwd=tmp_path)


def test_a_folder_is_replaced_as_a_whole(folder):
    old = names(folder)
    (folder / "builds/notes.txt").write_text("of the user")
    onnx.save(model(WEIGHTS + 1), folder / "m.onnx")
    succeed("compile", "m.onnx", "-o", "builds", BOTH, "-q", cwd=folder)
    assert set(names(folder)) & set(old) == {"wasmind.json"}, "what only the old index named is gone"
    assert len(names(folder)) == len(old) + 1 and (folder / "builds/notes.txt").exists()
    numerics.check(wasmind.load(folder / "builds").run([X])["y"], X @ (WEIGHTS + 1), "the new one")

    # An index of somebody else lets no file be removed that was not named by the compiler.
    (folder / "builds/precious").write_text("x")
    digest = hashlib.sha256(b"x").hexdigest()
    change(folder, lambda index: first(index).update(file="precious", byteLength=1, sha256=digest))
    succeed("compile", "m.onnx", "-o", "builds", BOTH, "-q", cwd=folder)
    assert (folder / "builds/precious").read_text() == "x"
    (folder / "builds/wasmind.json").write_text("no index")
    succeed("compile", "m.onnx", "-o", "builds", BOTH, "-q", cwd=folder)
    assert len(index_of(folder)["builds"]) == 2


def test_what_fails_leaves_everything_as_it_was(folder):
    state = lambda: {path.name: path.read_bytes() for path in (folder / "builds").iterdir()}
    before = state()
    (folder / "bad.onnx").write_bytes(b"no model")
    refuse(folder, 1, "bad.onnx", "compile", "bad.onnx", "-o", "builds", BOTH)
    refuse(folder, 1, "bad.onnx", "compile", "bad.onnx", "-o", "new", BOTH)
    refuse(folder, 1, "not compiled within the time limit", "compile", "m.onnx", "-o", "builds", BOTH, "--time-limit=0")
    refuse(folder, 1, "cannot make the folder: No such file or directory", "compile", "m.onnx", "-o", "no/where", BOTH)
    limited = subprocess.run(["bash", "-c", f"ulimit -f 1; exec {compiled.TOOL} compile m.onnx -o new {BOTH}"], cwd=folder, capture_output=True, text=True)
    assert limited.returncode == 1 and limited.stderr.count("\n") == 1 and "File too large" in limited.stderr, limited.stderr
    assert state() == before and not (folder / "new").exists()


@pytest.mark.parametrize("arguments, text", [
    (["--variants=gpu"], "--variants gpu: expected simd128 or relaxed-simd"),
    (["--variants=simd128,threads"], "--variants threads: this version builds single-threaded modules"),
    (["--variants=simd128,simd128"], "--variants: simd128 is given twice"),
    (["--variants="], "--variants"),
    ([BOTH, "--features=simd128"], "--variants and --features exclude each other"),
    ([BOTH, "--weights=inline"], "leave out --weights=inline"),
    ([BOTH, "--emit=wat"], "--variants are modules"),
    ([BOTH, "--emit=object"], "--variants are modules"),
    ([BOTH, "--stop-after=graph"], "--variants are modules"),
    ([BOTH, "--profile"], "--variants and --profile exclude each other"),
    ([BOTH, "--json", "--verify"], "--json and --verify exclude each other"),
    (["--json", "--emit=wat"], "--json tells of modules"),
    ([BOTH, "-o", "-"], "-o -: a binary does not go to standard output"),
    ([BOTH, "-o", "case.npz"], "case.npz: cannot be written: it is a file; several builds go into a folder, name one"),
    ([BOTH, "-o", "m.onnx"], "m.onnx: cannot be written: it is a file"),
])
def test_what_makes_no_sense_is_wrong_usage(arguments, text, folder):
    where = [] if "-o" in arguments else ["-o", "new"]
    before = sorted(folder.rglob("*"))
    refuse(folder, 2, text, "compile", "m.onnx", *where, *arguments)
    assert sorted(folder.rglob("*")) == before


def test_an_index_is_never_an_input(folder):
    (folder / "here").mkdir()
    (folder / "m.onnx").rename(folder / "here/wasmind.json")
    result = compiled.tool("compile", "here/wasmind.json", "-o", "here", BOTH, cwd=folder)
    assert result.returncode in (1, 2) and (folder / "here/wasmind.json").read_bytes() == model().SerializeToString(), result.stderr
