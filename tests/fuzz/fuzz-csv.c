/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a table of pictures: an error that says why, or a dataset that can be read from
 * end to end. */
#include "config.h"

#include "rt-formats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) dataset = rt_csv_parse ("csv:fuzz", bytes, n_bytes, "fuzz", &error);

  if ((dataset == NULL) == (error == NULL))
    g_error ("a dataset and an error, or neither");
  for (size_t i = 0; dataset != NULL && i < dataset->n_samples; i++)
    {
      g_autoptr (RtImage) image = rt_dataset_read_image (dataset, i, NULL);

      g_assert (image != NULL);
      g_assert (rt_dataset_get_class_name (dataset, dataset->labels[i]) != NULL);
    }
  return 0;
}
