import {
  deviceTypeCpu, dtypes, maxExtent, maxOperandRank, tensorByteLength, tensorByteOffsetOffset, tensorDataOffset, tensorDeviceIdOffset,
  tensorDeviceTypeOffset, tensorRankOffset, tensorShapeOffset, tensorStridesOffset, tensorTypeCodeOffset,
} from './abi.ts';
import { extentsOf } from './arguments.ts';
import { byteWidth, viewArray, type DType, type TypedArray } from './dtype.ts';
import { refusing, WasmindError } from './error.ts';
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

/** Writes a descriptor at `address`, with shape and, when there are any, strides behind it. */
function writeDescriptor(
  memory: GuestMemory, address: number, dataAddress: number, dtype: DType, dims: readonly number[], strides: readonly number[]): void {
  const { words } = memory, shape = address + tensorByteLength;
  const put = (offset: number, value: number): void => void (words[(address + offset) >>> 2] = value);
  put(tensorDataOffset, dataAddress);
  put(tensorDeviceTypeOffset, deviceTypeCpu);
  put(tensorDeviceIdOffset, 0);
  put(tensorRankOffset, dims.length);
  put(tensorTypeCodeOffset, typeWords.get(dtype)!);
  put(tensorShapeOffset, shape);
  put(tensorStridesOffset, strides.length === 0 ? 0 : shape + 8 * dims.length);
  put(tensorByteOffsetOffset, 0);
  put(tensorByteOffsetOffset + 4, 0);
  [...dims, ...strides].forEach((value, i) => {
    put(tensorByteLength + 8 * i, value);
    put(tensorByteLength + 8 * i + 4, Math.floor(value / 2 ** 32));
  });
}

/** Writes a descriptor at `address` for dense elements behind it, and returns their address. */
export function describeTensor(memory: GuestMemory, address: number, dtype: DType, dims: readonly number[]): number {
  const data = address + headByteLength(dims.length);
  writeDescriptor(memory, address, data, dtype, dims, []);
  return data;
}

/** Strides of dense elements. */
function denseStrides(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 1; axis > 0; axis--) strides[axis - 1] = strides[axis] * Math.max(1, dims[axis]);
  return strides;
}

/** A block of dense elements, and who uses it. */
class Elements {
  readonly block: number;
  readonly address: number;
  readonly count: number;
  private readonly memory: GuestMemory;
  private users = 0;

  constructor(memory: GuestMemory, block: number, address: number, count: number) {
    this.memory = memory;
    this.block = block;
    this.address = address;
    this.count = count;
  }

  take(): this {
    this.users++;
    return this;
  }

  release(): void {
    if (--this.users === 0) this.memory.free(this.block);
  }
}

/**
 * A tensor in the memory of an operator library, made by `OperatorLibrary.tensor` or returned by a call. Has the fields of
 * a `Tensor`, and operators read and write it where it is. Only the library it comes from takes it.
 *
 * Its memory is held until `free`, and until `free` of the strided tensors that show its elements.
 */
export class GuestTensor {
  readonly dtype: DType;
  /** Extents, outermost first; empty for a scalar. */
  readonly dims: readonly number[];
  readonly elementCount: number;
  /** Elements from one index to the next, by axis; undefined of a dense tensor. */
  readonly strides: readonly number[] | undefined;
  readonly #memory: GuestMemory;
  readonly #dataAddress: number;
  readonly #elements: Elements;
  #block: number;
  #view: TypedArray | undefined;

  /**
   * Takes over the block at `block`, which starts with the descriptor.
   *
   * @param shown the elements that a strided tensor shows; they are in the block of a dense one.
   * @internal
   */
  constructor(
    memory: GuestMemory, block: number, dataAddress: number, dtype: DType, dims: readonly number[], shown?: Elements,
    strides?: readonly number[]) {
    this.#memory = memory;
    this.#block = block;
    this.#dataAddress = dataAddress;
    this.dtype = dtype;
    this.dims = dims;
    this.elementCount = elementCountOf(dims);
    this.strides = strides;
    this.#elements = (shown ?? new Elements(memory, block, dataAddress, this.elementCount)).take();
  }

