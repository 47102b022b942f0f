// Operators along an axis.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";
import { each, stridedTensor } from "./strided.mjs";

const load = () => Guest.load(modules("guest_ops.wasm"));

test("random shapes, strides and axes agree with a model", () => {
  for (let seed = 1; seed <= 300; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const shape = Array.from({ length: random.integer(1, 5) }, () => random.pick([1, 2, 3, 5, random.chance(0.1) ? 0 : 4]));
    const axis = random.integer(0, shape.length - 1);
    const x = stridedTensor(guest, "f32", shape, random);
    const w = stridedTensor(guest, "f32", [shape[axis]], random);
    const values = [];
    each(shape, (index) => values.push(Math.fround(x.values[values.length] * w.values[index[axis]] + 0.5)));
    const args = [x.descriptor, w.descriptor, { int: random.chance(0.5) ? axis - shape.length : axis }, { float: 0.5 }];
    assert.deepEqual(guest.run("RowScale", args)[0], { type: "f32", shape, values }, `seed ${seed}`);
    const out = stridedTensor(guest, "f32", shape, random, { repeat: false });
    const before = out.bytes();
    assert.equal(guest.call("RowScale", [...args, out.descriptor]).status, 0, guest.error);
    assert.deepEqual(guest.read(out.descriptor).values, values, `seed ${seed}`);
    out.write(out.values);
    assert.deepEqual(out.bytes(), before, `seed ${seed}: bytes between the elements`);
  }
});

test("what does not fit is refused", () => {
  const guest = load();
  const x = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]).descriptor;
  const w = guest.tensor("f32", [3], [1, 1, 1]).descriptor;
  const refuse = (a, b, axis, message, out = null) => {
    assert.equal(guest.call("RowScale", [a, b, axis, { float: 0 }, out]).status, -1);
    assert.match(guest.error, message);
  };
  for (const axis of [2, -3, 2n ** 31n - 1n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 32n])
    refuse(x, w, { int: axis }, new RegExp(`^ValueError: RowScale: axis ${axis} is not one of 2 axes$`));
  refuse(guest.tensor("f32", [], [1]).descriptor, w, { int: 0 }, /axis 0 is not one of 0 axes$/);
  refuse(x, w, { float: 0.5 }, /^ValueError: RowScale: attribute 0 does not fit i64$/);
  refuse(x, w, { int: 0 }, /^ValueError: RowScale: shape \(2\) is needed of input 1, which has shape \(3\)$/);
  refuse(x, x, { int: 1 }, /^ValueError: RowScale: shape \(3\) is needed of input 1, which has shape \(2, 3\)$/);
  refuse(x, w, { int: 1 }, /^ValueError: RowScale: output 0 overlaps input 0$/, x);
  refuse(x, w, { int: 1 }, /output 0 has shape \(3\), the result \(2, 3\)$/, guest.tensor("f32", [3]).descriptor);
  const huge = guest.describe({ data: guest.allocate(8), type: "f32", shape: [2 ** 31 - 1, 2 ** 31 - 1, 3], strides: [0, 0, 0] });
  refuse(huge, w, { int: 2 }, /^MemoryError: RowScale: input 0 has over 2 GiB/);
});
