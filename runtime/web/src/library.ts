import { attributeTypes, maxSignatureInteger, origins, type AttributeType, type Origin } from './abi.ts';
import type { DType } from './dtype.ts';
import type { Field } from './field.ts';

/** A named number an operator takes besides its tensors. Without a default, every call must give it. */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
  readonly default?: number | boolean;
}

/** A combination of element types that is built in, in the order of the operator's inputs and outputs. */
export interface Variant {
  readonly inputs: readonly DType[];
  readonly outputs: readonly DType[];
}

/**
 * One operator of a library. Of a linked one, somebody else's kernel, nothing but the name is known: its lists are empty,
 * and calls give all arguments in order, outputs included.
 */
export interface Operator {
  readonly name: string;
  /** The exported function. */
  readonly export: string;
  readonly origin: Origin;
  /** Names of the tensors read. */
  readonly inputs: readonly string[];
  readonly attributes: readonly Attribute[];
  /** Names of the tensors written. */
  readonly outputs: readonly string[];
  /** The first whose inputs match the given tensors is run. */
  readonly variants: readonly Variant[];
  /** Whether more tensors like the last input may follow it. */
  readonly variadic?: boolean;
}

/** The part `library` of a signature. */
export interface Library {
  readonly operators: readonly Operator[];
}

/** JSON has no numbers for these. */
const notFinite: Readonly<Record<string, number>> = { 'inf': Infinity, '-inf': -Infinity, 'nan': NaN };

function readNumber(field: Field): number {
  if (typeof field.value === 'number' && Number.isFinite(field.value)) return field.value;
  if (typeof field.value !== 'string') field.fail('not a number');
  const text = field.text();
  return Object.hasOwn(notFinite, text) ? notFinite[text] : field.fail(`'${text}' is neither a number nor inf, -inf or nan`);
}

function readInteger(field: Field): number {
  const { value } = field;
  if (typeof value !== 'number' || !Number.isInteger(value)) return field.fail('not an integer');
  if (Math.abs(value) > maxSignatureInteger) field.fail(`${BigInt(value)} is not within +-${maxSignatureInteger}`);
  return value + 0; // -0 is the integer 0
}

const readDefault: Readonly<Record<AttributeType, (field: Field) => number | boolean>> = {
  i64: readInteger, f64: readNumber, bool: field => field.boolean(),
};

function readAttribute(field: Field): Attribute {
  const name = field.get('name').text(), type = field.get('type').text();
  if (!Object.hasOwn(attributeTypes, type)) field.get('type').fail(`unknown attribute type '${type}'`, 'Unsupported');
  const known = type as AttributeType, value = field.find('default');
  return { name, type: known, ...(value && { default: readDefault[known](value) }) };
}

function readVariant(field: Field): Variant {
  return {
    inputs: field.get('inputs').elements().map(entry => entry.dtype()),
    outputs: field.get('outputs').elements().map(entry => entry.dtype()),
  };
}

function readOperator(field: Field): Operator {
  const head = { name: field.get('name').text(), export: field.get('export').text() };
  const origin = origins.find(name => name === field.get('origin').text());
  if (!origin) return field.get('origin').fail(`unknown origin '${field.get('origin').text()}'`, 'Unsupported');
  if (origin === 'linked') return { ...head, origin, inputs: [], attributes: [], outputs: [], variants: [] };
  return {
    ...head,
    origin,
    inputs: field.get('inputs').elements().map(entry => entry.text()),
    attributes: field.get('attributes').elements().map(readAttribute),
    outputs: field.get('outputs').elements().map(entry => entry.text()),
    variants: field.get('variants').elements().map(readVariant),
    ...(field.find('variadic') && { variadic: field.get('variadic').boolean() }),
  };
}

/** A variadic operator as the one of `count` inputs that a call with so many tensors is of. */
export function withInputs(operator: Operator, count: number): Operator {
  const { inputs, variants } = operator, more = Array.from({ length: count - inputs.length }, (_, i) => i + 1);
  return {
    ...operator,
    variadic: false,
    inputs: [...inputs, ...more.map(i => `${inputs[inputs.length - 1]}[${i}]`)],
    variants: variants.map(variant => ({
      inputs: [...variant.inputs, ...more.map(() => variant.inputs[inputs.length - 1])], outputs: variant.outputs,
    })),
  };
}

/** Reads the field `library`; `checkLibrary` checks what is read against the rules. Throws as `parseSignature`. */
export function readLibrary(field: Field): Library {
  return { operators: field.get('operators').elements().map(readOperator) };
}
