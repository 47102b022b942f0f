// Models of one node in ONNX's encoding (onnx.proto: protocol buffers), as peers of single operators.

const elementTypes = { f32: 1, u8: 2, i8: 3, u16: 4, i16: 5, i32: 6, i64: 7, bool: 9, f16: 10, f64: 11, u32: 12, u64: 13 };
const opset = 20, irVersion = 9;

function varint(value) {
  const bytes = [];
  for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
    if (rest < 128n) return [...bytes, Number(rest)];
    bytes.push(Number(rest & 127n) | 128);
  }
}

const number = (field, value) => [...varint(field << 3), ...varint(value)];
const bytes = (field, content) => [...varint((field << 3) | 2), ...varint(content.length), ...content];
const text = (field, value) => bytes(field, [...new TextEncoder().encode(value)]);

/** ValueInfoProto; without `dims` the shape is left to inference. */
function value(name, { dtype, dims }) {
  const shape = dims ? bytes(2, dims.flatMap(extent => bytes(1, number(1, extent)))) : [];
  return [...text(1, name), ...bytes(2, bytes(1, [...number(1, elementTypes[dtype]), ...shape]))];
}

/** AttributeProto of an integer (INT) or a list of them (INTS). */
function attribute(name, given) {
  return Array.isArray(given)
    ? [...text(1, name), ...given.flatMap(each => number(8, each)), ...number(20, 7)]
    : [...text(1, name), ...number(3, given), ...number(20, 2)];
}

/**
 * The bytes of a model that computes `op` of inputs called input0, input1, ... to one called output.
 *
 * @param inputs, output {dtype, dims}; the output's dims may be left out.
 * @param attributes integers and lists of them, by name.
 */
export function oneNode(op, inputs, output, attributes = {}) {
  const names = inputs.map((_, i) => `input${i}`);
  const node = [...names.flatMap(name => text(1, name)), ...text(2, 'output'), ...text(4, op),
    ...Object.entries(attributes).flatMap(([name, given]) => bytes(5, attribute(name, given)))];
  const graph = [...bytes(1, node), ...text(2, op), ...inputs.flatMap((input, i) => bytes(11, value(names[i], input))), ...bytes(12, value('output', output))];
  return Uint8Array.from([...number(1, irVersion), ...bytes(7, graph), ...bytes(8, number(2, opset))]);
}
