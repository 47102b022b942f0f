"""The npm tarball: its files, its types under the strictest settings, and a run on Node."""
import shutil
import tarfile

import pytest
from places import ROOT, VECTORS, clean, one, succeed

PROGRAM = """
import { readFile } from 'node:fs/promises';
import { Model, Tensor, WasmindError, readSignature, type Outputs } from 'wasmind';
import * as everything from 'wasmind';

const bytes = await readFile(process.argv[2]!);
const loaded: Model = await Model.load(bytes);
const model = Model.fromModule(loaded.module);
const [a, b] = readSignature(bytes).functions[0]!.inputs;
const outputs: Outputs = await model.run({ [a!.name]: Tensor.from(new Float32Array(4).fill(1), [4]), [b!.name]: new Float32Array(4).fill(2) });
console.log(Object.values(outputs)[0]!.data.join(), typeof everything.OperatorLibrary);
try {
  await Model.load(new Uint8Array(8));
} catch (error) {
  console.log(error instanceof WasmindError && error.code);
}
"""


@pytest.fixture
def project(packages, node, tmp_path):
    """A project with the tarball installed, and the tree's Node types as if they had been downloaded."""
    (tmp_path / "package.json").write_text('{ "private": true, "type": "module" }')
    env = clean(PATH=f"{node}:{clean()['PATH']}")
    succeed([shutil.which("npm"), "install", "--no-audit", "--no-fund", one("wasmind-*.tgz")], cwd=tmp_path, env=env)
    (tmp_path / "node_modules/@types").mkdir()
    (tmp_path / "node_modules/@types/node").symlink_to(ROOT / "node_modules/@types/node")
    (tmp_path / "node_modules/undici-types").symlink_to(ROOT / "node_modules/undici-types")
    return tmp_path


def test_the_tarball_holds_what_it_should(packages):
    with tarfile.open(one("wasmind-*.tgz")) as archive:
        names = {name.removeprefix("package/") for name in archive.getnames()}
    web = ROOT / "runtime/web"
    built = {f"dist/{f.stem}.d.ts" for f in (web / "src").glob("*.ts")} | {"dist/index.js", "dist/abi.js"}
    assert names == {"LICENSE", "README.md", "package.json"} | {f"bin/{f.name}" for f in (web / "bin").iterdir()} | built
    assert (web / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()


# A page, a worker, Node with its types and no DOM, Node with both.
@pytest.mark.parametrize("library, types", [("ES2022,DOM", ""), ("ES2022,WebWorker", ""), ("ES2022", "node"), ("ES2022,DOM", "node")])
def test_types_are_strict_without_skipping_libraries(project, library, types):
    program = PROGRAM
    if not types:
        program = program.replace("import { readFile } from 'node:fs/promises';", "").replace("await readFile(process.argv[2]!)", "new Uint8Array(8)")
    (project / "program.mts").write_text(program)
    succeed([ROOT / "node_modules/.bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "false", "--exactOptionalPropertyTypes",
             "--noUncheckedIndexedAccess", "--target", "ES2022", "--module", "NodeNext", "--lib", library,
             "--types", types, "program.mts"], cwd=project)


def test_node_runs_it(project, node):
    (project / "program.mts").write_text(PROGRAM)
    printed = succeed([node / "node", "program.mts", VECTORS / "add.wasm"], cwd=project, env=clean()).split()
    assert printed == ["3,3,3,3", "function", "InvalidModule"]
    told = succeed([project / "node_modules/.bin/wasmind-run", VECTORS / "add.wasm", "--random"], cwd=project,
                   env=clean(PATH=f"{node}:{clean()['PATH']}"))
    assert told
