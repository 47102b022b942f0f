"""A network of mindspore.mint, whose names and primitives are those of PyTorch."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import mint, nn, ops


class MintNet(nn.Cell):
    def __init__(self, classes=5):
        super().__init__()
        self.conv1 = mint.nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.conv2 = mint.nn.Conv2d(8, 16, 3, padding=1)
        self.norm = mint.nn.LayerNorm((16,))
        self.fc1 = mint.nn.Linear(16, 32)
        self.fc2 = mint.nn.Linear(32, classes)

    def construct(self, x):
        x = mint.nn.functional.relu(self.conv1(x))
        x = mint.nn.functional.max_pool2d(mint.nn.functional.gelu(self.conv2(x)), 2)
        x = mint.mean(mint.flatten(x, 2), 2)
        x = mint.nn.functional.silu(self.fc1(self.norm(x)))
        return mint.nn.functional.softmax(self.fc2(x), -1)


class Twin(nn.Cell):
    """The same in words for which MindSpore's CPU has kernels."""

    def __init__(self, net):
        super().__init__()
        self.conv1, self.conv2 = (nn.Conv2d(n, m, 3, s, "pad", 1, has_bias=True, weight_init=conv.weight, bias_init=conv.bias)
                                  for n, m, s, conv in ((3, 8, 2, net.conv1), (8, 16, 1, net.conv2)))
        self.pool, self.norm = nn.MaxPool2d(2, 2), nn.LayerNorm((16,), epsilon=1e-5)
        self.fc1, self.fc2 = net.fc1, net.fc2

    def construct(self, x):
        x = self.conv2(ops.relu(self.conv1(x)))
        x = self.norm(self.pool(x * 0.5 * (1 + ops.erf(x * 0.5 ** 0.5))).mean((2, 3)))
        return ops.softmax(self.fc2(ops.silu(self.fc1(x))), -1)


def network():
    return MintNet()


def reference(net):
    return Twin(net)


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (2, 3, 16, 16)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
