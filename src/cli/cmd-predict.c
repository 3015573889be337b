/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include "rt-loss.h"
#include "rt-predictor.h"

#include <stdio.h>

#define N_SHOWN 5

static void
print_prediction (const RtPredictor *predictor,
                  const char        *path,
                  const float       *probabilities,
                  double             seconds)
{
  int n_classes = rt_predictor_get_n_classes (predictor);
  g_autofree float *left = g_memdup2 (probabilities, sizeof (float) * n_classes);
  g_autoptr (RtLine) line = NULL;
  int n = rt_cli_get_json () ? n_classes : MIN (n_classes, N_SHOWN);

  if (rt_cli_get_json ())
    {
      line = rt_line_new ("result");
      rt_line_add_string (line, "image", path);
      rt_line_add_double (line, "seconds", seconds);
      rt_line_begin (line, "classes", '[');
    }
  else
    printf ("%s:", path);
  for (int i = 0; i < n; i++)
    {
      int best = rt_argmax (left, n_classes);
      const char *name = rt_predictor_get_class_name (predictor, best);

      if (line != NULL)
        {
          rt_line_begin (line, NULL, '{');
          rt_line_add_string (line, "name", name);
          rt_line_add_double (line, "probability", left[best]);
          rt_line_end (line);
        }
      else
        printf ("  %s %.1f %%", name, 100.0 * left[best]);
      left[best] = -1.0f;
    }
  if (line != NULL)
    rt_line_print (line);
  else
    printf ("  (%.1f ms)\n", 1e3 * seconds);
}

static gboolean
predict (RtPredictor  *predictor,
         const char   *path,
         GError      **error)
{
  const RtInputFormat *format = &rt_predictor_get_backbone (predictor)->format;
  g_autoptr (RtImage) image = rt_picture_read (path, rt_input_format_get_min_side (format), error);
  const float *probabilities;
  double seconds;

  if (image == NULL)
    return FALSE;
  probabilities = rt_predictor_ask (predictor, image, &seconds);
  print_prediction (predictor, path, probabilities, seconds);
  return TRUE;
}

static RtPredictor *
open_predictor (int      run,
                GError **error)
{
  g_autofree char *spec = g_strdup_printf ("run:%d", run);
  g_autoptr (RtBackbone) backbone = rt_resolver_find (rt_cli_get_resolver (), spec, NULL, NULL,
                                                      error);

  return backbone != NULL ? rt_predictor_new (backbone, error) : NULL;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_autoptr (RtPredictor) predictor = NULL;
  g_autoptr (GError) error = NULL;
  RtExit status = RT_EXIT_DONE;
  int id;

  if (!rt_cli_parse (&rt_command_predict, NULL, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc < 3)
    return rt_cli_fail (RT_EXIT_INPUT, "predict takes the number of a run and pictures");
  id = rt_cli_parse_run (argv[1]);
  if (id == 0)
    return RT_EXIT_INPUT;
  predictor = open_predictor (id, &error);
  if (predictor == NULL)
    return rt_cli_fail_with (error);

  /* One unreadable picture does not keep the others from being looked at. */
  for (int i = 2; i < argc; i++)
    if (!predict (predictor, argv[i], &error))
      {
        status = rt_cli_fail_with (error);
        g_clear_error (&error);
      }
  return status;
}

const RtCommand rt_command_predict = {
  .name = "predict",
  .arguments = "N IMAGE...",
  .summary = "Classes of pictures with probabilities",
  .run = run,
};
