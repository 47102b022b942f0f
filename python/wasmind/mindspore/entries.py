"""python entries.py prints the rows of primitives.py as C lines PRIMITIVE(Name), for Plugin.cpp."""
import importlib
import pathlib
import sys
import types

# Without the packages around, which want what is being built.
HERE = pathlib.Path(__file__).resolve().parent
package = sys.modules["rows"] = types.ModuleType("rows")
package.__path__ = [str(HERE)]
print("\n".join(f"PRIMITIVE({name})" for name in importlib.import_module("rows.primitives").PRIMITIVES))
