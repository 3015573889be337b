/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-feature-cache.h"

#include "rt-arena.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct _RtFeatureCache
{
  size_t   *samples;    /* Owned: ascending */
  size_t    n;
  int       n_views;
  size_t    n_row;
  float    *rows;       /* Owned: (n_views, n, n_row) (nullable) */
  size_t    bytes;
  size_t    budget;
  gboolean  mapped;
  gboolean *complete;   /* Owned: (n_views) */
};

/* The space is taken at once, so that a full disk is an error here and not a signal later. */
static gboolean
map_file (RtFeatureCache  *self,
          GError         **error)
{
  const char *folder = g_get_user_cache_dir ();
  g_autofree char *path = g_build_filename (folder, "retort-XXXXXX", NULL);
  int fd, failed;

  g_mkdir_with_parents (folder, 0700);
  fd = g_mkstemp (path);
  failed = fd < 0 ? errno : 0;
  if (fd >= 0)
    {
      g_unlink (path);
      failed = posix_fallocate (fd, 0, (off_t) self->bytes);
    }
  if (failed == 0)
    {
      self->rows = mmap (NULL, self->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      failed = self->rows == MAP_FAILED ? errno : 0;
    }
  if (fd >= 0)
    close (fd);
  if (failed != 0)
    {
      self->rows = NULL;
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failed),
                   "%s: no room for %.1f GB of what the frozen blocks give: %s. Freeze higher, use "
                   "fewer samples or views, or free space there.",
                   folder, (double) self->bytes * 1e-9, g_strerror (failed));
      return FALSE;
    }
  self->mapped = TRUE;
  return TRUE;
}

RtFeatureCache *
rt_feature_cache_new (const size_t  *samples,
                      size_t         n,
                      int            n_views,
                      size_t         n_row,
                      size_t         budget_bytes)
{
  RtFeatureCache *self = g_new0 (RtFeatureCache, 1);

  self->samples = g_memdup2 (samples, n * sizeof *samples);
  self->n = n;
  self->n_views = n_views;
  self->n_row = n_row;
  self->complete = g_new0 (gboolean, n_views);
  self->bytes = MAX (n * n_views * n_row * sizeof (float), 1);
  self->budget = budget_bytes;
  return self;
}

gboolean
rt_feature_cache_reserve (RtFeatureCache  *self,
                          GError         **error)
{
  if (self->rows != NULL)
    return TRUE;
  if (self->bytes > self->budget)
    return map_file (self, error);
  self->rows = rt_floats_new (self->bytes / sizeof (float));
  return TRUE;
}

void
rt_feature_cache_free (RtFeatureCache *self)
{
  if (self == NULL)
    return;
  if (self->mapped)
    munmap (self->rows, self->bytes);
  else
    rt_floats_free (self->rows);
  g_free (self->samples);
  g_free (self->complete);
  g_free (self);
}

static size_t
find_place (const RtFeatureCache *self,
            size_t                sample)
{
  size_t low = 0, high = self->n;

  while (low < high)
    {
      size_t middle = low + (high - low) / 2;

      if (self->samples[middle] < sample)
        low = middle + 1;
      else
        high = middle;
    }
  g_assert (low < self->n && self->samples[low] == sample);
  return low;
}

static float *
find_row (const RtFeatureCache *self,
          size_t                sample,
          int                   view)
{
  return self->rows + ((size_t) view * self->n + find_place (self, sample)) * self->n_row;
}

float *
rt_feature_cache_fill_row (RtFeatureCache *self,
                           size_t          sample,
                           int             view)
{
  g_assert (view >= 0 && view < self->n_views && self->rows != NULL);
  return find_row (self, sample, view);
}

const float *
rt_feature_cache_get_row (const RtFeatureCache *self,
                          size_t                sample,
                          int                   view)
{
  g_assert (view >= 0 && view < self->n_views && self->complete[view]);
  return find_row (self, sample, view);
}

gboolean
rt_feature_cache_has_view (const RtFeatureCache *self,
                           int                   view)
{
  return self->complete[view];
}

void
rt_feature_cache_set_view (RtFeatureCache *self,
                           int             view)
{
  self->complete[view] = TRUE;
}

size_t
rt_feature_cache_get_bytes (const RtFeatureCache *self)
{
  return self->bytes;
}
