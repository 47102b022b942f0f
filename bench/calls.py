"""What a call costs from Python: calls.py LIBRARY adds two tensors of four f32 by the operator Add and prints {intoGuest, newGuest,
copied}, microseconds per call, as measureCalls of tools/OperatorTimes.cpp does."""
import json
import sys
import time

import numpy as np
import wasmind

ROUNDS, CALLS = 15, 20_000


def microseconds_per(call):
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(CALLS):
            call()
        best = min(best, (time.perf_counter() - start) / CALLS)
    return round(best * 1e6, 3)


def main(file):
    library = wasmind.OperatorLibrary.load(file)
    left, right, result = np.array([1, 2, 3, 4], np.float32), np.array([10, 20, 30, 40], np.float32), np.empty(4, np.float32)
    a, b, total = (library.tensor("f32", (4,)) for _ in range(3))
    a.numpy()[...], b.numpy()[...] = left, right
    measured = {
        "intoGuest": microseconds_per(lambda: library.call("Add", a, b, out=total)),
        "newGuest": microseconds_per(lambda: library.call("Add", a, b)),
        "copied": microseconds_per(lambda: library.call("Add", left, right, out=result)),
    }
    assert total.numpy()[3] == 44 and result[3] == 44
    print(json.dumps(measured))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
