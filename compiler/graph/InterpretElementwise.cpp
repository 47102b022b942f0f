//===- InterpretElementwise.cpp - unary, binary, compare, select, cast --------------------------------------------===//
//
// Functions of f32 are computed in double and rounded once.
//
//===--------------------------------------------------------------------------------------------------------------===//
#include "compiler/graph/Floats.h"
#include "compiler/graph/InterpreterKernels.h"
#include <cmath>
#include <cstring>

using namespace mlir;

namespace wasmind::graph::interpreter {

SmallVector<int64_t> repeatingStrides(Ints operand, Ints result) {
  SmallVector<int64_t> strides = stridesOf(operand);
  for (auto [i, stride] : llvm::enumerate(strides))
    if (operand[i] == 1)
      stride = 0;
  return strides;
}

//===- Unary ------------------------------------------------------------------------------------------------------===//

namespace {
double unaryFloat(UnaryKind kind, double x) {
  switch (kind) {
  case UnaryKind::Neg:
    return -x;
  case UnaryKind::Abs:
    return std::fabs(x);
  case UnaryKind::Sign:
    return std::isnan(x) ? x : double((x > 0) - (x < 0));
  case UnaryKind::Exp:
    return std::exp(x);
  case UnaryKind::Log:
    return std::log(x);
  case UnaryKind::Sqrt:
    return std::sqrt(x);
  case UnaryKind::Rsqrt:
    return 1 / std::sqrt(x);
  case UnaryKind::Reciprocal:
    return 1 / x;
  case UnaryKind::Floor:
    return std::floor(x);
  case UnaryKind::Ceil:
    return std::ceil(x);
  case UnaryKind::Round:
    return std::nearbyint(x);
  case UnaryKind::Trunc:
    return std::trunc(x);
  case UnaryKind::Sin:
    return std::sin(x);
  case UnaryKind::Cos:
    return std::cos(x);
  case UnaryKind::Tan:
    return std::tan(x);
  case UnaryKind::Asin:
    return std::asin(x);
  case UnaryKind::Acos:
    return std::acos(x);
  case UnaryKind::Atan:
    return std::atan(x);
  case UnaryKind::Sinh:
    return std::sinh(x);
  case UnaryKind::Cosh:
    return std::cosh(x);
  case UnaryKind::Asinh:
    return std::asinh(x);
  case UnaryKind::Acosh:
    return std::acosh(x);
  case UnaryKind::Atanh:
    return std::atanh(x);
  case UnaryKind::Tanh:
    return std::tanh(x);
  case UnaryKind::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case UnaryKind::Erf:
    return std::erf(x);
  case UnaryKind::Not:
  case UnaryKind::IsNaN:
  case UnaryKind::Bits:
    break;
  }
  llvm_unreachable("not a function of floats");
}

template <typename T> T unaryInteger(UnaryKind kind, T x, bool isBool) {
  switch (kind) {
  case UnaryKind::Neg:
    return T(0 - uint64_t(x));
  case UnaryKind::Abs:
    return x < T(0) ? T(0 - uint64_t(x)) : x;
  case UnaryKind::Sign:
    return T((x > T(0)) - (x < T(0)));
  case UnaryKind::Not:
    return isBool ? T(x == 0) : T(~x);
  default:
    llvm_unreachable("not a function of integers");
  }
}
} // namespace

Result unary(Operation *op, UnaryKind kind, const View &x) {
  int64_t count = x.elementCount();
  if (kind == UnaryKind::IsNaN) {
    HostTensor result = allocate(IntegerType::get(x.element.getContext(), 1), x.shape);
    withType(x.element, [&](auto zero) {
      using T = decltype(zero);
      for (int64_t i = 0; i < count; ++i)
        result.bytes[i] = x.as<T>()[i] != x.as<T>()[i];
    });
    return result;
  }
  if (kind == UnaryKind::Bits) {
    HostTensor result = allocate(cast<RankedTensorType>(op->getResult(0).getType()).getElementType(), x.shape);
    std::memcpy(result.bytes.data(), x.as<char>(), result.bytes.size());
    return result;
  }
  HostTensor result = allocate(x.element, x.shape);
  withType(x.element, [&](auto zero) {
    using T = decltype(zero);
    const T *in = x.as<T>();
    T *out = dataOf<T>(result);
    for (int64_t i = 0; i < count; ++i) {
      if constexpr (std::is_floating_point_v<T>)
        out[i] = T(unaryFloat(kind, in[i]));
      else
        out[i] = unaryInteger(kind, in[i], x.element.isInteger(1));
    }
  });
  return result;
}

//===- Binary -----------------------------------------------------------------------------------------------------===//

namespace {
template <typename T> T powerOf(T base, T exponent) {
  if constexpr (std::is_signed_v<T>) {
    if (exponent < 0)
      return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  }
  uint64_t result = 1, factor = uint64_t(base);
  for (uint64_t e = uint64_t(exponent); e; e >>= 1, factor *= factor)
    if (e & 1)
      result *= factor;
  return T(result);
}

// One loop per kind, so that the kinds that matter for large weights are vectorised.
template <typename T, typename F> void apply(const View &lhs, const View &rhs, HostTensor &result, F f) {
  std::array<SmallVector<int64_t>, 3> strides{stridesOf(result.shape), repeatingStrides(lhs.shape, result.shape),
                                              repeatingStrides(rhs.shape, result.shape)};
  const T *a = lhs.as<T>(), *b = rhs.as<T>();
  T *out = dataOf<T>(result);
  forEachRow(result.shape, strides, [&](Ints offsets, int64_t count, Ints steps) {
    T *row = out + offsets[0];
    const T *x = a + offsets[1], *y = b + offsets[2];
    if (steps[1] == 1 && steps[2] == 1)
      for (int64_t i = 0; i < count; ++i)
        row[i] = f(x[i], y[i]);
    else if (steps[1] == 1 && steps[2] == 0)
      for (int64_t i = 0; i < count; ++i)
        row[i] = f(x[i], *y);
    else
      for (int64_t i = 0; i < count; ++i)
        row[i] = f(x[i * steps[1]], y[i * steps[2]]);
  });
}

template <typename T> T largest(T a, T b, bool wantsMax) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(a) || std::isnan(b))
      return std::numeric_limits<T>::quiet_NaN();
  return wantsMax ? std::max(a, b) : std::min(a, b);
}

