import {
  abiVersion, abiVersionExport, allocateExport, errorExport, freeExport, initializeExport, memoryExport, pageByteLength,
  tensorAlignment,
} from './abi.ts';
import { WasmindError } from './error.ts';
import { errorTextAt } from './errorText.ts';
import type { WasmExports } from './platform.ts';

/** An operator as the module exports it: self (unused), arguments, their count, result (unused). 0, or -1. */
export type OperatorExport = (self: number, args: number, count: number, result: number) => number;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `byteLength` rounded up to the alignment of tensors. */
export function aligned(byteLength: number): number {
  return Math.ceil(byteLength / tensorAlignment) * tensorAlignment;
}

/** The exported function `name` with `parameterCount` parameters. Throws `InvalidModule`. */
function functionOf(exports: WasmExports, name: string, parameterCount: number): (...args: number[]) => number {
  const found = exports[name];
  if (typeof found !== 'function') throw new WasmindError('InvalidModule', `no exported function '${name}'`);
  if (found.length !== parameterCount)
    throw new WasmindError(
      'InvalidModule', `exported function '${name}' takes ${found.length} arguments instead of ${parameterCount}`);
  return found as (...args: number[]) => number;
}

/**
 * The memory of a library's module, its heap, and whether the module can still be trusted. Growth replaces the buffer
 * under every view, so views are asked for anew each time.
 */
export class GuestMemory {
  private readonly memory: WebAssembly.Memory;
  private readonly exports: WasmExports;
  private readonly allocateBytes: (byteLength: number) => number;
  private readonly freeBlock: (address: number) => unknown;
  private readonly errorAddress: () => number;
  private readonly limit: number | undefined;
  private currentWords: Uint32Array;
  private stopped = '';

  /**
   * Checks the exports that every library has, and runs its constructors.
   *
   * @param limit bytes beyond which the memory cannot grow, for errors; undefined when nobody knows.
   * @throws WasmindError `InvalidModule` when an export is missing or is not what the signature promises.
   */
  constructor(exports: WasmExports, pages: number, limit: number | undefined) {
    const memory = exports[memoryExport];
    // By its form, not its class: pages may replace the class, and other realms have their own.
    if (typeof memory !== 'object' || memory === null || !('buffer' in memory))
      throw new WasmindError('InvalidModule', `no export '${memoryExport}'`);
    const promised = pages * pageByteLength;
    if (memory.buffer.byteLength !== promised)
      throw new WasmindError(
        'InvalidModule', `the memory has ${memory.buffer.byteLength} bytes, the signature says ${promised}`);
    this.memory = memory;
    this.limit = limit;
    this.exports = exports;
    this.currentWords = new Uint32Array(memory.buffer);
    this.allocateBytes = functionOf(exports, allocateExport, 1);
    this.freeBlock = functionOf(exports, freeExport, 1);
    this.errorAddress = functionOf(exports, errorExport, 0);
    const version = this.guarded(functionOf(exports, abiVersionExport, 0), abiVersionExport);
    if (version !== abiVersion)
      throw new WasmindError('InvalidModule', `${abiVersionExport} says ${version}, the signature says ${abiVersion}`);
    if (initializeExport in exports) this.guarded(functionOf(exports, initializeExport, 0), initializeExport);
  }

  operator(name: string): OperatorExport {
    return functionOf(this.exports, name, 4);
  }

  /** The whole memory, as of now. */
  get words(): Uint32Array {
    // Growth detaches the old buffer, which leaves its views empty.
    if (this.currentWords.length === 0) this.currentWords = new Uint32Array(this.memory.buffer);
    return this.currentWords;
  }

  get buffer(): ArrayBufferLike {
    return this.words.buffer;
  }

  get byteLength(): number {
    return this.words.byteLength;
  }

  /** Throws `InvalidArgument` once the module was stopped by force or broke its contract. */
  refuseIfStopped(): void {
    if (this.stopped)
      throw new WasmindError('InvalidArgument', `this library stopped before (${this.stopped}); make a new one`);
  }

  /** An error after which the module cannot be trusted. */
  breach(text: string): WasmindError {
    const error = new WasmindError('InvalidModule', text);
    this.stopped = error.message;
    return error;
  }

  /**
   * Address of `byteLength` new bytes, aligned to 64; `what` they are for is named in errors.
   *
   * @throws WasmindError `Limit` when the memory cannot grow enough.
   */
  allocate(byteLength: number, what: string): number {
    this.refuseIfStopped();
    // The parameter is an i32: what does not fit it must not arrive as something smaller.
    const address = byteLength < 2 ** 32 ? this.guarded(() => this.allocateBytes(byteLength), allocateExport) >>> 0 : 0;
    if (address === 0)
      throw new WasmindError('Limit',
        `${what}: out of memory: ${byteLength} bytes beside the ${this.byteLength} that the library has`
        + (this.limit === undefined ? '' : `, of at most ${this.limit}`));
    if (address % tensorAlignment !== 0 || address + byteLength > this.byteLength)
      throw this.breach(
        `the module broke the contract: ${allocateExport} returned address ${address} for ${byteLength} bytes`);
    return address;
  }

  free(address: number): void {
    if (!this.stopped) this.guarded(() => this.freeBlock(address), freeExport);
  }

  /** Calls an operator; `name` is for errors. Returns its status. */
  call(operator: OperatorExport, name: string, args: number, count: number, result: number): number {
    try {
      return operator(0, args, count, result);
    } catch (error) {
      throw this.trap(error, name);
    }
  }

  /** The module's text of its last error; empty when it has none that can be read. */
  errorText(): string {
    const address = this.guarded(this.errorAddress, errorExport);
    return errorTextAt(new Uint8Array(this.buffer), address >>> 0);
  }

  private guarded<Result>(step: () => Result, name: string): Result {
    try {
      return step();
    } catch (error) {
      throw this.trap(error, name);
    }
  }

  private trap(error: unknown, name: string): WasmindError {
    const trap = new WasmindError('Trap', `${name}: ${messageOf(error)}`, { cause: error });
    this.stopped = trap.message;
    return trap;
  }
}
