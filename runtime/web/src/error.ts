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

/** The only exception this library throws on purpose. `message` is one line and names what is wrong. */
export class WasmindError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'WasmindError';
    this.code = code;
  }
}

/** An error about the field at `where` of a signature. */
export function signatureError(where: string, reason: string, code: ErrorCode = 'InvalidModule'): WasmindError {
  return new WasmindError(code, `signature: ${where}: ${reason}`);
}