template <typename T> void binaryFloat(BinaryKind kind, const View &lhs, const View &rhs, HostTensor &result) {
  switch (kind) {
  case BinaryKind::Add:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return a + b; });
  case BinaryKind::Sub:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return a - b; });
  case BinaryKind::Mul:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return a * b; });
  case BinaryKind::Div:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return a / b; });
  case BinaryKind::Rem:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return std::fmod(a, b); });
  case BinaryKind::FloorDiv:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return std::floor(a / b); });
  case BinaryKind::FloorMod:
    return apply<T>(lhs, rhs, result, [](T a, T b) {
      T rest = std::fmod(a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    });
  case BinaryKind::Pow:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(std::pow(double(a), double(b))); });
  case BinaryKind::Max:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return largest(a, b, true); });
  case BinaryKind::Min:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return largest(a, b, false); });
  case BinaryKind::Atan2:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(std::atan2(double(a), double(b))); });
  default:
    llvm_unreachable("not a function of floats");
  }
}

/// Divided by zero, quotient and remainder are 0.
template <typename T> void binaryInteger(BinaryKind kind, const View &lhs, const View &rhs, HostTensor &result) {
  constexpr unsigned bits = 8 * sizeof(T);
  auto dividing = [&](auto f) {
    apply<T>(lhs, rhs, result, [&](T a, T b) -> T {
      if (b == 0)
        return 0;
      if constexpr (std::is_signed_v<T>)
        if (b == -1) // the lowest value has no negative
          return f(T(0 - uint64_t(a)), T(1));
      return f(a, b);
    });
  };
  switch (kind) {
  case BinaryKind::Add:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(uint64_t(a) + uint64_t(b)); });
  case BinaryKind::Sub:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(uint64_t(a) - uint64_t(b)); });
  case BinaryKind::Mul:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(uint64_t(a) * uint64_t(b)); });
  case BinaryKind::Div:
    return dividing([](T a, T b) { return T(a / b); });
  case BinaryKind::Rem:
    return dividing([](T a, T b) { return T(a % b); });
  case BinaryKind::FloorDiv:
    return dividing([](T a, T b) {
      T rest = T(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? T(a / b - 1) : T(a / b);
    });
  case BinaryKind::FloorMod:
    return dividing([](T a, T b) {
      T rest = T(a % b);
      return rest != 0 && (rest < 0) != (b < 0) ? T(rest + b) : rest;
    });
  case BinaryKind::Pow:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return powerOf(a, b); });
  case BinaryKind::Max:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return std::max(a, b); });
  case BinaryKind::Min:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return std::min(a, b); });
  case BinaryKind::And:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(a & b); });
  case BinaryKind::Or:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(a | b); });
  case BinaryKind::Xor:
    return apply<T>(lhs, rhs, result, [](T a, T b) { return T(a ^ b); });
  case BinaryKind::ShiftLeft:
    return apply<T>(lhs, rhs, result,
                    [](T a, T b) { return uint64_t(b) < bits ? T(uint64_t(a) << uint64_t(b)) : T(0); });
  case BinaryKind::ShiftRight:
    return apply<T>(lhs, rhs, result, [](T a, T b) {
      return T(a >> std::min<uint64_t>(uint64_t(b), bits - 1) >> (uint64_t(b) >= bits));
    });
  case BinaryKind::Atan2:
    break;
  }
  llvm_unreachable("not a function of integers");
}
} // namespace

