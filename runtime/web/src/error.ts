import { utf8ByteLength } from './utf8.ts';

/**
 * Why an operation failed. The same six outcomes, with the same meaning, exist in every host of wasmind.
 *
 * - `InvalidArgument`: what the caller passed does not fit the signature; nothing was executed.
 * - `InvalidModule`: the bytes are no wasmind module, or the module breaks its own signature.
 * - `Unsupported`: a valid module that this host or engine cannot run (ABI version, feature, imports).
 * - `Limit`: the module asks for more than the host allows.
 * - `Trap`: the module stopped while running; the instance must not be used again.
 * - `Io`: a file or URL could not be read.
 */
export type ErrorCode = 'InvalidArgument' | 'InvalidModule' | 'Unsupported' | 'Limit' | 'Trap' | 'Io';

/** As abi/Line.cpp: what is not seen or changes the direction of the text around it; and lone surrogates. */
const unsafe = /[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const maxByteLength = 4096;

/** `text` as one line that shows what it holds, at most 4096 bytes of UTF-8; the middle of a longer one is left out. */
export function toLine(text: string): string {
  // Nothing longer than this can fit, and most of it would be escaped for nothing.
  const short = text.length > 4 * maxByteLength ? `${text.slice(0, maxByteLength)}${text.slice(-maxByteLength)}` : text;
  const line = short.replace(unsafe, found =>
    /[\t\n\r]/.test(found) ? ' ' : `\\u{${found.codePointAt(0)!.toString(16)}}`);
  if (utf8ByteLength(line) <= maxByteLength) return line;
  const characters = [...line], half = (maxByteLength - 5) / 2;
  const take = (each: readonly string[]): string[] => {
    let room = half;
    return each.slice(0, each.findIndex(character => (room -= utf8ByteLength(character)) < 0));
  };
  return `${take(characters).join('')} ... ${take(characters.reverse()).reverse().join('')}`;
}

/** The only exception this library throws on purpose. `message` is one line and names what is wrong. */
export class WasmindError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(toLine(message), options);
    this.name = 'WasmindError';
    this.code = code;
  }
}

/** What the language says of an argument, as an error of this library; `what` was called names it. */
export function refusal(what: string, error: unknown): WasmindError {
  if (error instanceof WasmindError) return error;
  return new WasmindError('InvalidArgument', `${what}: ${error instanceof Error ? error.message : typeof error}`, { cause: error });
}

/** The result of `step`, whose only exceptions are WasmindErrors then: arguments may be anything. */
export function refusing<Result>(what: string, step: () => Result): Result {
  try {
    return step();
  } catch (error) {
    throw refusal(what, error);
  }
}

/** An error about the field at `where` of a signature. */
export function signatureError(where: string, reason: string, code: ErrorCode = 'InvalidModule'): WasmindError {
  return new WasmindError(code, `signature: ${where}: ${reason}`);
}
