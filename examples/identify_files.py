#!/usr/bin/env python3
"""Says what kind of files these are, with the magika model on wasmtime.

    build/venv/bin/python examples/identify_files.py magika.wasm config.min.json FILE...

config.min.json stands beside the model in the `magika` package: its labels, and how many bytes of a file the model reads.
"""
import json
import pathlib
import sys
import time

import numpy as np
import wasmind


def features(data, config):
    """The model's view of a file: its first and its last bytes without surrounding white space, padded apart, i32[2048]."""
    block = config["block_size"]
    begin = data[:block].lstrip()[: config["beg_size"]]
    end = data[-block:].rstrip()[-config["end_size"] :]
    row = np.full(config["beg_size"] + config["end_size"], config["padding_token"], np.int32)
    row[: len(begin)] = np.frombuffer(begin, np.uint8)
    row[len(row) - len(end) :] = np.frombuffer(end, np.uint8)
    return row


def main(module_file, config_file, *files):
    config = json.loads(pathlib.Path(config_file).read_text())
    start = time.perf_counter()
    module = wasmind.load(module_file)
    loaded = time.perf_counter()
    times = []
    for file in files:
        row = features(pathlib.Path(file).read_bytes(), config)
        started = time.perf_counter()
        scores = next(iter(module.run({"bytes": row[None]}).values()))[0]
        times.append(time.perf_counter() - started)
        best = int(scores.argmax())
        print(f"  {file:36} {config['target_labels_space'][best]:12} {scores[best]:6.1%}")
    print(f"  loaded in {1000 * (loaded - start):.1f} ms; a file takes {1000 * min(times):.1f} ms")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
