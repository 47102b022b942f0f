import {
  argumentByteLength, argumentTypeOffset, argumentValueOffset, typeIndexFloat, typeIndexInt, typeIndexNone,
  typeIndexTensor,
} from './abi.ts';
import type { GuestMemory } from './guestMemory.ts';

const wordsPerArgument = argumentByteLength >>> 2;
const typeWord = argumentTypeOffset >>> 2, valueWord = argumentValueOffset >>> 2;

// The halves of an f64.
const float = new Float64Array(1), halves = new Uint32Array(float.buffer);

/**
 * The arguments of a call as they lie in the module's memory (TVM FFI's TVMFFIAny, one after the other, then one for the
 * result). Kept between calls, so that a call allocates nothing.
 */
export class ArgumentFrame {
  readonly address: number;
  readonly capacity: number;
  private readonly memory: GuestMemory;

  /** Room for `capacity` arguments. Throws `Limit`. */
  constructor(memory: GuestMemory, capacity: number, what: string) {
    this.memory = memory;
    this.capacity = capacity;
    this.address = memory.allocate((capacity + 1) * argumentByteLength, what);
  }

  get resultAddress(): number {
    return this.address + this.capacity * argumentByteLength;
  }

  /** A tensor by the address of its descriptor. */
  setTensor(index: number, address: number): void {
    this.set(index, typeIndexTensor, address, 0);
  }

  /** For an output: the operator allocates it. At `capacity`: the result, which nobody reads. */
  setNone(index: number): void {
    this.set(index, typeIndexNone, 0, 0);
  }

  /** `value` is an integer of at most 53 bits, or 64 as a BigInt; `typeIndex` is that of an integer or a boolean. */
  setInteger(index: number, value: number | bigint, typeIndex: number = typeIndexInt): void {
    if (typeof value === 'bigint')
      this.set(index, typeIndex, Number(BigInt.asUintN(32, value)), Number(BigInt.asUintN(32, value >> 32n)));
    else this.set(index, typeIndex, value, Math.floor(value / 2 ** 32));
  }

  setNumber(index: number, value: number): void {
    float[0] = value;
    this.set(index, typeIndexFloat, halves[0], halves[1]);
  }

  /** Address of the tensor an argument holds; 0 when it holds none. */
  tensorAt(index: number): number {
    const { words } = this.memory, at = (this.address >>> 2) + index * wordsPerArgument;
    return words[at + typeWord] === typeIndexTensor ? words[at + valueWord] : 0;
  }

  free(): void {
    this.memory.free(this.address);
  }

  private set(index: number, typeIndex: number, low: number, high: number): void {
    const { words } = this.memory, at = (this.address >>> 2) + index * wordsPerArgument;
    words[at + typeWord] = typeIndex;
    words[at + typeWord + 1] = 0;
    words[at + valueWord] = low;
    words[at + valueWord + 1] = high;
  }
}
