"""What calls on small tensors take, in a script that knows nothing of wasm: python small_calls.py MODE OUT.json COUNT [REPETITIONS].

MODE: pynative or graph. Writes "memory", the bytes resident before and after COUNT calls, each on the result of the one before, and for
REPETITIONS > 0 "nanoseconds" per call by operator, the least of as many measurements.
"""
import json
import pathlib
import sys
import time

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops

LENGTH = 100
X = Tensor(np.linspace(0.1, 0.9, 6, dtype=np.float32).reshape(2, 3))
Y = Tensor(np.linspace(0.2, 0.7, 6, dtype=np.float32).reshape(2, 3))
SQUARE = Tensor(np.full((3, 3), 0.3, np.float32))
product = ops.MatMul()


def add(x):
    return ops.add(x, Y)


def multiply(x):
    return x * Y


def relu(x):
    return ops.relu(x)


def sigmoid(x):
    return ops.sigmoid(x)


def matmul(x):
    return product(x, SQUARE)


def softmax(x):
    return ops.softmax(x, -1)


CALLS = [add, multiply, relu, sigmoid, matmul, softmax]


class Chain(nn.Cell):
    """LENGTH calls, one after the other, on what the last one gave."""

    def __init__(self, call):
        super().__init__()
        self.call = call

    def construct(self, x):
        for _ in range(LENGTH):
            x = self.call(x)
        return x


def nanoseconds(call, repetitions):
    chain = Chain(call)
    chain(X).asnumpy()
    best = float("inf")
    for _ in range(repetitions):
        begin = time.perf_counter()
        chain(X).asnumpy()
        best = min(best, time.perf_counter() - begin)
    return best / LENGTH * 1e9


def resident():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096


def memory(count):
    chains = [Chain(add), Chain(sigmoid)]

    def call(count):
        for i in range(count // LENGTH):
            chains[i % 2](X).asnumpy()

    call(4000)  # until pools are as large as they get
    before = resident()
    call(count)
    return before, resident()


def main(mode, path, count, repetitions=0):
    ms.set_context(mode=ms.GRAPH_MODE if mode == "graph" else ms.PYNATIVE_MODE)
    found = {"nanoseconds": {call.__name__: nanoseconds(call, int(repetitions)) for call in CALLS}} if int(repetitions) else {}
    pathlib.Path(path).write_text(json.dumps(found | {"memory": memory(int(count))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
