/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a run left, as a file to use elsewhere: its network in the forms of others, its recipe, its
 * metrics as a table. Each file is replaced as a whole or not touched; a folder of several files
 * that is new appears as a whole.
 */

#include "config.h"

#include "rt-export.h"

#include "rt-formats.h"
#include "rt-image.h"
#include "rt-onnx-export.h"

#include <math.h>
#include <string.h>

typedef struct
{
  RtStore      *store;   /* Borrowed */
  int           id;
  RtExportForm  form;
  const char   *path;
  char         *note;    /* Owned (nullable) */
} Export;

static gboolean
copy_file (const char  *from,
           const char  *to,
           GError     **error)
{
  g_autofree char *bytes = NULL;
  size_t length;

  return g_file_get_contents (from, &bytes, &length, error)
         && g_file_set_contents_full (to, bytes, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT,
                                      0666, error);
}

/* The best epoch's. */
static RtBackbone *
find_backbone (const Export  *self,
               GError       **error)
{
  g_autofree char *spec = g_strdup_printf ("run:%d", self->id);
  RtResolver resolver;

  rt_store_get_resolver (self->store, &resolver);
  return rt_resolver_find (&resolver, spec, NULL, NULL, error);
}

/* The weights, which say what they are, and their card beside them. */
static gboolean
export_weights (Export  *self,
                GError **error)
{
  g_autoptr (RtBackbone) backbone = find_backbone (self, error);
  g_autofree char *card = rt_backbone_get_card_path (self->path);
  g_autoptr (RtTensorList) tensors = NULL;

  if (backbone != NULL)
    tensors = rt_weights_read (backbone->weights_path, NULL, error);
  if (tensors == NULL || !rt_backbone_write_tensors (backbone, tensors, self->path, error))
    return FALSE;
  if (g_file_test (card, G_FILE_TEST_EXISTS) && rt_backbone_check_no_card (card, NULL))
    {
      self->note = g_strdup_printf ("%s is there and is no model card; the card of the weights was "
                                    "not written", card);
      return TRUE;
    }
  rt_backbone_set_path (backbone, self->path);
  return rt_backbone_write_card (backbone, card, error);
}

static gboolean
export_recipe (Export  *self,
               GError **error)
{
  g_autofree char *path = rt_store_get_path (self->store, self->id, "recipe.json");

  return rt_backbone_check_no_card (self->path, error) && copy_file (path, self->path, error);
}

/* Tables */

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
export_table (Export  *self,
              GError **error)
{
  gboolean steps = self->form == RT_EXPORT_STEPS;
  g_autoptr (GArray) records = steps ? rt_store_get_steps (self->store, self->id, error)
                                     : rt_store_get_epochs (self->store, self->id, error);
  g_autoptr (GString) out = g_string_new (NULL);

  if (records == NULL)
    return FALSE;
  if (steps)
    append_steps (out, records);
  else
    append_epochs (out, records);
  return g_file_set_contents_full (self->path, out->str, (gssize) out->len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

/* The network */

static gboolean
export_onnx (Export  *self,
             GError **error)
{
  g_autoptr (RtBackbone) backbone = find_backbone (self, error);
  g_autoptr (RtNetwork) network = backbone != NULL ? rt_backbone_load (backbone, error) : NULL;
  g_autoptr (RtOnnxModel) model = NULL;

  if (network == NULL)
    return FALSE;
  if (self->form == RT_EXPORT_FOLDER)
    return rt_onnx_export_folder (network, backbone, self->path, error);
  model = rt_onnx_export (network, backbone, error);
  return model != NULL && rt_onnx_model_write (model, self->path, error);
}

static const struct
{
  const char *ending;
  gboolean  (*write) (Export  *self,
                      GError **error);
} forms[] = {
  [RT_EXPORT_WEIGHTS] = { ".safetensors", export_weights },
  [RT_EXPORT_ONNX] = { ".onnx", export_onnx },
  [RT_EXPORT_FOLDER] = { "/", export_onnx },
  [RT_EXPORT_RECIPE] = { ".json", export_recipe },
  [RT_EXPORT_EPOCHS] = { ".csv", export_table },
  [RT_EXPORT_STEPS] = { ".csv", export_table },
};

G_STATIC_ASSERT (G_N_ELEMENTS (forms) == RT_EXPORT_N);

const char *
rt_export_get_ending (RtExportForm form)
{
  g_return_val_if_fail (form < RT_EXPORT_N, NULL);
  return forms[form].ending;
}

gboolean
rt_export_run (RtStore       *store,
               int            id,
               RtExportForm   form,
               const char    *path,
               char         **note,
               GError       **error)
{
  Export self = { .store = store, .id = id, .form = form, .path = path };
  g_autoptr (RtRun) run = NULL;
  g_autoptr (GError) why = NULL;

  g_return_val_if_fail (store != NULL && form < RT_EXPORT_N && path != NULL, FALSE);
  run = rt_store_get_run (store, id, error);
  if (run == NULL)
    return FALSE;
  if (forms[form].write (&self, &why))
    {
      if (note != NULL)
        *note = g_steal_pointer (&self.note);
      g_free (self.note);
      return TRUE;
    }
  if (why->domain == G_FILE_ERROR)
    g_set_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO, "%s: it could not be written (%s)", path,
                 why->message);
  else if (g_error_matches (why, RT_DATA_ERROR, RT_DATA_ERROR_WRITE))   /* says so itself */
    g_set_error_literal (error, RT_STORE_ERROR, RT_STORE_ERROR_IO, why->message);
  else
    g_propagate_error (error, g_steal_pointer (&why));
  return FALSE;
}
