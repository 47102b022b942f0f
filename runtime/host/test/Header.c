/* wasmind.h is C: this file only has to compile. */
#include "wasmind.h"

wasmind_status loadInC(const char *path, wasmind_model **model, wasmind_error **error);

wasmind_status loadInC(const char *path, wasmind_model **model, wasmind_error **error) {
  wasmind_load_options options = WASMIND_LOAD_OPTIONS_INIT;
  options.time_limit_ms = 1000;
  return wasmind_model_load_file(path, &options, model, error);
}
