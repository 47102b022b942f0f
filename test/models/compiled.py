"""Collected models and the modules compiled from them, shared by the test folders and kept while nothing changes."""
import functools
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOOL = ROOT / "build/bin/wasmind"
CACHE = pathlib.Path(os.environ.get("WASMIND_CACHE", pathlib.Path.home() / ".cache/wasmind"))
MODULES = ROOT / "build/test-modules"
FEATURES = ["simd128", "relaxed-simd"]
ENGINES = ["wasmtime", "node"]
# The models of the main job and the bounds of their named dimensions that their cases need.
MODELS = {
    "magika": [],
    "minilm": ["--dim", "batch=1..4", "--dim", "sequence=1..128"],
    "mobilenet_v2": [],
    "resnet50": [],
    "silero_vad_openvino": [],
    "unet_small": [],
}


@functools.lru_cache(None)
def index():
    """{name: {"cases", "tolerance", "operators", ...}} of MODELS; downloads and records what is not in the cache yet."""
    file = CACHE / "models/index.json"
    have = json.loads(file.read_text()) if file.exists() else {}
    if any(name not in have for name in MODELS):
        subprocess.run([sys.executable, ROOT / "test/models/collect.py", CACHE, *MODELS], check=True)
        have = json.loads(file.read_text())
    return have


def source(name):
    index()
    return CACHE / f"models/{name}.onnx"


def case(name, number):
    index()
    return CACHE / f"models/{name}.{number}.npz"


def tool(*arguments, timeout=600, **options):
    """Runs build/bin/wasmind; returns the finished process with its output as text."""
    return subprocess.run([TOOL, *map(str, arguments)], capture_output=True, text=True, timeout=timeout, **options)


def node():
    """The pinned Node."""
    return next(ROOT.glob("node_modules/node-linux-*/bin/node"))


@functools.lru_cache(None)
def compiler():
    return hashlib.sha256(TOOL.read_bytes()).hexdigest()


@functools.lru_cache(None)
def module(model, *options):
    """Compiles a model file, or takes the module of an earlier run of the same compiler, model and options."""
    model = pathlib.Path(model)
    key = hashlib.sha256(repr((compiler(), str(model), model.stat().st_mtime_ns, model.stat().st_size, options)).encode()).hexdigest()[:12]
    out = MODULES / f"{model.stem}.{key}.wasm"
    if not out.exists():
        MODULES.mkdir(parents=True, exist_ok=True)
        for old in MODULES.glob(f"{model.stem}.*.wasm"):
            if not (old.with_suffix(".compiler").exists() and old.with_suffix(".compiler").read_text() == compiler()):
                old.unlink()
                old.with_suffix(".compiler").unlink(missing_ok=True)
        result = tool("compile", model, "-o", out, *options)
        assert result.returncode == 0, f"{model.name} {' '.join(options)}: {result.stderr.strip()}"
        out.with_suffix(".compiler").write_text(compiler())
    return out


def collected(name, features, *options):
    """The module of one collected model."""
    return module(source(name), f"--features={features}", *MODELS[name], *options)
