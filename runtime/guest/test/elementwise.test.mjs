// Elementwise operators: broadcasting, strides, aliasing, attributes, outputs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, count } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";
import { broadcast, spread, stridedTensor, wrap } from "./strided.mjs";

const load = () => Guest.load(modules("guest_ops.wasm"));

test("rows, columns and scalars broadcast", () => {
  const guest = load();
  const a = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]);
  const row = guest.tensor("f32", [3], [10, 20, 30]);
  const column = guest.tensor("f32", [2, 1], [100, 200]);
  const scalar = guest.tensor("f32", [], [7]);
  const sub = (x, y) => guest.run("Sub", [x.descriptor, y.descriptor])[0];
  assert.deepEqual(sub(a, row), { type: "f32", shape: [2, 3], values: [-9, -18, -27, -6, -15, -24] });
  assert.deepEqual(sub(column, row).values, [90, 80, 70, 190, 180, 170]);
  assert.deepEqual(sub(row, column).values, [-90, -80, -70, -190, -180, -170]);
  assert.deepEqual(sub(a, scalar).values, [-6, -5, -4, -3, -2, -1]);
  assert.deepEqual(sub(scalar, a).values, [6, 5, 4, 3, 2, 1]);
  assert.deepEqual(sub(scalar, scalar), { type: "f32", shape: [], values: [0] });
});

test("tensors without elements give a result without elements", () => {
  const guest = load();
  const empty = guest.tensor("f32", [2, 0, 3]);
  assert.deepEqual(guest.run("Sub", [empty.descriptor, guest.tensor("f32", [3]).descriptor])[0], { type: "f32", shape: [2, 0, 3], values: [] });
  const nowhere = guest.describe({ data: 0, type: "f32", shape: [0] });
  assert.deepEqual(guest.run("Sub", [nowhere, nowhere])[0].shape, [0]);
  assert.deepEqual(guest.run("Sub", [nowhere, guest.tensor("f32", [1]).descriptor])[0].shape, [0]);
});

test("random shapes and strides agree with a model", () => {
  for (let seed = 1; seed <= 400; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const rank = random.integer(0, 5);
    const shape = Array.from({ length: rank }, () => random.pick([1, 1, 2, 3, 4, 7]));
    if (rank && random.chance(0.2)) shape[random.integer(0, rank - 1)] = random.pick([1500, 2100, 0]);
    const input = () => shape.slice(random.chance(0.3) ? random.integer(0, rank) : 0).map((e) => (random.chance(0.25) ? 1 : e));
    const kind = random.pick(["f32", "f64", "i8", "i16", "select", "less"]);
    const inputTypes = kind === "select" ? ["bool", "f64", "f32"] : kind === "less" ? ["f32", "f32"] : [kind, kind];
    const inputs = inputTypes.map((type) => stridedTensor(guest, type, input(), random));
    if (kind === "select") {
      // Repeated elements are written several times: the values are what is there afterwards.
      inputs[0].write(inputs[0].values.map((v) => v & 1));
      inputs[0].values = guest.read(inputs[0].descriptor).values;
    }
    const target = broadcast(...inputs.map((i) => i.shape));
    const parts = inputs.map((i) => spread(i.values, i.shape, target));
    const expected = parts[0].map((_, i) =>
      kind === "select" ? (parts[0][i] ? parts[1][i] : parts[2][i])
      : kind === "less" ? Number(parts[0][i] < parts[1][i])
      : wrap(kind, parts[0][i] - parts[1][i]));
    const name = { select: "Select", less: "Less" }[kind] ?? "Sub";
    const outputType = { select: "f64", less: "bool" }[kind] ?? kind;
    const list = inputs.map((i) => i.descriptor);
    assert.deepEqual(guest.run(name, list)[0], { type: outputType, shape: target, values: expected }, `seed ${seed}`);

    // Into a given tensor with strides: the elements between its own are left alone.
    const output = stridedTensor(guest, outputType, target, random, { repeat: false });
    const before = output.bytes();
    const { status } = guest.call(name, [...list, output.descriptor]);
    assert.equal(status, 0, `seed ${seed}: ${guest.error}`);
    assert.deepEqual(guest.read(output.descriptor).values, expected, `seed ${seed}`);
    // Written back, the old elements restore the old bytes.
    output.write(output.values);
    assert.deepEqual(output.bytes(), before, `seed ${seed}: bytes between the elements`);
  }
});

