// Tensors with random strides, and numpy's broadcasting, for the models the tests compare with.
import { count, denseStrides, types } from "./guest.mjs";

/** The value an element of `type` keeps of a number. */
export function wrap(type, value) {
  const array = new types[type][2](1);
  array[0] = value;
  return array[0];
}

export const values = (type, length, random) =>
  Array.from({ length }, () => wrap(type, random.integer(-100, 100) + (type[0] === "f" ? 0.25 : 0)));

/** The shape that shapes have together, or null. */
export function broadcast(...shapes) {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const extents = shapes.map((s) => s[axis - rank + s.length] ?? 1);
    const wide = extents.find((e) => e !== 1) ?? 1;
    return extents.every((e) => e === 1 || e === wide) ? wide : null;
  });
  return shape.includes(null) ? null : shape;
}

/** Calls `visit` with every index of a shape, in row-major order. */
export function each(shape, visit) {
  const index = shape.map(() => 0);
  for (let i = count(shape); i > 0; --i) {
    visit(index);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; --axis) index[axis] = 0;
  }
}

/** Values of a tensor of `shape` spread over `target`. */
export function spread(list, shape, target) {
  const strides = denseStrides(shape);
  const out = [];
  each(target, (index) => {
    let at = 0;
    shape.forEach((e, axis) => (at += e === 1 ? 0 : strides[axis] * index[axis + target.length - shape.length]));
    out.push(list[at]);
  });
  return out;
}

/** A tensor that is a slice, transpose, reversal or repetition of a larger one, with its values and a writer of them. */
export function stridedTensor(guest, type, shape, random, { repeat = true } = {}) {
  const order = shape.map((_, axis) => axis);
  if (random.chance(0.5)) order.sort(() => random.next() - 0.5);
  const strides = new Array(shape.length).fill(0);
  let span = 1;
  for (const axis of order) {
    if (repeat && random.chance(0.15)) continue;
    const step = random.pick([1, 1, 1, 2, 3]);
    strides[axis] = span * step;
    span *= Math.max(shape[axis], 1) * step;
  }
  const offset = random.chance(0.3) ? random.integer(0, 5) : 0;
  let first = offset;
  shape.forEach((extent, axis) => {
    if (!random.chance(0.25)) return;
    first += strides[axis] * Math.max(extent - 1, 0);
    strides[axis] = -strides[axis];
  });
  const Type = types[type][2];
  const length = span + offset;
  const data = guest.allocate(length * Type.BYTES_PER_ELEMENT);
  guest.array(Type, data, length).set(values(type, length, random));
  const descriptor = guest.describe({ data, type, shape, strides, byteOffset: first * Type.BYTES_PER_ELEMENT });
  const write = (list) => {
    const array = guest.array(Type, data, length);
    let i = 0;
    each(shape, (index) => (array[first + index.reduce((sum, x, axis) => sum + x * strides[axis], 0)] = list[i++]));
  };
  const bytes = () => guest.array(Uint8Array, data, length * Type.BYTES_PER_ELEMENT).slice();
  return { descriptor, shape, values: guest.read(descriptor).values, write, bytes };
}
