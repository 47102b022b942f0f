"""A decoder that gets the keys and values of the tokens before and returns them with those of its own."""
import mindspore as ms
import numpy as np
import zoo
from mindspore import Tensor, nn, ops


class Block(nn.Cell):
    def __init__(self, width, heads):
        super().__init__()
        self.heads, self.size = heads, width // heads
        self.norm1, self.norm2 = nn.LayerNorm((width,)), nn.LayerNorm((width,))
        self.qkv, self.out = nn.Dense(width, 3 * width), nn.Dense(width, width)
        self.up, self.down = nn.Dense(width, 4 * width), nn.Dense(4 * width, width)

    def construct(self, x, cache, mask):
        batch, length, width = x.shape
        qkv = self.qkv(self.norm1(x)).reshape((batch, length, 3, self.heads, self.size)).transpose((2, 0, 3, 1, 4))
        key = ops.concat((cache[0], qkv[1]), 2)
        value = ops.concat((cache[1], qkv[2]), 2)
        scores = ops.matmul(qkv[0], key.swapaxes(-1, -2)) * self.size ** -0.5 + mask
        mixed = ops.matmul(ops.softmax(scores, -1), value).transpose((0, 2, 1, 3)).reshape((batch, length, width))
        x = x + self.out(mixed)
        return x + self.down(ops.gelu(self.up(self.norm2(x)))), (key, value)


class Decoder(nn.Cell):
    def __init__(self, vocabulary=200, width=48, heads=4, layers=2, length=32):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(length, width)
        self.blocks = nn.CellList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm((width,))
        self.head = nn.Dense(width, vocabulary, has_bias=False)

    def construct(self, tokens, positions, caches, mask):
        """caches: of each layer keys and values, [batch, heads, past, size]. mask: [length, past + length], 0 or a large negative."""
        x = self.tokens(tokens) + self.positions(positions)
        present = ()
        for i, block in enumerate(self.blocks):
            x, cache = block(x, caches[i], mask)
            present += (cache,)
        return self.head(self.norm(x)), present


def network():
    return Decoder()


def inputs(random, past=5, length=3):
    cache = tuple(tuple(Tensor(random.normal(0, 1, (1, 4, past, 12)).astype(np.float32)) for _ in range(2)) for _ in range(2))
    mask = np.triu(np.full((length, past + length), -1e4, np.float32), past + 1)
    return [Tensor(random.integers(0, 200, (1, length)).astype(np.int32)), Tensor(np.arange(past, past + length, dtype=np.int32)[None]),
            ms.mutable(cache), Tensor(mask)]


if __name__ == "__main__":
    zoo.show(__file__)
