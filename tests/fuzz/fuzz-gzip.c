/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a gzipped file: an error that says why, or bytes that can be read from end to
 * end. The limit is low, as a bomb in the corpus would take all the time to unpack. */
#include "config.h"

#include "rt-formats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) unpacked = rt_gzip_unpack (bytes, n_bytes, (size_t) 1 << 16, "fuzz", &error);

  if ((unpacked == NULL) == (error == NULL))
    g_error ("bytes and an error, or neither");
  return 0;
}
