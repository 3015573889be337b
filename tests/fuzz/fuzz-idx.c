/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an IDX file: an error that says why, or an array that can be read from end to
 * end. */
#include "config.h"

#include "fuzz-read.h"

#include "rt-formats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  RtIdx idx;
  gboolean good = rt_idx_parse (bytes, n_bytes, "fuzz", &idx, &error);

  if (good != (error == NULL))
    g_error ("an array and an error, or neither");
  if (good)
    fuzz_read (idx.values, idx.count);
  return 0;
}
