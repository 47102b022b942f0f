// .npy and .npz files (numpy.lib.format versions 1 to 3; ZIP without encryption) as wasmind tensors.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { crc32, inflateRawSync } from 'node:zlib';
import { dtypes } from '../dist/abi.js';
import { Tensor, WasmindError } from '../dist/index.js';

const localSignature = 0x04034b50, centralSignature = 0x02014b50, endSignature = 0x06054b50;
const endByteLength = 22, centralByteLength = 46, localByteLength = 30;
const maxRank = 32;
/** All arrays of a file together: more does not fit the memory of any model. */
const maxByteLength = 2 ** 32;

/** Everything a malformed file makes go wrong in `read` becomes one InvalidArgument that names the file. */
function reading(file, read) {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new WasmindError('Io', `${file}: ${error.code === 'ENOENT' ? 'no such file' : error.message}`);
  }
  try {
    return read(bytes);
  } catch (error) {
    const reason = error instanceof WasmindError ? error.message : 'not a complete file of its kind';
    throw new WasmindError('InvalidArgument', `${file}: ${reason}`);
  }
}

const refuse = reason => {
  throw new WasmindError('InvalidArgument', reason);
};

/** The same elements in row-major order; `data` is column-major. */
function toRowMajor(data, dims) {
  const out = data.slice(), index = dims.map(() => 0);
  for (let to = 0; to < out.length; to++) {
    let from = 0;
    for (let axis = dims.length - 1; axis >= 0; axis--) from = from * dims[axis] + index[axis];
    out[to] = data[from];
    for (let axis = dims.length - 1; axis >= 0 && ++index[axis] === dims[axis]; axis--) index[axis] = 0;
  }
  return out;
}

/** The tensor in the bytes of a .npy file. */
function parseNpy(npy) {
  if (npy.length < 10 || npy.toString('latin1', 0, 6) !== '\x93NUMPY') refuse('not a .npy file');
  const wide = npy[6] > 1, from = wide ? 12 : 10, headerEnd = from + (wide ? npy.readUInt32LE(8) : npy.readUInt16LE(8));
  if (headerEnd > npy.length) refuse('the header reaches past the end of the file');
  const header = npy.toString('latin1', from, headerEnd);
  const descr = /'descr': *'([^']+)'/.exec(header)?.[1], shape = /'shape': *\(([^)]*)\)/.exec(header)?.[1];
  if (descr === undefined || shape === undefined) refuse('arrays of records are not supported');
  const dims = shape.split(',').map(text => text.trim()).filter(Boolean).map(Number);
  if (dims.length > maxRank || dims.some(extent => !Number.isSafeInteger(extent) || extent < 0)) refuse(`shape (${shape}) is not supported`);
  const found = Object.entries(dtypes).find(([, { npyDescr }]) => npyDescr === descr || npyDescr.replace('|', '<') === descr);
  if (!found) refuse(`numpy type '${descr}' is not supported`);
  const [dtype, { byteWidth, typedArray }] = found, count = dims.reduce((product, extent) => product * extent, 1);
  if (count * byteWidth !== npy.length - headerEnd) refuse(`shape (${shape}) of '${descr}' does not fill the file`);
  // A copy of its own, since the elements of a file are not aligned.
  const data = new typedArray(Uint8Array.from(npy.subarray(headerEnd)).buffer);
  return new Tensor(dtype, /'fortran_order': *True/.test(header) ? toRowMajor(data, dims) : data, dims);
}

