import { arrayName, asArrayOf, dtypeOf, isDType, type DType, type TypedArray } from './dtype.ts';
import { refusing, WasmindError } from './error.ts';

/** Number of elements of a shape; 1 for a scalar. */
export function elementCountOf(dims: readonly number[]): number {
  let count = 1;
  for (const extent of dims) count *= extent;
  return count;
}

/** `data` as elements of `dtype`, held against `dims`. */
function elementsOf(dtype: DType, data: ArrayBufferView, dims: readonly number[]): TypedArray {
  if (!isDType(dtype)) throw new WasmindError('InvalidArgument', `unknown element type '${String(dtype)}'`);
  if (!ArrayBuffer.isView(data)) throw new WasmindError('InvalidArgument', 'a tensor is made from a typed array');
  if (!Array.isArray(dims)) throw new WasmindError('InvalidArgument', 'the extents of a tensor are an array of numbers');
  const elements = asArrayOf(dtype, data);
  if (!elements) throw new WasmindError('InvalidArgument', `a ${dtype} tensor is held by a ${arrayName(dtype)}`);
  for (const extent of dims)
    if (!Number.isSafeInteger(extent) || extent < 0)
      throw new WasmindError('InvalidArgument', `extent ${extent} of [${dims.join(', ')}] is no natural number`);
  if (elements.length !== elementCountOf(dims))
    throw new WasmindError(
      'InvalidArgument',
      `shape [${dims.join(', ')}] needs ${elementCountOf(dims)} elements, the array has ${elements.length}`);
  return elements;
}

/** A dense row-major array with an element type and extents. Holds `data` itself, no copy. */
export class Tensor {
  readonly dtype: DType;
  /** Elements in row-major order. f16 and bf16 are 16-bit patterns, bool is one byte that is 0 or 1. */
  readonly data: TypedArray;
  /** Extents, outermost first; empty for a scalar. */
  readonly dims: readonly number[];

  /**
   * @throws WasmindError `InvalidArgument` when the array class does not carry `dtype`, or its length is not the
   *   product of `dims`.
   */
  constructor(dtype: DType, data: ArrayBufferView, dims: readonly number[]) {
    const elements = refusing('Tensor', () => elementsOf(dtype, data, dims));
    this.dtype = dtype;
    this.data = elements;
    this.dims = [...dims];
  }

  /** A tensor over `data` whose element type follows from the array class; `dims` defaults to one axis. */
  static from(data: ArrayBufferView, dims?: readonly number[]): Tensor {
    const dtype = ArrayBuffer.isView(data) ? dtypeOf(data) : undefined;
    if (!dtype) throw new WasmindError('InvalidArgument', 'a tensor is made from a typed array');
    return new Tensor(dtype, data, dims ?? [(data as TypedArray).length]);
  }

  get elementCount(): number {
    return this.data.length;
  }

  get byteLength(): number {
    return this.data.byteLength;
  }
}
