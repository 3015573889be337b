/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loops element by element. They are plain C, written so that the compiler makes vectors of them:
 * the choice of activation stands outside of the loop, and nothing in one calls libm (but erfc, for
 * which there is no short way).
 */
#include "config.h"

#include "rt-isa-activation.h"

static void
activate (float        *out,
          const float  *inp,
          RtActivation  activation,
          size_t        n)
{
#define LOOP(a) \
  RT_INDEPENDENT \
  for (size_t i = 0; i < n; i++) \
    out[i] = rt_activate (a, inp[i]);

  RT_FOR_ACTIVATION (activation, LOOP)
#undef LOOP
}

static void
deactivate (float        *dinp,
            const float  *dout,
            const float  *kept,
            RtActivation  activation,
            bool          accumulate,
            size_t        n)
{
#define LOOP(a) \
  if (accumulate) \
    { \
      RT_INDEPENDENT \
      for (size_t i = 0; i < n; i++) \
        dinp[i] += dout[i] * rt_slope (a, kept[i]); \
    } \
  else \
    { \
      RT_INDEPENDENT \
      for (size_t i = 0; i < n; i++) \
        dinp[i] = dout[i] * rt_slope (a, kept[i]); \
    }

  if (activation == RT_ACTIVATION_NONE)
    kept = dout;   /* not looked at, but a loop that could read it must not read NULL */
  RT_FOR_ACTIVATION (activation, LOOP)
#undef LOOP
}

static void
add (float        *out,
     const float  *a,
     const float  *b,
     RtActivation  activation,
     size_t        n)
{
#define LOOP(f) \
  RT_INDEPENDENT \
  for (size_t i = 0; i < n; i++) \
    out[i] = rt_activate (f, a[i] + b[i]);

  RT_FOR_ACTIVATION (activation, LOOP)
#undef LOOP
}

static void
scale_loop (float       *out,
            const float *inp,
            float        scale,
            bool         accumulate,
            size_t       n)
{
  if (accumulate)
    {
      RT_INDEPENDENT
      for (size_t i = 0; i < n; i++)
        out[i] += scale * inp[i];
    }
  else
    {
      RT_INDEPENDENT
      for (size_t i = 0; i < n; i++)
        out[i] = scale * inp[i];
    }
}

static void
sgd (float       *param,
     float       *velocity,
     const float *grad,
     float        learning_rate,
     float        momentum,
     bool         nesterov,
     float        weight_decay,
     size_t       n)
{
  float now = nesterov ? 1.0f : 0.0f;            /* the step is now * g + then * v */
  float then = nesterov ? momentum : 1.0f;

  if (velocity == NULL)
    {
      RT_INDEPENDENT
      for (size_t i = 0; i < n; i++)
        param[i] -= learning_rate * (grad[i] + weight_decay * param[i]);
      return;
    }
  RT_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    {
      float g = grad[i] + weight_decay * param[i];
      float v = momentum * velocity[i] + g;

      velocity[i] = v;
      param[i] -= learning_rate * (now * g + then * v);
    }
}

static void
adam (float       *param,
      float       *first,
      float       *second,
      const float *grad,
      float        keep,
      float        rate,
      float        beta1,
      float        beta2,
      float        root,
      float        eps,
      float        weight_decay,
      size_t       n)
{
  RT_INDEPENDENT
  for (size_t i = 0; i < n; i++)
    {
      float g = grad[i] + weight_decay * param[i];
      float m = beta1 * first[i] + (1.0f - beta1) * g;
      float v = beta2 * second[i] + (1.0f - beta2) * g * g;

      first[i] = m;
      second[i] = v;
      param[i] = param[i] * keep - rate * m / (__builtin_sqrtf (v) * root + eps);
    }
}

const RtLoopKernels RT_ISA_SYMBOL (rt_loop_kernels) = {
  activate, deactivate, add, scale_loop, sgd, adam
};
