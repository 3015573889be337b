/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "golden-file.h"

#include "rt-rng.h"

#include <math.h>

JsonParser *
golden_open (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", name, NULL);
  g_autoptr (GError) error = NULL;
  JsonParser *parser = json_parser_new ();

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return parser;
}

JsonObject *
golden_get_root (JsonParser *parser)
{
  return json_node_get_object (json_parser_get_root (parser));
}

static void
collect (JsonNode *node,
         GArray   *numbers)
{
  double value;

  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        collect (json_array_get_element (array, i), numbers);
      return;
    }
  value = json_node_get_double (node);
  g_array_append_val (numbers, value);
}

double *
golden_get_numbers (JsonObject *object,
                    const char *key,
                    size_t     *n)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));

  if (!json_object_has_member (object, key))
    g_error ("the golden file has no “%s”", key);
  collect (json_object_get_member (object, key), numbers);
  return g_array_steal (numbers, n);
}

float *
golden_get_floats (JsonObject *object,
                   const char *key,
                   size_t     *n)
{
  g_autofree double *numbers = golden_get_numbers (object, key, n);
  float *floats = g_new (float, *n);

  for (size_t i = 0; i < *n; i++)
    floats[i] = (float) numbers[i];
  return floats;
}

double
golden_get_difference (const float  *values,
                       const double *expected,
                       size_t        n)
{
  double largest = 0.0, difference = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      double d = fabs (values[i] - expected[i]);

      if (isnan (d))
        return d;
      largest = MAX (largest, fabs (expected[i]));
      difference = MAX (difference, d);
    }
  return difference / largest;
}

void
golden_assert_close (double      value,
                     double      expected,
                     double      tolerance,
                     const char *what)
{
  if (!(fabs (value - expected) <= tolerance * fabs (expected)))
    g_error ("%s: %.12g, expected %.12g, which is off by %.3g of it; %.3g is allowed", what, value,
             expected, fabs (value - expected) / fabs (expected), tolerance);
}

uint64_t
golden_hash_name (const char *name)
{
  uint64_t hash = 0xcbf29ce484222325u;

  for (const char *c = name; *c != '\0'; c++)
    hash = (hash ^ (guchar) *c) * 0x100000001b3u;
  return hash;
}

void
golden_fill_parameter (RtTensor *tensor,
                       float     gain)
{
  size_t n = rt_shape_count (&tensor->shape);
  RtRng rng;

  rt_rng_init (&rng, 1, golden_hash_name (tensor->name));
  if (tensor->shape.n_dims >= 2)
    {
      float bound = sqrtf (gain / (float) (n / tensor->shape.dims[0]));

      for (size_t i = 0; i < n; i++)
        tensor->data[i] = rt_rng_range (&rng, -bound, bound);
      return;
    }
  for (size_t i = 0; i < n; i++)
    {
      if (g_str_has_suffix (tensor->name, "running_mean"))
        tensor->data[i] = 0.0f;
      else if (g_str_has_suffix (tensor->name, "running_var"))
        tensor->data[i] = 1.0f;
      else
        tensor->data[i] = (g_str_has_suffix (tensor->name, ".weight") ? 1.0f : 0.0f)
                          + 0.1f * (2.0f * rt_rng_uniform (&rng) - 1.0f);
    }
}
