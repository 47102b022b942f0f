// The rule on where results may be written, as compiler/OutputPaths.h has it for the other commands.
import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

const statusOf = path => statSync(path, { bigint: true, throwIfNoEntry: false });

/** A path that is not there yet, with what is there of it resolved. */
function canonical(path) {
  const full = resolve(path);
  try {
    return realpathSync(full);
  } catch {
    return dirname(full) === full ? full : join(canonical(dirname(full)), basename(full));
  }
}

/** Where the link at `path` leads, or undefined when it is none. */
function linkTarget(path) {
  try {
    return resolve(dirname(path), readlinkSync(path));
  } catch {
    return undefined;
  }
}

/** The same text for two paths when they lead to the same file: through `.`, folders that are links, links of files. */
function fileIdentity(path) {
  const status = statusOf(path);
  if (status) return `${status.dev}:${status.ino}`;
  let place = path;
  for (let links = 0, target; links < 40 && (target = linkTarget(place)); links++) place = target;
  return canonical(place);
}

/** Why a command that reads `inputs` must not write `output`, in one line, or undefined when it may. */
export function refuseOutput(inputs, output) {
  const status = statusOf(output);
  if (status && !status.isFile())
    return `${output}: cannot be written: it is ${status.isDirectory() ? 'a folder' : 'no regular file'}; name a file`;
  const identity = fileIdentity(output), same = inputs.find(input => fileIdentity(input) === identity);
  if (same === undefined) return undefined;
  return `${output}: is ${same === output ? 'an input' : `the same file as the input ${same}`}, which it would overwrite; name another output`;
}
