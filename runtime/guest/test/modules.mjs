// Where the build put the modules of these tests.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
export const modules = (name) => join(process.env.WASMIND_BUILD ?? join(root, "build"), "runtime/guest/test", name);
