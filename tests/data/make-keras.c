/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make-keras FOLDER: small Keras files by libhdf5, good ones into FOLDER/good and broken ones into
 * FOLDER/broken, each of which must give an error that names it.
 *
 * Value i of the k-th weight is (i + 7 k) mod 101 - 3.
 */
#include "config.h"

#include "make-keras.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  const char *layer;
  const char *variable;
  hsize_t     dims[4];
} Weight;

static const Weight whole[] = {
  { "conv1", "conv1/kernel:0", { 3, 2, 3, 4 } }, { "conv1", "conv1/bias:0", { 4 } },
  { "bn", "bn/gamma:0", { 4 } }, { "bn", "bn/beta:0", { 4 } }, { "bn", "bn/moving_mean:0", { 4 } },
  { "bn", "bn/moving_variance:0", { 4 } }, { "dw", "dw/depthwise_kernel:0", { 3, 3, 4, 2 } },
  { "fire/x", "fire/x_1/kernel_1:0", { 1, 1, 8, 2 } }, { "dense", "dense/kernel:0", { 2, 3 } },
  { "dense", "dense/bias:0", { 3 } }, { NULL, NULL, { 0 } },
};

/* As the first versions named them. */
static const Weight old[] = {
  { "conv1", "uniform1", { 3, 3, 3, 4 } }, { "conv1", "conv1_b", { 4 } },
  { "fire2/squeeze", "uniform2", { 1, 1, 4, 2 } }, { "fire2/squeeze", "fire2/squeeze_b", { 2 } },
  { "bn", "bn_gamma", { 2 } }, { "bn", "bn_running_std", { 2 } }, { NULL, NULL, { 0 } },
};

/* A layer that holds layers. */
static const Weight nested[] = {
  { "base", "stem/kernel:0", { 1, 1, 2, 3 } }, { "base", "stem/bias:0", { 3 } },
  { "base", "dw/kernel:0", { 3, 3, 3, 1 } }, { "base", "dw/bias:0", { 3 } }, { NULL, NULL, { 0 } },
};

static const char config[] =
  "{\"class_name\":\"Functional\",\"config\":{\"layers\":["
  "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_input_shape\":[null,8,6,3]}},"
  "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"conv1\",\"kernel_size\":[3,2],"
  "\"padding\":\"same\",\"activation\":\"linear\"}},"
  "{\"class_name\":\"BatchNormalization\",\"config\":{\"name\":\"bn\",\"epsilon\":0.001}},"
  "{\"class_name\":\"ReLU\",\"config\":{\"name\":\"relu\",\"max_value\":6.0}},"
  "{\"class_name\":\"DepthwiseConv2D\",\"config\":{\"name\":\"dw\",\"kernel_size\":[3,3],"
  "\"padding\":\"same\"}},"
  "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"fire/x\",\"kernel_size\":[1,1],"
  "\"padding\":\"valid\"}},"
  "{\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"activation\":\"softmax\"}}],"
  "\"output_layers\":[[\"dense\",0,0]]}}";

hid_t
keras_check (hid_t id)
{
  if (id < 0)
    g_error ("libhdf5 could not do it");
  return id;
}

/* --- Parts of files */

void
keras_put_attribute (hid_t       object,
               const char *key,
               hid_t       type,
               int         n,
               const void *bytes)
{
  hsize_t dims[] = { n };
  hid_t space = keras_check (n > 0 ? H5Screate_simple (1, dims, NULL) : H5Screate (H5S_SCALAR));
  hid_t attribute;

  if (H5Aexists (object, key) > 0)
    keras_check (H5Adelete (object, key));
  attribute = keras_check (H5Acreate2 (object, key, type, space, H5P_DEFAULT, H5P_DEFAULT));
  keras_check (H5Awrite (attribute, type, bytes));
  keras_check (H5Aclose (attribute));
  keras_check (H5Sclose (space));
}

