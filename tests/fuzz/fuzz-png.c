/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a PNG picture: an error that says why, or a picture that can be read from end to
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
  g_autoptr (RtImage) image = NULL;

  /* Pictures of many pixels take longer than fuzzing has for one. */
  if (n_bytes > 24 && (bytes[16] != 0 || bytes[17] != 0 || bytes[18] > 1
                       || bytes[20] != 0 || bytes[21] != 0 || bytes[22] > 1))
    return 0;
  image = rt_png_read_reduced (bytes, n_bytes, n_bytes % 3 * 8, "fuzz", &error);
  if ((image == NULL) == (error == NULL))
    g_error ("a picture and an error, or neither");
  if (image != NULL)
    fuzz_read (image->pixels, (size_t) image->width * image->height * image->channels);
  return 0;
}
