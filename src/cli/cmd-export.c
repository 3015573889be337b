/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * retort-cli export: what a run left, as a file; the ending says what. Files are replaced as a
 * whole or not touched; a folder of several files appears as a whole.
 */

#include "config.h"

#include "rt-cli.h"
#include "rt-curves.h"
#include "rt-line.h"

#include "rt-onnx-export.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  RtStore    *store;    /* Borrowed */
  RtRun      *run;      /* Borrowed */
  const char *path;
  const char *curve;    /* "loss", "accuracy" */
  gboolean    steps;    /* the table of steps, not of epochs */
} Export;

static gboolean
copy_file (const char  *from,
           const char  *to,
           GError     **error)
{
  g_autofree char *bytes = NULL;
  size_t length;

  return g_file_get_contents (from, &bytes, &length, error) &&
         g_file_set_contents_full (to, bytes, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT,
                                   0666, error);
}

/* The weights, and the card that says what they are beside them. */
static gboolean
export_weights (const Export  *self,
                GError       **error)
{
  g_autofree char *spec = g_strdup_printf ("run:%d", self->run->id);
  g_autoptr (RtBackbone) backbone = rt_resolver_find (rt_cli_get_resolver (), spec, NULL, NULL,
                                                      error);
  g_autofree char *stem = g_strndup (self->path, strlen (self->path) - strlen (".safetensors"));
  g_autofree char *card = g_strconcat (stem, ".json", NULL);

  if (backbone == NULL || !copy_file (backbone->weights_path, self->path, error))
    return FALSE;
  if (g_file_test (card, G_FILE_TEST_EXISTS))
    {
      g_autoptr (RtBackbone) old = rt_backbone_read_card (card, NULL);

      if (old == NULL)
        {
          rt_cli_note ("%s is there and is no model card; the card of the weights was not written",
                       card);
          return TRUE;
        }
    }
  return rt_backbone_write_card (backbone, card, error);
}

static gboolean
export_recipe (const Export  *self,
               GError       **error)
{
  g_autofree char *path = rt_store_get_path (self->store, self->run->id, "recipe.json");

  return copy_file (path, self->path, error);
}

static void
append_value (GString *out,
              double   value,
              char     after)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  /* An empty field is what programs read as missing. */
  if (isfinite (value))
    g_string_append (out, g_ascii_dtostr (text, sizeof text, value));
  g_string_append_c (out, after);
}

static void
append_epochs (GString      *out,
               const GArray *epochs)
{
  g_string_append (out, "epoch,step,train_loss,train_label_part,train_soft_part,train_accuracy,"
                   "validation_loss,validation_accuracy,learning_rate,best,seconds\n");
  for (guint i = 0; i < epochs->len; i++)
    {
      const RtEpochMetrics *m = &g_array_index (epochs, RtEpochMetrics, i);

      g_string_append_printf (out, "%d,%" G_GUINT64_FORMAT ",", m->epoch, m->step);
      append_value (out, m->train_loss, ',');
      append_value (out, m->train_label_part, ',');
      append_value (out, m->train_soft_part, ',');
      append_value (out, m->train_accuracy, ',');
      append_value (out, m->validation_loss, ',');
      append_value (out, m->validation_accuracy, ',');
      append_value (out, m->learning_rate, ',');
      g_string_append_printf (out, "%d,", m->best);
      append_value (out, m->seconds, '\n');
    }
}

static void
append_steps (GString      *out,
              const GArray *steps)
{
  g_string_append (out, "step,loss,label_part,soft_part,accuracy,learning_rate,seconds\n");
  for (guint i = 0; i < steps->len; i++)
    {
      const RtStepMetrics *m = &g_array_index (steps, RtStepMetrics, i);

      g_string_append_printf (out, "%" G_GUINT64_FORMAT ",", m->step);
      append_value (out, m->loss, ',');
      append_value (out, m->label_part, ',');
      append_value (out, m->soft_part, ',');
      append_value (out, m->accuracy, ',');
      append_value (out, m->learning_rate, ',');
      append_value (out, m->seconds, '\n');
    }
}

