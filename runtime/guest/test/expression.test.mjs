// Operators whose shapes follow from programs in their tables.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest } from "./guest.mjs";
import { modules } from "./modules.mjs";

const load = () => Guest.load(modules("guest_ops.wasm"));
const refuse = (guest, name, list, message) => {
  assert.equal(guest.call(name, list).status, -1);
  assert.equal(guest.error, message);
};

test("variables bind, outputs are made, strided inputs are packed", () => {
  const guest = load();
  const a = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]);
  const b = guest.tensor("f32", [3, 2], [1, 0, 0, 1, 1, 1]);
  assert.deepEqual(guest.run("MatMul", [a.descriptor, b.descriptor])[0], { type: "f32", shape: [2, 2], values: [4, 5, 10, 11] });
  const transposed = guest.describe({ data: a.data, type: "f32", shape: [3, 2], strides: [1, 3] });
  assert.deepEqual(guest.run("MatMul", [a.descriptor, transposed])[0].values, [14, 32, 32, 77]);
  const reversed = guest.describe({ data: a.data, type: "f32", shape: [2, 3], strides: [-3, -1], byteOffset: 20 });
  assert.deepEqual(guest.run("MatMul", [reversed, b.descriptor])[0].values, [10, 9, 4, 3]);
  const repeated = guest.describe({ data: a.data, type: "f32", shape: [1000, 3], strides: [0, 1] });
  assert.deepEqual(guest.run("MatMul", [repeated, b.descriptor])[0].values.slice(-4), [4, 5, 4, 5]);
});

test("a given output is written through its strides", () => {
  const guest = load();
  const a = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]).descriptor;
  const b = guest.tensor("f32", [3, 2], [1, 0, 0, 1, 1, 1]).descriptor;
  const out = guest.tensor("f32", [4, 4], new Array(16).fill(9));
  const view = guest.describe({ data: out.data, type: "f32", shape: [2, 2], strides: [-8, 2], byteOffset: 8 * 4 + 4 });
  assert.equal(guest.call("MatMul", [a, b, view]).status, 0, guest.error);
  assert.deepEqual(guest.read(out.descriptor).values, [9, 10, 9, 11, 9, 9, 9, 9, 9, 4, 9, 5, 9, 9, 9, 9]);
});

test("several outputs and an attribute", () => {
  const guest = load();
  const x = guest.tensor("i32", [7], [1, 2, 3, 4, 5, 6, 7]).descriptor;
  const w = guest.tensor("i32", [3], [10, 100, 1000]).descriptor;
  const [first, last] = guest.run("Split", [x, w, { int: 5 }], 2);
  assert.deepEqual(first, { type: "i32", shape: [4], values: [6, 7, 8, 9] });
  assert.deepEqual(last, { type: "i32", shape: [3], values: [50, 600, 7000] });
  const out = guest.tensor("i32", [3]);
  assert.equal(guest.call("Split", [x, w, { int: 5 }, null, out.descriptor]).status, 0);
  assert.deepEqual(guest.read(out.descriptor).values, [50, 600, 7000]);
});

test("extents that do not fit are named", () => {
  const guest = load();
  const of = (...shape) => guest.tensor("f32", shape).descriptor;
  refuse(guest, "MatMul", [of(2, 3), of(4, 2), null],
    "ValueError: MatMul: input 1 has shape (4, 2), but by the other extents axis 0 must be 3");
  refuse(guest, "MatMul", [of(2, 3, 1), of(3, 2), null], "ValueError: MatMul: input 0 must have rank 2, not shape (2, 3, 1)");
  refuse(guest, "MatMul", [of(), of(3, 2), null], "ValueError: MatMul: input 0 must have rank 2, not shape ()");
  refuse(guest, "MatMul", [of(2, 3), of(3, 2), of(2, 3)], "ValueError: MatMul: output 0 has shape (2, 3), the result (2, 2)");
  const ints = (n) => guest.tensor("i32", [n]).descriptor;
  refuse(guest, "Split", [ints(6), ints(3), { int: 0 }, null, null],
    "ValueError: Split: input 0 has shape (6), but by the other extents axis 0 must be 7");
  // The first output was made, the second is refused: the first is freed.
  const probe = guest.allocate(1);
  guest.free(probe);
  const wrong = ints(5), x = ints(7), w = ints(3);
  const before = guest.allocate(1);
  guest.free(before);
  refuse(guest, "Split", [x, w, { int: 0 }, null, wrong], "ValueError: Split: output 1 has shape (5), the result (3)");
  assert.equal(guest.allocate(1), before);
});

