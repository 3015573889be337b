/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A network's parameters as a checkpoint, and a checkpoint put into a network.
 *
 * Loading checks everything before it changes anything: each parameter looks for the tensor of its
 * name, and what is missing, of another shape, or left over is collected into one message.
 * Containers' prefixes ("module.", from data-parallel training) are dropped; the counter of seen
 * batches that PyTorch keeps beside batch norm is no weight and is passed over.
 */
#include "config.h"

#include "rt-network.h"

#include <math.h>
#include <string.h>

#define MAX_LISTED 8

/* Published files have variances a little below 0, which epsilon lifts above it: Keras's is the
 * largest, 1e-3. */
#define LEAST_VARIANCE -1e-3f

static const char *
strip_prefix (const char *name)
{
  static const char *const prefixes[] = { "module.", "model.", "_orig_mod." };

  for (size_t i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return name + strlen (prefixes[i]);
  return name;
}

/* From file order (O,C,H,W) to (O,H,W,C), or back. */
static void
turn (float       *to,
      const float *from,
      int          o,
      int          h,
      int          w,
      int          c,
      gboolean     to_file)
{
  for (int i = 0; i < o; i++)
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        for (int k = 0; k < c; k++)
          {
            size_t here = (((size_t) i * h + y) * w + x) * c + k;
            size_t file = (((size_t) i * c + k) * h + y) * w + x;

            if (to_file)
              to[file] = from[here];
            else
              to[here] = from[file];
          }
}

static void
convert (float         *to,
         const float   *from,
         const RtParam *param,
         gboolean       to_file)
{
  const int *d = param->spec.shape.dims;

  switch (param->spec.layout)
    {
    case RT_LAYOUT_CONV:
    case RT_LAYOUT_FLAT_CHW:
      turn (to, from, d[0], d[1], d[2], d[3], to_file);
      break;
    case RT_LAYOUT_DEPTHWISE:   /* (C,1,KH,KW) is (1,C,KH,KW) */
      turn (to, from, 1, d[0], d[1], d[2], to_file);
      break;
    case RT_LAYOUT_PLAIN:
    default:
      memcpy (to, from, param->count * sizeof (float));
      break;
    }
}

static GHashTable *
index_tensors (const RtTensorList *tensors)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      RtTensor *tensor = rt_tensor_list_get (tensors, i);
      const char *name = strip_prefix (tensor->name);

      if (!g_str_has_suffix (name, "num_batches_tracked"))
        g_hash_table_insert (table, (char *) name, tensor);
    }
  return table;
}

/* A list of at most MAX_LISTED, and how many more. */
typedef struct
{
  GString *text;
  int      n;
} Problems;

