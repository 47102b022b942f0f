import { extentsOf } from './arguments.ts';
import { dtypeOf, byteWidth, asArrayOf, arrayName, type TypedArray } from './dtype.ts';
import { WasmindError } from './error.ts';
import { GuestTensor } from './guestTensor.ts';
import type { Dim, DimSum, FunctionSpec, TensorSpec } from './signature.ts';
import { elementCountOf, lostText, Tensor } from './tensor.ts';

/** What a caller passes for one input: a tensor, or its bare elements where the shape leaves at most one extent open. */
export type TensorLike = Tensor | ArrayBufferView;

/** "2*past + seq + 1"; a name may be a formula itself. */
function describeSum({ terms, plus }: DimSum): string {
  const texts = terms.map(({ dim, times }) =>
    (times === 1 ? '' : `${times}*`) + (/^[\w.\u0080-\uffff]*$/.test(dim) ? dim : `(${dim})`));
  return [...texts, ...(plus ? [plus] : [])].join(' + ');
}

/** The values of the named extents of one call, and which input, or the state, gave each of them. */
export class Extents {
  private readonly dims: ReadonlyMap<string, Dim>;
  private readonly values = new Map<string, { value: number; from?: string; axis: number }>();

  /** @param kept the value of a dim that the module keeps. */
  constructor(dims: readonly Dim[], kept: (dim: Dim) => number) {
    this.dims = new Map(dims.map(dim => [dim.name, dim]));
    for (const dim of dims)
      if (dim.initial !== undefined) this.values.set(dim.name, { value: kept(dim), axis: 0 });
  }

  /** The value of a named extent, or undefined while no input gave one. */
  find(name: string): number | undefined {
    return this.values.get(name)?.value;
  }

  /** Every dim that has a value. */
  entries(): { dim: Dim; value: number }[] {
    return [...this.values].map(([name, { value }]) => ({ dim: this.dims.get(name)!, value }));
  }

  /** " (height = 100, width = 64)": the dims with their values, for the end of a message; empty without any. */
  text(): string {
    const values = this.entries().map(({ dim, value }) => `${dim.name} = ${value}`);
    return values.length > 0 ? ` (${values.join(', ')})` : '';
  }

  /**
   * Holds the extents of one input against its shape and gives the names in it their values.
   *
   * @throws WasmindError `InvalidArgument` for another rank, another fixed extent, an extent outside its bounds, or one
   *   that differs from what another input says.
   */
  bind(input: TensorSpec, given: readonly number[]): void {
    const actual = extentsOf(given, `input '${input.name}': `);
    if (actual.length !== input.shape.length)
      throw new WasmindError('InvalidArgument',
        `input '${input.name}': rank ${actual.length}, shape [${input.shape.join(', ')}] has rank ${input.shape.length}`);
    input.shape.forEach((entry, axis) => {
      const extent = actual[axis], place = `input '${input.name}': axis ${axis} is ${extent}`;
      if (typeof entry === 'number') {
        if (extent !== entry) throw new WasmindError('InvalidArgument', `${place}, the model needs ${entry}`);
        return;
      }
      const { min, max } = this.dims.get(entry)!, known = this.values.get(entry);
      if (!Number.isInteger(extent) || extent < min || extent > max)
        throw new WasmindError('InvalidArgument', `${place}, outside ${min}..${max} of '${entry}'; `
          + `compile with --dim ${entry}=${Math.min(min, extent)}..${Math.max(max, extent)} to allow it`);
      const { multipleOf } = this.dims.get(entry)!;
      if (extent % multipleOf !== 0)
        throw new WasmindError('InvalidArgument', `${place}, no multiple of ${multipleOf}, as '${entry}' must be`);
      if (known && known.value !== extent)
        throw new WasmindError('InvalidArgument', `inputs disagree on dim '${entry}': it is ${known.value} by `
          + `${known.from === undefined ? 'the state' : `axis ${known.axis} of '${known.from}'`} and ${extent} by axis ${axis} of '${input.name}'`);
      if (!known) this.values.set(entry, { value: extent, from: input.name, axis });
    });
  }

