//===- ExpressionText.cpp - formulas as text, for errors ---------------------------------------------------------===//
#include "compiler/frontend/expr/Node.h"
#include <cmath>
#include <cstdio>

namespace wasmind::te {
namespace {

const char *symbolOf(BinaryKind kind) {
  switch (kind) {
  case BinaryKind::Add:
    return "+";
  case BinaryKind::Sub:
    return "-";
  case BinaryKind::Mul:
    return "*";
  case BinaryKind::Div:
    return "/";
  case BinaryKind::And:
    return "&";
  case BinaryKind::Or:
    return "|";
  case BinaryKind::Xor:
    return "^";
  case BinaryKind::ShiftLeft:
    return "<<";
  case BinaryKind::ShiftRight:
    return ">>";
  default:
    return nullptr;
  }
}

const char *wordOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::Neg:
    return "-";
  case UnaryKind::Not:
    return "~";
#define WASMIND_TE_UNARY(function, kind, takes)                                                                        \
  case UnaryKind::kind:                                                                                                \
    return #function;
#include "compiler/frontend/expr/Functions.def"
  }
  return "";
}

const char *wordOf(BinaryKind kind) {
  switch (kind) {
#define WASMIND_TE_BINARY(function, kind, takes)                                                                       \
  case BinaryKind::kind:                                                                                               \
    return #function;
#include "compiler/frontend/expr/Functions.def"
  default:
    return "";
  }
}

class Printer {
public:
  explicit Printer(size_t limit) : limit(limit) {}

  std::string take() {
    if (text.size() > limit)
      text = text.substr(0, limit) + "...";
    return std::move(text);
  }

  void print(const Node &node, bool isInner) {
    if (text.size() > limit)
      return;
    switch (node.kind) {
    case NodeKind::Literal:
    case NodeKind::Constant:
      return printConstant(node);
    case NodeKind::Axis:
    case NodeKind::Var:
      text += node.name;
      return;
    case NodeKind::Failure:
      text += "<" + node.name + ">";
      return;
    case NodeKind::Load:
      text += node.tensor->name + "[";
      printList(node.operands);
      text += "]";
      return;
    case NodeKind::Unary: {
      const std::string word = wordOf(node.unary());
      bool isSign = word.size() == 1;
      text += word + (isSign ? "" : "(");
      print(node.operands[0].node(), isSign);
      text += isSign ? "" : ")";
      return;
    }
    case NodeKind::Binary:
      if (const char *symbol = symbolOf(node.binary());
          symbol && !(node.binary() == BinaryKind::Div && isInteger(node.dtype)))
        return infix(node, symbol, isInner);
      text += std::string(wordOf(node.binary())) + "(";
      printList(node.operands);
      text += ")";
      return;
    case NodeKind::Compare: {
      static constexpr const char *symbols[] = {"==", "!=", "<", "<=", ">", ">="};
      return infix(node, symbols[node.function], isInner);
    }
    case NodeKind::Select:
      text += "select(";
      printList(node.operands);
      text += ")";
      return;
    case NodeKind::Cast:
      text += std::string(abi::nameOf(node.dtype)) + "(";
      printList(node.operands);
      text += ")";
      return;
    case NodeKind::Reduce: {
      static constexpr const char *words[] = {"sum", "prod", "max", "min", "all", "any"};
      text += std::string(words[node.function]) + "(";
      printList(node.operands);
      text += ", axis=[";
      for (size_t i = 0; i < node.axes.size(); ++i)
        text += (i ? ", " : "") + node.axes[i].name();
      text += "])";
      return;
    }
    }
  }

private:
  size_t limit;
  std::string text;

  void printConstant(const Node &node) {
    if (node.dtype == DType::Bool) {
      text += node.integer ? "true" : "false";
    } else if (node.isFloat) {
      char buffer[32];
      std::snprintf(buffer, sizeof buffer, "%.9g", node.number);
      text += buffer;
      if (std::isfinite(node.number) &&
          text.find_first_of(".e", text.size() - std::string_view(buffer).size()) == std::string::npos)
        text += ".0";
    } else {
      text += node.dtype == DType::U64 ? std::to_string(uint64_t(node.integer)) : std::to_string(node.integer);
    }
  }
  void printList(const std::vector<Expr> &list) {
    for (size_t i = 0; i < list.size(); ++i) {
      text += i ? ", " : "";
      print(list[i].node(), false);
    }
  }
  void infix(const Node &node, const char *symbol, bool isInner) {
    text += isInner ? "(" : "";
    print(node.operands[0].node(), true);
    text += std::string(" ") + symbol + " ";
    print(node.operands[1].node(), true);
    text += isInner ? ")" : "";
  }
};

} // namespace

std::string textOf(const Node &node, size_t limit) {
  Printer printer(limit);
  printer.print(node, false);
  return printer.take();
}

} // namespace wasmind::te
