/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-dtype.h"

#include <math.h>
#include <string.h>

#define VALUES_AT_ONCE ((size_t) 1 << 20)   /* between two looks at whether it is cancelled */

static const uint8_t sizes[] = {
  [RT_DTYPE_F16] = 2, [RT_DTYPE_BF16] = 2, [RT_DTYPE_F32] = 4, [RT_DTYPE_F64] = 8,
  [RT_DTYPE_I8] = 1, [RT_DTYPE_I16] = 2, [RT_DTYPE_I32] = 4, [RT_DTYPE_I64] = 8,
  [RT_DTYPE_U8] = 1, [RT_DTYPE_U16] = 2, [RT_DTYPE_U32] = 4, [RT_DTYPE_U64] = 8,
  [RT_DTYPE_BOOL] = 1,
};

size_t
rt_dtype_get_size (RtDtype dtype)
{
  return sizes[dtype];
}

static uint64_t
load (const uint8_t *bytes,
      size_t         size,
      gboolean       big_endian)
{
  uint64_t value = 0;

  for (size_t i = 0; i < size; i++)
    value = value << 8 | bytes[big_endian ? i : size - 1 - i];
  return value;
}

static float
float_from_bits (uint32_t bits)
{
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* IEEE 754 half precision: 1 sign, 5 exponent (bias 15), 10 fraction. Exact, as every half is a
 * float. */
static float
float_from_half (uint32_t half)
{
  uint32_t sign = (half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 0x1f;
  uint32_t fraction = half & 0x3ff;
  float value;

  if (exponent == 31)
    return float_from_bits (sign | 0x7f800000 | fraction << 13);
  if (exponent != 0)
    return float_from_bits (sign | (exponent + 112) << 23 | fraction << 13);
  value = ldexpf (fraction, -24);
  return sign != 0 ? -value : value;
}

static float
to_float (uint64_t bits,
          RtDtype  dtype)
{
  double value;

  switch (dtype)
    {
    case RT_DTYPE_F16:
      return float_from_half (bits);
    case RT_DTYPE_BF16:
      return float_from_bits (bits << 16);
    case RT_DTYPE_F32:
      return float_from_bits (bits);
    case RT_DTYPE_F64:
      memcpy (&value, &bits, sizeof value);
      /* A double past the range of float is a float infinity, as in PyTorch. */
      if (fabs (value) > G_MAXFLOAT)
        return copysignf (INFINITY, value);
      return value;
    case RT_DTYPE_I8:
      return (int8_t) bits;
    case RT_DTYPE_I16:
      return (int16_t) bits;
    case RT_DTYPE_I32:
      return (int32_t) bits;
    case RT_DTYPE_I64:
      return (int64_t) bits;
    case RT_DTYPE_BOOL:
      return bits != 0;
    case RT_DTYPE_U8:
    case RT_DTYPE_U16:
    case RT_DTYPE_U32:
    case RT_DTYPE_U64:
      return bits;
    default:
      g_assert_not_reached ();
    }
}

void
rt_dtype_to_floats (float         *out,
                    const uint8_t *bytes,
                    size_t         n,
                    RtDtype        dtype,
                    gboolean       big_endian)
{
  size_t size = sizes[dtype];

  if (dtype == RT_DTYPE_F32 && big_endian == (G_BYTE_ORDER == G_BIG_ENDIAN))
    {
      if (n > 0)
        memcpy (out, bytes, n * sizeof (float));
      return;
    }
  for (size_t i = 0; i < n; i++)
    out[i] = to_float (load (bytes + i * size, size, big_endian), dtype);
}

gboolean
rt_dtype_to_many_floats (float          *out,
                         const uint8_t  *bytes,
                         size_t          n,
                         RtDtype         dtype,
                         gboolean        big_endian,
                         GCancellable   *cancellable,
                         GError        **error)
{
  for (size_t at = 0; at < n; at += VALUES_AT_ONCE)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      rt_dtype_to_floats (out + at, bytes + at * sizes[dtype], MIN (VALUES_AT_ONCE, n - at), dtype,
                          big_endian);
    }
  return TRUE;
}
