"""What was measured, as a page of tables."""
from .routes import ROUTES

HEAD = """# MindSpore benchmark

Written by `wasmind bench mindspore` on {day}: MindSpore {mindspore}, {processor}, {cores} cores. The fastest call of {rounds} rounds
in which the routes take turns. But for the first column, MindSpore is limited to AVX2 (`ONEDNN_MAX_CPU_ISA=AVX2`), where its convolutions are
several times faster than as installed on machines with AVX-512. MindSpore runs the faster of PyNative and `@jit`. wasm runs on
one thread, MindSpore on all. The machine's load was {load:.1f}; over the number of its cores, single rows vary severalfold.
"""
NETWORKS = """
## Networks

Milliseconds per call with MindSpore's tensors.

"""
CALLS = """
## What a call costs

Microseconds of `x + 1` for 2 x 3 numbers.

"""
FUSION = """
## What fusion gains

Milliseconds per call of a graph: MindSpore's operators, the same one by one on wasm (`enable("all")`), chains of them as one kernel each
(`enable("all", fuse=True)`), and the whole function as one kernel (`fuse`). Kernels work on {elements} numbers.

"""
COLUMNS = {"installed": "MindSpore as installed", "avx2": "with AVX2", "compiled": "compiled, wasmtime", "backend": '`@jit(backend="wasm")`',
           "node": "compiled, Node", "enable": "one by one on wasm", "chains": "chains", "fuse": "`fuse`"}
WAYS = {("installed", "PyNative"): "PyNative, as installed", ("installed", "graph"): "`@jit`, as installed", ("avx2", "PyNative"): "PyNative",
        ("avx2", "graph"): "`@jit`", ("compiled", "tensors"): "compiled, tensors", ("compiled", "arrays"): "compiled, arrays",
        ("backend", "graph"): '`@jit(backend="wasm")`', ("node", "run"): "compiled, on Node", ("fuse", "graph"): "`fuse` in `@jit`",
        ("enable", "PyNative"): '`enable("all")`, PyNative', ("enable", "graph"): '`enable("all")`, `@jit`'}


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fastest(row, route):
    """Milliseconds of a route's fastest way, or None."""
    return min(row["milliseconds"].get(route, {}).values(), default=None)


def number(row, route):
    value = fastest(row, route)
    return "refused" if value is None else f"{value:.3g}" if value < 10 else f"{value:.0f}"


def ratio(row, slow, fast):
    slow, fast = fastest(row, slow), fastest(row, fast)
    return "" if slow is None or fast is None else f"**{slow / fast:.1f}**"


def networks(rows, routes):
    more = ["times AVX2's speed"] if {"avx2", "compiled"} <= set(routes) else []
    return table(["network", *(COLUMNS[route] for route in routes), *more],
                 [[row["name"], *(number(row, route) for route in routes), *([ratio(row, "avx2", "compiled")] if more else [])] for row in rows])


def fusion(rows, routes):
    quotients = {"times one by one": "enable", "times MindSpore": "avx2"}
    best = [route for route in ("fuse", "chains") if route in routes]
    header = [title for title, slow in quotients.items() if slow in routes and best]
    lines = []
    for row in rows:
        fused = next((route for route in best if fastest(row, route) is not None), None)
        own = [route for route in routes if route in row["milliseconds"] or route in row["refused"]]
        lines.append([row["name"], *(number(row, route) if route in own else "" for route in routes),
                      *(ratio(row, quotients[title], fused) if fused else "" for title in header)])
    return table(["kernel or network", *("MindSpore" if route == "avx2" else COLUMNS[route] for route in routes), *header], lines)


def notes(rows):
    said = [f"- {row['name']}, {ROUTES[route][2]}: {why}" for row in rows for route, why in row["refused"].items()]
    return "\nRefused:\n\n" + "\n".join(said) + "\n" if said else ""


def page(report):
    text = HEAD.format(**report)
    if rows := report.get("networks"):
        text += NETWORKS + networks(rows["rows"], rows["routes"]) + notes(rows["rows"])
    if rows := report.get("calls"):
        row, = rows["rows"]
        text += CALLS + table(["route", "microseconds"], [[title, f"{1e3 * row['milliseconds'][route][way]:.0f}"] for (route, way), title in WAYS.items()
                                                          if way in row["milliseconds"].get(route, {})]) + notes([row])
    if rows := report.get("fusion"):
        text += FUSION.format(**report) + fusion(rows["rows"], rows["routes"]) + notes(rows["rows"])
    return text
