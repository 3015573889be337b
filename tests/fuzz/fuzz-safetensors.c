/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a safetensors file: an error that says why, or tensors that can be read from end
 * to end. */
#include "config.h"

#include "fuzz-read-tensors.h"

#include "rt-formats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = rt_safetensors_parse (bytes, n_bytes, "fuzz", NULL, &error);

  fuzz_read_tensors (list, error);
  return 0;
}
