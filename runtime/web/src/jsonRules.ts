import { maxSignatureDepth } from './abi.ts';
import { WasmindError } from './error.ts';

const quote = 0x22, backslash = 0x5c, bracket = 0x5b, brace = 0x7b;

const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800;

/** A number of JSON that starts where `lastIndex` is. */
const number = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Where the string that starts at `start` ends; the end of the text when nothing ends it. Throws at half a surrogate pair. */
function endOfString(text: string, start: number, fail: (reason: string) => never): number {
  const next = text.indexOf('"', start + 1);
  if (next >= 0 && !text.slice(start, next).includes('\\')) return next;
  let at = start + 1;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) break;
    if (unit !== backslash) continue;
    at++;
    if (text[at] !== 'u') continue;
    const escaped = parseInt(text.slice(at + 1, at + 5), 16);
    at += 4;
    if (!isSurrogate(escaped)) continue;
    if (escaped >= 0xdc00 || !/^\\u[dD][c-fC-F]/.test(text.slice(at + 1, at + 5)))
      fail('half a surrogate pair');
    at += 6;
  }
  return at;
}

/**
 * The value of a text, held against what JSON leaves to its readers and abi/spec.md does not: size, depth, numbers over what
 * an f64 holds and surrogates without the other half. `whole` is what the text is called in errors.
 *
 * @throws WasmindError `InvalidModule`.
 */
export function parseJson(text: string, whole: string, maxByteLength: number): unknown {
  const fail = (reason: string): never => {
    throw new WasmindError('InvalidModule', `${whole}: ${reason}`);
  };
  if (text.length > maxByteLength) fail(`over ${maxByteLength} bytes`);
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) {
      at = endOfString(text, at, fail);
    } else if (unit === bracket || unit === brace) {
      if (++depth > maxSignatureDepth) fail(`nested deeper than ${maxSignatureDepth}`);
    } else if (unit === bracket + 2 || unit === brace + 2) { // the closing ones
      depth--;
    } else if (unit >= 0x30 && unit <= 0x39) {
      number.lastIndex = at;
      const [digits] = number.exec(text)!;
      if (!Number.isFinite(Number(digits))) fail('a number is over what an f64 holds');
      at += digits.length - 1;
    }
  }
  try {
    return JSON.parse(text);
  } catch {
    return fail('not valid JSON');
  }
}
