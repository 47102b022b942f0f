import { extentsOf, isLost } from './arguments.ts';
import { arrayName, asArrayOf, dtypeOf, type DType, type TypedArray } from './dtype.ts';
import { WasmindError } from './error.ts';

/** Number of elements of a shape; 1 for a scalar. */
export function elementCountOf(dims: readonly number[]): number {
  let count = 1, isEmpty = false;
  for (const extent of dims) {
    count *= extent;
    isEmpty ||= extent === 0;
  }
  return isEmpty ? 0 : count; // also when the product of the others is no finite number
}

/** What to add where `data` is of no use, when that is because its bytes are gone. */
export function lostText(data: unknown): string {
  return ArrayBuffer.isView(data) && isLost(data) ? ', and the buffer of this array was transferred or made shorter' : '';
}

/** A dense row-major array with an element type and extents. Holds `data` itself, no copy. */
export class Tensor {
  readonly dtype: DType;
  /** Elements in row-major order. f16 and bf16 are 16-bit patterns, bool is one byte that is 0 or 1. */
  readonly data: TypedArray;
  /** Extents, outermost first; empty for a scalar. */
  readonly dims: readonly number[];

  /**
   * @throws WasmindError `InvalidArgument` when the array class does not carry `dtype`, its length is not the product of `dims`,
   *   or these are no extents.
   */
  constructor(dtype: DType, data: ArrayBufferView, dims: readonly number[]) {
    const elements = asArrayOf(dtype, data), extents = extentsOf(dims);
    if (!elements)
      throw new WasmindError('InvalidArgument', `a ${dtype} tensor is held by a ${arrayName(dtype)}${lostText(data)}`);
    if (elements.length !== elementCountOf(extents))
      throw new WasmindError(
        'InvalidArgument',
        `shape [${extents.join(', ')}] needs ${elementCountOf(extents)} elements, the array has ${elements.length}`);
    this.dtype = dtype;
    this.data = elements;
    this.dims = extents;
  }

  /** A tensor over `data` whose element type follows from the array class; `dims` defaults to one axis. */
  static from(data: ArrayBufferView, dims?: readonly number[]): Tensor {
    const dtype = ArrayBuffer.isView(data) ? dtypeOf(data) : undefined;
    if (!dtype) throw new WasmindError('InvalidArgument', 'a tensor is made from a typed array');
    // That of a buffer which is gone says 0.
    if (isLost(data)) throw new WasmindError('InvalidArgument', `a tensor is made from a typed array${lostText(data)}`);
    return new Tensor(dtype, data, dims ?? [(data as TypedArray).length]);
  }

  get elementCount(): number {
    return this.data.length;
  }

  get byteLength(): number {
    return this.data.byteLength;
  }
}