static void
note (Problems   *problems,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static void
note (Problems   *problems,
      const char *format,
      ...)
{
  va_list args;

  if (problems->n++ >= MAX_LISTED)
    return;
  va_start (args, format);
  g_string_append (problems->text, problems->n > 1 ? ", " : "");
  g_string_append_vprintf (problems->text, format, args);
  va_end (args);
}

static void
finish (GString    *message,
        const char *title,
        Problems   *problems)
{
  if (problems->n > 0)
    {
      g_string_append_printf (message, "\n  %s: %s", title, problems->text->str);
      if (problems->n > MAX_LISTED)
        g_string_append_printf (message, " and %d more", problems->n - MAX_LISTED);
    }
  g_string_free (problems->text, TRUE);
}

/* What makes every figure no number; NULL where the values can be computed with. */
static const char *
find_bad_value (const RtTensor *tensor,
                const RtParam  *param)
{
  gboolean variance = g_str_equal (param->spec.suffix, "running_var");

  for (size_t i = 0; i < param->count; i++)
    if (!isfinite (tensor->data[i]))
      return isnan (tensor->data[i]) ? "a value that is no number" : "an infinite value";
    else if (variance && tensor->data[i] <= LEAST_VARIANCE)
      return "a variance below 0";
  return NULL;
}

/* Fills @found with the tensor of each parameter, NULL where the head's own is kept. */
static gboolean
match (RtNetwork       *self,
       GHashTable      *table,
       gboolean         new_head,
       const RtTensor **found,
       GError         **error)
{
  Problems missing = { g_string_new (NULL), 0 };
  Problems shapes = { g_string_new (NULL), 0 };
  Problems left = { g_string_new (NULL), 0 };
  Problems values = { g_string_new (NULL), 0 };
  int head = rt_network_get_n_blocks (self) - 1;
  GHashTableIter iter;
  gpointer name;
  gboolean ok;

  for (int i = 0; i < rt_network_get_n_params (self); i++)
    {
      const RtParam *param = rt_network_get_param (self, i);
      const RtTensor *tensor = g_hash_table_lookup (table, param->name);
      gboolean fits = tensor != NULL && rt_shape_equal (&tensor->shape, &param->spec.file_shape);
      const char *bad = fits ? find_bad_value (tensor, param) : NULL;

      found[i] = fits ? tensor : NULL;
      if (tensor != NULL)
        g_hash_table_remove (table, param->name);
      if (bad != NULL)
        note (&values, "%s has %s", param->name, bad);
      if (fits || (new_head && param->block == head))
        continue;
      if (tensor == NULL)
        note (&missing, "%s", param->name);
      else
        {
          g_autofree char *is = rt_shape_to_string (&tensor->shape);
          g_autofree char *wanted = rt_shape_to_string (&param->spec.file_shape);

          note (&shapes, "%s is %s, not %s", param->name, is, wanted);
        }
    }
  g_hash_table_iter_init (&iter, table);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    note (&left, "%s", (const char *) name);

  ok = missing.n == 0 && shapes.n == 0 && values.n == 0 && (left.n == 0 || new_head);
  if (!ok)
    {
      g_autoptr (GString) message = g_string_new (NULL);

      g_string_printf (message, "the weights do not fit %s:", rt_network_get_options (self)->name);
      finish (message, "missing", &missing);
      finish (message, "of another shape", &shapes);
      finish (message, "left over", &left);
      finish (message, "damaged", &values);
      g_string_append (message, "\n  Name the network that they were saved from, or take other "
                                "weights.");
      g_set_error_literal (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH, message->str);
      return FALSE;
    }
  g_string_free (missing.text, TRUE);
  g_string_free (shapes.text, TRUE);
  g_string_free (left.text, TRUE);
  g_string_free (values.text, TRUE);
  return TRUE;
}

gboolean
rt_network_load (RtNetwork           *self,
                 const RtTensorList  *tensors,
                 gboolean             new_head,
                 gboolean            *head_replaced,
                 GError             **error)
{
  int n = rt_network_get_n_params (self);
  g_autoptr (GHashTable) table = index_tensors (tensors);
  g_autofree const RtTensor **found = g_new0 (const RtTensor *, n);
  gboolean head_whole = TRUE;

  if (!match (self, table, new_head, found, error))
    return FALSE;

  /* A head of which one tensor does not fit is new as a whole. */
  for (int i = 0; i < n; i++)
    head_whole = head_whole && found[i] != NULL;
  for (int i = 0; i < n; i++)
    {
      const RtParam *param = rt_network_get_param (self, i);

      if (found[i] != NULL
          && (head_whole || param->block < rt_network_get_n_blocks (self) - 1))
        convert (rt_network_get_values (self) + param->offset, found[i]->data, param, FALSE);
    }
  if (head_replaced != NULL)
    *head_replaced = !head_whole;
  return TRUE;
}

RtTensorList *
rt_network_save (const RtNetwork *self)
{
  RtTensorList *list = rt_tensor_list_new ();

  for (int i = 0; i < rt_network_get_n_params (self); i++)
    {
      const RtParam *param = rt_network_get_param (self, i);
      RtTensor *tensor = rt_tensor_list_add (list, param->name, &param->spec.file_shape);

      convert (tensor->data, rt_network_get_values (self) + param->offset, param, TRUE);
    }
  return list;
}
