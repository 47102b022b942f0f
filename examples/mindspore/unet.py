"""U-Net of two levels: every pixel of an image to a class."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn, ops


class Pair(nn.SequentialCell):
    """Twice: convolution, batch normalisation, ReLU."""

    def __init__(self, channels, filters):
        super().__init__(nn.Conv2d(channels, filters, 3, pad_mode="same"), nn.BatchNorm2d(filters), nn.ReLU(),
                         nn.Conv2d(filters, filters, 3, pad_mode="same"), nn.BatchNorm2d(filters), nn.ReLU())


class UNet(nn.Cell):
    def __init__(self, filters=16, classes=3):
        super().__init__()
        self.down1, self.down2, self.middle = Pair(1, filters), Pair(filters, 2 * filters), Pair(2 * filters, 4 * filters)
        self.pool = nn.MaxPool2d(2, 2)
        self.up2 = nn.Conv2dTranspose(4 * filters, 2 * filters, 2, 2)
        self.up1 = nn.Conv2dTranspose(2 * filters, filters, 2, 2)
        self.join2, self.join1 = Pair(4 * filters, 2 * filters), Pair(2 * filters, filters)
        self.head = nn.Conv2d(filters, classes, 1)

    def construct(self, x):
        first = self.down1(x)
        second = self.down2(self.pool(first))
        x = self.up2(self.middle(self.pool(second)))
        x = self.up1(self.join2(ops.concat((second, x), 1)))
        return ops.softmax(self.head(self.join1(ops.concat((first, x), 1))), 1)


def network():
    return zoo.trained(UNet())


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (1, 1, 48, 64)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
