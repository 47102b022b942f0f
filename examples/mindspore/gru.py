"""A GRU whose last state is returned beside its steps."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn


class Recurrent(nn.Cell):
    def __init__(self, width=8, hidden=16):
        super().__init__()
        self.gru = nn.GRU(width, hidden, batch_first=True)
        self.fc = nn.Dense(hidden, 3)

    def construct(self, x):
        steps, last = self.gru(x)
        return self.fc(steps), last


def network():
    return Recurrent()


def inputs(random):
    return [ms.Tensor(random.normal(0, 1, (2, 6, 8)).astype(np.float32))]


if __name__ == "__main__":
    zoo.show(__file__)