  /**
   * Holds the dims that are sums of others against these, as far as all of them are known.
   *
   * @throws WasmindError `InvalidArgument` that names the sum.
   */
  checkSums(): void {
    for (const [name, { value, from, axis }] of this.values) {
      const sum = this.sumOf(name);
      if (sum !== undefined && sum !== value)
        throw new WasmindError('InvalidArgument',
          `axis ${axis} of input '${from}' must be ${describeSum(this.dims.get(name)!.equals!)} = ${sum}, not ${value}`);
    }
  }

  /** What a dim must be by others; undefined where it is no sum or a part of it is not known yet. */
  private sumOf(name: string): number | undefined {
    const equals = this.dims.get(name)?.equals;
    if (!equals) return undefined;
    let sum = equals.plus;
    for (const { dim, times } of equals.terms) {
      const value = this.find(dim);
      if (value === undefined) return undefined;
      sum += times * value;
    }
    return sum;
  }

  /**
   * The extents that `elementCount` elements of `input` must have, when at most one of them is still open.
   *
   * @throws WasmindError `InvalidArgument` when the count fits no extents, or several would do.
   */
  infer(input: TensorSpec, elementCount: number): number[] {
    const shape = input.shape.map(entry => (typeof entry === 'number' ? entry : this.find(entry) ?? this.sumOf(entry) ?? entry));
    const open = shape.filter(entry => typeof entry === 'string');
    if (open.length > 1)
      throw new WasmindError('InvalidArgument',
        `input '${input.name}': ${open.map(name => `'${name}'`).join(' and ')} of its shape do not follow from an array; `
          + 'pass a Tensor');
    const known = elementCountOf(shape.filter(entry => typeof entry === 'number'));
    const count = open.length === 0 ? 1 : known === 0 ? 0 : elementCount / known;
    if (!Number.isInteger(count) || known * count !== elementCount)
      throw new WasmindError('InvalidArgument',
        `input '${input.name}': ${elementCount} elements do not fill shape [${shape.join(', ')}]`);
    return shape.map(entry => (typeof entry === 'number' ? entry : count));
  }
}

/** The elements of `given` as the array class that `input` needs, and its extents if it carries any. */
export function elementsFor(input: TensorSpec, given: TensorLike): { data: TypedArray; dims?: readonly number[] } {
  if (given instanceof Tensor || given instanceof GuestTensor) {
    if (given.dtype !== input.dtype)
      throw new WasmindError(
        'InvalidArgument', `input '${input.name}': element type ${given.dtype}, the model needs ${input.dtype}`);
    // Its array may have been transferred, and its extents changed, since it was made.
    const { data } = given, dims = extentsOf(given.dims, `input '${input.name}': `);
    if (data.length !== elementCountOf(dims) || lostText(data))
      throw new WasmindError('InvalidArgument', `input '${input.name}': its array was detached or its shape changed`);
    return { data, dims };
  }
  if (!ArrayBuffer.isView(given) || dtypeOf(given) === undefined)
    throw new WasmindError('InvalidArgument', `input '${input.name}': neither a Tensor nor a typed array`);
  if ((given.buffer as { detached?: boolean }).detached)
    throw new WasmindError('InvalidArgument', `input '${input.name}': its array was detached`);
  const data = asArrayOf(input.dtype, given);
  if (!data)
    throw new WasmindError('InvalidArgument',
      `input '${input.name}': a ${given.constructor.name}, element type ${input.dtype} needs a ${arrayName(input.dtype)}${lostText(given)}`);
  return { data };
}

/**
 * The extents of an output after a run.
 *
 * @param extentOf the value of a named extent.
 * @throws WasmindError `InvalidModule` when the module wrote an extent outside its bounds, or more elements than fit.
 */
export function outputDims(
  entry: FunctionSpec, output: TensorSpec, dims: ReadonlyMap<string, Dim>, extentOf: (dim: Dim) => number): number[] {
  const actual = output.shape.map(extent => {
    if (typeof extent === 'number') return extent;
    const dim = dims.get(extent)!, value = extentOf(dim);
    if (value < dim.min || value > dim.max)
      throw new WasmindError('InvalidModule',
        `${entry.name}: output '${output.name}': '${dim.name}' is ${value}, outside ${dim.min}..${dim.max}`);
    return value;
  });
  if (elementCountOf(actual) * byteWidth(output.dtype) > output.byteLength)
    throw new WasmindError('InvalidModule',
      `${entry.name}: output '${output.name}': shape [${actual.join(', ')}] exceeds its ${output.byteLength} bytes`);
  return actual;
}