/** Name and bytes of every member, in the order of the central directory. */
function unzip(zip) {
  const members = [];
  let end = zip.length - endByteLength;
  while (end >= 0 && zip.readUInt32LE(end) !== endSignature) end--;
  if (end < 0) refuse('not a .npz file (no end of a ZIP directory)');
  let at = zip.readUInt32LE(end + 16), total = 0;
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    if (zip.readUInt32LE(at) !== centralSignature) refuse('the ZIP directory is damaged');
    const method = zip.readUInt16LE(at + 10), checksum = zip.readUInt32LE(at + 16), packed = zip.readUInt32LE(at + 20);
    const byteLength = zip.readUInt32LE(at + 24), nameLength = zip.readUInt16LE(at + 28), local = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + centralByteLength, at + centralByteLength + nameLength);
    if (packed === 0xffffffff || byteLength === 0xffffffff) refuse(`'${name}': members over 4 GiB are not supported`);
    if (members.some(member => member.name === name)) refuse(`'${name}' is there twice`);
    // Before anything is inflated. Deflate makes at most 1032 bytes of one (RFC 1951).
    total += byteLength;
    if (total > maxByteLength) refuse(`'${name}': with it the arrays have over 4 GiB`);
    if (byteLength > 1032 * packed) refuse(`'${name}': ${packed} bytes cannot hold the ${byteLength} that the ZIP directory says`);
    if (zip.readUInt32LE(local) !== localSignature) refuse(`'${name}': the ZIP member is damaged`);
    const start = local + localByteLength + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    if (start + packed > zip.length) refuse(`'${name}': the ZIP member reaches past the end of the file`);
    if (method !== 0 && method !== 8) refuse(`'${name}': ZIP method ${method} is not supported`);
    const raw = zip.subarray(start, start + packed);
    const bytes = method === 0 ? raw : inflateRawSync(raw, { maxOutputLength: Math.max(1, byteLength) });
    if (bytes.length !== byteLength || crc32(bytes) !== checksum) refuse(`'${name}': the ZIP member is damaged`);
    members.push({ name, bytes });
    at += centralByteLength + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return members;
}

/**
 * The arrays of an .npz file by name.
 *
 * @throws WasmindError `Io` when the file cannot be read, `InvalidArgument` when it is damaged or holds other types.
 */
export function readNpz(file) {
  return reading(file, bytes => new Map(unzip(bytes).map(member => {
    const name = member.name.replace(/\.npy$/, '');
    try {
      return [name, parseNpy(member.bytes)];
    } catch (error) {
      return refuse(`'${name}': ${error.message}`);
    }
  })));
}

/** The array of an .npy file; errors as `readNpz`. */
export function readNpy(file) {
  return reading(file, parseNpy);
}

function formatNpy({ dtype, data, dims }) {
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const text = `{'descr': '${dtypes[dtype].npyDescr}', 'fortran_order': False, 'shape': ${shape}, }`;
  // Magic, version, length and header together fill a multiple of 64 bytes (numpy.lib.format).
  const padding = 64 - ((10 + text.length + 1) % 64);
  const header = Buffer.alloc(10);
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(text.length + padding + 1, 8);
  const elements = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([header, Buffer.from(`${text}${' '.repeat(padding)}\n`, 'latin1'), elements]);
}

/** An uncompressed ZIP of the tensors, as numpy.savez writes it. */
function zip(tensors) {
  const parts = [], directory = [];
  let offset = 0;
  for (const [label, tensor] of tensors) {
    const name = Buffer.from(`${label}.npy`), bytes = formatNpy(tensor);
    const shared = Buffer.alloc(26); // the fields that local and central header have in common
    shared.writeUInt16LE(20, 0); // version 2.0
    shared.writeUInt16LE(0x800, 2); // names are UTF-8
    shared.writeUInt16LE(0x21, 8); // 1980-01-01: the same content gives the same file
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const local = Buffer.alloc(4), central = Buffer.alloc(6), tail = Buffer.alloc(14);
    local.writeUInt32LE(localSignature);
    central.writeUInt32LE(centralSignature);
    central.writeUInt16LE(20, 4);
    tail.writeUInt32LE(offset, 10);
    parts.push(local, shared, name, bytes);
    directory.push(central, shared, tail, name);
    offset += localByteLength + name.length + bytes.length;
  }
  const listing = Buffer.concat(directory), end = Buffer.alloc(endByteLength);
  end.writeUInt32LE(endSignature);
  end.writeUInt16LE(tensors.length, 8);
  end.writeUInt16LE(tensors.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}

/**
 * Writes tensors as an .npz file in one step: readers see the old file or the whole new one.
 *
 * @param tensors { name: Tensor }
 */
export function writeNpz(file, tensors) {
  const temporary = `${file}.${process.pid}`;
  try {
    writeFileSync(temporary, zip(Object.entries(tensors)));
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new WasmindError('Io', `${file}: ${error.message}`);
  }
}
