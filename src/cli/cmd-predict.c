/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include "rt-arena.h"
#include "rt-augment.h"
#include "rt-formats.h"
#include "rt-loss.h"
#include "rt-plan.h"

#include <stdio.h>

#define N_SHOWN 5

typedef struct
{
  RtBackbone *backbone;       /* Owned */
  RtNetwork  *network;        /* Owned */
  RtTeam     *team;           /* Owned */
  RtPlan     *plan;           /* Owned */
  float      *image;          /* Owned: (1,H,W,C) */
  float      *probabilities;  /* Owned: (classes) */
  int         n_classes;
} Predictor;

static void
clear_predictor (Predictor *self)
{
  g_clear_pointer (&self->plan, rt_plan_free);
  g_clear_pointer (&self->team, rt_team_free);
  g_clear_pointer (&self->network, rt_network_free);
  g_clear_pointer (&self->backbone, rt_backbone_free);
  rt_floats_free (self->image);
  rt_floats_free (self->probabilities);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Predictor, clear_predictor)

static gboolean
open_predictor (Predictor  *self,
                int         run,
                GError    **error)
{
  g_autofree char *spec = g_strdup_printf ("run:%d", run);
  RtPlanOptions options = { .batch = 1, .last_block = -1 };

  self->backbone = rt_resolver_find (rt_cli_get_resolver (), spec, NULL, NULL, error);
  self->network = self->backbone != NULL ? rt_backbone_load (self->backbone, error) : NULL;
  if (self->network == NULL)
    return FALSE;
  options.frozen = (uint32_t) ((1ull << rt_network_get_n_blocks (self->network)) - 1);
  self->team = rt_team_new (1);
  self->plan = rt_plan_new (self->network, &options, self->team, error);
  if (self->plan == NULL)
    return FALSE;
  self->n_classes = rt_network_get_n_classes (self->network);
  self->image = rt_floats_new ((size_t) self->backbone->format.width *
                               self->backbone->format.height * self->backbone->format.channels);
  self->probabilities = rt_floats_new (self->n_classes);
  return TRUE;
}

static const char *
get_class_name (const Predictor *self,
                int              index)
{
  return index < (int) self->backbone->class_names->len
         ? g_ptr_array_index (self->backbone->class_names, index) : "?";
}

static void
print_prediction (const Predictor *self,
                  const char      *path)
{
  g_autofree float *left = g_memdup2 (self->probabilities, sizeof (float) * self->n_classes);
  g_autoptr (RtLine) line = NULL;
  int n = rt_cli_get_json () ? self->n_classes : MIN (self->n_classes, N_SHOWN);

  if (rt_cli_get_json ())
    {
      line = rt_line_new ("result");
      rt_line_add_string (line, "image", path);
      rt_line_begin (line, "classes", '[');
    }
  else
    printf ("%s:", path);
  for (int i = 0; i < n; i++)
    {
      int best = rt_argmax (left, self->n_classes);

      if (line != NULL)
        {
          rt_line_begin (line, NULL, '{');
          rt_line_add_string (line, "name", get_class_name (self, best));
          rt_line_add_double (line, "probability", left[best]);
          rt_line_end (line);
        }
      else
        printf ("  %s %.1f %%", get_class_name (self, best), 100.0 * left[best]);
      left[best] = -1.0f;
    }
  if (line != NULL)
    rt_line_print (line);
  else
    printf ("\n");
}

static gboolean
predict (Predictor   *self,
         const char  *path,
         GError     **error)
{
  const RtInputFormat *format = &self->backbone->format;
  g_autoptr (RtImage) image = rt_picture_read (path, rt_input_format_get_min_side (format), error);
  RtAugment none = { 0 };
  RtRng rng;
  const float *inputs[1] = { self->image };

  if (image == NULL)
    return FALSE;
  rt_rng_init (&rng, 0, 0);
  rt_augment_apply (self->image, image, &none, &rng, format->width, format->height,
                    format->channels, format->mean, format->std);
  rt_plan_forward (self->plan, inputs, 1, FALSE, 0, 0);
  rt_softmax (self->probabilities, rt_plan_get_output (self->plan, 0), 1.0f, 1, self->n_classes);
  print_prediction (self, path);
  return TRUE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_auto (Predictor) predictor = { 0 };
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
  if (!open_predictor (&predictor, id, &error))
    return rt_cli_fail_with (error);

  /* One unreadable picture does not keep the others from being looked at. */
  for (int i = 2; i < argc; i++)
    if (!predict (&predictor, argv[i], &error))
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
