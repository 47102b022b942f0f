// `_initialize` of abi/spec.md: runs the constructors of what is linked, once. It has to be exported whenever some
// object has constructors: the linker otherwise wraps every export so that each call runs them again.
extern "C" {

void __wasm_call_ctors(); // of the linker

void _initialize() {
  static bool isDone;
  if (isDone)
    return;
  isDone = true;
  __wasm_call_ctors();
}
}
