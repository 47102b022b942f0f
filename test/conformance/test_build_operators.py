"""`wasmind operators`: objects, archive, header and module; a C program of one's own; errors."""
import json
import re
import shutil
import subprocess

import pytest
from models import compiled, wasm

AR, CLANG = (shutil.which(name) for name in ("llvm-ar-22", "clang-22"))


def operators(*arguments):
    return compiled.tool("operators", *arguments)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Add and Sub in the three types of the proof of concept."""
    folder = tmp_path_factory.mktemp("operators")
    result = operators("build", "--ops=add,sub", "--dtypes=f32,i32,i8", "-o", folder / "wasm_ops.wasm", "--objects", folder / "objects",
                       "--archive", folder / "libops_wasm32.a", "--header", folder / "wasm_ops.h")
    assert result.returncode == 0, result.stderr
    return folder


def test_one_object_per_operator(built):
    assert sorted(path.name for path in (built / "objects").iterdir()) == ["add.o", "sub.o"]
    listed = subprocess.run([AR, "t", built / "libops_wasm32.a"], capture_output=True, text=True, check=True).stdout.split()
    assert listed[:2] == ["add.o", "sub.o"] and "Elementwise.o" in listed


def test_module_holds_what_was_asked_for_and_imports_nothing(built):
    module = wasm.read(built / "wasm_ops.wasm")
    assert [(row["name"], [variant["inputs"][0] for variant in row["variants"]]) for row in module.signature["library"]["operators"]] == \
        [("Add", ["f32", "i32", "i8"]), ("Sub", ["f32", "i32", "i8"])]
    script = "const m = new WebAssembly.Module(require('fs').readFileSync(process.argv[1]));" \
             "console.log(JSON.stringify([WebAssembly.Module.imports(m), WebAssembly.Module.exports(m).map(e => e.name)]))"
    imports, exports = json.loads(subprocess.run([compiled.node(), "-e", script, built / "wasm_ops.wasm"], capture_output=True, text=True, check=True).stdout)
    assert imports == []
    assert {name for name in exports if re.match("__tvm_ffi_|Add|Sub", name)} == \
        {"__tvm_ffi_Add", "__tvm_ffi_Sub", *(f"{name}_{dtype}" for name in ("Add", "Sub") for dtype in ("f32", "i32", "i8"))}


def test_two_operators_are_below_ten_kilobytes(tmp_path):
    assert operators("build", "--ops=add,sub", "--dtypes=f32", "-o", tmp_path / "two.wasm").returncode == 0
    assert (tmp_path / "two.wasm").stat().st_size < 10_000


def test_program_of_ones_own(built, tmp_path):
    source = compiled.ROOT / "examples/application.c"
    result = subprocess.run([CLANG, "--target=wasm32", "-O2", "-Wall", "-Wextra", "-Werror", "-nostdlib", f"-I{built}", "-Wl,--no-entry", "-Wl,--export=run",
                             source, built / "libops_wasm32.a", "-o", tmp_path / "application.wasm"], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    script = "const m = new WebAssembly.Module(require('fs').readFileSync(process.argv[1])); console.log(new WebAssembly.Instance(m, {}).exports.run())"
    assert subprocess.run([compiled.node(), "-e", script, tmp_path / "application.wasm"], capture_output=True, text=True, check=True).stdout == "135\n"


def test_kernels_may_load_past_a_tensor_at_the_end_of_the_memory(tmp_path):
    """Whole vectors are loaded, also from the last row of a matrix whose last element is the memory's."""
    assert operators("build", "--ops=matmul", "--dtypes=f32", "-o", tmp_path / "ops.wasm").returncode == 0
    (tmp_path / "end.mjs").write_text(f"""import {{ Guest }} from '{compiled.ROOT}/runtime/guest/test/guest.mjs';
const guest = Guest.load('{tmp_path}/ops.wasm'), [m, k, n] = [3, 4, 5];
const a = guest.tensor('f32', [m, k], new Float32Array(m * k).fill(1)).descriptor, out = guest.tensor('f32', [m, n]).descriptor;
guest.call('MatMul', [a, guest.tensor('f32', [k, n]).descriptor, out]); // the heap has the workspace now
guest.exports.memory.grow(1); // a page that is not the heap's
const data = guest.byteLength - 4 * k * n, b = guest.describe({{ data, type: 'f32', shape: [k, n] }});
guest.array(Float32Array, data, k * n).fill(2);
const {{ status }} = guest.call('MatMul', [a, b, out]);
console.log(status, guest.read(out).values.join());
""")
    result = subprocess.run([compiled.node(), tmp_path / "end.mjs"], capture_output=True, text=True)
    assert result.stdout.strip() == "0 " + ",".join(["8"] * 15), result.stdout + result.stderr


