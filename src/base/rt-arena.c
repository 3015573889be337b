/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-arena.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t) 2 << 20)

float *
rt_floats_new (size_t n)
{
  size_t bytes = MAX (RT_ALIGN_FLOATS (n) * sizeof (float), RT_ALIGNMENT);
  size_t alignment = bytes >= 2 * HUGE_PAGE ? HUGE_PAGE : RT_ALIGNMENT;
  void *block;

  if (posix_memalign (&block, alignment, bytes) != 0)
    g_error ("Out of memory: %" G_GSIZE_FORMAT " bytes for one block", bytes);
#ifdef MADV_HUGEPAGE
  if (alignment == HUGE_PAGE)
    madvise (block, bytes, MADV_HUGEPAGE);
#endif
  memset (block, 0, bytes);
  return block;
}

void
rt_floats_free (float *floats)
{
  free (floats);
}
