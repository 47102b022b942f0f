"""python with_wasm.py PRIMITIVES REPORT.json SCRIPT ARGUMENTS...: runs an unchanged script with PRIMITIVES, names or "all", on wasm; with
"fuse:" before them, chains of them are fused."""
import json
import pathlib
import runpy
import sys

import wasmind.mindspore

primitives, report, script, *arguments = sys.argv[1:]
fuse = primitives.startswith("fuse:")
primitives = primitives.removeprefix("fuse:")
wasmind.mindspore.enable(primitives if primitives == "all" else primitives.split(","), fuse=fuse)
sys.argv = [script, *arguments]
try:
    runpy.run_path(script, run_name="__main__")
finally:
    pathlib.Path(report).write_text(json.dumps({"report": wasmind.mindspore.report(), "returned": wasmind.mindspore.returned(), "flops": wasmind.mindspore.flops(),
                                                "fused": wasmind.mindspore.fused()}))