test("an output may be an input, element for element", () => {
  const guest = load();
  const numbers = Array.from({ length: 3000 }, (_, i) => i % 101);
  const x = guest.tensor("f32", [3000], numbers);
  const y = guest.tensor("f32", [3000], numbers.map((v) => 2 * v));
  assert.equal(guest.call("Sub", [x.descriptor, y.descriptor, x.descriptor]).status, 0);
  assert.deepEqual(guest.read(x.descriptor).values, numbers.map((v) => 0 - v));
  assert.equal(guest.call("Sub", [x.descriptor, y.descriptor, y.descriptor]).status, 0);
  assert.deepEqual(guest.read(y.descriptor).values, numbers.map((v) => 0 - 3 * v));
  assert.equal(guest.call("Sub", [y.descriptor, y.descriptor, y.descriptor]).status, 0);
  assert.deepEqual(guest.read(y.descriptor).values, numbers.map(() => 0));
});

test("an output may be an input with the same strides, backwards and in steps", () => {
  const guest = load();
  const z = guest.tensor("f32", [60], Array.from({ length: 60 }, (_, i) => i));
  for (const [shape, strides, byteOffset] of [[[3000 / 100], [-2], 59 * 4], [[5, 6], [12, 2], 0], [[6, 5], [2, 12], 4]]) {
    const before = guest.array(Float32Array, z.data, 60).slice();
    const view = guest.describe({ data: z.data, type: "f32", shape, strides, byteOffset });
    const one = guest.tensor("f32", [1], [1]);
    const values = guest.read(view).values;
    assert.equal(guest.call("Sub", [view, one.descriptor, view]).status, 0, guest.error);
    assert.deepEqual(guest.read(view).values, values.map((v) => v - 1));
    const changed = guest.array(Float32Array, z.data, 60).filter((v, i) => v !== before[i]).length;
    assert.equal(changed, count(shape));
  }
});

test("an output that overlaps an input otherwise is refused and not written", () => {
  const guest = load();
  const numbers = Array.from({ length: 16 }, (_, i) => i);
  const base = guest.tensor("f32", [16], numbers);
  const at = (byteOffset, shape, strides = null) => guest.describe({ data: base.data, type: "f32", shape, strides, byteOffset });
  const other = guest.tensor("f32", [8], numbers.slice(0, 8)).descriptor;
  const refused = [
    [at(0, [8]), other, at(4, [8])], [at(4, [8]), other, at(0, [8])], [other, at(0, [8]), at(28, [8])],
    [at(0, [8]), other, at(28, [8], [-1])], [at(0, [2, 4]), other, at(0, [2, 4], [1, 2])],
    [at(0, [1]), other, at(0, [8])], [at(0, [8], [2]), other, at(0, [8])],
  ];
  for (const list of refused) {
    const { status } = guest.call("Sub", list);
    if (list[1] === other && list[0] !== other && guest.read(list[0]).shape.length === 2) {
      assert.equal(status, -1); // the shapes differ as well
      continue;
    }
    assert.equal(status, -1);
    assert.match(guest.error, /^ValueError: Sub: the output overlaps input [01]$/);
    assert.deepEqual([...guest.array(Float32Array, base.data, 16)], numbers);
  }
  // Another width at the same place is an overlap, too.
  const { status } = guest.call("Less", [at(0, [8]), other, guest.describe({ data: base.data, type: "bool", shape: [8] })]);
  assert.equal(status, -1);
  // Side by side is fine.
  assert.equal(guest.call("Sub", [at(0, [8]), other, at(32, [8])]).status, 0);
});

