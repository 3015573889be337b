/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keras 3's archive, which model.save ("x.keras") writes: a zip of config.json, the graph, and
 * model.weights.h5, the weights in Keras 3's own form (rt-keras-store.c). */
#include "config.h"

#include "rt-keras-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#define WEIGHTS "model.weights.h5"
#define GRAPH "config.json"

gboolean
rt_keras_is_archive (const RtZip *zip)
{
  return rt_zip_has (zip, WEIGHTS);
}

RtTensorList *
rt_keras_parse_archive (RtZip         *zip,
                        const char    *name,
                        GCancellable  *cancellable,
                        GError       **error)
{
  g_autoptr (GBytes) graph = NULL;
  g_autoptr (GBytes) weights = NULL;
  const uint8_t *bytes;
  size_t n_bytes;

  if (!rt_zip_has (zip, GRAPH))
    {
      rt_file_set_invalid (error, name, "has " WEIGHTS ", but no " GRAPH ": it is damaged");
      return NULL;
    }
  graph = rt_zip_read (zip, GRAPH, error);
  weights = graph != NULL ? rt_zip_read (zip, WEIGHTS, error) : NULL;
  if (weights == NULL)
    return NULL;
  bytes = g_bytes_get_data (weights, &n_bytes);
  if (!RT_BEGINS_WITH (bytes, n_bytes, RT_HDF5_MAGIC))
    {
      rt_file_set_invalid (error, name, WEIGHTS " within it is not HDF5");
      return NULL;
    }
  return rt_keras_parse_with_graph (bytes, n_bytes,
                                    g_strndup (g_bytes_get_data (graph, NULL),
                                               g_bytes_get_size (graph)), name, cancellable,
                                    error);
}
