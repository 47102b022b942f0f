// Calls operators of the golden library in Node: reads lines {file, operator, arguments, attributes, given}, tensors as
// {dtype, shape, bytes} with bytes in hexadecimal, and answers each with {results} or {status, text}. Each line gets a
// library of its own, as some calls end the use of theirs.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { byteWidth, OperatorLibrary, Tensor } from '../../runtime/web/dist/index.js';
import { dtypes } from '../../runtime/web/dist/abi.js';

function decode(argument) {
  if (typeof argument !== 'object') return argument;
  const { dtype, shape, bytes } = argument, { buffer } = Uint8Array.from(Buffer.from(bytes, 'hex'));
  return new Tensor(dtype, new dtypes[dtype].typedArray(buffer, 0, buffer.byteLength / byteWidth(dtype)), shape);
}

function encode({ dtype, dims, data }) {
  return { dtype, shape: dims, bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex') };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { file, operator, arguments: given, attributes = {}, given: out } = JSON.parse(line);
  let answer;
  try {
    const library = OperatorLibrary.fromBytes(readFileSync(file));
    const named = out ? { ...attributes, out: out.map(decode) } : attributes;
    const results = operator === undefined ? [] : [library.call(operator, ...given.map(decode), named)].flat();
    answer = { results: results.map(encode) };
  } catch (error) {
    if (error.code === undefined) throw error;
    answer = { status: error.code, text: error.message };
  }
  console.log(JSON.stringify(answer));
}
