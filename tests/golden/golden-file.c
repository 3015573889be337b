/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "golden-file.h"

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
