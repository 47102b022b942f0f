"""A residual network of the first ResNets' basic blocks, for 32 x 32 images."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn


def convolution(channels, filters, size, stride=1):
    return nn.Conv2d(channels, filters, size, stride, pad_mode="same")


class Block(nn.Cell):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.body = nn.SequentialCell(convolution(channels, filters, 3, stride), nn.BatchNorm2d(filters), nn.ReLU(),
                                      convolution(filters, filters, 3), nn.BatchNorm2d(filters))
        self.narrow = None
        if stride > 1 or channels != filters:
            self.narrow = nn.SequentialCell(convolution(channels, filters, 1, stride), nn.BatchNorm2d(filters))
        self.relu = nn.ReLU()

    def construct(self, x):
        shortcut = x if self.narrow is None else self.narrow(x)
        return self.relu(self.body(x) + shortcut)


class ResNet(nn.Cell):
    def __init__(self, filters=(16, 32, 64), blocks=2, classes=10):
        super().__init__()
        self.stem = nn.SequentialCell(convolution(3, filters[0], 3), nn.BatchNorm2d(filters[0]), nn.ReLU())
        rows, channels = [], filters[0]
        for stage, count in enumerate(filters):
            for block in range(blocks):
                rows.append(Block(channels, count, 2 if stage and not block else 1))
                channels = count
        self.body = nn.SequentialCell(rows)
        self.fc = nn.Dense(channels, classes)

    def construct(self, x):
        x = self.body(self.stem(x))
        return self.fc(x.mean((2, 3)))


def network():
    return zoo.trained(ResNet())


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (2, 3, 32, 32)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