/* Texts of fixed length, as Keras writes lists, or one text of any length (@n 0). */
void
keras_put_texts (hid_t              object,
           const char        *key,
           int                n,
           const char *const *texts)
{
  hid_t type = keras_check (H5Tcopy (H5T_C_S1));
  size_t size = 1;
  g_autofree char *bytes = NULL;

  for (int i = 0; i < n; i++)
    size = MAX (size, strlen (texts[i]));
  bytes = g_malloc0 (size * MAX (n, 1) + 1);
  for (int i = 0; i < n; i++)
    memcpy (bytes + i * size, texts[i], strlen (texts[i]));
  keras_check (H5Tset_size (type, n > 0 ? size : H5T_VARIABLE));
  keras_check (H5Tset_strpad (type, n > 0 ? H5T_STR_NULLPAD : H5T_STR_NULLTERM));
  keras_put_attribute (object, key, type, n, n > 0 ? (const void *) bytes : (const void *) texts);
  keras_check (H5Tclose (type));
}

void
keras_put_text (hid_t       object,
          const char *key,
          const char *text)
{
  keras_put_texts (object, key, 0, &text);
}

/* @names: with ',' between. */
void
keras_put_names (hid_t       file,
           const char *path,
           const char *key,
           const char *names)
{
  g_auto (GStrv) texts = g_strsplit (names, ",", -1);
  hid_t object = keras_check (H5Oopen (file, path, H5P_DEFAULT));

  keras_put_texts (object, key, g_strv_length (texts), (const char *const *) texts);
  keras_check (H5Oclose (object));
}

void
keras_put_values (hid_t          parent,
            const char    *name,
            hid_t          type,
            int            n_dims,
            const hsize_t *dims,
            int            k,
            hid_t          create)
{
  hid_t links = keras_check (H5Pcreate (H5P_LINK_CREATE));
  hid_t space = keras_check (H5Screate_simple (n_dims, dims, NULL));
  hid_t dataset;
  size_t n = 1;
  g_autofree float *values = NULL;

  for (int i = 0; i < n_dims; i++)
    n *= dims[i];
  values = g_new0 (float, n);
  for (size_t i = 0; i < n; i++)
    values[i] = (float) ((i + 7 * (size_t) k) % 101) - 3.0f;
  keras_check (H5Pset_create_intermediate_group (links, 1));
  dataset = keras_check (H5Dcreate2 (parent, name, type, space, links, create, H5P_DEFAULT));
  keras_check (H5Dwrite (dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  keras_check (H5Dclose (dataset));
  keras_check (H5Sclose (space));
  keras_check (H5Pclose (links));
}

static int
count_dims (const Weight *weight)
{
  int n = 0;

  while (n < 4 && weight->dims[n] > 0)
    n++;
  return n;
}

static hid_t
make_packing (const Weight *weight,
              gboolean      packed)
{
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  if (packed)
    {
      keras_check (H5Pset_chunk (create, count_dims (weight), weight->dims));
      keras_check (H5Pset_shuffle (create));
      keras_check (H5Pset_deflate (create, 6));
    }
  return create;
}

hid_t
keras_open_group (hid_t       parent,
            const char *name)
{
  hid_t links = keras_check (H5Pcreate (H5P_LINK_CREATE)), group;

  keras_check (H5Pset_create_intermediate_group (links, 1));
  group = keras_check (H5Lexists (parent, name, H5P_DEFAULT) > 0
                 ? H5Gopen2 (parent, name, H5P_DEFAULT)
                 : H5Gcreate2 (parent, name, links, H5P_DEFAULT, H5P_DEFAULT));
  keras_check (H5Pclose (links));
  return group;
}

void
keras_put_soft_link (hid_t       file,
                     const char *path,
                     const char *to)
{
  keras_check (H5Ldelete (file, path, H5P_DEFAULT));
  keras_check (H5Lcreate_soft (to, file, path, H5P_DEFAULT, H5P_DEFAULT));
}

void
keras_put_external_link (hid_t       file,
                         const char *path,
                         const char *other,
                         const char *to)
{
  keras_check (H5Ldelete (file, path, H5P_DEFAULT));
  keras_check (H5Lcreate_external (other, to, file, path, H5P_DEFAULT, H5P_DEFAULT));
}

/* @types: one for each weight in turn, H5I_INVALID_HID ends. */
static void
put_layers (hid_t         root,
            const Weight *weights,
            const hid_t  *types,
            gboolean      packed)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();
  int n_types = 0;

  while (types[n_types] != H5I_INVALID_HID)
    n_types++;
  g_ptr_array_add (layers, (char *) "in");
  H5Gclose (keras_open_group (root, "in"));
  for (int k = 0; weights[k].layer != NULL; )
    {
      const char *layer = weights[k].layer;
      hid_t group = keras_open_group (root, layer);
      const char *names[16];
      int n = 0;

      g_ptr_array_add (layers, (char *) layer);
      for (; weights[k].layer != NULL && g_str_equal (weights[k].layer, layer); k++)
        {
          hid_t create = make_packing (&weights[k], packed);

          names[n++] = weights[k].variable;
          keras_put_values (group, weights[k].variable, types[k % n_types],
                            count_dims (&weights[k]), weights[k].dims, k, create);
          keras_check (H5Pclose (create));
        }
      keras_put_texts (group, "weight_names", n, names);
      keras_check (H5Gclose (group));
    }
  keras_put_texts (root, "layer_names", layers->len, (const char *const *) layers->pdata);
}

static void
make_good (const char   *folder,
           const char   *name,
           const Weight *weights,
           const hid_t  *types,
           gboolean      is_whole,
           gboolean      is_new)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  hid_t access = keras_check (H5Pcreate (H5P_FILE_ACCESS));
  hid_t file, root;

  if (is_new)
    keras_check (H5Pset_libver_bounds (access, H5F_LIBVER_V18, H5F_LIBVER_V110));
  file = keras_check (H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, access));
  root = keras_open_group (file, is_whole ? "model_weights" : "/");
  if (is_whole)
    {
      keras_put_text (file, "model_config", config);
      H5Gclose (keras_open_group (file, "optimizer_weights"));
    }
  put_layers (root, weights, types, is_new);
  keras_check (H5Gclose (root));
  keras_check (H5Fclose (file));
  keras_check (H5Pclose (access));
}

