/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * What the files compiled once per instruction set share: the vector type of the set and the names
 * of their tables. Only rt-isa-*.c include this.
 *
 * RT_ISA is the suffix (baseline, v3 or v4) that meson gives. RT_VECTOR floats make a vector, in
 * GCC's and clang's vector extension; Vector is aligned as a float is, so loads need no care.
 */

#define RT_ISA_JOIN_(name, isa) name##_##isa
#define RT_ISA_JOIN(name, isa)  RT_ISA_JOIN_ (name, isa)
#define RT_ISA_SYMBOL(name)     RT_ISA_JOIN (name, RT_ISA)

#ifndef RT_VECTOR
#if defined (__AVX512F__)
#define RT_VECTOR 16
#elif defined (__AVX2__)
#define RT_VECTOR 8
#else
#define RT_VECTOR 4
#endif
#endif

typedef float Vector __attribute__ ((vector_size (RT_VECTOR * 4), aligned (4), may_alias));

/* The loop's iterations are independent, even where an output is also an input. */
#if defined (__clang__)
#define RT_INDEPENDENT _Pragma ("clang loop vectorize(assume_safety)")
#else
#define RT_INDEPENDENT _Pragma ("GCC ivdep")
#endif

#if defined (__clang__)
#define RT_UNROLL _Pragma ("clang loop unroll(full)")
#else
#define RT_UNROLL _Pragma ("GCC unroll 32")
#endif

#define RT_INLINE static inline __attribute__ ((always_inline))

RT_INLINE Vector
rt_load (const float *from)
{
  return *(const Vector *) from;
}

RT_INLINE void
rt_store (float  *to,
          Vector  value)
{
  *(Vector *) to = value;
}
