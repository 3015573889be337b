/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any text as what libhdf5 reads of a Keras file (fuzz-keras.c has the file itself, which another
 * process reads): an error that says why, or tensors that can be read from end to end. The first
 * line is the graph, or empty; each further one a weight, and all of them are in Keras 3's own form
 * where one of them has an '=' for what the layer calls itself, or nothing:
 *
 *   LAYER VARIABLE [SIDE]...
 *   LAYER=[NAME] VARIABLE [SIDE]...
 */
#include "config.h"

#include "fuzz-read-tensors.h"

#include "rt-keras-private.h"

#include <string.h>

#define MOST_VALUES 4096

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static void
free_weight (gpointer data)
{
  RtKerasWeight *weight = data;

  g_free (weight->layer);
  g_free (weight->variable);
  g_free (weight->own);
  g_free (weight->values);
  g_free (weight);
}

/* NULL where the line is none, or its sides are what the other process does not let through. */
static RtKerasWeight *
make_weight (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);
  RtShape shape = { .n_dims = (int) n - 2 };
  size_t count = 1;
  RtKerasWeight *weight;
  const char *own;

  if (n < 2 || n > 2 + RT_MAX_DIMS)
    return NULL;
  for (guint i = 2; i < n; i++)
    {
      guint64 side = g_ascii_strtoull (words[i], NULL, 10);

      if (side == 0 || side > MOST_VALUES || count * side > MOST_VALUES)
        return NULL;
      count *= side;
      shape.dims[i - 2] = (int) side;
    }
  weight = g_new0 (RtKerasWeight, 1);
  own = strchr (words[0], '=');
  weight->layer = own != NULL ? g_strndup (words[0], own - words[0]) : g_strdup (words[0]);
  weight->own = own != NULL && own[1] != '\0' ? g_strdup (own + 1) : NULL;
  weight->variable = g_strdup (words[1]);
  weight->shape = shape;
  weight->values = g_new (float, count);
  for (size_t i = 0; i < count; i++)
    weight->values[i] = (float) i;
  return weight;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) weights = g_ptr_array_new_with_free_func (free_weight);
  g_autofree char *text = g_strndup ((const char *) bytes, n_bytes);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  RtKerasFile file = { .weights = weights };
  g_autoptr (RtTensorList) list = NULL;

  if (lines[0] != NULL && *lines[0] != '\0')
    file.config = lines[0];
  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      RtKerasWeight *weight = make_weight (lines[i]);

      if (weight != NULL)
        g_ptr_array_add (weights, weight);
      file.is_store = file.is_store || (weight != NULL && strchr (lines[i], '=') != NULL);
    }
  list = rt_keras_translate (&file, "fuzz", &error);
  fuzz_read_tensors (list, error);
  return 0;
}
