/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-sample-digest.h"

#include "rt-corrections.h"

#include <string.h>

#define PART_BYTES 3

void
rt_sample_digest_init (RtSampleDigest  *digest,
                       const RtDataset *dataset,
                       size_t           index)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *name = rt_dataset_dup_sample_name (dataset, index);
  uint8_t bytes[32];
  size_t n = sizeof bytes;

  g_checksum_update (sum, (const uint8_t *) name, -1);
  if (dataset->klass->get_name == NULL)
    {
      g_autofree char *among = g_strdup_printf (" of %" G_GSIZE_FORMAT, dataset->n_samples);

      g_checksum_update (sum, (const uint8_t *) among, -1);
    }
  g_checksum_get_digest (sum, bytes, &n);
  for (int i = 0; i < RT_DIGEST_PARTS; i++)
    {
      const uint8_t *b = bytes + i * PART_BYTES;

      digest->parts[i] = (float) (b[0] << 16 | b[1] << 8 | b[2]);
    }
}

guint
rt_sample_digest_hash (gconstpointer digest)
{
  guint hash;

  memcpy (&hash, digest, sizeof hash);
  return hash;
}

gboolean
rt_sample_digest_equal (gconstpointer a,
                        gconstpointer b)
{
  return memcmp (a, b, sizeof (RtSampleDigest)) == 0;
}
