import { attributeTypes, maxExtent, maxOperandCount, maxOperandRank } from './abi.ts';
import type { ArgumentFrame } from './argumentFrame.ts';
import type { ArgumentPool } from './argumentPool.ts';
import { isLost } from './arguments.ts';
import { dtypeOf, viewArray, type DType, type TypedArray } from './dtype.ts';
import { WasmindError } from './error.ts';
import { aligned, type GuestMemory, type OperatorExport } from './guestMemory.ts';
import { adoptTensor, blockByteLength, describeTensor, GuestTensor } from './guestTensor.ts';
import { withInputs, type Attribute, type Operator, type Variant } from './library.ts';
import { elementOf } from './scalar.ts';
import { elementCountOf, Tensor } from './tensor.ts';

/** A number; what places take which stands in abi/spec.md, "Numbers". */
export type NumberLike = number | bigint | boolean;
/** What a call takes: a tensor, bare elements of one axis, or a number (a tensor of no axes, or an attribute). */
export type Operand = Tensor | GuestTensor | ArrayBufferView | NumberLike;
/** Where a call writes to. */
export type Output = Tensor | GuestTensor | ArrayBufferView;

/** The last argument of a call: attributes by name, and `out`, the tensors to write to, one or in order. */
export interface NamedArguments {
  readonly out?: Output | readonly Output[];
  readonly [attribute: string]: NumberLike | Output | readonly Output[] | undefined;
}

const isTensor = (value: unknown): boolean =>
  value instanceof GuestTensor || value instanceof Tensor || ArrayBuffer.isView(value);
const isNumber = (value: unknown): value is NumberLike =>
  typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';