test("outputs of the wrong shape or type, or with elements at one place, are refused", () => {
  const guest = load();
  const x = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]).descriptor;
  const refuse = (output, message) => {
    assert.equal(guest.call("Sub", [x, x, output]).status, -1);
    assert.equal(guest.error, message);
  };
  refuse(guest.tensor("f32", [3, 2]).descriptor, "ValueError: Sub: output 0 has shape (3, 2), the result (2, 3)");
  refuse(guest.tensor("f32", [1, 2, 3]).descriptor, "ValueError: Sub: output 0 has shape (1, 2, 3), the result (2, 3)");
  refuse(guest.tensor("i32", [2, 3]).descriptor, "TypeError: Sub: output 0 must be f32");
  const data = guest.allocate(64);
  for (const strides of [[0, 1], [3, 0], [1, 1], [2, 1], [0, 0], [-1, 1]])
    refuse(guest.describe({ data: data + 32, type: "f32", shape: [2, 3], strides }), "ValueError: Sub: output 0: elements overlap");
  for (const strides of [[3, 1], [1, 2], [4, 1], [3, -1]])
    assert.equal(guest.call("Sub", [x, x, guest.describe({ data: data + 8, type: "f32", shape: [2, 3], strides })]).status, 0, guest.error);
});

test("element types pick the variant", () => {
  const guest = load();
  const of = (type) => guest.tensor(type, [2], [1, 2].map((v) => (type.endsWith("64") && type[0] !== "f" ? BigInt(v) : v))).descriptor;
  assert.equal(guest.run("Sub", [of("f64"), of("f64")])[0].type, "f64");
  assert.equal(guest.run("Sub", [of("i8"), of("i8")])[0].type, "i8");
  for (const [a, b] of [["f32", "f64"], ["i64", "i64"], ["bf16", "f16"], ["bool", "u8"]])
    assert.throws(() => guest.run("Sub", [of(a), of(b)]), { message: `TypeError: Sub: not built for input types 2: ${a}, ${b}` });
  // TVM's one-bit bool.
  const bit = guest.describe({ data: guest.allocate(8), type: "u8", bits: 1, shape: [2] });
  assert.deepEqual(guest.run("Select", [bit, of("f64"), of("f32")])[0].shape, [2]);
});

