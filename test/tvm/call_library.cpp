// Calls operators of a library through the C++ host: reads lines "NAME TYPE SHAPE FILE TYPE SHAPE FILE ..." (a shape is
// 2x3, the last tensor is written) and stores the last tensor's bytes in its file.
//   call_library LIBRARY.wasm < calls
#include "wasmind.hpp"
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace wasmind;

struct Operand {
  std::string file;
  std::vector<char> bytes;
  std::vector<int64_t> shape;
  DType dtype;

  Tensor view() { return {dtype, shape, bytes.data(), bytes.size()}; }
};

static int fail(const std::string &what, const std::string &text) {
  return std::fprintf(stderr, "%s: %s\n", what.c_str(), text.c_str()), 1;
}

int main(int argc, char **argv) {
  if (argc != 2)
    return fail("usage", "call_library LIBRARY.wasm < calls");
  auto library = OperatorLibrary::load(argv[1]);
  if (!library)
    return fail(argv[1], library.error().text);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string name, type, shape;
    words >> name;
    std::vector<Operand> operands;
    for (Operand each; words >> type >> shape >> each.file; operands.push_back(std::move(each))) {
      each.dtype = type == "f32" ? DType::F32 : type == "i32" ? DType::I32 : DType::I8;
      each.shape.clear();
      std::istringstream extents(shape);
      for (std::string extent; std::getline(extents, extent, 'x');)
        each.shape.push_back(std::stoll(extent));
      std::ifstream input(each.file, std::ios::binary);
      each.bytes.assign(std::istreambuf_iterator<char>(input), {});
    }
    Operand &out = operands.back();
    auto done = operands.size() == 1 ? library->callInto(name.c_str(), {out.view()}, {})
                : operands.size() == 2
                    ? library->callInto(name.c_str(), {out.view()}, {operands[0].view()})
                    : library->callInto(name.c_str(), {out.view()}, {operands[0].view(), operands[1].view()});
    if (!done)
      return fail(name, done.error().text);
    std::ofstream(out.file, std::ios::binary).write(out.bytes.data(), std::streamsize(out.bytes.size()));
  }
}
