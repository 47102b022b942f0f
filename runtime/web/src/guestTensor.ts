import {
  deviceTypeCpu, dtypes, maxExtent, maxOperandRank, tensorByteLength, tensorByteOffsetOffset, tensorDataOffset, tensorDeviceIdOffset,
  tensorDeviceTypeOffset, tensorRankOffset, tensorShapeOffset, tensorStridesOffset, tensorTypeCodeOffset,
} from './abi.ts';
import { byteWidth, viewArray, type DType, type TypedArray } from './dtype.ts';
import { WasmindError } from './error.ts';
import { aligned, type GuestMemory } from './guestMemory.ts';
import { elementCountOf } from './tensor.ts';

/** DLPack's type code, bits and lanes as they lie in one word of a descriptor. */
const typeWords = new Map(Object.entries(dtypes).map(
  ([name, { dlpackCode, dlpackBits }]) => [name as DType, dlpackCode | (dlpackBits << 8) | (1 << 16)]));

/** Bytes from a descriptor to the elements behind it. */
const headByteLength = (rank: number): number => aligned(tensorByteLength + 8 * rank);

/** Bytes of a descriptor and its elements in one block. */
export function blockByteLength(dtype: DType, dims: readonly number[]): number {
  return headByteLength(dims.length) + elementCountOf(dims) * byteWidth(dtype);
}

/** Writes a descriptor at `address` for dense elements behind it, and returns their address. */
export function describeTensor(memory: GuestMemory, address: number, dtype: DType, dims: readonly number[]): number {
  const { words } = memory, data = address + headByteLength(dims.length);
  const put = (offset: number, value: number): void => void (words[(address + offset) >>> 2] = value);
  put(tensorDataOffset, data);
  put(tensorDeviceTypeOffset, deviceTypeCpu);
  put(tensorDeviceIdOffset, 0);
  put(tensorRankOffset, dims.length);
  put(tensorTypeCodeOffset, typeWords.get(dtype)!);
  put(tensorShapeOffset, address + tensorByteLength);
  put(tensorStridesOffset, 0);
  put(tensorByteOffsetOffset, 0);
  put(tensorByteOffsetOffset + 4, 0);
  dims.forEach((extent, axis) => {
    put(tensorByteLength + 8 * axis, extent % 2 ** 32);
    put(tensorByteLength + 8 * axis + 4, Math.floor(extent / 2 ** 32));
  });
  return data;
}

/**
 * A dense tensor in the memory of an operator library, made by `OperatorLibrary.tensor` or returned by a call. Has the
 * fields of a `Tensor`, and operators read and write it where it is. Only the library it comes from takes it.
 *
 * Its memory is held until `free`.
 */
export class GuestTensor {
  readonly dtype: DType;
  /** Extents, outermost first; empty for a scalar. */
  readonly dims: readonly number[];
  readonly elementCount: number;
  readonly #memory: GuestMemory;
  readonly #dataAddress: number;
  #block: number;
  #view: TypedArray;

  /**
   * Takes over the block at `block`, which starts with the descriptor.
   *
   * @internal
   */
  constructor(memory: GuestMemory, block: number, dataAddress: number, dtype: DType, dims: readonly number[]) {
    this.#memory = memory;
    this.#block = block;
    this.#dataAddress = dataAddress;
    this.dtype = dtype;
    this.dims = dims;
    this.elementCount = elementCountOf(dims);
    this.#view = viewArray(dtype, memory.buffer, dataAddress, this.elementCount);
  }

  get byteLength(): number {
    return this.elementCount * byteWidth(this.dtype);
  }

  /**
   * The elements, a view into the module's memory: what is written here is what operators read. Any call or allocation
   * may grow the memory, which empties views taken before; so take this one anew afterwards.
   *
   * @throws WasmindError `InvalidArgument` after `free`.
   */
  get data(): TypedArray {
    if (this.#block === 0) throw new WasmindError('InvalidArgument', 'the guest tensor was freed');
    const { buffer } = this.#memory;
    if (this.#view.buffer !== buffer) this.#view = viewArray(this.dtype, buffer, this.#dataAddress, this.elementCount);
    return this.#view;
  }

  /** Gives the memory back. The tensor must not be used any more; freeing it again does nothing. */
  free(): void {
    if (this.#block === 0) return;
    this.#memory.free(this.#block);
    this.#block = 0;
  }

  /**
   * Address of the descriptor, for a call into the module with this memory; 0 when `whyNotIn` says why there is none.
   *
   * @internal
   */
  addressIn(memory: GuestMemory): number {
    return this.#memory === memory ? this.#block : 0;
  }

  /** @internal */
  whyNotIn(memory: GuestMemory): string {
    return this.#memory === memory ? 'the guest tensor was freed' : 'the guest tensor belongs to another library';
  }
}

/** A new tensor in the module's memory; its elements are whatever was there. Throws `Limit`. */
export function allocateTensor(memory: GuestMemory, dtype: DType, dims: readonly number[], what: string): GuestTensor {
  const block = memory.allocate(blockByteLength(dtype, dims), what);
  return new GuestTensor(memory, block, describeTensor(memory, block, dtype, dims), dtype, dims);
}

/**
 * Takes over a tensor that an operator allocated: one block of descriptor, shape and dense elements.
 *
 * @param failure makes the error to throw when there is no such tensor at `address`.
 */
export function adoptTensor(
  memory: GuestMemory, address: number, dtype: DType, failure: (reason: string) => WasmindError): GuestTensor {
  const { words, byteLength } = memory;
  const get = (offset: number): number => words[(address + offset) >>> 2];
  const check = (holds: boolean, reason: string): void => {
    if (!holds) throw failure(reason);
  };
  check(address !== 0, 'it is no tensor');
  check(address % 8 === 0 && address + tensorByteLength <= byteLength, `there is no tensor at address ${address}`);
  const rank = get(tensorRankOffset), shape = get(tensorShapeOffset), width = byteWidth(dtype);
  check(rank <= maxOperandRank, `rank ${rank} is over ${maxOperandRank}`);
  check(rank === 0 || (shape % 8 === 0 && shape + 8 * rank <= byteLength), `there is no shape at address ${shape}`);
  check(get(tensorTypeCodeOffset) === typeWords.get(dtype), `its element type is not ${dtype}`);
  check(get(tensorDeviceTypeOffset) === deviceTypeCpu && get(tensorStridesOffset) === 0, 'it is not dense on the CPU');
  const dims: number[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const low = words[(shape >>> 2) + 2 * axis], high = words[(shape >>> 2) + 2 * axis + 1];
    check(high === 0 && low <= maxExtent, `extent ${(high | 0) * 2 ** 32 + low}`);
    dims.push(low);
  }
  const data = get(tensorDataOffset) + get(tensorByteOffsetOffset) + get(tensorByteOffsetOffset + 4) * 2 ** 32;
  check(data % width === 0 && data + elementCountOf(dims) * width <= byteLength,
    'its elements are not inside the memory, or not aligned');
  return new GuestTensor(memory, address, data, dtype, dims);
}
