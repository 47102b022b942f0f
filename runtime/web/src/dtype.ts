import { dtypes, type DType } from './abi.ts';
import { isLost, show } from './arguments.ts';
import { WasmindError } from './error.ts';

export type { DType };

/** The arrays that carry tensor elements: 64-bit integers are BigInts, f16 and bf16 are their 16-bit patterns. */
export type TypedArray =
  | Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array
  | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

interface TypedArrayConstructor {
  readonly name: string;
  new (buffer: ArrayBufferLike, byteOffset: number, elementCount: number): TypedArray;
}

/** Array classes that hold a dtype's bytes besides the one of the table; by name, since not every engine has them. */
const alsoAccepted: Partial<Record<DType, string>> = { f16: 'Float16Array', u8: 'Uint8ClampedArray' };

function rowOf(dtype: DType): (typeof dtypes)[DType] {
  if (!isDType(dtype)) throw new WasmindError('InvalidArgument', `unknown element type ${show(dtype)}`);
  return dtypes[dtype];
}

function arrayOf(dtype: DType): TypedArrayConstructor {
  return rowOf(dtype).typedArray;
}

function classNameOf(data: ArrayBufferView): string {
  return ArrayBuffer.isView(data) ? data.constructor?.name ?? '' : '';
}

export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(dtypes, name);
}

/** Bytes of one element: 1, 2, 4 or 8. Throws `InvalidArgument` for what is no element type, as `arrayName` does. */
export function byteWidth(dtype: DType): number {
  return rowOf(dtype).byteWidth;
}

/** Name of the array class that carries `dtype`, for messages. */
export function arrayName(dtype: DType): string {
  return arrayOf(dtype).name;
}

/** A view of `elementCount` elements in `buffer`; `byteOffset` must be a multiple of the element's bytes. */
export function viewArray(dtype: DType, buffer: ArrayBufferLike, byteOffset: number, elementCount: number): TypedArray {
  return new (arrayOf(dtype))(buffer, byteOffset, elementCount);
}

/** `data` as the array class of `dtype` (same bytes), or undefined when its class does not carry that dtype, or its bytes are gone. */
export function asArrayOf(dtype: DType, data: ArrayBufferView): TypedArray | undefined {
  const kind = arrayOf(dtype);
  if (!ArrayBuffer.isView(data) || isLost(data)) return undefined;
  if (data instanceof kind) return data;
  if (alsoAccepted[dtype] !== classNameOf(data)) return undefined;
  return new kind(data.buffer, data.byteOffset, data.byteLength / byteWidth(dtype));
}

/** The dtype that an array class stands for when nothing else says so. */
export function dtypeOf(data: ArrayBufferView): DType | undefined {
  const names = Object.keys(dtypes) as DType[];
  // 16-bit and 8-bit patterns look like integers: the integer types come last in no table, so they are asked for first.
  const integers = names.filter(name => /^[iu]/.test(name));
  return [...integers, ...names].find(name => arrayName(name) === classNameOf(data) || alsoAccepted[name] === classNameOf(data));
}
