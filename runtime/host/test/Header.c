/* wasmind.h is C: this file only has to compile. */
#include "wasmind.h"

wasmind_status loadInC(const char *path, wasmind_model **model, wasmind_error **error);

wasmind_status loadInC(const char *path, wasmind_model **model, wasmind_error **error) {
  wasmind_load_options options = WASMIND_LOAD_OPTIONS_INIT;
  options.time_limit_ms = 1000;
  return wasmind_model_load_file(path, &options, model, error);
}

wasmind_status addInC(wasmind_library *library, const float *a, float *sum, wasmind_error **error);

wasmind_status addInC(wasmind_library *library, const float *a, float *sum, wasmind_error **error) {
  const int64_t shape[] = {4};
  wasmind_argument arguments[2] = {{0}}, output = {0};
  size_t add;
  wasmind_status status = wasmind_library_find(library, "Add", &add, error);
  if (status != WASMIND_OK)
    return status;
  arguments[0].kind = WASMIND_TENSOR;
  arguments[0].of.tensor = (wasmind_tensor){WASMIND_F32, 1, shape, (void *)a, 16};
  arguments[1].kind = WASMIND_NUMBER;
  arguments[1].of.number = 2.5;
  output.kind = WASMIND_TENSOR;
  output.of.tensor = (wasmind_tensor){WASMIND_F32, 1, shape, sum, 16};
  return wasmind_library_call(library, add, arguments, 2, &output, 1, error);
}
