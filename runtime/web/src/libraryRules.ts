import { maxOperandCount, maxOperatorNameByteLength, operatorExportPrefix } from './abi.ts';
import { signatureError } from './error.ts';
import type { Operator } from './library.ts';
import type { Signature } from './signature.ts';
import { utf8ByteLength } from './utf8.ts';

/** What a model has and a library has not. */
function checkRest({ functions, dims, memory, weights }: Signature): void {
  const reason = 'although the module is an operator library';
  if (functions.length > 0) throw signatureError('functions', `not empty ${reason}`);
  if (dims.length > 0) throw signatureError('dims', `not empty ${reason}`);
  for (const part of ['extents', 'arena', 'weights'] as const)
    if (memory[part].byteLength !== 0) throw signatureError(`memory.${part}`, `not empty ${reason}`);
  if (weights.storage === 'external') throw signatureError('weights.storage', `external ${reason}`);
}

function checkArguments(where: string, operator: Operator): void {
  const names = new Set<string>();
  const checkName = (place: string, name: string, mayBeOut: boolean): void => {
    if (name === '') throw signatureError(place, 'empty');
    if (!mayBeOut && name === 'out') throw signatureError(place, "'out' is what callers name given outputs by");
    if (names.has(name)) throw signatureError(place, `'${name}' is named twice`);
    names.add(name);
  };
  operator.inputs.forEach((name, i) => checkName(`${where}.inputs[${i}]`, name, false));
  operator.attributes.forEach(({ name }, i) => checkName(`${where}.attributes[${i}].name`, name, false));
  operator.outputs.forEach((name, i) => checkName(`${where}.outputs[${i}]`, name, true));
  if (operator.outputs.length === 0) throw signatureError(`${where}.outputs`, 'empty');
  if (operator.variadic && operator.inputs.length === 0) throw signatureError(`${where}.variadic`, 'there is no input');
  const count = operator.inputs.length + operator.attributes.length + operator.outputs.length;
  if (count > maxOperandCount)
    throw signatureError(where, `${count} inputs, attributes and outputs are over ${maxOperandCount}`);
}

function checkVariants(list: string, { inputs, outputs, variants }: Operator): void {
  if (variants.length === 0) throw signatureError(list, 'empty');
  const seen = new Set<string>();
  variants.forEach((variant, i) => {
    const where = `${list}[${i}]`, key = `${variant.inputs} -> ${variant.outputs}`;
    if (variant.inputs.length !== inputs.length)
      throw signatureError(
        `${where}.inputs`, `${variant.inputs.length} element types where the operator has ${inputs.length} inputs`);
    if (variant.outputs.length !== outputs.length)
      throw signatureError(
        `${where}.outputs`, `${variant.outputs.length} element types where the operator has ${outputs.length} outputs`);
    if (seen.has(key)) throw signatureError(where, 'is there twice');
    seen.add(key);
  });
}

/**
 * Holds the part `library` of a signature, and the absence of what only models have, against the rules of abi/spec.md.
 *
 * @throws WasmindError `InvalidModule` naming the first broken one.
 */
export function checkLibrary(signature: Signature): void {
  checkRest(signature);
  const operators = signature.library!.operators, names = new Set<string>(), exports = new Set<string>();
  if (operators.length === 0) throw signatureError('library.operators', 'empty');
  operators.forEach((operator, i) => {
    const where = `library.operators[${i}]`, byteLength = utf8ByteLength(operator.name);
    if (byteLength === 0 || byteLength > maxOperatorNameByteLength)
      throw signatureError(`${where}.name`, `not 1..${maxOperatorNameByteLength} bytes long`);
    if (names.has(operator.name)) throw signatureError(`${where}.name`, `'${operator.name}' is named twice`);
    if (!operator.export.startsWith(operatorExportPrefix) || operator.export.length === operatorExportPrefix.length)
      throw signatureError(`${where}.export`, `'${operator.export}' does not start with ${operatorExportPrefix}`);
    if (exports.has(operator.export)) throw signatureError(`${where}.export`, `'${operator.export}' is used twice`);
    names.add(operator.name);
    exports.add(operator.export);
    if (operator.origin === 'linked') return;
    checkArguments(where, operator);
    checkVariants(`${where}.variants`, operator);
  });
}
