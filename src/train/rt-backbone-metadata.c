/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file of weights says of itself beside its tensors, written and read: safetensors and ONNX
 * have a place for it, so that a file that lost its card still is what it is.
 *
 * Where a file comes from nobody knows: what makes no sense in it is passed over.
 */
#include "config.h"

#include "rt-backbone-private.h"

#include "rt-formats.h"

#include <math.h>
#include <string.h>

#define MAX_LINE 1000   /* bytes */

char *
rt_backbone_print_floats (const float *values,
                          int          n,
                          const char  *between)
{
  GString *out = g_string_new (NULL);

  for (int i = 0; i < n; i++)
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      /* Seven digits are what people wrote; nine hold any float. */
      g_ascii_formatd (text, sizeof text, "%.7g", (double) values[i]);
      if ((float) g_ascii_strtod (text, NULL) != values[i])
        g_ascii_formatd (text, sizeof text, "%.9g", (double) values[i]);
      g_string_append_printf (out, "%s%s", i > 0 ? between : "", text);
    }
  return g_string_free (out, FALSE);
}

char *
rt_backbone_print_crop (const RtBackbone *backbone)
{
  float crop = backbone->format.crop > 0 ? backbone->format.crop : 1.0f;

  return rt_backbone_print_floats (&crop, 1, "");
}

char *
rt_backbone_print_labels (const RtBackbone *backbone,
                          const char       *after)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < backbone->class_names->len; i++)
    {
      g_autofree char *label = g_strdup (g_ptr_array_index (backbone->class_names, i));

      g_string_append (out, i > 0 && *after == '\0' ? "\n" : "");
      g_string_append_printf (out, "%s%s", g_strdelimit (label, "\r\n", ' '), after);
    }
  return g_string_free (out, FALSE);
}

const char *
rt_backbone_get_channel_order (const RtBackbone *backbone)
{
  return backbone->format.channels == 3 ? "RGB" : "grey";
}

/* --- written */

static void
say (GPtrArray  *said,
     const char *key,
     const char *value)
{
  if (value == NULL || *value == '\0')
    return;
  g_ptr_array_add (said, g_strdup (key));
  g_ptr_array_add (said, g_strdup (value));
}

static void
say_side (GPtrArray  *said,
          const char *key,
          int         side)
{
  g_autofree char *text = g_strdup_printf ("%d", side);

  say (said, key, text);
}

GPtrArray *
rt_backbone_list_metadata (const RtBackbone *backbone)
{
  const RtInputFormat *format = &backbone->format;
  GPtrArray *said = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *labels = rt_backbone_print_labels (backbone, "");
  g_autofree char *mean = rt_backbone_print_floats (format->mean, format->channels, ",");
  g_autofree char *std = rt_backbone_print_floats (format->std, format->channels, ",");
  g_autofree char *crop = rt_backbone_print_crop (backbone);

  say (said, "network", backbone->network);
  say (said, "labels", labels);
  say_side (said, "input_height", format->height);
  say_side (said, "input_width", format->width);
  say (said, "mean", mean);
  say (said, "std", std);
  say (said, "fit", rt_picture_fit_names[format->fit]);
  say (said, "crop", crop);
  say (said, "channel_order", rt_backbone_get_channel_order (backbone));
  say (said, "title", backbone->title);
  say (said, "trained_on", backbone->trained_on);
  say (said, "trained_by", backbone->trained_by);
  say (said, "licence", backbone->licence);
  return said;
}

gboolean
rt_backbone_write_tensors (const RtBackbone  *backbone,
                           RtTensorList      *tensors,
                           const char        *path,
                           GError           **error)
{
  g_autoptr (GPtrArray) said = rt_backbone_list_metadata (backbone);

  for (guint i = 0; i + 1 < said->len; i += 2)
    rt_tensor_list_set_meta (tensors, said->pdata[i], said->pdata[i + 1]);
  return rt_safetensors_write (tensors, path, error);
}

/* --- read */

static int
read_side (const RtTensorList *tensors,
           const char         *key,
           int                 otherwise)
{
  const char *text = rt_tensor_list_get_meta (tensors, key);
  gint64 side;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, 1, 512, &side, NULL))
    return otherwise;
  return (int) side;
}

/* "0.485,0.456,0.406" into as many floats as there are; nothing where one of them is none, or out
 * of the range that a card may have. */
static void
read_channels (const RtTensorList *tensors,
               const char         *key,
               double              low,
               float              *values)
{
  const char *text = rt_tensor_list_get_meta (tensors, key);
  g_auto (GStrv) parts = text != NULL ? g_strsplit (text, ",", 4) : NULL;
  float read[3];
  int n;

  if (parts == NULL || g_strv_length (parts) > 3)
    return;
  for (n = 0; parts[n] != NULL; n++)
    {
      char *end;
      double value = g_ascii_strtod (parts[n], &end);

      if (end == parts[n] || *end != '\0' || !(value >= low && value <= 255))
        return;
      read[n] = (float) value;
    }
  memcpy (values, read, n * sizeof *values);
}

static void
read_fit (const RtTensorList *tensors,
          RtInputFormat      *format)
{
  const char *crop = rt_tensor_list_get_meta (tensors, "crop");
  double value = crop != NULL ? g_ascii_strtod (crop, NULL) : NAN;

  rt_picture_fit_from_name (rt_tensor_list_get_meta (tensors, "fit"), &format->fit);
  if (value >= 0.1 && value <= 1)
    format->crop = (float) value;
}

/* The classes' names, one a line, where there are as many as the head has. */
static void
read_labels (const RtTensorList *tensors,
             RtBackbone         *backbone)
{
  const char *text = rt_tensor_list_get_meta (tensors, "labels");
  g_auto (GStrv) names = text != NULL ? g_strsplit (text, "\n", -1) : NULL;

  if (names == NULL || (int) g_strv_length (names) != backbone->identity.classes)
    return;
  for (int i = 0; names[i] != NULL; i++)
    g_ptr_array_add (backbone->class_names, g_strdup (names[i]));
}

/* A line of text; what is longer than people write, or made for a terminal, is nothing. (nullable)
 * (transfer full) */
static char *
read_line (const RtTensorList *tensors,
           const char         *key)
{
  const char *text = rt_tensor_list_get_meta (tensors, key);

  if (text == NULL || *text == '\0' || strlen (text) > MAX_LINE)
    return NULL;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return NULL;
  return g_strdup (text);
}

void
rt_backbone_read_metadata (RtBackbone         *backbone,
                           const RtTensorList *tensors)
{
  RtInputFormat *format = &backbone->format;

  format->height = read_side (tensors, "input_height", format->height);
  format->width = read_side (tensors, "input_width", format->width);
  read_channels (tensors, "mean", -255, format->mean);
  read_channels (tensors, "std", 1e-6, format->std);
  read_fit (tensors, format);
  read_labels (tensors, backbone);
  backbone->trained_on = read_line (tensors, "trained_on");
  backbone->trained_by = read_line (tensors, "trained_by");
  backbone->licence = read_line (tensors, "licence");
}
