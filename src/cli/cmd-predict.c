/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-bar.h"
#include "rt-cli.h"
#include "rt-line.h"

#include "rt-loss.h"
#include "rt-predictor.h"

#include <stdio.h>

#define N_SHOWN   5
#define BAR_WIDTH 24
#define NAME_MOST 28   /* characters of a class's name */

/* Cut to NAME_MOST characters. (transfer full) */
static char *
shorten (const char *name)
{
  g_autofree char *shown = rt_cli_show (name);
  g_autofree char *head = NULL;

  if (g_utf8_strlen (shown, -1) <= NAME_MOST)
    return g_steal_pointer (&shown);
  head = g_utf8_substring (shown, 0, NAME_MOST - 1);
  return g_strconcat (head, "\342\200\246", NULL);
}

/* Each class on a line of its own: its name, a bar of its share, the share. */
static void
print_bars (const RtPredictor *predictor,
            const int         *classes,   /* the likeliest first */
            const float       *probabilities,
            int                n)
{
  char *names[N_SHOWN];
  int width = 0;

  for (int i = 0; i < n; i++)
    {
      names[i] = shorten (rt_predictor_get_class_name (predictor, classes[i]));
      width = MAX (width, (int) g_utf8_strlen (names[i], -1));
    }
  for (int i = 0; i < n; i++)
    {
      printf ("  %s%*s  ", names[i], width - (int) g_utf8_strlen (names[i], -1), "");
      rt_bar_print (probabilities[classes[i]], BAR_WIDTH);
      printf (" %5.1f %%\n", 100.0 * probabilities[classes[i]]);
      g_free (names[i]);
    }
}

static void
print_line (const RtPredictor *predictor,
            const char        *path,
            const int         *classes,
            const float       *probabilities,
            double             seconds)
{
  g_autoptr (RtLine) line = rt_line_new ("result");

  rt_line_add_string (line, "image", path);
  rt_line_add_double (line, "seconds", seconds);
  rt_line_begin (line, "classes", '[');
  for (int i = 0; i < rt_predictor_get_n_classes (predictor); i++)
    {
      rt_line_begin (line, NULL, '{');
      rt_line_add_string (line, "name", rt_predictor_get_class_name (predictor, classes[i]));
      rt_line_add_double (line, "probability", probabilities[classes[i]]);
      rt_line_end (line);
    }
  rt_line_print (line);
}

static void
print_prediction (const RtPredictor *predictor,
                  const char        *path,
                  const float       *probabilities,
                  double             seconds)
{
  int n_classes = rt_predictor_get_n_classes (predictor);
  int n = rt_cli_get_json () ? n_classes : MIN (n_classes, N_SHOWN);
  g_autofree float *left = g_memdup2 (probabilities, sizeof (float) * n_classes);
  g_autofree int *classes = g_new (int, n_classes);

  for (int i = 0; i < n; i++)
    {
      classes[i] = rt_argmax (left, n_classes);
      left[classes[i]] = -1.0f;
    }
  if (rt_cli_get_json ())
    {
      print_line (predictor, path, classes, probabilities, seconds);
      return;
    }
  printf ("%s: %.1f ms\n", path, 1e3 * seconds);
  print_bars (predictor, classes, probabilities, n);
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
