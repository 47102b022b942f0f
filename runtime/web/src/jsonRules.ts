import { maxSignatureByteLength, maxSignatureDepth } from './abi.ts';
import { WasmindError } from './error.ts';

const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800;

/** A number of JSON that starts where `lastIndex` is. */
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Where the string that starts at `start` ends; the end of the text when nothing ends it. Throws at half a surrogate pair. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length && text[at] !== '"'; at++) {
    if (text[at] !== '\\') continue;
    at++;
    if (text[at] !== 'u') continue;
    const unit = parseInt(text.slice(at + 1, at + 5), 16);
    at += 4;
    if (!isSurrogate(unit)) continue;
    if (unit >= 0xdc00 || !/^\\u[dD][c-fC-F]/.test(text.slice(at + 1, at + 5)))
      throw new WasmindError('InvalidModule', 'signature: half a surrogate pair');
    at += 6;
  }
  return at;
}

/**
 * Holds the text of a signature against what JSON leaves to its readers and abi/spec.md does not: size, depth, numbers over
 * what an f64 holds and surrogates without the other half. Whether it is JSON, `JSON.parse` says.
 *
 * @throws WasmindError `InvalidModule`.
 */
export function checkJson(text: string): void {
  const fail = (reason: string): never => {
    throw new WasmindError('InvalidModule', `signature: ${reason}`);
  };
  if (text.length > maxSignatureByteLength) fail(`over ${maxSignatureByteLength} bytes`);
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const each = text[at];
    if (each === '"') {
      at = endOfString(text, at);
    } else if (each === '[' || each === '{') {
      if (++depth > maxSignatureDepth) fail(`nested deeper than ${maxSignatureDepth}`);
    } else if (each === ']' || each === '}') {
      depth--;
    } else if (each >= '0' && each <= '9') {
      number.lastIndex = at;
      const [digits] = number.exec(text)!;
      if (!Number.isFinite(Number(digits))) fail('a number is over what an f64 holds');
      at += digits.length - 1;
    }
  }
}