static gboolean
export_table (const Export  *self,
              GError       **error)
{
  g_autoptr (GArray) records = self->steps ? rt_store_get_steps (self->store, self->run->id, error)
                               : rt_store_get_epochs (self->store, self->run->id, error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (records == NULL)
    return FALSE;
  if (self->steps)
    append_steps (out, records);
  else
    append_epochs (out, records);
  return g_file_set_contents_full (self->path, out->str, (gssize) out->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

static gboolean
export_curves (const Export  *self,
               GError       **error)
{
  g_autoptr (GArray) epochs = rt_store_get_epochs (self->store, self->run->id, error);

  return epochs != NULL && rt_curves_export (self->run, epochs, self->curve, self->path, error);
}

static RtNetwork *
load_network (const Export  *self,
              RtBackbone   **backbone,
              GError       **error)
{
  g_autofree char *spec = g_strdup_printf ("run:%d", self->run->id);

  *backbone = rt_resolver_find (rt_cli_get_resolver (), spec, NULL, NULL, error);
  return *backbone != NULL ? rt_backbone_load (*backbone, error) : NULL;
}

static gboolean
export_onnx (const Export  *self,
             GError       **error)
{
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtNetwork) network = load_network (self, &backbone, error);
  g_autoptr (RtOnnxModel) model = NULL;

  if (network != NULL)
    model = rt_onnx_export (network, backbone, error);
  return model != NULL && rt_onnx_model_write (model, self->path, error);
}

/* All that is needed to use the network elsewhere. */
static gboolean
export_folder (const Export  *self,
               GError       **error)
{
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtNetwork) network = load_network (self, &backbone, error);

  return network != NULL && rt_onnx_export_folder (network, backbone, self->path, error);
}

typedef struct
{
  const char *ending;
  gboolean  (*write) (const Export  *self,
                      GError       **error);
} Form;

static const Form forms[] = {
  { ".safetensors", export_weights },
  { ".onnx", export_onnx },
  { "/", export_folder },
  { ".json", export_recipe },
  { ".csv", export_table },
  { ".png", export_curves },
  { ".svg", export_curves },
  { ".pdf", export_curves },
};

static const Form *
find_form (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    if (g_str_has_suffix (path, forms[i].ending) && strlen (path) > strlen (forms[i].ending))
      return &forms[i];
  return NULL;
}

static RtExit
export (Export     *self,
        const Form *form)
{
  g_autoptr (GError) error = NULL;

  if (!form->write (self, &error))
    return error->domain == G_FILE_ERROR
           ? rt_cli_fail (RT_EXIT_FAILED, "%s: it could not be written (%s)", self->path,
                          error->message)
           : rt_cli_fail_with (error);
  if (rt_cli_get_json ())
    {
      g_autoptr (RtLine) line = rt_line_new ("result");

      rt_line_add_int (line, "run", self->run->id);
      rt_line_add_string (line, "file", self->path);
      rt_line_print (line);
    }
  else
    printf ("%s\n", self->path);
  return RT_EXIT_DONE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_autofree char *curve = NULL;
  g_autoptr (RtStore) store = NULL;
  g_autoptr (RtRun) row = NULL;
  g_autoptr (GError) error = NULL;
  const Form *form;
  Export self = { 0 };
  int id;
  const GOptionEntry entries[] = {
    { "curve", 0, 0, G_OPTION_ARG_STRING, &curve, "What a picture shows: loss or accuracy",
      "NAME" },
    { "steps", 0, 0, G_OPTION_ARG_NONE, &self.steps, "A .csv of the steps, not of the epochs",
      NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_export, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc != 3)
    return rt_cli_fail (RT_EXIT_INPUT, "export takes the number of a run and a file");
  if (curve != NULL && strcmp (curve, "loss") != 0 && strcmp (curve, "accuracy") != 0)
    return rt_cli_fail (RT_EXIT_INPUT, "--curve %s: it must be loss or accuracy", curve);
  form = find_form (argv[2]);
  if (form == NULL)
    return rt_cli_fail (RT_EXIT_INPUT, "%s: the ending says what to export: .safetensors "
                        "(weights), .onnx (network), .json (recipe), .csv (metrics), .png, .svg, "
                        ".pdf (curves), / (a folder to use the network from)",
                        argv[2]);
  id = rt_cli_parse_run (argv[1]);
  store = id > 0 ? rt_cli_open_store () : NULL;
  if (store == NULL)
    return RT_EXIT_INPUT;
  row = rt_store_get_run (store, id, &error);
  if (row == NULL)
    return rt_cli_fail_with (error);
  self.store = store;
  self.run = row;
  self.path = argv[2];
  self.curve = curve != NULL ? curve : "loss";
  return export (&self, form);
}

const RtCommand rt_command_export = {
  .name = "export",
  .arguments = "N FILE",
  .summary = "Write a run's network, weights, recipe, metrics or curves, by the ending",
  .run = run,
};