test("shape programs compute", () => {
  const guest = load();
  const shapes = (a, b) => guest.run("Shapes", [guest.describe({ data: 64, type: "u8", shape: [a, b], strides: [0, 0] })])[0].shape;
  assert.deepEqual(shapes(7, 3), [10, 21, 2, 3, 1, 7, 3]);
  assert.deepEqual(shapes(3, 7), [10, 21, 0, 1, 3, 7, 3]);
  assert.deepEqual(shapes(6, 3), [9, 18, 2, 2, 0, 6, 3]);
  const signs = (n) => guest.run("Signs", [guest.tensor("u8", [n]).descriptor])[0].shape;
  assert.deepEqual(signs(4), [8, 9, 1, 1]); // -3: floor -2, ceil -1, modulo 1
  assert.deepEqual(signs(8), [10, 11, 1, 5]);
});

test("shape programs that have no result are errors", () => {
  const guest = load();
  const shapes = (a, b) => guest.describe({ data: 64, type: "u8", shape: [a, b], strides: [0, 0] });
  refuse(guest, "Shapes", [shapes(5, 0), null], "ValueError: Shapes: the shapes lead to a division of an extent by 0");
  refuse(guest, "Shapes", [shapes(2 ** 30, 2 ** 30), null], "ValueError: Shapes: output 0 would have an extent of 2147483648");
  refuse(guest, "Signs", [guest.tensor("u8", [1]).descriptor, null], "ValueError: Signs: output 0 would have an extent of -2");
  const long = (n) => guest.describe({ data: 64, type: "u8", shape: [n], strides: [0] });
  refuse(guest, "Power", [long(100000), null], "ValueError: Power: the shapes lead to an extent beyond 4611686018427387904");
  assert.deepEqual(guest.run("Power", [guest.tensor("u8", [3]).descriptor])[0].shape, [243, 0]);
});

test("an output that overlaps an input or another output is refused", () => {
  const guest = load();
  const x = guest.tensor("i32", [7], [1, 2, 3, 4, 5, 6, 7]);
  const w = guest.tensor("i32", [3], [1, 1, 1]).descriptor;
  const at = (byteOffset, n) => guest.describe({ data: x.data, type: "i32", shape: [n], byteOffset });
  refuse(guest, "Split", [x.descriptor, w, { int: 1 }, at(0, 4), null], "ValueError: Split: output 0 overlaps input 0");
  refuse(guest, "Split", [x.descriptor, w, { int: 1 }, null, at(16, 3)], "ValueError: Split: output 1 overlaps input 0");
  const out = guest.tensor("i32", [8]);
  const part = (byteOffset, n) => guest.describe({ data: out.data, type: "i32", shape: [n], byteOffset });
  refuse(guest, "Split", [x.descriptor, w, { int: 1 }, part(0, 4), part(12, 3)], "ValueError: Split: output 1 overlaps output 0");
  assert.equal(guest.call("Split", [x.descriptor, w, { int: 1 }, part(0, 4), part(16, 3)]).status, 0);
});

test("packing that does not fit the memory is a MemoryError", () => {
  const guest = load();
  const data = guest.allocate(64);
  const a = guest.describe({ data, type: "f32", shape: [2, 2 ** 31 - 1], strides: [0, 0] });
  const b = guest.describe({ data, type: "f32", shape: [2 ** 31 - 1, 1], strides: [0, 0] });
  assert.throws(() => guest.run("MatMul", [a, b]), /^Error: MemoryError: MatMul/);
  assert.throws(() => guest.run("MatMul", [b, guest.describe({ data, type: "f32", shape: [1, 2 ** 31 - 1], strides: [0, 0] })]), /^Error: MemoryError: MatMul/);
});

test("a result without elements costs nothing, whatever the other extents", () => {
  const guest = load();
  const data = guest.allocate(64);
  const a = guest.describe({ data, type: "f32", shape: [2 ** 31 - 1, 2 ** 31 - 1], strides: [0, 0] });
  const b = guest.describe({ data, type: "f32", shape: [2 ** 31 - 1, 0], strides: [0, 0] });
  const { status, outputs } = guest.call("MatMul", [a, b, null]);
  assert.equal(status, 0, guest.error);
  assert.equal(guest.view.getBigInt64(guest.view.getUint32(outputs[2] + 20, true), true), 2n ** 31n - 1n);
});
