/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The types of value that checkpoints hold; all become float. */
typedef enum
{
  RT_DTYPE_F16,
  RT_DTYPE_BF16,
  RT_DTYPE_F32,
  RT_DTYPE_F64,
  RT_DTYPE_I8,
  RT_DTYPE_I16,
  RT_DTYPE_I32,
  RT_DTYPE_I64,
  RT_DTYPE_U8,
  RT_DTYPE_U16,
  RT_DTYPE_U32,
  RT_DTYPE_U64,
  RT_DTYPE_BOOL,
} RtDtype;

/* In bytes. */
size_t rt_dtype_get_size (RtDtype dtype);

/* @n values that stand one after the other at @bytes, in either order of bytes, as floats. */
void   rt_dtype_to_floats (float         *out,
                           const uint8_t *bytes,
                           size_t         n,
                           RtDtype        dtype,
                           gboolean       big_endian);

/* The same of as many as a large tensor has; FALSE where @cancellable (nullable) is cancelled, of
 * which it hears soon. */
gboolean rt_dtype_to_many_floats (float          *out,
                                  const uint8_t  *bytes,
                                  size_t          n,
                                  RtDtype         dtype,
                                  gboolean        big_endian,
                                  GCancellable   *cancellable,
                                  GError        **error);

G_END_DECLS