/** Whether the last argument of a call is no operand. */
export function isNamed(value: unknown): value is NamedArguments {
  return typeof value === 'object' && value !== null && !isTensor(value) && !Array.isArray(value);
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

function describe(value: unknown): string {
  if (isTensor(value)) return 'a tensor';
  if (isNumber(value)) return `${value}`.replace('NaN', 'nan').replace('Infinity', 'inf');
  return typeof value === 'string' ? `'${value}'` : value === null ? 'null' : `of type ${typeof value}`;
}

const fits64 = (value: unknown): boolean => typeof value !== 'bigint' || (value >= -(2n ** 63n) && value < 2n ** 64n);

/** An integer of an i64, as a Number where that is exact; undefined of other numbers. */
function integerOf(value: NumberLike): number | bigint | undefined {
  if (Number.isSafeInteger(value)) return value as number;
  if (typeof value === 'boolean' || (typeof value === 'number' && !Number.isInteger(value))) return undefined;
  const integer = BigInt(value);
  return BigInt.asIntN(64, integer) === integer ? integer : undefined;
}

const outputCount = (out: NamedArguments['out']): number => (out === undefined ? 0 : Array.isArray(out) ? out.length : 1);
const outputAt = (out: NamedArguments['out'], i: number): Output => (Array.isArray(out) ? out[i] : out) as Output;

/** A tensor of the caller's memory, and the address of its copy's elements. */
interface Copied {
  readonly tensor: Tensor;
  data: number;
}
/** The tensors of a call that are not in the module's memory, by argument. */
type HostTensors = (Copied | undefined)[];

/** The element type of input `i`; undefined of a number. */
function dtypeAmong(args: readonly unknown[], hosts: HostTensors | undefined, i: number): DType | undefined {
  const each = args[i];
  return each instanceof GuestTensor ? each.dtype : hosts?.[i]?.tensor.dtype;
}

/** One operator of a library: turns what a caller gives into a call, and its end into tensors or an error. */
export class OperatorCall {
  readonly operator: Operator;
  private readonly memory: GuestMemory;
  private readonly target: OperatorExport;
  private readonly attributes: ReadonlyMap<string, number>;
  /** Of the call whose arguments were placed last; none of a linked operator. */
  private variant: Variant | undefined;
  /** Of a variadic operator: by the number of tensors. */
  private readonly longer: OperatorCall[] = [];

  constructor(memory: GuestMemory, operator: Operator) {
    this.memory = memory;
    this.operator = operator;
    this.target = memory.operator(operator.export);
    this.attributes = new Map(operator.attributes.map(({ name }, i) => [name, i]));
  }

  /** What calls a variadic operator with the tensors among the first `count` operands; itself of other operators. */
  taking(args: readonly unknown[], count: number): OperatorCall {
    const { name, inputs, attributes, outputs, variadic } = this.operator;
    if (!variadic || count <= inputs.length) return this;
    let tensors = inputs.length;
    while (tensors < count && isTensor(args[tensors])) tensors++;
    const most = maxOperandCount - attributes.length - outputs.length;
    if (tensors > most)
      throw new WasmindError('InvalidArgument', `${name}: ${counted(tensors, 'tensor')} where it takes up to ${most}`);
    if (tensors === inputs.length) return this;
    return this.longer[tensors] ??= new OperatorCall(this.memory, withInputs(this.operator, tensors));
  }

  /** Arguments of the exported function when `count` operands and `out` are given. */
  argumentCount(count: number, out: NamedArguments['out']): number {
    const { origin, inputs, attributes, outputs } = this.operator;
    return origin === 'linked' ? count + outputCount(out) : inputs.length + attributes.length + outputs.length;
  }

  /**
   * Writes the arguments of a call into `frame`, copying the tensors of the caller's memory into `pool`.
   *
   * @param args   operands; only the first `count` are looked at.
   * @returns the tensors that were copied, or undefined when there were none.
   * @throws WasmindError `InvalidArgument` naming the argument that does not fit, `Limit`; nothing was executed.
   */
  place(
    frame: ArgumentFrame, pool: ArgumentPool | undefined, args: readonly unknown[], count: number,
    named: NamedArguments | undefined): HostTensors | undefined {
    const { operator } = this, isLinked = operator.origin === 'linked', out = named?.out;
    this.checkCounts(count, out);
    if (named) this.checkNames(named, count);
    const inputCount = isLinked ? count : operator.inputs.length, given = outputCount(out);
    const firstOutput = isLinked ? count : inputCount + operator.attributes.length;

    let hosts: HostTensors | undefined, hasNumbers = false;
    for (let i = 0; i < inputCount; i++) {
      if (args[i] instanceof GuestTensor) continue;
      if (isNumber(args[i])) hasNumbers = true;
      else (hosts ??= [])[i] = { tensor: this.hostTensor(args[i], this.inputName, i), data: 0 };
    }
    this.variant = isLinked ? undefined : this.pickVariant(args, hosts);
    if (hasNumbers && !isLinked) hosts = this.scalars(args, hosts ?? []);
    for (let i = 0; i < given; i++) {
      const each = outputAt(out, i);
      if (!(each instanceof GuestTensor))
        (hosts ??= [])[firstOutput + i] = { tensor: this.hostTensor(each, this.outputName, i), data: 0 };
      this.checkOutput(i, each instanceof GuestTensor ? each.dtype : hosts![firstOutput + i]!.tensor.dtype);
    }
    // Before anything is written: the memory may grow here.
    if (hosts) this.copyIn(frame, pool, hosts, firstOutput);

    for (let i = 0; i < inputCount; i++) {
      const each = args[i];
      if (each instanceof GuestTensor) frame.setTensor(i, this.addressOf(each, this.inputName, i));
      else if (isLinked && isNumber(each)) this.placeNumber(frame, i, each);
    }
    if (!isLinked) {
      for (let i = 0; i < operator.attributes.length; i++) {
        const attribute = operator.attributes[i], at = inputCount + i;
        const byName = named !== undefined && Object.hasOwn(named, attribute.name) ? named[attribute.name] : undefined;
        this.placeAttribute(frame, at, attribute, at < count ? args[at] : byName === undefined ? attribute.default : byName);
      }
      if (given === 0) for (let i = 0; i < operator.outputs.length; i++) frame.setNone(firstOutput + i);
    }
    for (let i = 0; i < given; i++) {
      const each = outputAt(out, i);
      if (each instanceof GuestTensor) frame.setTensor(firstOutput + i, this.addressOf(each, this.outputName, i));
    }
    return hosts;
  }

  /** Calls the operator. Throws what `OperatorLibrary.call` does once the arguments are in place. */
  invoke(frame: ArgumentFrame, argumentCount: number): void {
    this.memory.refuseIfStopped();
    frame.setNone(frame.capacity);
    const status = this.memory.call(this.target, this.operator.name, frame.address, argumentCount, frame.resultAddress);
    if (status !== 0) throw this.failure();
  }

  /** The outputs after a call without `out`: in the module's memory, or moved out of it. */
  takeOutputs(frame: ArgumentFrame, inGuest: boolean): (Tensor | GuestTensor)[] {
    const { inputs, attributes, outputs, name } = this.operator, first = inputs.length + attributes.length;
    const taken: GuestTensor[] = [];
    for (let i = 0; i < outputs.length; i++) {
      const fail = (reason: string): WasmindError =>
        this.memory.breach(`${name} broke the contract: output '${outputs[i]}': ${reason}`);
      taken.push(adoptTensor(this.memory, frame.tensorAt(first + i), this.variant!.outputs[i], fail));
    }
    if (inGuest) return taken;
    return taken.map(output => {
      const { dtype, dims, data } = output, moved = new Tensor(dtype, data.slice(), dims);
      output.free();
      return moved;
    });
  }

  /** Copies the given outputs that are in the caller's memory back there. */
  copyOut(hosts: HostTensors, count: number): void {
    const { origin, inputs, attributes } = this.operator;
    const first = origin === 'linked' ? count : inputs.length + attributes.length;
    for (let at = first; at < hosts.length; at++) {
      const copied = hosts[at];
      if (copied) (copied.tensor.data as Uint8Array).set(this.elementsOf(copied) as Uint8Array);
    }
  }

  private elementsOf({ tensor: { dtype, elementCount }, data }: Copied): TypedArray {
    return viewArray(dtype, this.memory.buffer, data, elementCount);
  }

  private copyIn(frame: ArgumentFrame, pool: ArgumentPool | undefined, hosts: HostTensors, firstOutput: number): void {
    const { name } = this.operator;
    if (!pool) throw new WasmindError('InvalidArgument', `${name}: a prepared call takes guest tensors only`);
    const spaceOf = ({ tensor: { dtype, dims } }: Copied): number => aligned(blockByteLength(dtype, dims));
    let byteLength = 0;
    for (const copied of hosts) if (copied) byteLength += spaceOf(copied);
    let address = pool.reserve(byteLength, name);
    for (let at = 0; at < hosts.length; at++) {
      const copied = hosts[at];
      if (!copied) continue;
      copied.data = describeTensor(this.memory, address, copied.tensor.dtype, copied.tensor.dims);
      // An output is copied as well where the kernel is somebody else's, which may add to it.
      if (at < firstOutput || this.operator.origin === 'linked')
        (this.elementsOf(copied) as Uint8Array).set(copied.tensor.data as Uint8Array);
      frame.setTensor(at, address);
      address += spaceOf(copied);
    }
  }

  private readonly inputName = (i: number): string =>
    `${this.operator.name}: ${this.operator.inputs[i] === undefined ? `argument ${i}` : `'${this.operator.inputs[i]}'`}`;

  private readonly outputName = (i: number): string =>
    `${this.operator.name}: ${this.operator.outputs[i] === undefined ? `out ${i}` : `'${this.operator.outputs[i]}'`}`;

  private addressOf(tensor: GuestTensor, nameOf: (i: number) => string, i: number): number {
    const address = tensor.addressIn(this.memory);
    if (address === 0) throw new WasmindError('InvalidArgument', `${nameOf(i)}: ${tensor.whyNotIn(this.memory)}`);
    return address;
  }

  private hostTensor(value: unknown, nameOf: (i: number) => string, i: number): Tensor {
    const fail = (reason: string): never => {
      throw new WasmindError('InvalidArgument', `${nameOf(i)}: ${reason}`);
    };
    const isBare = ArrayBuffer.isView(value) && dtypeOf(value) !== undefined;
    const tensor = value instanceof Tensor ? value : isBare ? Tensor.from(value) : fail('neither a tensor nor a typed array');
    if (tensor.dims.length > maxOperandRank) fail(`rank ${tensor.dims.length} is over ${maxOperandRank}`);
    for (const extent of tensor.dims) if (extent > maxExtent) fail(`extent ${extent} is not within 0..${maxExtent}`);
    const { dtype, dims, data } = tensor;
    if (data.length !== elementCountOf(dims) || isLost(data)) fail('its array was detached or its shape changed');
    if (data.buffer !== this.memory.buffer) return tensor;
    // A view of the module's memory, which the copies of this call may detach by growth.
    if (nameOf === this.outputName) fail("a view of the module's memory; give the guest tensor itself");
    return new Tensor(dtype, data.slice(), dims);
  }

  /** The first variant whose inputs have the element types of the tensors given; numbers fit any. */
  private pickVariant(args: readonly unknown[], hosts: HostTensors | undefined): Variant {
    const { name, inputs, variants } = this.operator;
    for (let v = 0; v < variants.length; v++) {
      let i = 0;
      for (; i < inputs.length; i++) {
        const dtype = dtypeAmong(args, hosts, i);
        if (dtype !== undefined && dtype !== variants[v].inputs[i]) break;
      }
      if (i === inputs.length) return variants[v];
    }
    const given = inputs.map((_, i) => dtypeAmong(args, hosts, i)), first = given.find(dtype => dtype !== undefined);
    throw new WasmindError('InvalidArgument', `${name}: not built for (${given.map(dtype => dtype ?? first).join(', ')}); `
      + `built for ${variants.map(variant => `(${variant.inputs.join(', ')})`).join(', ')}`);
  }

  /** Adds the numbers among the inputs to `hosts`, as tensors of the element type that the variant has there. */
  private scalars(args: readonly unknown[], hosts: HostTensors): HostTensors {
    const { name, inputs } = this.operator;
    if (inputs.every((_, i) => dtypeAmong(args, hosts, i) === undefined))
      throw new WasmindError('InvalidArgument', `${name}: needs a tensor among its arguments`);
    for (let i = 0; i < inputs.length; i++) {
      const value = args[i];
      if (!isNumber(value)) continue;
      const dtype = this.variant!.inputs[i], element = fits64(value) ? elementOf(dtype, value) : undefined;
      if (!element)
        throw new WasmindError('InvalidArgument',
          `${this.inputName(i)}: ${describe(value)} does not fit ${fits64(value) ? `element type ${dtype}` : '64 bits'}`);
      hosts[i] = { tensor: new Tensor(dtype, element, []), data: 0 };
    }
    return hosts;
  }

  private checkOutput(i: number, dtype: DType): void {
    const wanted = this.variant?.outputs[i], { name, outputs } = this.operator;
    if (wanted !== undefined && dtype !== wanted)
      throw new WasmindError(
        'InvalidArgument', `${name}: output '${outputs[i]}' has element type ${dtype}, the result has ${wanted}`);
  }

  private checkCounts(count: number, out: NamedArguments['out']): void {
    const { name, origin, inputs, attributes, outputs } = this.operator, given = outputCount(out);
    if (origin === 'linked') {
      if (count + given > maxOperandCount)
        throw new WasmindError('InvalidArgument', `${name}: ${count + given} arguments are over ${maxOperandCount}`);
      return;
    }
    if (count < inputs.length || count > inputs.length + attributes.length) {
      const more = attributes.length === 0 ? ''
        : `; and ${counted(attributes.length, 'attribute')}: ${attributes.map(each => each.name).join(', ')}`;
      throw new WasmindError('InvalidArgument', `${name}: ${counted(count, 'argument')} where it takes `
        + `${counted(inputs.length, 'tensor')}: ${inputs.join(', ')}${more}`);
    }
    if (out !== undefined && given !== outputs.length)
      throw new WasmindError(
        'InvalidArgument', `${name}: ${counted(given, 'output')} given where it has ${outputs.length}: ${outputs.join(', ')}`);
  }

  private checkNames(named: NamedArguments, count: number): void {
    const { name, inputs, attributes } = this.operator;
    for (const key in named) {
      if (key === 'out') continue;
      const index = this.attributes.get(key);
      if (index === undefined)
        throw new WasmindError('InvalidArgument', `${name}: no attribute '${key}'; it has `
          + (attributes.map(each => each.name).join(', ') || 'none'));
      if (inputs.length + index < count && named[key] !== undefined)
        throw new WasmindError('InvalidArgument', `${name}: attribute '${key}' is given twice`);
    }
  }

  private attributeError(attribute: Attribute, value: unknown): WasmindError {
    const { name, type } = attribute;
    const wanted = isTensor(value) ? 'a number' : { i64: 'an integer of 64 bits', f64: 'a number', bool: 'true or false' }[type];
    return new WasmindError('InvalidArgument', value === undefined
      ? `${this.operator.name}: attribute '${name}' is missing`
      : `${this.operator.name}: attribute '${name}' is ${describe(value)}, it takes ${wanted}`);
  }

  private placeAttribute(frame: ArgumentFrame, at: number, attribute: Attribute, value: unknown): void {
    const { typeIndex } = attributeTypes[attribute.type];
    if (!fits64(value))
      throw new WasmindError('InvalidArgument', `${this.operator.name}: attribute '${attribute.name}': ${value} does not fit 64 bits`);
    if (isNumber(value))
      switch (attribute.type) {
        case 'i64': {
          const integer = integerOf(value);
          if (integer !== undefined) return frame.setInteger(at, integer, typeIndex);
          break;
        }
        case 'f64':
          if (typeof value !== 'boolean') return frame.setNumber(at, Number(value));
          break;
        case 'bool':
          if (Number(value) === 0 || Number(value) === 1) return frame.setInteger(at, Number(value), typeIndex);
      }
    throw this.attributeError(attribute, value);
  }

  /** A number for a kernel that says nothing about its parameters: as an integer where it is one. */
  private placeNumber(frame: ArgumentFrame, at: number, value: NumberLike): void {
    if (typeof value === 'boolean') return frame.setInteger(at, Number(value), attributeTypes.bool.typeIndex);
    if (typeof value === 'number' && (!Number.isSafeInteger(value) || Object.is(value, -0))) return frame.setNumber(at, value);
    const integer = integerOf(value);
    if (integer === undefined) throw new WasmindError('InvalidArgument', `${this.inputName(at)}: ${value} does not fit ${fits64(value) ? 'i64' : '64 bits'}`);
    frame.setInteger(at, integer, attributeTypes.i64.typeIndex);
  }

  /** Why the module refused the call. Its text is "KIND: Name: message"; kernels of others leave out the name. */
  private failure(): WasmindError {
    const { name } = this.operator;
    const [, kind, message] = /^(?:(TypeError|ValueError|MemoryError): )?(.*)$/s.exec(this.memory.errorText())!;
    const text = message || 'failed without a text';
    return new WasmindError(
      kind === 'MemoryError' ? 'Limit' : 'InvalidArgument', text.startsWith(`${name}: `) ? text : `${name}: ${text}`);
  }
}
