// sin, cos, tan and their inverses.
#include "compiler/loops/MathFunctions.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <cmath>
#include <iterator>
#include <limits>

namespace wasmind::loops {
namespace {
constexpr double halfPi = 0x1.921fb54442d18p0, halfPiRest = 0x1.1a62633145c07p-54, twoOverPi = 0x1.45f306dc9c883p-1;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// x = quadrant pi/2 + r, |r| <= pi/4 (a little more after rounding); the quadrant is in the low two bits of an
/// integer.
struct Quadrant {
  Term quadrant, r;
};

/// Cody and Waite: every product of n with a part of pi/2 but the last is exact.
Quadrant reduceModerate(Term x) {
  bool wide = x.isF64();
  Term bias = x.constant(wide ? 0x1.8p52 : 0x1.8p23);
  Term biased = multiplyAdd(x, x.constant(twoOverPi), bias);
  Term n = biased - bias;
  Term r = x;
  auto narrowParts = {0x1.92p0, 0x1.fap-12, 0x1.54p-20, 0x1.10b462p-30};
  auto wideParts = {0x1.921fb544p0, 0x1.0b4611a6p-34, 0x1.3198a2e037073p-69};
  for (double part : wide ? llvm::ArrayRef<double>(wideParts) : llvm::ArrayRef<double>(narrowParts))
    r = multiplyAdd(n, x.constant(-part), r);
  return {biased.bits(), r};
}

/// 2/pi = sum of twoOverPiChunks[i] * 2^(-24 (i + 1)); the first 8 suffice for |x| up to 2^100, all for any f64.
constexpr uint32_t twoOverPiChunks[] = {0xa2f983, 0x6e4e44, 0x1529fc, 0x2757d1, 0xf534dd, 0xc0db62, 0x95993c, 0x439041,
                                        0xfe5163, 0xabdebb, 0xc561b7, 0x246e3a, 0x424dd2, 0xe00649, 0x2eea09, 0xd1921c,
                                        0xfe1deb, 0x1cb129, 0xa73ee8, 0x8235f5, 0x2ebb44, 0x84e99c, 0x7026b4, 0x5f7e41,
                                        0x3991d6, 0x398353, 0x39f49c, 0x845f8b, 0xbdf928, 0x3b1ff8, 0x97ffde, 0x05980f,
                                        0xef2f11, 0x8b5a0a, 0x6d1f6d, 0x367ecf, 0x27cb09, 0xb74f46, 0x3f669e, 0x5fea2d,
                                        0x7527ba, 0xc7ebe5, 0xf17b3d, 0x0739f7, 0x8a5292, 0xea6bfb};
constexpr unsigned fewChunks = 8;

/// x beyond multiples of 4, which are exact.
Term modulo4(Term x) { return x - (x * 0.25).nearest() * 4.0; }

/// Of quarters of a period, and what they are too small by.
Quadrant quadrantOf(Term quarters, Term rest) {
  quarters = modulo4(quarters);
  Term biased = quarters + 0x1.8p52;
  return {biased.bits(), ((quarters - (biased - 0x1.8p52)) + rest) * halfPi};
}

/// The same for larger x (Payne and Hanek 1983): the product of half a mantissa with a chunk is exact, and what it has
/// beyond multiples of 4 is, too. `x` is f64 and holds an f32, whose products with whole chunks are exact.
Quadrant reduceLargeF32(Term x) {
  Term sum = x.constant(0.0);
  for (unsigned i = 0; i < fewChunks; ++i)
    sum = sum + modulo4(x * std::ldexp(double(twoOverPiChunks[i]), -24 * int(i + 1)));
  return quadrantOf(sum, x.constant(0.0));
}

/// Element `i` of the chunks times 2^(scale - 24 (i + 1)), from a table in memory, in all lanes of x.
Term chunkAt(Term i, Term x, int scale) {
  mlir::ImplicitLocOpBuilder &b = x.builder();
  constexpr llvm::StringLiteral name = "two_over_pi";
  auto module = b.getInsertionBlock()->getParentOp()->getParentOfType<mlir::ModuleOp>();
  if (!module.lookupSymbol(name)) {
    llvm::SmallVector<double> values;
    for (auto [i, chunk] : llvm::enumerate(twoOverPiChunks))
      values.push_back(std::ldexp(double(chunk), scale - 24 * int(i + 1)));
    auto start = mlir::OpBuilder::atBlockBegin(module.getBody());
    auto type = mlir::RankedTensorType::get({int64_t(values.size())}, b.getF64Type());
    mlir::LLVM::GlobalOp::create(start, b.getLoc(), mlir::LLVM::LLVMArrayType::get(b.getF64Type(), values.size()),
                                 /*isConstant=*/true, mlir::LLVM::Linkage::Internal, name,
                                 mlir::DenseElementsAttr::get(type, llvm::ArrayRef(values)), 8);
  }
  mlir::Type pointer = mlir::LLVM::LLVMPointerType::get(b.getContext());
  mlir::Value table = mlir::LLVM::AddressOfOp::create(b, pointer, name);
  mlir::Value place = mlir::LLVM::GEPOp::create(b, pointer, b.getF64Type(), table, mlir::LLVM::GEPArg(mlir::Value(i)));
  mlir::Value chunk = mlir::LLVM::LoadOp::create(b, b.getF64Type(), place);
  if (mlir::isa<mlir::VectorType>(x.type()))
    chunk = mlir::vector::BroadcastOp::create(b, x.type(), chunk);
  return {b, chunk};
}

/// A loop over the chunks, which few models ever run: code for each would be as much as the rest of a small module.
Quadrant reduceLargeF64(Term x) {
  constexpr int scale = 128; // so that no chunk is subnormal, nor is x scaled down
  Term isHuge = x.abs() > 0x1p100;
  Term scaled = x * std::ldexp(1.0, -scale);
  Term high = (scaled.bits() & -(int64_t(1) << 27)).asFloat(), low = scaled - high;
  mlir::ImplicitLocOpBuilder &b = x.builder();
  Term first{b, mlir::arith::ConstantOp::create(b, b.getI32IntegerAttr(0))};
  Term last = select(anyLane(isHuge), first.constant(std::size(twoOverPiChunks)), first.constant(fewChunks));
  // A sum in two parts (Knuth's two-sum): an angle may be next to a multiple of pi/2.
  auto results = repeatWhile(
      {first, x.constant(0.0), x.constant(0.0)}, [&](llvm::ArrayRef<Term> state) { return state[0] < last; },
      [&](llvm::ArrayRef<Term> state) -> llvm::SmallVector<Term> {
        Term i = state[0], sum = state[1], rest = state[2], chunk = chunkAt(i, x, scale);
        for (Term part : {high, low}) {
          Term quarters = modulo4(part * chunk), next = sum + quarters, taken = next - sum;
          rest = rest + ((sum - (next - taken)) + (quarters - taken));
          sum = next;
        }
        // What a lane gives must not depend on its neighbours.
        Term isFew{b, mlir::arith::CmpIOp::create(b, mlir::arith::CmpIPredicate::ult, i, i.constant(fewChunks))};
        if (auto lanes = mlir::dyn_cast<mlir::VectorType>(isHuge.type()))
          isFew = {b, mlir::vector::BroadcastOp::create(b, lanes, isFew)};
        Term counts = isHuge | isFew;
        return {i + 1, select(counts, sum, state[1]), select(counts, rest, state[2])};
      });
  return quadrantOf(results[1], results[2]);
}

/// The low 32 bits of i64 lanes as i32.
Quadrant narrow(Quadrant q) {
  // The quadrant is a small number: it survives as one.
  Term number = ((q.quadrant & 3) + 0x4338000000000000).asFloat() - 0x1.8p52;
  return {(number.toF32() + 0x1.8p23f).bits(), q.r.toF32()};
}

Quadrant reduce(Term x) {
  bool wide = x.isF64();
  Quadrant moderate = reduceModerate(x);
  Term isLarge = x.abs() > (wide ? 1e6 : 1e5);
  auto results = when(anyLane(isLarge), {moderate.quadrant, moderate.r}, [&]() -> llvm::SmallVector<Term> {
    Quadrant large = wide ? reduceLargeF64(x) : narrow(reduceLargeF32(x.toF64()));
    // What a lane gives must not depend on its neighbours.
    return {select(isLarge, large.quadrant, moderate.quadrant), select(isLarge, large.r, moderate.r)};
  });
  return {results[0], results[1]};
}

/// sin(r), cos(r), |r| <= pi/4; relative errors f32 4e-9 and 1.2e-10, f64 4e-18 and 6e-20.
Term sineOfRest(Term r, Term squared) {
  Term p = r.isF64() ? polynomial(squared, {-0x1.5555555555548p-3, 0x1.111111110f75dp-7, -0x1.a01a019bf222ep-13,
                                            0x1.71de355f05598p-19, -0x1.ae5e5471f5349p-26, 0x1.5d8e3511c1ebcp-33})
                     : polynomial(squared, {-0x1.555546p-3, 0x1.110778p-7, -0x1.9953fep-13});
  return multiplyAdd(r * squared, p, r);
}
Term cosineOfRest(Term squared) {
  Term p = squared.isF64() ? polynomial(squared, {0x1.555555555554bp-5, -0x1.6c16c16c15016p-10, 0x1.a01a019c8f3eep-16,
                                                  -0x1.27e4f7f19d4b3p-22, 0x1.1ee9dbd0d887p-29, -0x1.8fa681e39e977p-37})
                           : polynomial(squared, {0x1.55554ap-5, -0x1.6c0c2ap-10, 0x1.99e91p-16});
  return multiplyAdd(squared * squared, p, multiplyAdd(squared, squared.constant(-0.5), squared.constant(1.0)));
}

Term sineOfQuadrant(Quadrant q) {
  Term squared = q.r * q.r;
  Term isOdd = (q.quadrant & 1) != 0;
  Term magnitude = select(isOdd, cosineOfRest(squared), sineOfRest(q.r, squared));
  Term sign = (q.quadrant & 2).shiftLeft(q.r.width() - 2);
  return (magnitude.bits() ^ sign).asFloat();
}

/// atan(numerator / denominator) in [0, pi/2] for both >= 0, f64; 0/0 counts as 0, inf/inf as 1. NaN gives NaN.
Term arcTangentOfQuotient(Term numerator, Term denominator) {
  Term swap = denominator < numerator;
  Term low = select(swap, denominator, numerator), high = select(swap, numerator, denominator);
  Term bothInfinite = (low == infinity) & (high == infinity);
  low = select(bothInfinite, 1.0, low);
  high = select(bothInfinite | (low + high == 0.0), 1.0, high);
  Term t = low / high;
  // Above tan(pi/8): atan(t) = pi/4 + atan((t - 1) / (t + 1)).
  Term isUpper = t > 0x1.a827999fcef32p-2;
  Term u = select(isUpper, (t - 1.0) / (t + 1.0), t);
  Term squared = u * u;
  // u + u^3 P(u^2), |u| <= 0.41422, relative error 4e-17.
  Term p = polynomial(squared, {-0x1.5555555555318p-2, 0x1.999999994974fp-3, -0x1.249249057d16ep-3,
                                0x1.c71c65cf946a1p-4, -0x1.745bc32fe4724p-4, 0x1.3afc355b1b69p-4, -0x1.10052ecd90d6fp-4,
                                0x1.d254f91ccfb0bp-5, -0x1.65182edffec24p-5, 0x1.5c508cd00db5dp-6});
  Term angle = multiplyAdd(u * squared, p, u);
  angle = select(isUpper, (angle + halfPiRest / 2) + halfPi / 2, angle);
  return select(swap, halfPi - (angle - halfPiRest), angle);
}

Term arcTangentF64(Term x) { return withSignOf(arcTangentOfQuotient(x.abs(), x.constant(1.0)), x); }
Term arcSineF64(Term x) { return withSignOf(arcTangentOfQuotient(x.abs(), ((1.0 - x) * (x + 1.0)).sqrt()), x); }
Term arcCosineF64(Term x) { return arcTangentOfQuotient((1.0 - x).sqrt(), (x + 1.0).sqrt()) * 2.0; }
Term arcTangent2F64(Term y, Term x) {
  Term angle = arcTangentOfQuotient(y.abs(), x.abs());
  angle = select(signBit(x), 2 * halfPi - (angle - 2 * halfPiRest), angle);
  return withSignOf(angle, y);
}
} // namespace

Term sine(Term x) { return sineOfQuadrant(reduce(x)); }

Term cosine(Term x) {
  Quadrant q = reduce(x);
  return sineOfQuadrant({q.quadrant + 1, q.r});
}

Term tangent(Term x) {
  Quadrant q = reduce(x);
  Term squared = q.r * q.r;
  Term s = sineOfRest(q.r, squared), c = cosineOfRest(squared);
  Term isOdd = (q.quadrant & 1) != 0;
  return select(isOdd, -c, s) / select(isOdd, s, c);
}

Term arcSine(Term x) { return throughF64(arcSineF64, x); }
Term arcCosine(Term x) { return throughF64(arcCosineF64, x); }
Term arcTangent(Term x) { return throughF64(arcTangentF64, x); }
Term arcTangent2(Term y, Term x) { return throughF64(arcTangent2F64, y, x); }

} // namespace wasmind::loops
