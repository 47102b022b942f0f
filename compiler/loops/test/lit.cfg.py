import os

import lit.formats

config.name = "loops"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(os.environ["WASMIND_BUILD"], "compiler", "loops", "test")
config.environment["PATH"] = os.pathsep.join(
    [os.path.join(os.environ["WASMIND_BUILD"], "bin"), os.environ["LLVM_BIN"], config.environment["PATH"]]
)
