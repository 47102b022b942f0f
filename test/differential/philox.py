"""The generator of random numbers as compiler/graph/Random.h says it, in numpy; numpy's own Philox is the one of 64-bit words.

Its words for the counters and keys of the authors' known answers (Random123, tests/kat_vectors) are checked in test_random.py.
"""
import math

import numpy as np


def block(counter, key):
    """Philox 4x32-10 of four words and two (arrays of u32): J. K. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011."""
    c, k, low = [np.uint64(word) for word in counter], [np.uint64(word) for word in key], np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p, q = c[0] * np.uint64(0xD2511F53), c[2] * np.uint64(0xCD9E8D57)
        c = [q >> np.uint64(32) ^ k[0] ^ c[1], q & low, p >> np.uint64(32) ^ k[1] ^ c[3], p & low]
        k = [k[0] + np.uint64(0x9E3779B9) & low, k[1] + np.uint64(0xBB67AE85) & low]
    return [word.astype(np.uint32) for word in c]


class Draw:
    """Draw number `number` of a module, for each element of a shape."""

    def __init__(self, *shape, number=0, key=(0, 0), turn=0):
        index = np.arange(math.prod(shape), dtype=np.uint64).reshape(shape)
        fill = lambda word: np.full(shape, word, np.uint64)
        self.words = block([index, fill(turn), fill(number & 0xFFFFFFFF), fill(number >> 32)], key)

    def wide(self):
        return self.words[1].astype(np.uint64) << np.uint64(32) | self.words[0]

    def uniform(self, dtype=np.float32, pair=0):
        if dtype == np.float64:
            high, low = self.words[2 * pair:2 * pair + 2]
            return ((high >> 6).astype(np.float64) * 2.0**27 + (low >> 5)) / 2.0**53
        bits = 11 if dtype == np.float16 else 24
        return ((self.words[pair] >> (32 - bits)) / 2.0**bits).astype(dtype)

    def normal(self, dtype=np.float32):
        if dtype == np.float64:
            first, second = (((self.words[i] >> 6) * 2.0**26 + (self.words[i + 1] >> 6) + 0.5) / 2.0**52 for i in (0, 2))
        else:
            first, second = ((word + 0.5) / 2.0**32 for word in self.words[:2])
        return (np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second)).astype(dtype)

    def between(self, low, high):
        return (self.wide() % np.uint64(high - low)).astype(np.int64) + low

    def permutation(self):
        return np.argsort(-self.wide().astype(np.int64).ravel(), kind="stable")

    def classes(self, weights):
        """Of draws [..., count] and weights [..., classes]."""
        ends = np.cumsum(weights, -1, dtype=np.float32)
        place = self.uniform() * ends[..., -1:]
        return (ends[..., None, :] <= place[..., None]).sum(-1)
