/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a safetensors file: an error that says why, or tensors that can be read from end
 * to end. */
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
  g_autoptr (RtTensorList) list = rt_safetensors_parse (bytes, n_bytes, "fuzz", &error);

  if ((list == NULL) == (error == NULL))
    g_error ("tensors and an error, or neither");
  for (size_t i = 0; list != NULL && i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      fuzz_read (tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
    }
  return 0;
}
