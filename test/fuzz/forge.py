#!/usr/bin/env python3
"""Forges modules out of good ones and holds both hosts to one verdict on each: the same status, no crash, no hang.

    build/venv/bin/python test/fuzz/forge.py [--count 2400] [--seed 1] [--keep FOLDER]

Fields of the signature are changed, removed, repeated and exchanged, its text is damaged, and sections are cut, swapped,
repeated, left out or taken from another module. The same seed forges the same modules. Those on which the hosts disagree
are kept in FOLDER. Code is left as it is: what instructions an engine knows is its own matter.
"""
import argparse
import copy
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "abi/vectors"))

from hostile import join, split  # noqa: E402
from wat import name, unsigned  # noqa: E402

VECTORS = ROOT / "build/abi/vectors"
SEEDS = ["add", "keep_positive", "shared_dim", "state", "state_initial", "default_input", "scalar", "logical_not", "two_entries",
         "inline_weights", "reports_error", "hostile_table_small", "library"]
EDGES = [0, 1, -1, 2, 3, 4, 7, 8, 16, 255, 1024, 4096, 65535, 65536, 65792, 131072, 196608, 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1, 2**32,
         2**53 - 1, 2**53, 2**64 - 1, 2**64, 0.5, -0.0, 3.0, 1e300, None, True, False, "", "n", "f32", "i64", "u8", "f8", "memory", "run",
         "x", "external", "inline", "simd128", "threads", "__proto__", "toString", "\0", "\u00e9" * 200, [], {}, [4], ["n"], [[]], {"name": "x"}]
# By seconds: what an instance and a run of such modules take is milliseconds.
MOST_SECONDS = 10


def places(value, path=()):
    """Every path into a JSON value but the root."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*path, key)
        yield from places(member, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def forge_fields(signature, rng):
    signature = copy.deepcopy(signature)
    for _ in range(rng.choice([1, 1, 1, 2])):
        paths = list(places(signature))
        path, other = rng.choice(paths), rng.choice(paths)
        holder, key = at(signature, path[:-1]), path[-1]
        kind = rng.randrange(8)
        if kind == 0:
            del holder[key]
        elif kind == 1 and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif kind == 2:
            holder[key] = copy.deepcopy(at(signature, other))
        elif kind == 3 and isinstance(holder[key], int):
            holder[key] += rng.choice([-65536, -4, -1, 1, 4, 65536])
        elif kind == 4 and isinstance(holder, dict):
            holder[rng.choice(["default", "library", "state", "initialOffset", "derived", "output", "more"])] = rng.choice(EDGES)
        else:
            holder[key] = rng.choice(EDGES)
    return json.dumps(signature, ensure_ascii=rng.random() < 0.5).encode()


def forge_bytes(contents, rng):
    out = bytearray(contents)
    for _ in range(rng.choice([1, 1, 2, 4])):
        if not out:
            break
        where, length = rng.randrange(len(out)), rng.randrange(1, 9)
        kind = rng.randrange(6)
        if kind == 0:
            out[where] = rng.randrange(256)
        elif kind == 1:
            out[where] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del out[where:where + length]
        elif kind == 3:
            out[where:where] = out[where:where + length]
        elif kind == 4:
            out[where] = rng.choice(b'{}[]",:0-.e\\ \0\x7f\x80\xff')
        else:
            del out[where:where + (len(out) if rng.randrange(4) == 0 else 1)]
    return bytes(out)


def forge_sections(sections, others, rng):
    sections = list(sections)
    where, other = rng.randrange(len(sections)), rng.randrange(len(sections))
    number, contents = sections[where]
    kind = rng.randrange(8)
    if kind == 0:
        del sections[where]
    elif kind == 1:
        sections.insert(other, sections[where])
    elif kind == 2:
        sections[where], sections[other] = sections[other], sections[where]
    elif kind == 3:
        sections[where] = (number, contents[:rng.randrange(len(contents) + 1)])
    elif kind == 4:
        sections[where] = rng.choice(others)
    elif kind == 5:
        sections[where] = (rng.choice([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 127]), contents)
    elif kind == 6:
        sections.insert(where, (rng.choice([2, 4, 6, 9, 12, 13]), rng.choice([b"", b"\0", b"\1", unsigned(2**32 - 1), b"\1\x70\0\1", b"\1\x70\1\1\2"])))
    elif number not in (0, 10, 11):
        sections[where] = (number, forge_bytes(contents, rng))
    return sections


def forge(seeds, rng):
    """One module that was made from a good one."""
    sections = list(rng.choice(seeds))
    last = next(i for i, (number, contents) in enumerate(sections) if number == 0 and contents.startswith(name("wasmind")))
    text = sections[last][1][len(name("wasmind")):]
    kind = rng.randrange(10)
    if kind < 5:
        sections[last] = (0, name("wasmind") + forge_fields(json.loads(text), rng))
    elif kind == 5:
        sections[last] = (0, name("wasmind") + forge_bytes(text, rng))
    elif kind < 9:
        sections = forge_sections(sections, rng.choice(seeds), rng)
    else:
        module = join(sections)
        return rng.choice([module[:rng.randrange(len(module))], module + bytes([rng.randrange(256)]), forge_bytes(module[:12], rng) + module[12:]])
    return join(sections)


def verdicts(command, files, host):
    """One line of JSON per file. A host that does not come to its end is a failure that names the file."""
    try:
        result = subprocess.run(command, input="\n".join(map(str, files)) + "\n", capture_output=True, text=True, timeout=60 + len(files))
        out, why = result.stdout, f"exit code {result.returncode}: {result.stderr[-2000:]}"
    except subprocess.TimeoutExpired as stopped:
        out, why = (stopped.stdout or b"").decode(), "it hangs"
    found = [json.loads(line) for line in out.splitlines()]
    assert len(found) == len(files), f"{host} ended at {files[len(found)]}: {why}"
    return found


def compare(count, seed, folder, node):
    """What is wrong with the hosts' verdicts on `count` forged modules, and how often there was which status."""
    seeds, rng, files = [split((VECTORS / f"{each}.wasm").read_bytes()) for each in SEEDS], random.Random(seed), []
    for index in range(count):
        files.append(folder / f"{seed}-{index}.wasm")
        files[-1].write_bytes(forge(seeds, rng))
    native = verdicts([ROOT / "build/bin/load_all"], files, "the native host")
    web = verdicts([node, ROOT / "runtime/web/test/loadAll.mjs", "--run"], files, "the web host")
    wrong, counts = [], {}
    for one, other in zip(native, web):
        counts[one["status"]] = counts.get(one["status"], 0) + 1
        if one["status"] != other["status"]:
            wrong.append(f"{one['file']}: {one['status']} ({one['text']}) on wasmtime, {other['status']} ({other['text']}) in JavaScript")
        for each in (one, other):
            if "\n" in each["text"] or each["milliseconds"] > 1000 * MOST_SECONDS:
                wrong.append(f"{each['file']}: {each['milliseconds']} ms, {each['text']!r}")
    return wrong, counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    node = next(iter(sorted(ROOT.glob("node_modules/node-linux-*/bin/node"))), "node")
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        wrong, counts = compare(arguments.count, arguments.seed, folder, node)
        for line in wrong if arguments.keep else ():
            arguments.keep.mkdir(parents=True, exist_ok=True)
            file = pathlib.Path(line.split(": ")[0])
            (arguments.keep / file.name).write_bytes(file.read_bytes())
    print(*wrong, f"{arguments.count} modules, seed {arguments.seed}: {counts}; {len(wrong)} wrong", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
