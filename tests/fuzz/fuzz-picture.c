/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a picture of any format: an error that says why, or a picture that can be read
 * from end to end. */
#include "config.h"

#include "fuzz-read.h"

#include "rt-formats-private.h"

#define MOST_PIXELS (1 << 18)

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtImage) image = NULL;
  RtPictureInfo info;

  /* True pictures of many pixels take longer than fuzzing has for one. */
  if (rt_picture_probe_bytes (bytes, n_bytes, "fuzz", &info, NULL)
      && (uint64_t) info.width * info.height > MOST_PIXELS)
    return 0;
  image = rt_picture_read_bytes (bytes, n_bytes, n_bytes % 3 * 8, "fuzz", &error);
  if ((image == NULL) == (error == NULL))
    g_error ("a picture and an error, or neither");
  if (image != NULL)
    fuzz_read (image->pixels, (size_t) image->width * image->height * image->channels);
  return 0;
}
