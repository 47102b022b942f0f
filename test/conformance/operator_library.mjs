// Calls operators of the golden library in Node: reads lines {file, operator, arguments, attributes, given}, and answers
// each with {results} or {status, text}. Tensors are {dtype, shape, bytes} with bytes in hexadecimal, in the library's
// memory when they are {strided}; numbers {integer} or {number} where JSON's would not be exact. Each line gets a library
// of its own, as some calls end the use of theirs.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { byteWidth, OperatorLibrary, Tensor } from '../../runtime/web/dist/index.js';
import { dtypes } from '../../runtime/web/dist/abi.js';

function decode(library, argument) {
  const { dtype, shape, bytes, integer, number, strided } = argument;
  if (integer !== undefined) return BigInt(integer);
  if (number !== undefined) return Number(number.replace('inf', 'Infinity'));
  if (dtype === undefined) return argument;
  const { buffer } = Uint8Array.from(Buffer.from(bytes, 'hex'));
  if (strided) {
    const tensor = library.tensor(dtype, shape), { data } = tensor;
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(new Uint8Array(buffer));
    return tensor.strided(strided.shape, strided.strides, strided.offset);
  }
  return new Tensor(dtype, new dtypes[dtype].typedArray(buffer, 0, buffer.byteLength / byteWidth(dtype)), shape);
}

function encode({ dtype, dims, data }) {
  return { dtype, shape: dims, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { file, operator, arguments: given, attributes = {}, given: out, maxMemoryBytes } = JSON.parse(line);
  let answer;
  try {
    const library = OperatorLibrary.fromBytes(readFileSync(file), { maxMemoryBytes });
    const named = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, decode(library, value)]));
    if (out) named.out = out.map(each => decode(library, each));
    const results = operator === undefined ? [] : [library.call(operator, ...given.map(each => decode(library, each)), named)].flat();
    answer = { results: results.map(encode) };
  } catch (error) {
    if (error.code === undefined) throw error;
    answer = { status: error.code, text: error.message };
  }
  console.log(JSON.stringify(answer));
}
