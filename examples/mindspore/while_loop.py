"""A loop whose number of turns the data decide: Newton's steps to the square root of a matrix's trace, and a branch."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn, ops


class Newton(nn.Cell):
    def __init__(self):
        super().__init__()
        self.fc = nn.Dense(4, 4)

    def construct(self, x):
        total = ops.square(self.fc(x)).sum() + 1.0
        root = total
        steps = ms.Tensor(0, ms.int32)
        while ops.abs(root * root - total) > total * 1e-6:
            root = (root + total / root) * 0.5
            steps = steps + 1
        if root > 2.0:
            root = root * 10.0
        return root, steps


def network():
    return Newton()


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (3, 4)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
