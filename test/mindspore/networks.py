"""Two networks of convolutions that know nothing of wasm: python networks.py MODE OUT.npz, MODE pynative or graph.

Writes what LeNet and ResNet-18 give for fixed weights and images.
"""
import math
import sys

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops

random = np.random.default_rng(11)


class LeNet(nn.Cell):
    def __init__(self):
        super().__init__()
        self.layers = nn.SequentialCell(nn.Conv2d(1, 6, 5, pad_mode="valid", has_bias=True), nn.ReLU(), nn.MaxPool2d(2, 2), nn.Conv2d(6, 16, 5, pad_mode="valid"),
                                        nn.ReLU(), nn.MaxPool2d(2, 2), nn.Flatten(), nn.Dense(400, 120), nn.ReLU(), nn.Dense(120, 84), nn.ReLU(), nn.Dense(84, 10))

    def construct(self, x):
        return self.layers(x)


class Block(nn.Cell):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.layers = nn.SequentialCell(nn.Conv2d(channels, filters, 3, stride, "same"), nn.BatchNorm2d(filters), nn.ReLU(),
                                        nn.Conv2d(filters, filters, 3, 1, "same"), nn.BatchNorm2d(filters))
        self.short = nn.SequentialCell()
        if stride != 1 or channels != filters:
            self.short = nn.SequentialCell(nn.Conv2d(channels, filters, 1, stride, "same"), nn.BatchNorm2d(filters))
        self.has_short = stride != 1 or channels != filters
        self.relu = nn.ReLU()

    def construct(self, x):
        return self.relu(self.layers(x) + (self.short(x) if self.has_short else x))


class ResNet18(nn.Cell):
    def __init__(self):
        super().__init__()
        self.stem = nn.SequentialCell(nn.Conv2d(3, 64, 7, 2, "same"), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, "same"))
        blocks, channels = [], 64
        for filters in (64, 128, 256, 512):
            blocks += [Block(channels, filters, 1 if filters == 64 else 2), Block(filters, filters, 1)]
            channels = filters
        self.blocks = nn.SequentialCell(*blocks)
        self.mean = ops.ReduceMean()
        self.head = nn.Dense(512, 1000)

    def construct(self, x):
        return self.head(self.mean(self.blocks(self.stem(x)), (2, 3)))


def randomise(net):
    """Weights that neither grow nor shrink what passes."""
    for parameter in net.get_parameters():
        fan = math.prod(parameter.shape[1:]) or 1
        drawn = random.normal(0, math.sqrt(2 / fan), parameter.shape) if parameter.ndim > 1 else random.uniform(0.5, 1, parameter.shape)
        parameter.set_data(Tensor(drawn.astype(np.float32)))
    return net.set_train(False)


def main(mode, path):
    results = {}
    ms.set_context(mode=ms.GRAPH_MODE if mode == "graph" else ms.PYNATIVE_MODE)
    for name, net, shape in (("lenet", LeNet(), (2, 1, 32, 32)), ("resnet18", ResNet18(), (1, 3, 64, 64))):
        results[name] = randomise(net)(Tensor(random.normal(0, 1, shape).astype(np.float32))).asnumpy()
    np.savez(path, **results)


if __name__ == "__main__":
    main(*sys.argv[1:])
