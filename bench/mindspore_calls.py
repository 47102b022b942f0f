#!/usr/bin/env python3
"""What calls of single operators on 2 x 3 numbers take in MindSpore, on its own and with wasmind.mindspore.enable("all").

    build/venv/bin/python bench/mindspore_calls.py [--rounds 3] [--count 1000000]

Processes without and with wasm take turns, in both modes. Prints nanoseconds per call, the least of the rounds, and the memory before and
after `count` calls. Ends with 1 where a call takes over twice as long as MindSpore's own, by the middle operator.
"""
import argparse
import json
import pathlib
import statistics
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODES = ("pynative", "graph")


def main():
    sys.path[:0] = [str(ROOT / "test"), str(ROOT / "test/mindspore")]
    import processes
    from models import environment

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=100_000, help="calls between which memory is looked at")
    options = parser.parse_args()
    python = environment.interpreter("mindspore", ROOT / "test/mindspore/requirements.txt", 4000)
    script = processes.HERE / "small_calls.py"
    most = 0
    for mode in MODES:
        times, memory = {"own": {}, "wasm": {}}, {}
        with tempfile.TemporaryDirectory() as folder:
            for number in range(options.rounds):
                arguments = [mode, "out.json", str(0 if number else options.count), "30"]
                for side, before in (("own", []), ("wasm", [processes.HERE / "with_wasm.py", "all", "report.json"])):
                    processes.run(python, *before, script, *arguments, folder=folder, seconds=100_000)
                    found = json.loads((pathlib.Path(folder) / "out.json").read_text())
                    times[side] = {name: min(value, times[side].get(name, value)) for name, value in found["nanoseconds"].items()}
                    memory.setdefault(side, found["memory"])
        print(f"\n| {mode}, ns per call | MindSpore | on wasm | ratio |\n|---|---|---|---|")
        ratios = {name: times["wasm"][name] / own for name, own in times["own"].items()}
        for name, own in times["own"].items():
            print(f"| {name} | {own:.0f} | {times['wasm'][name]:.0f} | {ratios[name]:.2f} |")
        for side, (before, after) in memory.items():
            print(f"memory of {side}: {before / 1e6:.1f} MB, {after / 1e6:.1f} MB after {options.count} calls: {(after - before) / 1e6:+.1f} MB")
        most = max(most, statistics.median(ratios.values()))
    return int(most > 2)


if __name__ == "__main__":
    sys.exit(main())
