const page = 'an HTML page, as servers send for files they do not have';

/** First bytes of files that are no modules; one character is one byte. */
const starts: readonly (readonly [start: string, description: string])[] = [
  ['\0asm\x0d\0\x01\0', 'a WebAssembly component, not a module'],
  ['\x1f\x8b', 'compressed with gzip; decompress it, or let the server say content-encoding: gzip'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd; decompress it, or let the server say content-encoding: zstd'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['!<arch>\n', 'an archive of objects'],
  ['\x7fELF', 'a program or library of this machine'],
  ['version https://git-lfs', 'a pointer of Git LFS in place of the file; get the file with git lfs pull'],
];
/** The same behind white space and in small letters. */
const textStarts: typeof starts = [
  ['<!doctype html', page], ['<html', page], ['<head', page], ['<!--', page],
  ['<?xml', 'an XML document'],
  ['(module', 'WebAssembly in text form; assemble it first, with wat2wasm'],
  ['{', 'JSON'],
];

/** Base 128 varint of protobuf at `at`; undefined when it is cut off. Its value is exact up to 2^53. */
function readVarint(bytes: Uint8Array, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let n = 0; n < 10 && at + n < bytes.length; n++) {
    const byte = bytes[at + n];
    value += (byte & 0x7f) * 2 ** (7 * n);
    if (byte < 0x80) return { value, next: at + n + 1 };
  }
  return undefined;
}

/**
 * ONNX and MindIR are protobuf messages that start with ir_version, field 1, and have the graph in field 7. The version is
 * a number in ONNX and text in MindIR.
 */
function describeModel(bytes: Uint8Array): string {
  const number = 0, counted = 2;
  let first: number | undefined;
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    if (!tag) return '';
    const field = Math.floor(tag.value / 8), wire = tag.value % 8;
    if (field === 0 || (field !== 1 && first === undefined)) return '';
    first ??= wire;
    if (field === 7 && wire === counted) return first === number ? 'an ONNX model' : 'a MindIR model';
    const value = readVarint(bytes, tag.next);
    if (!value || (wire !== number && wire !== counted)) return '';
    if (wire === counted && value.value > bytes.length - value.next) return '';
    at = wire === counted ? value.next + value.value : value.next;
  }
  return '';
}

/**
 * What the bytes are, as the end of "it is ...", with what to do about it; "" when that cannot be told. Somebody whose
 * server answers with something else is told what came instead. Only formats that people meet here are known.
 */
export function describeForeign(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'empty';
  const latin = String.fromCharCode(...bytes.subarray(0, 512));
  const known = starts.find(([start]) => latin.startsWith(start));
  if (known) return known[1];
  const text = latin.replace(/^\xef\xbb\xbf/, '').trimStart().slice(0, 256).toLowerCase();
  const model = text.startsWith('<') && text.includes('ir_version') ? 'an ONNX model in text form' : describeModel(bytes);
  if (model) return `${model}; compile it first: wasmind compile MODEL -o MODEL.wasm`;
  return textStarts.find(([start]) => text.startsWith(start))?.[1] ?? '';
}
