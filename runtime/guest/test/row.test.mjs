// Operators along an axis.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Guest, count, denseStrides } from "./guest.mjs";
import { modules } from "./modules.mjs";
import { Random } from "./random.mjs";
import { each, stridedTensor } from "./strided.mjs";

const load = () => Guest.load(modules("guest_ops.wasm"));
const ALL = 2 ** 31 - 1;

/** Sums over an axis, or all of them. */
function sums(list, shape, axis, keepdims) {
  const kept = shape.map((e, i) => (axis === ALL || i === axis ? 1 : e));
  const strides = denseStrides(kept);
  const out = new Array(count(kept)).fill(0);
  let i = 0;
  each(shape, (index) => (out[index.reduce((at, x, a) => at + (kept[a] === 1 ? 0 : x * strides[a]), 0)] += list[i++]));
  return { shape: keepdims ? kept : shape.filter((_, a) => axis !== ALL && a !== axis), values: out };
}

test("random shapes, strides and axes agree with a model", () => {
  for (let seed = 1; seed <= 300; ++seed) {
    const random = new Random(seed);
    const guest = load();
    const shape = Array.from({ length: random.integer(1, 5) }, () => random.pick([1, 2, 3, 5, random.chance(0.1) ? 0 : 4]));
    const axis = random.chance(0.2) ? ALL : random.integer(0, shape.length - 1);
    const given = axis !== ALL && random.chance(0.5) ? axis - shape.length : axis;
    const x = stridedTensor(guest, "f32", shape, random);
    const keepdims = random.integer(0, 1);
    const expected = { type: "f32", ...sums(x.values, shape, axis, keepdims) };
    assert.deepEqual(guest.run("RowSum", [x.descriptor, { int: given }, { bool: keepdims }])[0], expected, `seed ${seed}`);
    const out = stridedTensor(guest, "f32", expected.shape, random, { repeat: false });
    assert.equal(guest.call("RowSum", [x.descriptor, { int: given }, { bool: keepdims }, out.descriptor]).status, 0, guest.error);
    assert.deepEqual(guest.read(out.descriptor).values, expected.values, `seed ${seed}`);

    const length = axis === ALL ? count(shape) : shape[axis];
    const w = stridedTensor(guest, "f32", [length], random);
    const scaled = [];
    let i = 0;
    each(shape, (index) => scaled.push(Math.fround(x.values[i] * w.values[axis === ALL ? i : index[axis]] + 0.5)) && ++i);
    const list = [x.descriptor, w.descriptor, { int: given }, { float: 0.5 }];
    assert.deepEqual(guest.run("RowScale", list)[0], { type: "f32", shape, values: scaled }, `seed ${seed}`);
    const given2 = stridedTensor(guest, "f32", shape, random, { repeat: false });
    const before = given2.bytes();
    assert.equal(guest.call("RowScale", [...list, given2.descriptor]).status, 0, guest.error);
    assert.deepEqual(guest.read(given2.descriptor).values, scaled, `seed ${seed}`);
    given2.write(given2.values);
    assert.deepEqual(given2.bytes(), before, `seed ${seed}: bytes between the elements`);
  }
});

test("what does not fit is refused", () => {
  const guest = load();
  const x = guest.tensor("f32", [2, 3], [1, 2, 3, 4, 5, 6]);
  const w = guest.tensor("f32", [3], [1, 1, 1]).descriptor;
  const refuse = (name, list, message) => {
    assert.equal(guest.call(name, list).status, -1);
    assert.match(guest.error, message);
  };
  for (const axis of [2, -3, ALL - 1, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 32n])
    refuse("RowSum", [x.descriptor, { int: axis }, { bool: 0 }, null], /^ValueError: RowSum: axis -?\d+ is not one of shape \(2, 3\)$/);
  refuse("RowSum", [guest.tensor("f32", [], [1]).descriptor, { int: 0 }, { bool: 0 }, null], /axis 0 is not one of shape \(\)$/);
  refuse("RowSum", [x.descriptor, { float: 0.5 }, { bool: 0 }, null], /^ValueError: RowSum: attribute 0 does not fit i64$/);
  refuse("RowScale", [x.descriptor, w, { int: 0 }, { float: 0 }, null], /^ValueError: RowScale: input 1 must be a vector of 2 elements, not of shape \(3\)$/);
  refuse("RowScale", [x.descriptor, x.descriptor, { int: 1 }, { float: 0 }, null], /must be a vector of 3 elements/);
  refuse("RowScale", [x.descriptor, w, { int: 1 }, { float: 0 }, x.descriptor], /^ValueError: RowScale: output 0 overlaps input 0$/);
  refuse("RowSum", [x.descriptor, { int: 1 }, { bool: 0 }, guest.tensor("f32", [3]).descriptor], /output 0 has shape \(3\), the result \(2\)$/);
  const huge = guest.describe({ data: x.data, type: "f32", shape: [ALL, ALL, 2], strides: [0, 0, 0] });
  for (const axis of [0, 1, 2, ALL]) refuse("RowSum", [huge, { int: axis }, { bool: 0 }, null], /^MemoryError: RowSum/);
});
