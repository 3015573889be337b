/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "fuzz-read.h"

#include "rt-tensor.h"

/* What every reader of weights owes: an error, or tensors that can be read from end to end. */
static inline void
fuzz_read_tensors (const RtTensorList *list,    /* (nullable) */
                   const GError       *error)   /* (nullable) */
{
  if ((list == NULL) == (error == NULL))
    g_error ("tensors and an error, or neither");
  for (size_t i = 0; list != NULL && i < rt_tensor_list_get_n (list); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (list, i);

      fuzz_read (tensor->data, rt_shape_count (&tensor->shape) * sizeof (float));
    }
}
