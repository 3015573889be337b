/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any list of tensors as a file of weights: which network it is of, how its inputs look, and the
 * network with its values. The parsers have targets of their own; this one begins behind them.
 *
 * One tensor a line, "NAME DIM DIM ...", its values 0; or "# KEY VALUE", what the file says of
 * itself, with "\n" for a new line.
 */
#include "config.h"

#include "fuzz-read-tensors.h"

#include "rt-archive.h"
#include "rt-formats.h"
#include "rt-resolver.h"

#include <string.h>

#define MOST_VALUES ((size_t) 4 << 20)

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

/* FALSE where the tensor would be too large; what is no tensor is left out. */
static gboolean
add_tensor (RtTensorList *list,
            const char   *line,
            size_t       *n_values)
{
  g_auto (GStrv) parts = g_strsplit (line, " ", RT_MAX_DIMS + 2);
  RtShape shape = { 0 };
  size_t count = 1;

  for (; shape.n_dims < RT_MAX_DIMS && parts[0] != NULL && parts[shape.n_dims + 1] != NULL;
       shape.n_dims++)
    {
      guint64 dim = g_ascii_strtoull (parts[shape.n_dims + 1], NULL, 10);

      if (dim > MOST_VALUES || count * dim > MOST_VALUES)
        return FALSE;
      count *= dim;
      shape.dims[shape.n_dims] = (int) dim;
    }
  *n_values += count;
  if (*n_values > MOST_VALUES)
    return FALSE;
  if (parts[0] != NULL && *parts[0] != '\0' && g_utf8_validate (parts[0], -1, NULL)
      && rt_tensor_list_find (list, parts[0]) == NULL)
    rt_tensor_list_add (list, parts[0], &shape);
  return TRUE;
}

/* NULL where it would be too large. (transfer full) */
static RtTensorList *
make_tensors (const uint8_t *bytes,
              size_t         n_bytes)
{
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();
  g_autofree char *text = g_strndup ((const char *) bytes, n_bytes);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  size_t n_values = 0;

  for (int i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "# "))
      {
        g_auto (GStrv) parts = g_strsplit (lines[i] + 2, " ", 2);
        g_autofree char *value = parts[0] != NULL ? g_strcompress (parts[1] != NULL ? parts[1] : "")
                                 : NULL;

        if (value != NULL && g_utf8_validate (lines[i], -1, NULL)
            && g_utf8_validate (value, -1, NULL))
          rt_tensor_list_set_meta (list, parts[0], value);
      }
    else if (!add_tensor (list, lines[i], &n_values))
      return NULL;
  return g_steal_pointer (&list);
}

static void
check_format (const RtInputFormat *format)
{
  g_assert (format->width > 0 && format->height > 0);
  g_assert (format->channels == 1 || format->channels == 3);
  g_assert (format->crop > 0 && format->crop <= 1);
  for (int i = 0; i < format->channels; i++)
    g_assert (format->std[i] > 0.0f);
}

static void
open_file (const char *path,
           gboolean    turned)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = rt_backbone_open_file (path, NULL, NULL, &error);
  g_autoptr (RtTensorList) list = NULL;
  g_autoptr (RtNetwork) network = NULL;

  if ((backbone == NULL) == (error == NULL))
    g_error ("a backbone and an error, or neither");
  if (backbone == NULL)
    return;
  g_assert (rt_network_find (backbone->network) != NULL);
  check_format (&backbone->format);
  backbone->turned = turned;
  list = rt_backbone_read_tensors (backbone, NULL, NULL, &error);
  fuzz_read_tensors (list, error);
  g_assert (list != NULL);
  network = rt_backbone_load (backbone, &error);
  if ((network == NULL) == (error == NULL))
    g_error ("a network and an error, or neither");
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (RtTensorList) list = make_tensors (bytes, n_bytes);
  g_autofree char *folder = NULL, *path = NULL;

  if (list == NULL)
    return 0;
  folder = g_dir_make_tmp ("retort-fuzz-XXXXXX", NULL);
  path = g_build_filename (folder, "weights.safetensors", NULL);
  g_assert (rt_safetensors_write (list, path, NULL));
  open_file (path, n_bytes % 2 == 1);
  g_assert (rt_archive_remove (folder, NULL));
  return 0;
}