static hid_t
make_half (H5T_order_t order)
{
  hid_t type = keras_check (H5Tcopy (H5T_IEEE_F32LE));

  keras_check (H5Tset_fields (type, 15, 10, 5, 0, 10));
  keras_check (H5Tset_size (type, 2));
  keras_check (H5Tset_ebias (type, 15));
  keras_check (H5Tset_order (type, order));
  return type;
}

static char *
make_folder (const char *parent,
             const char *name)
{
  char *folder = g_build_filename (parent, name, NULL);

  g_assert (g_mkdir_with_parents (folder, 0755) == 0);
  return folder;
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *good = make_folder (argv[1], "good");
  g_autofree char *path = g_build_filename (good, "whole.h5", NULL);
  g_autofree char *broken = make_folder (argv[1], "broken");
  g_autofree char *bytes = NULL;
  size_t n;
  const hid_t plain[] = { H5T_IEEE_F32LE, H5I_INVALID_HID };
  const hid_t types[] = { H5T_IEEE_F64BE, make_half (H5T_ORDER_LE), H5T_STD_I8LE, H5T_STD_I16BE,
                          H5T_IEEE_F32BE, H5T_STD_I64LE, make_half (H5T_ORDER_BE), H5T_STD_I32BE,
                          H5T_IEEE_F64LE, H5I_INVALID_HID };

  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  make_good (good, "whole.h5", whole, plain, TRUE, FALSE);
  make_good (good, "packed.h5", whole, plain, TRUE, TRUE);
  make_good (good, "weights.h5", whole, plain, FALSE, FALSE);
  make_good (good, "types.h5", whole, types, FALSE, FALSE);
  make_good (good, "old.h5", old, plain, FALSE, FALSE);
  make_good (good, "nested.h5", nested, plain, FALSE, FALSE);
  if (!g_file_get_contents (path, &bytes, &n, NULL))
    g_error ("%s is not there", path);
  keras_make_broken (broken, bytes, n);
  keras_make_store (good, broken);
  return 0;
}
