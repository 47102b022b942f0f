"""BERT: token, segment and position embeddings, two encoder layers, pooled and per-token results."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common.initializer import Normal, initializer


class Attention(nn.Cell):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.query, self.key, self.value, self.out = (nn.Dense(width, width) for _ in range(4))

    def split(self, x):
        batch, length, _ = x.shape
        return x.reshape((batch, length, self.heads, self.size)).transpose((0, 2, 1, 3))

    def construct(self, x, mask):
        scores = ops.matmul(self.split(self.query(x)), self.split(self.key(x)).swapaxes(-1, -2)) / self.size ** 0.5
        mixed = ops.matmul(ops.softmax(scores + mask, -1), self.split(self.value(x)))
        return self.out(mixed.transpose((0, 2, 1, 3)).reshape(x.shape))


class Layer(nn.Cell):
    def __init__(self, width, heads):
        super().__init__()
        self.attention = Attention(width, heads)
        self.norm1, self.norm2 = nn.LayerNorm((width,)), nn.LayerNorm((width,))
        self.up, self.down, self.gelu = nn.Dense(width, 4 * width), nn.Dense(4 * width, width), nn.GELU(approximate=False)

    def construct(self, x, mask):
        x = self.norm1(x + self.attention(x, mask))
        return self.norm2(x + self.down(self.gelu(self.up(x))))


class Bert(nn.Cell):
    def __init__(self, vocabulary=500, width=64, heads=4, layers=2, length=64):
        super().__init__()
        self.tokens, self.segments = nn.Embedding(vocabulary, width), nn.Embedding(2, width)
        self.positions = Parameter(initializer(Normal(0.02), (length, width)), name="positions")
        self.norm = nn.LayerNorm((width,))
        self.dropout = nn.Dropout(p=0.1)
        self.layers = nn.CellList([Layer(width, heads) for _ in range(layers)])
        self.pooler = nn.Dense(width, width, activation="tanh")

    def construct(self, tokens, segments, mask):
        x = self.tokens(tokens) + self.segments(segments) + self.positions[:tokens.shape[1]]
        x = self.dropout(self.norm(x))
        mask = (1.0 - mask.astype(ms.float32)).expand_dims(1).expand_dims(1) * -1e4
        for layer in self.layers:
            x = layer(x, mask)
        return x, self.pooler(x[:, 0])


def network():
    return Bert()


def inputs(random):
    tokens, segments, mask = random.integers(0, 500, (2, 24)), np.arange(24) // 12 * np.ones((2, 1)), np.arange(24) < [[24], [17]]
    return [Tensor(each.astype(np.int32)) for each in (tokens, segments, mask)]


if __name__ == "__main__":
    zoo.show(__file__)