def test_header_declares_every_operator(tmp_path):
    assert operators("build", "--header", tmp_path / "wasm_ops.h", "--dtypes=f32,bool").returncode == 0
    (tmp_path / "all.c").write_text('#include "wasm_ops.h"\nint32_t (*add)(const DLTensor *, const DLTensor *, const DLTensor **) = wasmind_Add;\n')
    for standard in ("c99", "c++20"):
        language = "c++" if "+" in standard else "c"
        command = [CLANG, "--target=wasm32", "-x", language, f"-std={standard}", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-nostdlibinc",
                   f"-I{tmp_path}", "-fsyntax-only", tmp_path / "all.c"]
        result = subprocess.run(command, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("arguments,code,text", [
    (["build", "--ops=ad", "-o", "x.wasm"], 1, "no operator is called 'ad'"),
    (["build", "--ops=add", "--dtypes=f33", "-o", "x.wasm"], 2, "'f33' is no element type"),
    (["build", "--ops=exp", "--dtypes=i32", "-o", "x.wasm"], 1, "operator Exp exists in none of the element types"),
    (["build", "--ops=add"], 2, "nothing to write"),
    (["build", "--ops=add", "--features=threads", "-o", "x.wasm"], 2, "--features threads"),
    (["build", "--link", "missing.o", "-o", "x.wasm"], 1, "missing.o: cannot read"),
    (["build", "--link", "text.o", "-o", "x.wasm"], 1, "text.o: not a wasm object"),
    (["build", "--link", "application.o", "-o", "x.wasm"], 1, "none of the linked objects defines a function __tvm_ffi_"),
    (["build", "--ops=add", "--link", "add.o", "-o", "x.wasm"], 1, "an operator called 'Add' is there already"),
    (["build", "--link", "wants.o", "-o", "x.wasm"], 1, "undefined symbol: nobody_has_this"),
    (["build", "--ops=add", "-o", "no/such/folder/x.wasm"], 1, "no/such/folder/x.wasm: cannot create"),
    ([], 2, "give --list or build"),
], ids=str)
def test_errors_name_the_culprit_and_leave_no_file(built, tmp_path, arguments, code, text):
    (tmp_path / "text.o").write_text("not an object")
    (tmp_path / "application.c").write_text("int run(void) { return 1; }")
    (tmp_path / "wants.c").write_text("int nobody_has_this(void); int __tvm_ffi_wants(void *s, void *a, int n, void *r) { return nobody_has_this(); }")
    for name in ("application", "wants"):
        subprocess.run([CLANG, "--target=wasm32", "-c", tmp_path / f"{name}.c", "-o", tmp_path / f"{name}.o"], check=True)
    shutil.copy(built / "objects/add.o", tmp_path / "add.o")
    before = sorted(path.name for path in tmp_path.iterdir())
    result = subprocess.run([compiled.TOOL, "operators", *arguments], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == code and text in result.stderr, result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_list_is_the_matrix():
    text = operators("--list").stdout
    rows = json.loads(operators("--list", "--json").stdout)
    assert len(text.splitlines()) == len(rows) + 1
    assert {"Add", "Sub", "MatMul", "Softmax"} <= {row["name"] for row in rows}
