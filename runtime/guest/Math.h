//===- Math.h - the functions of C's <math.h> that kernels ask for ------------------------------------------------===//
//
// Errors, special values and rounding are C's (ISO C 17, annex F), without errno and floating-point exceptions. Results
// of double are within the units in the last place that README.md lists; results of float are the double result
// rounded. All are weak: a C library in the same link has precedence.
//
//===--------------------------------------------------------------------------------------------------------------===//
#pragma once

extern "C" {

// Exponential.cpp
double exp(double x);
double exp2(double x);
double exp10(double x);
double expm1(double x);
double sinh(double x);
double cosh(double x);
double tanh(double x);
float expf(float x);
float exp2f(float x);
float exp10f(float x);
float expm1f(float x);
float sinhf(float x);
float coshf(float x);
float tanhf(float x);

// Logarithm.cpp
double log(double x);
double log2(double x);
double log10(double x);
double log1p(double x);
double asinh(double x);
double acosh(double x);
double atanh(double x);
float logf(float x);
float log2f(float x);
float log10f(float x);
float log1pf(float x);
float asinhf(float x);
float acoshf(float x);
float atanhf(float x);

// Power.cpp
double pow(double x, double y);
float powf(float x, float y);

// Trigonometric.cpp
double sin(double x);
double cos(double x);
double tan(double x);
float sinf(float x);
float cosf(float x);
float tanf(float x);

// InverseTrigonometric.cpp
double asin(double x);
double acos(double x);
double atan(double x);
double atan2(double y, double x);
float asinf(float x);
float acosf(float x);
float atanf(float x);
float atan2f(float y, float x);

// ErrorFunction.cpp
double erf(double x);
double erfc(double x);
float erff(float x);
float erfcf(float x);

// FloatingPoint.cpp
double fmod(double x, double y);
double hypot(double x, double y);
double ldexp(double x, int exponent);
double nextafter(double x, double towards);
double round(double x);
double fmin(double x, double y);
double fmax(double x, double y);
float fmodf(float x, float y);
float hypotf(float x, float y);
float ldexpf(float x, int exponent);
float nextafterf(float x, float towards);
float roundf(float x);
float fminf(float x, float y);
float fmaxf(float x, float y);
}
