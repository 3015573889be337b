/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keras's HDF5 files, through libhdf5, which is used here and in the files beside (rt-keras-hdf5.h)
 * only. In the legacy form a whole model has the group model_weights and the attribute
 * model_config; a file of weights has what is in that group at its root:
 *
 *   attribute layer_names: ["conv2d", "batch_normalization", ...]
 *   group conv2d, its attribute weight_names: ["conv2d/kernel:0", "conv2d/bias:0"]
 *   datasets conv2d/conv2d/kernel:0, conv2d/conv2d/bias:0
 *
 * (An attribute of more than 64 kB is cut up: layer_names0, layer_names1, ...) Only what is named
 * there is visited; the optimiser's state is not. Keras 3's own form is in rt-keras-store.c.
 *
 * The file is not to be trusted, and HDF5 can do much: a link may lead to another file, values may
 * lie in others or be put together from them, a filter may be a library to be loaded. So the bytes
 * are given to libhdf5 as a file in memory, only hard links are followed, only plain, compact and
 * deflated values are read, and of types only numbers. What a dataset claims to hold is compared
 * with what it takes of the file, and all together with the file's length, before memory is taken.
 *
 *   rt_keras_send -> open_image, read_file -> read_layer -> rt_keras_read_weight
 *
 * libhdf5 itself may still fall over damaged structures, or turn in them for ever. So all of this
 * runs in a process of its own (rt-keras-process.c), forked from one that may have threads: nothing
 * here may take a lock that GLib shares between them, which leaves its strings and memory.
 */
#include "config.h"

#include "rt-keras-hdf5.h"

/* --- The file in memory: libhdf5 is lent the bytes, and never writes to a file that is opened for
 * reading. */

static void *
lend_image (size_t                 n,
            H5FD_file_image_op_t   op,
            void                  *bytes)
{
  return bytes;
}

static void *
copy_image (void                 *to,
            const void           *from,
            size_t                n,
            H5FD_file_image_op_t  op,
            void                 *bytes)
{
  return to;
}

static void *
grow_image (void                 *image,
            size_t                n,
            H5FD_file_image_op_t  op,
            void                 *bytes)
{
  return NULL;
}

static herr_t
free_image (void                 *image,
            H5FD_file_image_op_t  op,
            void                 *bytes)
{
  return 0;
}

static void *
copy_lender (void *bytes)
{
  return bytes;
}

static herr_t
free_lender (void *bytes)
{
  return 0;
}

static hid_t
open_image (RtKerasReader  *reader,
            const uint8_t  *bytes,
            size_t          n_bytes)
{
  H5FD_file_image_callbacks_t lender = {
    lend_image, copy_image, grow_image, free_image, copy_lender, free_lender, (void *) bytes
  };
  g_auto (RtHid) access = H5Pcreate (H5P_FILE_ACCESS);
  hid_t file;

  if (access < 0 || H5Pset_fapl_core (access, 65536, FALSE) < 0 ||
      H5Pset_file_image_callbacks (access, &lender) < 0 ||
      H5Pset_file_image (access, (void *) bytes, n_bytes) < 0)
    {
      rt_keras_set_library_error (reader, "the file", "in memory");
      return H5I_INVALID_HID;
    }
  file = H5Fopen ("weights", H5F_ACC_RDONLY, access);
  if (file < 0)
    rt_keras_set_library_error (reader, "the HDF5 file", "(is it cut off?)");
  return file;
}


static gboolean
read_config (RtKerasReader *reader)
{
  g_auto (RtKerasNames) texts = { 0 };

  if (H5Aexists (reader->file, "model_config") <= 0)
    return TRUE;
  if (!rt_keras_read_texts (reader, reader->file, "model_config", &texts))
    return FALSE;
  if (texts.n != 1)
    return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                            "attribute model_config is not one text");
  rt_keras_send_config (reader->fd, texts.texts[0]);
  return TRUE;
}


static gboolean
read_layer (RtKerasReader *reader,
            hid_t          root,
            const char    *layer)
{
  g_auto (RtHid) group = rt_keras_open_object (reader, root, layer, H5O_TYPE_GROUP);
  g_auto (RtKerasNames) names = { 0 };

  if (group < 0 || !rt_keras_read_names (reader, group, "weight_names", &names))
    return FALSE;
  for (size_t i = 0; i < names.n; i++)
    if (!rt_keras_read_weight (reader, group, layer, names.texts[i], ""))
      return FALSE;
  return TRUE;
}

static gboolean
read_layers (RtKerasReader *reader,
             hid_t          root)
{
  g_auto (RtKerasNames) layers = { 0 };

  if (!rt_keras_read_names (reader, root, "layer_names", &layers))
    return FALSE;
  if (layers.n == 0 && rt_keras_has_store (reader))
    return rt_keras_read_store (reader);
  if (layers.n == 0)
    return rt_keras_refuse (reader, RT_DATA_ERROR_UNSUPPORTED,
                            "is HDF5, but has neither layer_names nor layers: it is not of a "
                            "Sequential or Functional Keras model, of which model.save "
                            "(\"whole.h5\") in Python writes a file that is opened");
  for (size_t i = 0; i < layers.n; i++)
    if (!read_layer (reader, root, layers.texts[i]))
      return FALSE;
  return TRUE;
}

static gboolean
read_file (RtKerasReader *reader)
{
  htri_t is_whole = H5Lexists (reader->file, "model_weights", H5P_DEFAULT);
  g_auto (RtHid) root = is_whole < 0 ? H5I_INVALID_HID : is_whole > 0
    ? rt_keras_open_object (reader, reader->file, "model_weights", H5O_TYPE_GROUP)
    : H5Gopen2 (reader->file, "/", H5P_DEFAULT);

  if (root < 0)
    return is_whole > 0 ? FALSE : rt_keras_set_library_error (reader, "the root", "of the file");
  if (!read_config (reader) || !read_layers (reader, root))
    return FALSE;
  return reader->n_weights > 0 ||
         rt_keras_refuse (reader, RT_DATA_ERROR_INVALID, "has layers, but none has weights");
}

/* libhdf5 would write its errors out, and would look for filters in folders that the environment
 * names. */
gboolean
rt_keras_send (int            fd,
               const uint8_t *bytes,
               size_t         n_bytes,
               RtKerasError  *problem)
{
  RtKerasReader reader = { .fd = fd, .n_left = n_bytes };
  gboolean good;

  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
  reader.file = open_image (&reader, bytes, n_bytes);
  good = reader.file >= 0 && read_file (&reader);
  rt_keras_clear_hid (&reader.file);
  *problem = reader.problem;
  return good;
}
