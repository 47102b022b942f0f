import { maxExtent, maxRank } from './abi.ts';
import { WasmindError } from './error.ts';

/** What a member of an options object may be; other members are mistakes in a name. */
type Kind = 'bytes' | 'boolean' | 'text' | 'any';

const fits: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  bytes: value => Number.isSafeInteger(value) && (value as number) >= 0,
  boolean: value => typeof value === 'boolean',
  text: value => typeof value === 'string',
  any: () => true,
};
const wanted: Readonly<Record<Kind, string>> = {
  bytes: 'a number of bytes: a natural number', boolean: 'true or false', text: 'a string', any: '',
};

/** A value in a message, whatever it is. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/**
 * Holds an options object against its members. A limit under a name that is not known would be none.
 *
 * @throws WasmindError `InvalidArgument`.
 */
export function checkOptions(options: unknown, members: Readonly<Record<string, Kind>>): void {
  if (typeof options !== 'object' || options === null)
    throw new WasmindError('InvalidArgument', `options: ${show(options)} is no object`);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(members, name))
      throw new WasmindError('InvalidArgument', `no option '${name}'; there are ${Object.keys(members).join(', ')}`);
    const kind = members[name];
    if (value !== undefined && !fits[kind](value))
      throw new WasmindError('InvalidArgument', `option ${name}: ${show(value)} is not ${wanted[kind]}`);
  }
}

/** Whether the bytes of a view are gone: its buffer was transferred to somebody else, or made shorter. Such a view says it is empty. */
export function isLost(data: ArrayBufferView): boolean {
  try {
    if ('entries' in data) (data as Uint8Array).entries();
    else void data.byteLength;
    return false;
  } catch {
    return true;
  }
}

/**
 * A copy of the extents that somebody passes: at most `most` numbers of 0 to 2^31 - 1.
 *
 * @throws WasmindError `InvalidArgument`; `place` starts its text.
 */
export function extentsOf(dims: unknown, place = '', most: number = maxRank): number[] {
  const fail = (reason: string): never => {
    throw new WasmindError('InvalidArgument', place + reason);
  };
  if (!Array.isArray(dims)) return fail(`the shape is ${show(dims)}, not an array of extents`);
  if (dims.length > most) fail(`rank ${dims.length} is over ${most}`);
  return Array.from(dims, (extent: unknown) => {
    if (Number.isInteger(extent) && (extent as number) >= 0 && (extent as number) <= maxExtent) return (extent as number) + 0;
    return fail(`extent ${show(extent)} of [${Array.from(dims, show).join(', ')}] is not within 0..${maxExtent}`);
  });
}
