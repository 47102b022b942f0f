"""MobileNetV2's inverted residuals, with fewer of them."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn


class Layer(nn.SequentialCell):
    """Convolution, batch normalisation and ReLU6."""

    def __init__(self, channels, filters, size=3, stride=1, group=1):
        super().__init__(nn.Conv2d(channels, filters, size, stride, pad_mode="pad", padding=size // 2, group=group),
                         nn.BatchNorm2d(filters), nn.ReLU6())


class InvertedResidual(nn.Cell):
    def __init__(self, channels, filters, stride, expansion):
        super().__init__()
        wide = channels * expansion
        self.is_residual = stride == 1 and channels == filters
        self.body = nn.SequentialCell(Layer(channels, wide, 1), Layer(wide, wide, 3, stride, wide),
                                      nn.Conv2d(wide, filters, 1), nn.BatchNorm2d(filters))

    def construct(self, x):
        y = self.body(x)
        return x + y if self.is_residual else y


class MobileNetV2(nn.Cell):
    def __init__(self, classes=10):
        super().__init__()
        rows = [(16, 16, 1, 1), (16, 24, 2, 6), (24, 24, 1, 6), (24, 32, 2, 6), (32, 32, 1, 6), (32, 64, 2, 6)]
        self.features = nn.SequentialCell(Layer(3, 16, 3, 2), *[InvertedResidual(*row) for row in rows], Layer(64, 256, 1))
        self.dropout = nn.Dropout(p=0.2)
        self.fc = nn.Dense(256, classes)

    def construct(self, x):
        return self.fc(self.dropout(self.features(x).mean((2, 3))))


def network():
    return zoo.trained(MobileNetV2())


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (1, 3, 64, 64)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
