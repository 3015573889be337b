/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decoded pictures, kept as far as the memory for them goes.
 *
 * An epoch visits every sample once, so no order of eviction beats keeping a fixed part: the first
 * `n_kept` samples are kept from their first reading on, the others are read each time. Nothing is
 * ever taken out, so a picture that is READY may be read without a lock.
 *
 * Invariant: a picture's bytes are written only by the thread that moved its state from EMPTY to
 * CLAIMED, and read only after it has become READY. A second thread that wants the same one
 * meanwhile reads it for itself.
 */
#include "config.h"

#include "rt-picture-cache.h"

#include <stdatomic.h>
#include <string.h>

enum { EMPTY, CLAIMED, READY };

struct _RtPictureCache
{
  RtDataset     *dataset;      /* Owned */
  const size_t  *samples;      /* Borrowed */
  RtInputFormat  format;
  int            min_side;     /* that the decoder leaves */

  size_t         n_bytes;      /* of a picture */
  size_t         n_kept;
  uint8_t       *pixels;       /* Owned (n_kept, n_bytes) */
  atomic_uchar  *states;       /* Owned (atomic) (n_kept) */
};

/* Where there is no memory nothing is kept: that costs time only. The pages of pictures that are
 * never read are never touched. */
static void
make_room (RtPictureCache *cache,
           size_t          n_samples,
           size_t          bytes)
{
  size_t n = MIN (bytes / cache->n_bytes, n_samples);

  if (n == 0)
    return;
  cache->pixels = g_try_malloc0_n (n, cache->n_bytes);
  cache->states = g_try_malloc0_n (n, sizeof *cache->states);
  if (cache->pixels != NULL && cache->states != NULL)
    cache->n_kept = n;
}

RtPictureCache *
rt_picture_cache_new (RtDataset           *dataset,
                      const size_t        *samples,
                      size_t               n_samples,
                      const RtInputFormat *format,
                      size_t               bytes)
{
  RtPictureCache *cache = g_new0 (RtPictureCache, 1);

  cache->dataset = rt_dataset_ref (dataset);
  cache->samples = samples;
  cache->format = *format;
  cache->min_side = rt_input_format_get_min_side (format);
  cache->n_bytes = (size_t) format->width * format->height * format->channels;
  make_room (cache, n_samples, bytes);
  return cache;
}

void
rt_picture_cache_free (RtPictureCache *cache)
{
  if (cache == NULL)
    return;

  rt_dataset_unref (cache->dataset);
  g_free (cache->pixels);
  g_free (cache->states);
  g_free (cache);
}

static void
keep (RtPictureCache *cache,
      size_t          ordinal,
      const RtImage  *image)
{
  unsigned char empty = EMPTY;

  if (ordinal >= cache->n_kept ||
      !atomic_compare_exchange_strong (&cache->states[ordinal], &empty, CLAIMED))
    return;
  memcpy (cache->pixels + ordinal * cache->n_bytes, image->pixels, cache->n_bytes);
  atomic_store_explicit (&cache->states[ordinal], READY, memory_order_release);
}

gboolean
rt_picture_cache_read (RtPictureCache  *cache,
                       size_t           ordinal,
                       RtImage         *view,
                       RtImage        **owned,
                       GError         **error)
{
  const RtInputFormat *format = &cache->format;
  g_autoptr (RtImage) image = NULL;

  *view = (RtImage) { format->width, format->height, format->channels, NULL };
  if (ordinal < cache->n_kept &&
      atomic_load_explicit (&cache->states[ordinal], memory_order_acquire) == READY)
    {
      view->pixels = cache->pixels + ordinal * cache->n_bytes;
      return TRUE;
    }

  image = rt_dataset_read_reduced (cache->dataset, cache->samples[ordinal], cache->min_side, error);
  if (image == NULL)
    return FALSE;
  if (image->width != format->width || image->height != format->height ||
      image->channels != format->channels)
    {
      RtImage *fitted = rt_input_format_fit (format, image);

      rt_image_free (image);
      image = fitted;
    }
  keep (cache, ordinal, image);
  view->pixels = image->pixels;
  *owned = g_steal_pointer (&image);
  return TRUE;
}
