#!/usr/bin/env python3
"""Prints the primitives of the installed MindSpore, one a line: python docs/list_primitives.py > docs/mindspore-2.10-primitives.txt

docs/generate.py makes docs/generated/mindir-primitives.md of the list; only this script needs MindSpore.
"""
import inspect

from mindspore.ops import auto_generate, operations
from mindspore.ops.auto_generate import gen_ops_prim
from mindspore.ops.primitive import Primitive

names = {name for module in (operations, auto_generate, gen_ops_prim) for name, value in vars(module).items()
         if inspect.isclass(value) and issubclass(value, Primitive) and not name.startswith("_") and not name.startswith("Primitive")}
print("\n".join(sorted(names, key=str.lower)))
