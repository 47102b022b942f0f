"""A layer of Llama's kind: RMS normalisation, rotary positions, grouped queries, gated feed-forward."""
import numpy as np
import zoo
from mindspore import Parameter, Tensor, nn, ops


class RmsNorm(nn.Cell):
    def __init__(self, width):
        super().__init__()
        self.weight = Parameter(Tensor(np.ones(width, np.float32)), name="weight")

    def construct(self, x):
        return x * ops.rsqrt(ops.square(x).mean(-1, True) + 1e-6) * self.weight


class Layer(nn.Cell):
    def __init__(self, width=48, heads=4, groups=2, hidden=96, length=32):
        super().__init__()
        self.heads, self.groups, self.size = heads, groups, width // heads
        angle = np.arange(length)[:, None] / 1e4 ** (np.arange(0, self.size, 2) / self.size)
        self.sin, self.cos = (Tensor(np.tile(f(angle), 2).astype(np.float32)) for f in (np.sin, np.cos))
        self.norm1, self.norm2 = RmsNorm(width), RmsNorm(width)
        narrow = groups * self.size
        self.query, self.key, self.value = (nn.Dense(width, n, has_bias=False) for n in (width, narrow, narrow))
        self.out, self.down = nn.Dense(width, width, has_bias=False), nn.Dense(hidden, width, has_bias=False)
        self.gate, self.up = nn.Dense(width, hidden, has_bias=False), nn.Dense(width, hidden, has_bias=False)

    def turn(self, x):
        """Rotary positions of [batch, heads, length, size]."""
        length, half = x.shape[2], self.size // 2
        turned = ops.concat((-x[..., half:], x[..., :half]), -1)
        return x * self.cos[:length] + turned * self.sin[:length]

    def split(self, x, heads):
        return x.reshape((x.shape[0], x.shape[1], heads, self.size)).transpose((0, 2, 1, 3))

    def construct(self, x, mask):
        y = self.norm1(x)
        query, key = self.turn(self.split(self.query(y), self.heads)), self.turn(self.split(self.key(y), self.groups))
        value = self.split(self.value(y), self.groups)
        key, value = (ops.repeat_elements(each, self.heads // self.groups, 1) for each in (key, value))
        scores = ops.softmax(ops.matmul(query, key.swapaxes(-1, -2)) * self.size ** -0.5 + mask, -1)
        x = x + self.out(ops.matmul(scores, value).transpose((0, 2, 1, 3)).reshape(x.shape))
        y = self.norm2(x)
        return x + self.down(ops.silu(self.gate(y)) * self.up(y))


def network():
    return Layer()


def inputs(random, length=10):
    return [Tensor(random.normal(0, 1, (1, length, 48)).astype(np.float32)), Tensor(np.triu(np.full((length, length), -1e4, np.float32), 1))]


if __name__ == "__main__":
    zoo.show(__file__)
