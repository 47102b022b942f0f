"""What the networks of this folder share. Each file has `network()`, `inputs(random)` and, where MindSpore's CPU lacks kernels for it,
`reference(net)`, the same network in other words.

    python lenet5.py      compiles the network to lenet5.wasm and compares it with MindSpore
"""
import importlib
import pathlib
import sys

import mindspore as ms
import numpy as np

import wasmind.mindspore

NAMES = ["lenet5", "resnet", "mobilenet_v2", "unet", "detector", "bert", "gpt", "llama", "lstm", "gru", "mint_net", "while_loop"]


def trained(net, seed=1):
    """Gives batch normalisation the means and variances that training would have left."""
    random = np.random.default_rng(seed)
    for parameter in net.get_parameters():
        kind = parameter.name.rpartition(".")[2]
        if kind in ("moving_mean", "moving_variance", "gamma", "beta"):
            low, high = (-0.5, 0.5) if kind in ("moving_mean", "beta") else (0.5, 1.5)
            parameter.set_data(ms.Tensor(random.uniform(low, high, parameter.shape).astype(np.float32)))
    return net


def leaves(value):
    """The tensors of nested results, as arrays."""
    if isinstance(value, (tuple, list)):
        return [leaf for each in value for leaf in leaves(each)]
    return [value.asnumpy() if isinstance(value, ms.Tensor) else np.asarray(value)]


def make(name):
    """A network in inference mode, its arguments, and the network that MindSpore runs in its place."""
    ms.set_seed(1)
    module = importlib.import_module(name)
    net = module.network().set_train(False)
    return net, module.inputs(np.random.default_rng(2)), getattr(module, "reference", lambda net: net)(net).set_train(False)


def show(file):
    """What `python NAME.py` does."""
    name = pathlib.Path(file).stem
    net, inputs, reference = make(name)
    compiled = wasmind.mindspore.compile(net, *inputs, output=f"{name}.wasm")
    results, expected = leaves(compiled(*inputs)), leaves(reference(*inputs))
    gap = max(np.abs(np.float64(a) - b).max() / np.abs(np.float64(b)).max() for a, b in zip(results, expected, strict=True))
    info = compiled.model.info
    print(f"{name}.wasm: {info.code_bytes} bytes of code, {info.weight_bytes} of weights, {info.memory_bytes} of memory")
    print(f"results {', '.join(str(list(each.shape)) for each in results)} differ from MindSpore's by {gap:.1e} of the largest value")
    if gap > 1e-4:
        sys.exit(f"{name}: too far")
