"""Sentences to two classes through a bidirectional LSTM of two layers."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import nn


class Classifier(nn.Cell):
    def __init__(self, vocabulary=300, width=32, hidden=24, classes=2):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.lstm = nn.LSTM(width, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Dense(4 * hidden, classes)
        self.concat = ms.ops.Concat(1)

    def construct(self, tokens):
        steps, _ = self.lstm(self.embedding(tokens))
        return ms.ops.softmax(self.fc(self.concat((steps[:, 0], steps[:, -1]))), -1)


def network():
    return Classifier()


def inputs(random):
    return [ms.Tensor(random.integers(0, 300, (3, 12)).astype(np.int32))]


if __name__ == "__main__":
    zoo.show(__file__)