test("attributes become elements of every type", () => {
  const guest = load();
  const fill = (type, attribute) => {
    const x = guest.tensor(type, [3]);
    return guest.run("Fill", [x.descriptor, attribute])[0].values[0];
  };
  const cases = [
    ["f32", { float: 0.1 }, Math.fround(0.1)], ["f32", { int: -3 }, -3], ["f32", { bool: 1 }, 1], ["f32", { float: -Infinity }, -Infinity],
    ["f64", { float: 0.1 }, 0.1], ["f64", { int: 7 }, 7], ["i8", { int: -128 }, -128], ["i8", { float: 127 }, 127],
    ["u8", { int: 255 }, 255], ["i16", { int: -32768 }, -32768], ["u16", { int: 65535 }, 65535], ["i32", { int: -2147483648n }, -2147483648],
    ["u32", { int: 4294967295 }, 4294967295], ["i64", { int: -(2n ** 63n) }, -(2n ** 63n)], ["u64", { int: 2n ** 63n - 1n }, 2n ** 63n - 1n],
    ["i64", { float: -9007199254740992 }, -9007199254740992n], ["bool", { int: 5 }, 1], ["bool", { bool: 0 }, 0], ["bool", { float: 0.5 }, 1],
    ["f16", { float: 1 }, 0x3c00], ["f16", { float: -2.5 }, 0xc100], ["f16", { float: 65504 }, 0x7bff], ["f16", { float: 65519.99 }, 0x7bff],
    ["f16", { float: 65520 }, 0x7c00], ["f16", { float: -Infinity }, 0xfc00], ["f16", { float: 2 ** -24 }, 1], ["f16", { float: 2 ** -25 }, 0],
    ["f16", { float: 1.5 * 2 ** -25 }, 1], ["f16", { float: 2 ** -14 }, 0x0400], ["f16", { float: 1 + 2 ** -11 }, 0x3c00],
    ["f16", { float: 1 + 3 * 2 ** -11 }, 0x3c02], ["f16", { float: 1 + 2 ** -11 + 2 ** -40 }, 0x3c01], ["f16", { float: 2 ** -14 - 2 ** -26 }, 0x0400],
    ["bf16", { float: 1 }, 0x3f80], ["bf16", { float: 3.3895313892515355e38 }, 0x7f7f], ["bf16", { float: 1e39 }, 0x7f80],
    ["bf16", { float: 1 + 2 ** -8 }, 0x3f80], ["bf16", { float: 2 ** -133 }, 1], ["bf16", { float: -0 }, 0x8000], ["f16", { float: -0 }, 0x8000],
  ];
  for (const [type, attribute, expected] of cases) assert.equal(fill(type, attribute), expected, `${type} ${Object.entries(attribute)}`);
  assert.equal(fill("f16", { float: NaN }) & 0x7fff, 0x7e00);
  assert.equal(fill("bf16", { float: NaN }) & 0x7fff, 0x7fc0);
  for (const [type, attribute] of [["i8", { int: 128 }], ["u8", { int: -1 }], ["u8", { int: 256 }], ["i32", { float: 0.5 }], ["i32", { float: NaN }],
    ["i32", { int: 2147483648 }], ["u64", { int: -1 }], ["i64", { float: 1e19 }], ["u16", { float: -1 }], ["i16", { int: 2n ** 62n }]])
    assert.throws(() => fill(type, attribute), { message: `ValueError: Fill: attribute 0 does not fit ${type}` });
  assert.throws(() => fill("f32", null), { message: "TypeError: Fill: attribute 0 is not given" });
  assert.throws(() => fill("f32", { typeIndex: 7 }), { message: "TypeError: Fill: attribute 0 is not a number" });
  assert.throws(() => fill("f32", { typeIndex: -1 }), { message: "TypeError: Fill: attribute 0 is not a number" });
});

test("a kernel without memory is a MemoryError, and no output is left behind", () => {
  const guest = load();
  const x = guest.tensor("f32", [1000]).descriptor;
  const { status, outputs } = guest.call("Refuse", [x, null]);
  assert.equal(status, -1);
  assert.match(guest.error, /^MemoryError: Refuse: cannot grow the memory/);
  assert.equal(outputs[1], 0);
  const before = guest.byteLength;
  for (let i = 0; i < 10000; ++i) guest.call("Refuse", [x, null]);
  assert.equal(guest.byteLength, before);
});

test("results that do not fit the memory are a MemoryError", () => {
  const guest = load();
  const one = guest.tensor("f64", [1], [1]);
  const long = (extents) => guest.describe({ data: one.data, type: "f64", shape: extents, strides: extents.map(() => 0) });
  for (const extents of [[2 ** 29], [2 ** 31 - 1], [2 ** 31 - 1, 2 ** 31 - 1], [65536, 65536], new Array(8).fill(2 ** 31 - 1)]) {
    assert.throws(() => guest.run("Sub", [long(extents), one.descriptor]), /^Error: MemoryError: Sub: cannot grow the memory/);
  }
  assert.deepEqual(guest.run("Sub", [one.descriptor, one.descriptor])[0].values, [0]);
});

test("new outputs are one block, aligned, dense and freed by one call", () => {
  const guest = load();
  const x = guest.tensor("f32", [3, 5], new Array(15).fill(2)).descriptor;
  const before = guest.allocate(1);
  guest.free(before);
  for (let i = 0; i < 3; ++i) {
    const { status, outputs } = guest.call("Sub", [x, x, null]);
    assert.equal(status, 0);
    const view = guest.view;
    assert.equal(outputs[2] % 64, 0);
    assert.equal(view.getUint32(outputs[2], true) % 64, 0);
    assert.equal(view.getUint32(outputs[2] + 24, true), 0);
    guest.free(outputs[2]);
  }
  const after = guest.allocate(1);
  assert.equal(after, before);
});
