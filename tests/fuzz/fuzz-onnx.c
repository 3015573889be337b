/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an ONNX network: an error that says why, or a model; and of that an error, or
 * tensors that can be read from end to end. */
#include "config.h"

#include "fuzz-read-tensors.h"

#include "rt-formats-private.h"
#include "rt-onnx.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static void
read_tensors (const RtOnnxModel *model)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) list = rt_onnx_model_to_tensors (model, "fuzz", NULL, &error);

  fuzz_read_tensors (list, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtOnnxModel) model = rt_onnx_model_parse (bytes, n_bytes, "fuzz", NULL, &error);

  if ((model == NULL) == (error == NULL))
    g_error ("a model and an error, or neither");
  if (model != NULL)
    read_tensors (model);
  return 0;
}
