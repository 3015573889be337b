/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a PNG picture: an error that says why, or a picture that can be read from end to
 * end. */
#include "config.h"

#include "rt-formats-private.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = rt_png_read_reduced (bytes, n_bytes, n_bytes % 3 * 8, "fuzz", &error);
  unsigned sum = 0;

  if ((image == NULL) == (error == NULL))
    g_error ("a picture and an error, or neither");
  for (size_t i = 0; image != NULL &&
       i < (size_t) image->width * image->height * image->channels; i++)
    sum += image->pixels[i];
  g_assert (sum != G_MAXUINT);
  return 0;
}