  get byteLength(): number {
    return this.elementCount * byteWidth(this.dtype);
  }

  /**
   * The elements, a view into the module's memory: what is written here is what operators read. Any call or allocation
   * may grow the memory, which empties views taken before; so take this one anew afterwards.
   *
   * @throws WasmindError `InvalidArgument` after `free`, and of a strided tensor, whose elements are no row.
   */
  get data(): TypedArray {
    this.#refuseIfFreed();
    if (this.strides)
      throw new WasmindError('InvalidArgument', 'the elements of a strided tensor are no row; read those of the tensor it shows');
    const { buffer } = this.#memory;
    if (this.#view?.buffer !== buffer) this.#view = viewArray(this.dtype, buffer, this.#dataAddress, this.elementCount);
    return this.#view;
  }

  /**
   * The same elements in another order, for operators to read or write where they are.
   *
   * @param strides elements from one index to the next, by axis; of either sign.
   * @param offset  elements behind the first one of this tensor.
   * @throws WasmindError `InvalidArgument` when an element lies outside of the dense tensor that all this shows, or there
   *   are over 8 axes; `Limit`.
   */
  strided(shape: readonly number[], strides: readonly number[], offset = 0): GuestTensor {
    return refusing('strided', () => {
      this.#refuseIfFreed();
      const fail = (reason: string): never => {
        throw new WasmindError('InvalidArgument', `'strided': ${reason}`);
      };
      const dims = extentsOf(shape, "'strided': ", maxOperandRank);
      if (!Array.isArray(strides) || strides.length !== dims.length) fail('as many strides as extents are needed');
      if (!Number.isInteger(offset) || !strides.every(Number.isInteger)) fail('strides and offset are integers');
      const { address: start, count } = this.#elements, width = byteWidth(this.dtype), first = (this.#dataAddress - start) / width + offset;
      const isEmpty = dims.includes(0), reach = [first, first];
      if (!isEmpty) dims.forEach((extent, axis) => void (reach[strides[axis] < 0 ? 0 : 1] += strides[axis] * (extent - 1)));
      const isInside = reach[0] >= 0 && reach[1] < count + Number(isEmpty);
      if (!isInside) fail(`elements outside of the tensor, which has ${count}`);
      const dense = denseStrides(dims), isDense = isEmpty || dims.every((extent, axis) => extent === 1 || strides[axis] === dense[axis]);
      const block = this.#memory.allocate(tensorByteLength + 16 * dims.length, `strided tensor of shape [${dims.join(', ')}]`);
      const own = isDense ? [] : strides, data = start + first * width;
      writeDescriptor(this.#memory, block, data, this.dtype, dims, own);
      return new GuestTensor(this.#memory, block, data, this.dtype, [...dims], this.#elements, isDense ? undefined : [...strides]);
    });
  }

  /** The axes in another order: axis i of the result is axis `axes[i]` of this tensor; none given: back to front. */
  transposed(...axes: readonly number[]): GuestTensor {
    return refusing('transposed', () => {
      const { dims } = this, steps = this.strides ?? denseStrides(dims);
      const order = axes.length === 0 ? dims.map((_, axis) => dims.length - 1 - axis) : axes;
      if (order.length !== dims.length || dims.some((_, axis) => !order.includes(axis)))
        throw new WasmindError('InvalidArgument', `'transposed': no order of the ${dims.length} axes`);
      return this.strided(order.map(axis => dims[axis]), order.map(axis => steps[axis]));
    });
  }

  /** Gives the memory back. The tensor must not be used any more; freeing it again does nothing. */
  free(): void {
    if (this.#block === 0) return;
    if (this.#block !== this.#elements.block) this.#memory.free(this.#block);
    this.#block = 0;
    this.#elements.release();
  }

  #refuseIfFreed(): void {
    if (this.#block === 0) throw new WasmindError('InvalidArgument', 'the guest tensor was freed');
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
