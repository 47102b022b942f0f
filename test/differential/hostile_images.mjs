// Random calls of operators of images, with amounts up to 2^31: node hostile_images.mjs COMPILED.wasm HAND.wasm CALLS
// Both libraries must give the same numbers or errors, and neither may trap. The hand-written kernels are plain loops
// (runtime/guest/test/image_ops.cpp). Prints how many calls gave results.
import { Guest, count } from '../../runtime/guest/test/guest.mjs';
import { Random } from '../../runtime/guest/test/random.mjs';
import { readFileSync } from 'node:fs';

const [compiled, hand, calls] = process.argv.slice(2);
const flag = (value) => ({ bool: value ? 1 : 0 });
const most = 2 ** 31 - 1;

/** Name, tensors as [shape, values], lists and attributes of a call, in the order of the operator. */
function draw(random) {
  const name = random.pick(['Conv2D', 'DepthwiseConv2D', 'Conv2DTranspose', 'MaxPool', 'AvgPool']);
  const number = (low, high, chance) => (random.chance(chance) ? random.pick([most, most - 99, 2 ** 30, 70000, 65536]) : random.integer(low, high));
  const two = (low, high, chance = 0) => [number(low, high, chance), number(low, high, chance)];
  const last = random.chance(0.5);
  const groups = random.pick([1, 1, 2, 3]);
  const [inputs, outputs] = [name === 'DepthwiseConv2D' ? 1 : random.integer(1, 9), random.integer(1, 20)];
  const [c, o] = [groups * inputs, groups * outputs];
  const [kernel, strides, dilations, image] = [two(1, 4), two(1, 5, 0.1), two(1, 4, 0.05), two(1, 12)];
  const pads = [...two(0, 4, 0.02), ...two(0, 4, 0.02)];
  // Where amounts are large, pads that leave a few windows, or cut all but a few elements off a result.
  for (const i of [0, 1]) {
    const span = dilations[i] * (kernel[i] - 1) + 1;
    const isTransposed = name === 'Conv2DTranspose';
    const missing = isTransposed ? (image[i] - 1) * strides[i] + span - random.integer(1, 20) : span - image[i] + random.integer(-1, 3);
    if (missing < 50) continue;
    pads[i] = Math.min(Math.floor(missing * random.next()), most);
    pads[2 + i] = Math.min(missing - pads[i], most);
  }
  const tensor = (shape) => [shape, Array.from({ length: count(shape) }, () => random.integer(-8, 8))];
  const images = tensor([random.integer(1, 2), ...(last ? [...image, c] : [c, ...image])]);
  const weights = { Conv2D: [o, inputs], DepthwiseConv2D: [o, 1], Conv2DTranspose: [c, outputs] }[name];
  const attributes = { MaxPool: [flag(random.chance(0.5))], AvgPool: [flag(random.chance(0.5)), flag(random.chance(0.5))], DepthwiseConv2D: [] }[name] ?? [{ int: groups }];
  const lists = { MaxPool: [kernel, strides, pads, dilations], AvgPool: [kernel, strides, pads], Conv2DTranspose: [strides, pads, dilations, two(0, 1)] };
  const tensors = weights ? [images, tensor(last ? [...kernel, ...weights.reverse()] : [...weights, ...kernel])] : [images];
  return { name, tensors, lists: lists[name] ?? [strides, pads, dilations], attributes: [...attributes, flag(last)] };
}

/** The elements of a result, or the error's text. */
function run(guest, { name, tensors, lists, attributes }) {
  const descriptors = tensors.map(([shape, values]) => guest.tensor('f32', shape, values).descriptor);
  const vectors = lists.map((list) => guest.tensor('i64', [list.length], list.map(BigInt)).descriptor);
  const { status, outputs } = guest.call(name, [...descriptors, ...vectors, ...attributes, null]);
  if (status) return guest.error;
  const output = outputs.at(-1);
  const view = guest.view;
  const length = [0, 1, 2, 3].reduce((product, i) => product * Number(view.getBigInt64(view.getUint32(output + 20, true) + 8 * i, true)), 1);
  const values = guest.array(Float32Array, view.getUint32(output, true), length).slice();
  guest.free(output);
  return values;
}

const allowed = Number(/^TOLERANCE\(f32, ([^,]+),/m.exec(readFileSync(new URL('../tolerances.def', import.meta.url), 'utf8'))[1]);
const same = (a, b) => (typeof a === 'string' || typeof b === 'string' ? a === b : a.length === b.length && a.every((x, i) => Math.abs(x - b[i]) <= allowed * Math.abs(x) || Object.is(x, b[i]) || x === b[i]));

let results = 0;
let guests;
for (let seed = 1; seed <= Number(calls); ++seed) {
  if (seed % 100 === 1) guests = [compiled, hand].map((file) => Guest.load(file));
  const call = draw(new Random(seed));
  let answers;
  try {
    answers = guests.map((guest) => run(guest, call));
  } catch (error) {
    throw new Error(`call ${seed}: ${JSON.stringify(call).slice(0, 600)}`, { cause: error });
  }
  if (!same(...answers)) throw new Error(`call ${seed}: ${JSON.stringify(call).slice(0, 600)}: ${answers.map((each) => String(each).slice(0, 200)).join(' and ')}`);
  if (typeof answers[0] !== 'string') ++results;
}

// Weights whose packed form no 32-bit number of bytes holds: one element, repeated.
const guest = Guest.load(compiled);
const weights = guest.describe({ data: guest.allocate(64), type: 'f32', shape: [1, 1, 1e8, 1], strides: [0, 0, 0, 0] });
const vectors = [[1, 1], [1e8, 0, 0, 0], [1, 1]].map((list) => guest.tensor('i64', [list.length], list.map(BigInt)).descriptor);
const { status } = guest.call('Conv2D', [guest.tensor('f32', [1, 1, 2, 1], [1, 2]).descriptor, weights, ...vectors, { int: 1 }, flag(false), null]);
if (status !== -1 || !guest.error.startsWith('MemoryError: Conv2D: ')) throw new Error(`weights of 1e8 elements: ${status} ${guest.error}`);
console.log(results);
