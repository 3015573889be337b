/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-tensor.h"

#include <json-glib/json-glib.h>
#include <stdint.h>

G_BEGIN_DECLS

/* A file of this folder. A test without its file fails. (transfer full) */
JsonParser *golden_open     (const char *name) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *golden_get_root (JsonParser *parser);

/* The numbers of a nested array, row-major. (transfer full) */
double     *golden_get_numbers (JsonObject *object,
                                const char *key,
                                size_t     *n) G_GNUC_WARN_UNUSED_RESULT;
float      *golden_get_floats  (JsonObject *object,
                                const char *key,
                                size_t     *n) G_GNUC_WARN_UNUSED_RESULT;

/* The largest difference by the largest expected value; NaN where a value is NaN. */
double      golden_get_difference (const float  *values,
                                   const double *expected,
                                   size_t        n);

/* |a - b| <= tolerance * |b|, or the test fails and says what. NaN fails. */
void        golden_assert_close   (double      value,
                                   double      expected,
                                   double      tolerance,
                                   const char *what);

/* FNV-1a, 64 bits: what names a stream. */
uint64_t    golden_hash_name      (const char *name);

/* A parameter as README.md says that it is drawn. */
void        golden_fill_parameter (RtTensor *tensor,
                                   float     gain);

G_END_DECLS
