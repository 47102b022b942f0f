import { maxErrorByteLength } from './abi.ts';
import { decodeUtf8 } from './utf8.ts';

/** The NUL-terminated text at `address` of a module's memory; empty when it cannot be read. */
export function errorTextAt(memory: Uint8Array, address: number): string {
  const bytes = memory.subarray(address, address + maxErrorByteLength), end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end)) ?? '';
}
