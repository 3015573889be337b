/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as Keras's HDF5 file: an error that says why, or tensors that can be read from end to
 * end. What libhdf5 does with them it does in a process of its own, which libFuzzer does not
 * see; what comes of it fuzz-keras-names.c tries. */
#include "config.h"

#include "rt-formats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = rt_keras_parse (bytes, n_bytes, "fuzz", &error);
  volatile float sum = 0;

  if ((list == NULL) == (error == NULL))
    g_error ("tensors and an error, or neither");
  for (size_t i = 0; list != NULL && i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      for (size_t k = 0; k < rt_shape_count (&tensor->shape); k++)
        sum += tensor->data[k];
    }
  return 0;
}
