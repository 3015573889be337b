/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as Keras's HDF5 file, or as its archive where they begin as a zip does: an error that
 * says why, or tensors that can be read from end to end. What libhdf5 does with them it does in
 * a process of its own, which libFuzzer does not see; what comes of it fuzz-keras-names.c tries. */
#include "config.h"

#include "fuzz-read-tensors.h"

#include "rt-formats-private.h"

static RtTensorList *
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       GError        **error)
{
  g_autoptr (RtZip) zip = NULL;

  if (n_bytes < 2 || bytes[0] != 'P' || bytes[1] != 'K')
    return rt_keras_parse (bytes, n_bytes, "fuzz", NULL, error);
  zip = rt_zip_new (bytes, n_bytes, "fuzz", NULL, error);
  return zip != NULL ? rt_keras_parse_archive (zip, "fuzz", NULL, error) : NULL;
}

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = parse (bytes, n_bytes, &error);

  fuzz_read_tensors (list, error);
  return 0;
}
