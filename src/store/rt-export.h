/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-store.h"

G_BEGIN_DECLS

/* What a run can be written as. */
typedef enum
{
  RT_EXPORT_WEIGHTS,   /* safetensors, and the card that says what they are beside it */
  RT_EXPORT_ONNX,      /* the network, batch norm folded */
  RT_EXPORT_FOLDER,    /* ONNX, labels, preprocessing and an example that uses them */
  RT_EXPORT_RECIPE,    /* JSON */
  RT_EXPORT_EPOCHS,    /* CSV, a line an epoch */
  RT_EXPORT_STEPS,     /* CSV, a line a step */
  RT_EXPORT_N
} RtExportForm;

/* ".safetensors", ".onnx", "/", ".json", ".csv", ".csv" */
const char *rt_export_get_ending (RtExportForm form);

/**
 * rt_export_run:
 * @path: a file is replaced as a whole or not touched; a folder of several files appears as a
 *   whole, and in one that is there only an export's files are replaced, one after the other
 * @note: (out) (nullable): (transfer full): what the user should know though all was written, else
 *   NULL
 *
 * Writes the network of a run's best epoch, or what is known of it.
 *
 * Returns: FALSE with RT_STORE_ERROR_NO_RUN, _STATE where it has no weights yet, _IO where @path
 *   could not be written, with RT_RECIPE_ERROR_INVALID where a file in the folder is another's, or
 *   with RT_NN_ERROR where ONNX has no operator for a layer
 */
gboolean    rt_export_run        (RtStore       *store,
                                  int            id,
                                  RtExportForm   form,
                                  const char    *path,
                                  char         **note,
                                  GError       **error);

G_END_DECLS