Result binary(Operation *op, BinaryKind kind, const View &lhs, const View &rhs, Ints shape) {
  HostTensor result = allocate(lhs.element, shape);
  withType(lhs.element, [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>)
      binaryFloat<T>(kind, lhs, rhs, result);
    else
      binaryInteger<T>(kind, lhs, rhs, result);
  });
  return result;
}

//===- Compare, select, cast --------------------------------------------------------------------------------------===//

Result compare(CompareKind kind, const View &lhs, const View &rhs, Ints shape) {
  HostTensor result = allocate(IntegerType::get(lhs.element.getContext(), 1), shape);
  std::array<SmallVector<int64_t>, 3> strides{stridesOf(shape), repeatingStrides(lhs.shape, shape),
                                              repeatingStrides(rhs.shape, shape)};
  withType(lhs.element, [&](auto zero) {
    using T = decltype(zero);
    forEachRow(shape, strides, [&](Ints offsets, int64_t count, Ints steps) {
      for (int64_t i = 0; i < count; ++i) {
        T a = lhs.as<T>()[offsets[1] + i * steps[1]], b = rhs.as<T>()[offsets[2] + i * steps[2]];
        bool holds = false;
        switch (kind) {
        case CompareKind::Equal:
          holds = a == b;
          break;
        case CompareKind::NotEqual:
          holds = a != b;
          break;
        case CompareKind::Less:
          holds = a < b;
          break;
        case CompareKind::LessEqual:
          holds = a <= b;
          break;
        case CompareKind::Greater:
          holds = a > b;
          break;
        case CompareKind::GreaterEqual:
          holds = a >= b;
          break;
        }
        result.bytes[offsets[0] + i * steps[0]] = holds;
      }
    });
  });
  return result;
}

Result select(const View &condition, const View &onTrue, const View &onFalse, Ints shape) {
  HostTensor result = allocate(onTrue.element, shape);
  std::array<SmallVector<int64_t>, 4> strides{stridesOf(shape), repeatingStrides(condition.shape, shape),
                                              repeatingStrides(onTrue.shape, shape),
                                              repeatingStrides(onFalse.shape, shape)};
  withWidth(onTrue.element, [&](auto zero) {
    using T = decltype(zero);
    T *out = dataOf<T>(result);
    forEachRow(shape, strides, [&](Ints offsets, int64_t count, Ints steps) {
      for (int64_t i = 0; i < count; ++i)
        out[offsets[0] + i * steps[0]] = condition.bytes[offsets[1] + i * steps[1]]
                                             ? onTrue.as<T>()[offsets[2] + i * steps[2]]
                                             : onFalse.as<T>()[offsets[3] + i * steps[3]];
    });
  });
  return result;
}

namespace {
template <typename To, typename From> To convert(From x) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(x))
      return 0;
    // The bounds as doubles: the upper one may round up to a power of two, which is out of range itself.
    constexpr double low = double(std::numeric_limits<To>::min()), high = double(std::numeric_limits<To>::max());
    if (double(x) <= low)
      return std::numeric_limits<To>::min();
    if (double(x) >= high)
      return std::numeric_limits<To>::max();
  }
  return To(x);
}

} // namespace

Result cast(const View &x, Type element) {
  HostTensor result = allocate(element, x.shape);
  int64_t count = x.elementCount();
  auto store = [&](auto from) {
    using From = decltype(from);
    auto each = [&](auto read) {
      if (element.isInteger(1)) {
        for (int64_t i = 0; i < count; ++i)
          result.bytes[i] = read(i) != From(0);
      } else if (element.isF16() || element.isBF16()) {
        bool isHalf = element.isF16();
        uint16_t *out = dataOf<uint16_t>(result);
        for (int64_t i = 0; i < count; ++i)
          out[i] = isHalf ? halfFromDouble(toOddDouble(read(i))) : bfloatFromDouble(toOddDouble(read(i)));
      } else {
        withType(element, [&](auto to) {
          using To = decltype(to);
          To *out = dataOf<To>(result);
          for (int64_t i = 0; i < count; ++i)
            out[i] = convert<To>(read(i));
        });
      }
    };
    return each;
  };
  if (x.element == element)
    result.bytes.assign(x.bytes.begin(), x.bytes.end());
  else if (x.element.isF16())
    store(float())([&](int64_t i) { return halfToFloat(x.as<uint16_t>()[i]); });
  else if (x.element.isBF16())
    store(float())([&](int64_t i) { return bfloatToFloat(x.as<uint16_t>()[i]); });
  else
    withType(x.element, [&](auto from) {
      using From = decltype(from);
      const From *in = x.as<From>();
      store(From())([in](int64_t i) { return in[i]; });
    });
  return result;
}

} // namespace wasmind::graph::interpreter
