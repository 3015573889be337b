/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-shape.h"

size_t
rt_shape_count (const RtShape *shape)
{
  size_t count = 1;

  for (int i = 0; i < shape->n_dims; i++)
    count *= (size_t) shape->dims[i];
  return count;
}

gboolean
rt_shape_equal (const RtShape *a,
                const RtShape *b)
{
  if (a->n_dims != b->n_dims)
    return FALSE;
  for (int i = 0; i < a->n_dims; i++)
    if (a->dims[i] != b->dims[i])
      return FALSE;
  return TRUE;
}

char *
rt_shape_to_string (const RtShape *shape)
{
  GString *text;

  if (shape->n_dims == 0)
    return g_strdup ("scalar");
  text = g_string_new (NULL);
  for (int i = 0; i < shape->n_dims; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? "x" : "", shape->dims[i]);
  return g_string_free (text, FALSE);
}
