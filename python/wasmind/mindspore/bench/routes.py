"""The ways from a network to its results that are measured, and what is measured."""
import pathlib

# Route -> its process, the variables of that, and what it is.
ROUTES = {
    "installed": ("installed", {}, "MindSpore as installed"),
    "avx2": ("avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "MindSpore with ONEDNN_MAX_CPU_ISA=AVX2"),
    "compiled": ("avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "wasmind.mindspore.compile, on wasmtime"),
    "backend": ("avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, '@jit(backend="wasm"), on wasmtime'),
    "node": ("avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "the compiled module, on Node"),
    "fuse": ("avx2", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "wasmind.mindspore.fuse, in a graph of MindSpore"),
    "enable": ("enable", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, 'wasmind.mindspore.enable("all"), operator by operator'),
    "chains": ("chains", {"ONEDNN_MAX_CPU_ISA": "AVX2"}, 'wasmind.mindspore.enable("all", fuse=True)'),
}
# Part -> the routes that it compares.
PARTS = {
    "networks": ["installed", "avx2", "compiled", "backend", "node"],
    "calls": [route for route in ROUTES if route != "chains"],  # one operator is no chain
    "fusion": ["avx2", "enable", "chains", "fuse"],
}
KERNELS = ["bias, GELU", "layer norm", "six elementwise operators"]

ZOO = pathlib.Path(__file__).resolve().parents[1] / "zoo"
# Larger ones of the zoo's kinds: the module, the class in it, and the shape of its argument.
LARGE = {"mobilenet_v2_224": ("mobilenet_v2", "MobileNetV2", (1, 3, 224, 224))}


def networks():
    """Names of the networks that come with the package."""
    return [path.stem for path in sorted(ZOO.glob("*.py")) if path.stem != "zoo"] + list(LARGE)
