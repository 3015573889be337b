/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Losses and their gradients against values made by PyTorch (README.md here). The distillation loss
 * is put together as a training step does it, so that both ends of alpha are seen.
 */
#include "config.h"

#include "golden-file.h"

#include "rt-loss.h"

#include <math.h>
#include <string.h>

/* Values are sums in double over float32 logits and probabilities; gradients are floats. */
#define VALUE_TOLERANCE    1e-5
#define GRADIENT_TOLERANCE 1e-5

typedef struct
{
  JsonObject *object;
  const char *name;
  float      *student;     /* (N,K) */
  float      *teacher;     /* (N,K) */
  float      *weights;     /* (K) */
  int        *labels;
  float      *gradient;    /* (N,K) */
  int         rows;
  int         classes;
  size_t      n;
} Case;

static void
case_init (Case       *c,
           JsonObject *object)
{
  size_t n, n_rows;
  g_autofree double *labels = golden_get_numbers (object, "labels", &n_rows);

  c->object = object;
  c->name = json_object_get_string_member (object, "name");
  c->student = golden_get_floats (object, "student", &c->n);
  c->teacher = golden_get_floats (object, "teacher", &n);
  g_assert_cmpuint (n, ==, c->n);
  c->weights = golden_get_floats (object, "class_weights", &n);
  c->classes = (int) n;
  c->rows = (int) n_rows;
  g_assert_cmpuint (c->n, ==, n * n_rows);
  c->labels = g_new (int, n_rows);
  for (size_t i = 0; i < n_rows; i++)
    c->labels[i] = (int) labels[i];
  c->gradient = g_new0 (float, c->n);
}

static void
case_clear (Case *c)
{
  g_free (c->student);
  g_free (c->teacher);
  g_free (c->weights);
  g_free (c->labels);
  g_free (c->gradient);
}

static void
check (Case       *c,
       JsonObject *expected,
       double      value,
       const char *what)
{
  size_t n;
  g_autofree double *gradient = golden_get_numbers (expected, "gradient", &n);
  g_autofree char *name = g_strdup_printf ("%s, %s", c->name, what);
  double difference;

  g_assert_cmpuint (n, ==, c->n);
  golden_assert_close (value, json_object_get_double_member (expected, "value"), VALUE_TOLERANCE,
                       name);
  difference = golden_get_difference (c->gradient, gradient, n);
  if (!(difference <= GRADIENT_TOLERANCE))
    g_error ("%s: the gradient is off by %.3g", name, difference);
  memset (c->gradient, 0, n * sizeof (float));
}

static void
check_softmax (Case       *c,
               JsonObject *expected)
{
  size_t n;
  g_autofree double *value = golden_get_numbers (expected, "value", &n);

  rt_softmax (c->gradient, c->student,
              (float) json_object_get_double_member (expected, "temperature"), c->rows, c->classes);
  g_assert_cmpuint (n, ==, c->n);
  g_assert_cmpfloat (golden_get_difference (c->gradient, value, n), <=, GRADIENT_TOLERANCE);
  memset (c->gradient, 0, n * sizeof (float));
}

static void
check_cross_entropy (Case       *c,
                     JsonObject *expected)
{
  double smoothing = json_object_get_double_member (expected, "smoothing");
  gboolean weighted = json_object_get_boolean_member (expected, "weighted");
  g_autofree char *what = g_strdup_printf ("cross entropy, smoothing %g%s", smoothing,
                                           weighted ? ", weighted" : "");

  check (c, expected,
         rt_cross_entropy (c->gradient, c->student, c->labels, (float) smoothing,
                           weighted ? c->weights : NULL, 1.0f, c->rows, c->classes), what);
}

static void
check_distillation (Case       *c,
                    JsonObject *expected)
{
  double temperature = json_object_get_double_member (expected, "temperature");
  double alpha = json_object_get_double_member (expected, "alpha");
  g_autofree char *what = g_strdup_printf ("distillation, T %g, alpha %g", temperature, alpha);
  double labels = rt_cross_entropy (c->gradient, c->student, c->labels, 0.0f, NULL,
                                    (float) (1.0 - alpha), c->rows, c->classes);
  double teacher = rt_distillation (c->gradient, c->student, c->teacher, (float) temperature,
                                    (float) alpha, c->rows, c->classes);

  check (c, expected, alpha * teacher + (1.0 - alpha) * labels, what);
}

static void
for_each (Case       *c,
          const char *key,
          void      (*func) (Case       *c,
                             JsonObject *expected))
{
  JsonArray *array = json_object_get_array_member (c->object, key);

  g_assert_cmpuint (json_array_get_length (array), >, 0);
  for (guint i = 0; i < json_array_get_length (array); i++)
    func (c, json_array_get_object_element (array, i));
}

static void
test_losses (void)
{
  g_autoptr (JsonParser) parser = golden_open ("losses.json");
  JsonArray *cases = json_object_get_array_member (golden_get_root (parser), "cases");

  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      Case c;

      case_init (&c, json_array_get_object_element (cases, i));
      for_each (&c, "softmax", check_softmax);
      for_each (&c, "cross_entropy", check_cross_entropy);
      for_each (&c, "distillation", check_distillation);
      check (&c, json_object_get_object_member (c.object, "mean_squared_error"),
             rt_mean_squared_error (c.gradient, c.student, c.teacher, 1.0f, c.n),
             "mean squared error");
      case_clear (&c);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/golden/losses", test_losses);
  return g_test_run ();
}
