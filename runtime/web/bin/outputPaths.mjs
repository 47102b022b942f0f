// The rule on where results may be written, as compiler/OutputPaths.h has it for the other commands.
import { statSync } from 'node:fs';

/** What is at a path, behind all links; undefined when nothing is. */
const statusOf = path => statSync(path, { bigint: true, throwIfNoEntry: false });

/** Why a command that reads `inputs` must not write `output`, in one line, or undefined when it may. */
export function refuseOutput(inputs, output) {
  const there = statusOf(output);
  if (!there) return undefined; // so it is none of the inputs
  if (!there.isFile()) return `${output}: cannot be written: it is ${there.isDirectory() ? 'a folder' : 'no regular file'}; name a file`;
  const same = inputs.find(input => {
    const status = statusOf(input);
    return status && status.dev === there.dev && status.ino === there.ino;
  });
  if (same === undefined) return undefined;
  return `${output}: is ${same === output ? 'an input' : `the same file as the input ${same}`}, which it would overwrite; name another output`;
}
