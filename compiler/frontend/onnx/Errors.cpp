//===- Errors.cpp - what errors of the importer say ---------------------------------------------------------------===//
#include "compiler/frontend/onnx/Errors.h"
#include "compiler/frontend/Origin.h"
#include "compiler/frontend/onnx/Importer.h"
#include "llvm/ADT/StringExtras.h"

namespace wasmind::onnx {
namespace {

bool isWordPart(char c) { return frontend::isWord(llvm::StringRef(&c, 1)); }

// Whether the text has the word somewhere.
bool mentions(llvm::StringRef text, llvm::StringRef word) {
  for (size_t at = text.find(word); at != llvm::StringRef::npos; at = text.find(word, at + 1)) {
    const size_t end = at + word.size();
    if ((at == 0 || !isWordPart(text[at - 1])) && (end == text.size() || !isWordPart(text[end])))
      return true;
  }
  return false;
}

} // namespace

llvm::Error Importer::refuseSize(llvm::Error tooLarge) {
  return measured.hasDefaultBounds ? llvm::make_error<frontend::TooLarge>(llvm::toString(std::move(tooLarge)))
                                   : std::move(tooLarge);
}

std::string sizeText(mlir::Type tensor, const graph::Dims &dims) {
  std::string shape;
  bool isOpen = false;
  for (AffineExpr extent : graph::getExtents(tensor)) {
    shape += (shape.empty() ? "" : " x ") + graph::boundsText(extent, dims);
    isOpen |= !graph::constantOf(extent);
  }
  return " may have more than 2^40 elements, " + shape + (isOpen ? "; bound its dimensions with --dim" : "");
}

llvm::Error Importer::errorAt(const ::onnx::NodeProto &node, int64_t opset, const llvm::Twine &text) {
  std::string kind = qualified(node);
  if (opset > 0)
    kind += ", opset " + std::to_string(opset);
  std::string reason = withNames(text.str());
  // Where extents that vary do not fit, fixing them is the way out.
  auto says = [&](llvm::StringRef option) { return llvm::StringRef(reason).contains(option); };
  if (moduleOp && !says("--dim") && !says("--constant")) {
    std::string options, present, odd;
    unsigned count = 0;
    for (const graph::NamedDim &dim : graph::getNamedDims(*moduleOp)) {
      if (!mentions(reason, frontend::isWord(dim.name) ? dim.name : "\"" + dim.name + "\""))
        continue;
      options += frontend::optionText("--dim", dim.name, "N");
      present += (count == 0 ? ", now " : " and ") + std::to_string(dim.min) + ".." + std::to_string(dim.max);
      ++count;
      if (!frontend::isWord(dim.name))
        odd = "; \"" + dim.name + "\" is a dimension of its own, whatever its name says";
    }
    if (count > 0)
      reason += odd + (count == 1 ? "; fix it with" : "; fix them with") + options + present;
  }
  for (const std::string &advice : branches)
    reason += advice;
  return error("node '" + titleOf(node) + "' (" + kind + "): " + reason);
}

void Importer::nodeError(const llvm::Twine &text) {
  if (firstError.empty())
    firstError = text.str();
}

graph::Dims Importer::displayedDims() {
  auto dims = moduleOp ? graph::getNamedDims(*moduleOp) : graph::Dims();
  for (graph::NamedDim &dim : dims)
    if (!frontend::isWord(dim.name))
      dim.name = "\"" + dim.name + "\"";
  return dims;
}

// Diagnostics of the dialect know dimensions by number (s0); users by name.
std::string Importer::withNames(llvm::StringRef text) {
  const auto dims = displayedDims();
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const bool wordStart = i == 0 || !(llvm::isAlnum(text[i - 1]) || text[i - 1] == '_');
    size_t end = i + 1;
    while (end < text.size() && llvm::isDigit(text[end]))
      ++end;
    unsigned number = 0;
    if (text[i] == 's' && wordStart && end > i + 1 && (end == text.size() || !llvm::isAlpha(text[end])) &&
        !text.slice(i + 1, end).getAsInteger(10, number) && number < dims.size()) {
      result += dims[number].name;
      i = end;
    } else {
      result += text[i] == '\n' ? ' ' : text[i];
      ++i;
    }
  }
  return result;
}

} // namespace wasmind::onnx
