//===- Wat.cpp - modules as WebAssembly text, by wabt -------------------------------------------------------------===//
#include "tools/Wat.h"
#include "tools/Refusal.h"
#include <wabt/binary-reader-ir.h>
#include <wabt/binary-reader.h>
#include <wabt/ir.h>
#include <wabt/stream.h>
#include <wabt/wat-writer.h>

namespace wasmind::tools {

std::string watOf(std::span<const uint8_t> wasm, const std::string &name) {
  wabt::ReadBinaryOptions options;
  options.features.enable_relaxed_simd();
  wabt::Errors errors;
  wabt::Module module;
  if (wabt::Failed(wabt::ReadBinaryIr(name.c_str(), wasm.data(), wasm.size(), options, &errors, &module)))
    throw Refusal(name + ": " + (errors.empty() ? "not a WebAssembly module" : errors.front().message));
  wabt::WriteWatOptions format;
  format.inline_export = true;
  wabt::MemoryStream stream;
  if (wabt::Failed(wabt::WriteWat(&stream, &module, format)))
    throw Refusal(name + ": cannot be written as text");
  const std::vector<uint8_t> &text = stream.output_buffer().data;
  return {text.begin(), text.end()};
}

} // namespace wasmind::tools
