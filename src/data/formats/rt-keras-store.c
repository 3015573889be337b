/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keras 3's own form of weights, which model.save_weights ("x.weights.h5") writes and a .keras
 * archive holds:
 *
 *   group layers/conv2d_1/vars, its attribute name (not of the first versions): "conv1"
 *   datasets layers/conv2d_1/vars/0, layers/conv2d_1/vars/1
 *   the same for a layer that is a model: layers/functional/layers/conv2d/vars/0
 *
 * Nothing lists the layers: the groups are walked, and what comes of their names is settled where
 * the file is not (rt-keras-places.c). Beside `layers` stand the optimizer and the metrics, in it
 * the generators of random numbers: none of these is visited. The first files of TensorFlow 2.13
 * have `_layer_checkpoint_dependencies` for `layers`.
 */
#include "config.h"

#include "rt-keras-hdf5.h"

/* Of groups in groups; a hard link may make a circle. */
#define MAX_DEPTH 16

static const char *const roots[] = { "layers", "_layer_checkpoint_dependencies" };

static gboolean
read_own_name (RtKerasReader *reader,
               hid_t          vars,
               RtKerasNames  *name)
{
  if (H5Aexists (vars, "name") <= 0)
    return TRUE;
  if (!rt_keras_read_texts (reader, vars, "name", name))
    return FALSE;
  if (name->n != 1)
    return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID, "attribute name is not one text");
  return rt_keras_check_path (reader, name->texts[0]);
}

/* @path: of the layer. */
static gboolean
read_vars (RtKerasReader *reader,
           hid_t          vars,
           const char    *path)
{
  g_auto (RtKerasNames) own = { 0 };
  g_auto (RtKerasNames) names = { 0 };

  if (!read_own_name (reader, vars, &own) || !rt_keras_list_links (reader, vars, &names))
    return FALSE;
  for (size_t i = 0; i < names.n; i++)
    if (!rt_keras_read_weight (reader, vars, path, names.texts[i], own.n > 0 ? own.texts[0] : ""))
      return FALSE;
  return TRUE;
}

static gboolean
visit (RtKerasReader *reader,
       hid_t          group,
       const char    *path,
       int            depth)
{
  g_auto (RtKerasNames) names = { 0 };

  if (depth > MAX_DEPTH)
    return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                            "has groups within groups, more than %d deep", MAX_DEPTH);
  if (!rt_keras_list_links (reader, group, &names))
    return FALSE;
  for (size_t i = 0; i < names.n; i++)
    {
      const char *name = names.texts[i];
      g_auto (RtHid) child = H5I_INVALID_HID;
      g_autofree char *below = NULL;

      if (g_str_has_prefix (name, "seed_generator"))
        continue;
      child = rt_keras_open_object (reader, group, name, H5O_TYPE_GROUP);
      if (child < 0)
        return FALSE;
      below = g_strconcat (path, "/", name, NULL);
      if (g_str_equal (name, "vars") ? !read_vars (reader, child, path)
          : !visit (reader, child, below, depth + 1))
        return FALSE;
    }
  return TRUE;
}

gboolean
rt_keras_has_store (RtKerasReader *reader)
{
  for (size_t i = 0; i < G_N_ELEMENTS (roots); i++)
    if (H5Lexists (reader->file, roots[i], H5P_DEFAULT) > 0)
      return TRUE;
  return FALSE;
}

gboolean
rt_keras_read_store (RtKerasReader *reader)
{
  rt_keras_send_store (reader->fd);
  for (size_t i = 0; i < G_N_ELEMENTS (roots); i++)
    {
      g_auto (RtHid) root = H5I_INVALID_HID;

      if (H5Lexists (reader->file, roots[i], H5P_DEFAULT) <= 0)
        continue;
      root = rt_keras_open_object (reader, reader->file, roots[i], H5O_TYPE_GROUP);
      if (root < 0 || !visit (reader, root, roots[i], 1))
        return FALSE;
    }
  return TRUE;
}
