// Other runtimes: peers/NAME.mjs.

/** A peer's module. Throws an error that says so when there is none of this name. */
export async function importPeer(name) {
  if (!/^[\w-]+$/.test(name)) throw new Error(`'${name}' is no peer's name`);
  return import(`./peers/${name}.mjs`).catch(error => {
    throw error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`/peers/${name}.mjs`)
      ? new Error(`no peer is called '${name}'; bench/peers has what there is`) : error;
  });
}
