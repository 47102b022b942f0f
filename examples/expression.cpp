// An operator of one's own: its formula in C++ becomes an object, an archive and a module.
//   build/bin/example_expression FOLDER      writes lerp.o, libown_wasm32.a and own_ops.wasm
#include "compiler/Operators.h"
#include <cstdio>

using namespace wasmind;

int main(int argc, char **argv) {
  if (argc != 2)
    return std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]), 2;
  const std::string folder = argv[1];

  // Elements: any shapes, broadcast; one formula for both types.
  Operator lerp;
  lerp.name = "Lerp";
  lerp.inputs = {"a", "b"};
  lerp.attributes = {abi::Attribute::number("weight", 0.5)};
  lerp.variants = {{{te::DType::F32, te::DType::F32}, {te::DType::F32}},
                   {{te::DType::F64, te::DType::F64}, {te::DType::F64}}};
  lerp.formula = [](const std::vector<te::Expr> &x) { return x[0] + x[2] * (x[1] - x[0]); };

  // Tensors of fixed rank: squared distances between the rows of two matrices, whatever their extents.
  Operator distances;
  distances.name = "Distances";
  distances.family = Family::Expression;
  distances.inputs = {"a", "b"};
  distances.variants = {{{te::DType::F32, te::DType::F32}, {te::DType::F32}}};
  distances.define = [](const abi::Variant &) {
    te::Var m = te::var("m"), n = te::var("n"), d = te::var("d");
    te::Tensor a = te::placeholder({m, d}, te::DType::F32, "a"), b = te::placeholder({n, d}, te::DType::F32, "b");
    te::Axis k = te::reduce_axis(d);
    auto element = [&](te::Expr i, te::Expr j) {
      te::Expr step = a(i, k) - b(j, k);
      return te::sum(step * step, k);
    };
    return Operator::Tensors{{a, b}, {te::compute({m, n}, element, "out")}};
  };

  LibraryOptions options;
  options.operators = {lerp, distances};
  options.objectsFolder = folder;
  options.archive = folder + "/libown_wasm32.a";
  options.module = folder + "/own_ops.wasm";
  LibraryResult result = buildLibrary(options);
  if (!result.error.empty())
    return std::fprintf(stderr, "%s\n", result.error.c_str()), 1;
  std::printf("own_ops.wasm: %llu bytes\n", static_cast<unsigned long long>(result.moduleBytes));
}
