/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which instruction set the kernels use. The loops of rt-isa-*.c are compiled as x86-64 has been
 * from the start (or as the other architectures' compilers do by default), as x86-64-v3 (AVX2 and
 * FMA) and as x86-64-v4 (AVX-512). The choice is made once; the results differ in their last bits
 * between sets, so it must not change while the program runs.
 */
#include "config.h"

#include "rt-isa.h"

#include <pthread.h>
#include <string.h>

#define DECLARE_ISA(isa) \
  extern const RtTileKernels rt_tile_kernels_##isa; \
  extern const RtLoopKernels rt_loop_kernels_##isa; \
  extern const RtNormKernels rt_norm_kernels_##isa; \
  extern const RtDepthwiseKernels rt_depthwise_kernels_##isa; \
  static const RtIsa isa_##isa = { \
    #isa, &rt_tile_kernels_##isa, &rt_loop_kernels_##isa, &rt_norm_kernels_##isa, \
    &rt_depthwise_kernels_##isa \
  };

DECLARE_ISA (baseline)
#if defined (__x86_64__)
DECLARE_ISA (v3)
DECLARE_ISA (v4)
#endif

static const RtIsa *chosen;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
choose (void)
{
  chosen = &isa_baseline;
#if defined (__x86_64__)
  const char *wanted = g_getenv ("RETORT_ISA");

  __builtin_cpu_init ();
  if (g_strcmp0 (wanted, "baseline") == 0)
    return;
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    chosen = &isa_v3;
  if (g_strcmp0 (wanted, "v3") == 0)
    return;
  if (chosen == &isa_v3
      && __builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512vl")
      && __builtin_cpu_supports ("avx512bw") && __builtin_cpu_supports ("avx512dq")
      && __builtin_cpu_supports ("avx512cd"))
    chosen = &isa_v4;
#endif
}

const RtIsa *
rt_isa_get (void)
{
  pthread_once (&once, choose);
  return chosen;
}
