/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make-keras FOLDER: small Keras files by libhdf5, good ones into FOLDER/good and broken ones into
 * FOLDER/broken, each of which must give an error that names it.
 *
 * A broken file is the good one, opened again and changed (`changes`), or its bytes changed
 * (make_damaged). Value i of the k-th weight is (i + 7 k) mod 101 - 3.
 */
#include "config.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <hdf5.h>
#include <string.h>

#define CONV "/model_weights/conv1"
#define KERNEL CONV "/conv1/kernel:0"

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

static hid_t
check (hid_t id)
{
  if (id < 0)
    g_error ("libhdf5 could not do it");
  return id;
}

/* --- Parts of files */

static void
put_attribute (hid_t       object,
               const char *key,
               hid_t       type,
               int         n,
               const void *bytes)
{
  hsize_t dims[] = { n };
  hid_t space = check (n > 0 ? H5Screate_simple (1, dims, NULL) : H5Screate (H5S_SCALAR));
  hid_t attribute;

  if (H5Aexists (object, key) > 0)
    check (H5Adelete (object, key));
  attribute = check (H5Acreate2 (object, key, type, space, H5P_DEFAULT, H5P_DEFAULT));
  check (H5Awrite (attribute, type, bytes));
  check (H5Aclose (attribute));
  check (H5Sclose (space));
}

/* Texts of fixed length, as Keras writes lists, or one text of any length (@n 0). */
static void
put_texts (hid_t              object,
           const char        *key,
           int                n,
           const char *const *texts)
{
  hid_t type = check (H5Tcopy (H5T_C_S1));
  size_t size = 1;
  g_autofree char *bytes = NULL;

  for (int i = 0; i < n; i++)
    size = MAX (size, strlen (texts[i]));
  bytes = g_malloc0 (size * MAX (n, 1) + 1);
  for (int i = 0; i < n; i++)
    memcpy (bytes + i * size, texts[i], strlen (texts[i]));
  check (H5Tset_size (type, n > 0 ? size : H5T_VARIABLE));
  check (H5Tset_strpad (type, n > 0 ? H5T_STR_NULLPAD : H5T_STR_NULLTERM));
  put_attribute (object, key, type, n, n > 0 ? (const void *) bytes : (const void *) texts);
  check (H5Tclose (type));
}

static void
put_text (hid_t       object,
          const char *key,
          const char *text)
{
  put_texts (object, key, 0, &text);
}

static void
put_names (hid_t       file,
           const char *path,
           const char *key,
           const char *names)     /* with ',' between */
{
  g_auto (GStrv) texts = g_strsplit (names, ",", -1);
  hid_t object = check (H5Oopen (file, path, H5P_DEFAULT));

  put_texts (object, key, g_strv_length (texts), (const char *const *) texts);
  check (H5Oclose (object));
}

static void
put_values (hid_t          parent,
            const char    *name,
            hid_t          type,
            int            n_dims,
            const hsize_t *dims,
            int            k,
            hid_t          create)
{
  hid_t links = check (H5Pcreate (H5P_LINK_CREATE));
  hid_t space = check (H5Screate_simple (n_dims, dims, NULL));
  hid_t dataset;
  size_t n = 1;
  g_autofree float *values = NULL;

  for (int i = 0; i < n_dims; i++)
    n *= dims[i];
  values = g_new0 (float, n);
  for (size_t i = 0; i < n; i++)
    values[i] = (float) ((i + 7 * (size_t) k) % 101) - 3.0f;
  check (H5Pset_create_intermediate_group (links, 1));
  dataset = check (H5Dcreate2 (parent, name, type, space, links, create, H5P_DEFAULT));
  check (H5Dwrite (dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  check (H5Dclose (dataset));
  check (H5Sclose (space));
  check (H5Pclose (links));
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
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));

  if (packed)
    {
      check (H5Pset_chunk (create, count_dims (weight), weight->dims));
      check (H5Pset_shuffle (create));
      check (H5Pset_deflate (create, 6));
    }
  return create;
}

static hid_t
open_group (hid_t       parent,
            const char *name)
{
  hid_t links = check (H5Pcreate (H5P_LINK_CREATE)), group;

  check (H5Pset_create_intermediate_group (links, 1));
  group = check (H5Lexists (parent, name, H5P_DEFAULT) > 0
                 ? H5Gopen2 (parent, name, H5P_DEFAULT)
                 : H5Gcreate2 (parent, name, links, H5P_DEFAULT, H5P_DEFAULT));
  check (H5Pclose (links));
  return group;
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
  H5Gclose (open_group (root, "in"));
  for (int k = 0; weights[k].layer != NULL; )
    {
      const char *layer = weights[k].layer;
      hid_t group = open_group (root, layer);
      const char *names[16];
      int n = 0;

      g_ptr_array_add (layers, (char *) layer);
      for (; weights[k].layer != NULL && g_str_equal (weights[k].layer, layer); k++)
        {
          hid_t create = make_packing (&weights[k], packed);

          names[n++] = weights[k].variable;
          put_values (group, weights[k].variable, types[k % n_types], count_dims (&weights[k]),
                      weights[k].dims, k, create);
          check (H5Pclose (create));
        }
      put_texts (group, "weight_names", n, names);
      check (H5Gclose (group));
    }
  put_texts (root, "layer_names", layers->len, (const char *const *) layers->pdata);
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
  hid_t access = check (H5Pcreate (H5P_FILE_ACCESS));
  hid_t file, root;

  if (is_new)
    check (H5Pset_libver_bounds (access, H5F_LIBVER_V18, H5F_LIBVER_V110));
  file = check (H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, access));
  root = open_group (file, is_whole ? "model_weights" : "/");
  if (is_whole)
    {
      put_text (file, "model_config", config);
      H5Gclose (open_group (file, "optimizer_weights"));
    }
  put_layers (root, weights, types, is_new);
  check (H5Gclose (root));
  check (H5Fclose (file));
  check (H5Pclose (access));
}

static hid_t
make_half (H5T_order_t order)
{
  hid_t type = check (H5Tcopy (H5T_IEEE_F32LE));

  check (H5Tset_fields (type, 15, 10, 5, 0, 10));
  check (H5Tset_size (type, 2));
  check (H5Tset_ebias (type, 15));
  check (H5Tset_order (type, order));
  return type;
}

/* --- Changes to a whole model, each of which breaks it. */

static void
no_names (hid_t file)
{
  check (H5Adelete_by_name (file, "model_weights", "layer_names", H5P_DEFAULT));
}

static void
put_number_attribute (hid_t       file,
                      const char *path,
                      const char *key)
{
  static const int number = 5;
  hid_t object = check (H5Oopen (file, path, H5P_DEFAULT));

  put_attribute (object, key, H5T_STD_I32LE, 0, &number);
  check (H5Oclose (object));
}

static void
number_names (hid_t file)
{
  put_number_attribute (file, "model_weights", "layer_names");
}

static void
number_weight_names (hid_t file)
{
  put_number_attribute (file, CONV, "weight_names");
}

static void
number_config (hid_t file)
{
  put_number_attribute (file, "/", "model_config");
}

static void
long_name (hid_t file)
{
  g_autofree char *name = g_strnfill (5000, 'x');

  put_names (file, "model_weights", "layer_names", name);
}

static void
deep_name (hid_t file)
{
  g_autoptr (GString) name = g_string_new ("conv1");
  hid_t group = check (H5Gopen2 (file, CONV, H5P_DEFAULT));

  /* A group that holds itself. */
  check (H5Lcreate_hard (file, CONV, group, "me", H5P_DEFAULT, H5P_DEFAULT));
  for (int i = 0; i < 40; i++)
    g_string_append (name, "/me");
  put_names (file, "model_weights", "layer_names", name->str);
  check (H5Gclose (group));
}

static void
circle (hid_t file)
{
  hid_t group = check (H5Gopen2 (file, CONV, H5P_DEFAULT));

  check (H5Lcreate_hard (file, "/", group, "me", H5P_DEFAULT, H5P_DEFAULT));
  put_names (file, CONV, "weight_names", "me/model_weights/conv1/me");
  check (H5Gclose (group));
}

static void
repeated (hid_t file)
{
  g_autoptr (GString) names = g_string_new ("conv1/kernel:0");

  for (int i = 0; i < 500; i++)
    g_string_append (names, ",conv1/kernel:0");
  put_names (file, CONV, "weight_names", names->str);
}

static void
soft_layer (hid_t file)
{
  check (H5Ldelete (file, CONV, H5P_DEFAULT));
  check (H5Lcreate_soft ("/model_weights/bn", file, CONV, H5P_DEFAULT, H5P_DEFAULT));
}

static void
soft_circle (hid_t file)
{
  check (H5Ldelete (file, CONV, H5P_DEFAULT));
  check (H5Lcreate_soft (CONV, file, CONV, H5P_DEFAULT, H5P_DEFAULT));
}

static void
soft_root (hid_t file)
{
  check (H5Lmove (file, "model_weights", file, "other", H5P_DEFAULT, H5P_DEFAULT));
  check (H5Lcreate_soft ("/other", file, "model_weights", H5P_DEFAULT, H5P_DEFAULT));
}

static void
external_layer (hid_t file)
{
  check (H5Ldelete (file, CONV, H5P_DEFAULT));
  check (H5Lcreate_external ("whole.h5", CONV, file, CONV, H5P_DEFAULT, H5P_DEFAULT));
}

static void
external_weight (hid_t file)
{
  check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  check (H5Lcreate_external ("/etc/passwd", KERNEL, file, KERNEL, H5P_DEFAULT, H5P_DEFAULT));
}

static void
external_within (hid_t file)
{
  check (H5Ldelete (file, CONV "/conv1", H5P_DEFAULT));
  check (H5Lcreate_external ("whole.h5", CONV "/conv1", file, CONV "/conv1", H5P_DEFAULT,
                             H5P_DEFAULT));
}

static void
dataset_root (hid_t file)
{
  hsize_t dims[] = { 2 };

  check (H5Ldelete (file, "model_weights", H5P_DEFAULT));
  put_values (file, "model_weights", H5T_IEEE_F32LE, 1, dims, 0, H5P_DEFAULT);
}

static void
group_weight (hid_t file)
{
  check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  H5Gclose (open_group (file, KERNEL));
}

static void
dataset_layer (hid_t file)
{
  hsize_t dims[] = { 2 };

  check (H5Ldelete (file, CONV, H5P_DEFAULT));
  put_values (file, CONV, H5T_IEEE_F32LE, 1, dims, 0, H5P_DEFAULT);
}

static void
no_weight (hid_t file)
{
  check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
}

/* The kernel anew, with no values written. @max: sizes it may grow to. */
static void
put_kernel (hid_t          file,
            hid_t          type,
            int            n_dims,
            const hsize_t *dims,
            const hsize_t *max,
            hid_t          create)
{
  hid_t space = check (n_dims >= 0 ? H5Screate_simple (n_dims, dims, max) : H5Screate (H5S_NULL));

  check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  check (H5Dclose (check (H5Dcreate2 (file, KERNEL, type, space, H5P_DEFAULT, create,
                                      H5P_DEFAULT))));
  check (H5Sclose (space));
}

static const hsize_t kernel_dims[] = { 3, 2, 3, 4, 1 };

static void
text_values (hid_t file)
{
  put_kernel (file, H5T_C_S1, 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
opaque_values (hid_t file)
{
  put_kernel (file, check (H5Tcreate (H5T_OPAQUE, 4)), 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
compound_values (hid_t file)
{
  hid_t type = check (H5Tcreate (H5T_COMPOUND, 8));

  check (H5Tinsert (type, "re", 0, H5T_IEEE_F32LE));
  check (H5Tinsert (type, "im", 4, H5T_IEEE_F32LE));
  put_kernel (file, type, 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
reference_values (hid_t file)
{
  put_kernel (file, H5T_STD_REF_OBJ, 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
list_values (hid_t file)
{
  put_kernel (file, check (H5Tvlen_create (H5T_IEEE_F32LE)), 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
odd_float (hid_t file)
{
  hid_t type = check (H5Tcopy (H5T_IEEE_F32LE));

  check (H5Tset_fields (type, 31, 20, 11, 0, 20));
  put_kernel (file, type, 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
odd_integer (hid_t file)
{
  hid_t type = check (H5Tcopy (H5T_STD_I32LE));

  check (H5Tset_precision (type, 20));
  put_kernel (file, type, 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
no_values (hid_t file)
{
  static const hsize_t dims[] = { 3, 0, 3, 4 };

  put_kernel (file, H5T_IEEE_F32LE, 4, dims, NULL, H5P_DEFAULT);
}

static void
null_space (hid_t file)
{
  put_kernel (file, H5T_IEEE_F32LE, -1, NULL, NULL, H5P_DEFAULT);
}

static void
five_dims (hid_t file)
{
  put_kernel (file, H5T_IEEE_F32LE, 5, kernel_dims, NULL, H5P_DEFAULT);
}

static void
three_dims (hid_t file)
{
  put_kernel (file, H5T_IEEE_F32LE, 3, kernel_dims, NULL, H5P_DEFAULT);
}

/* Room is taken when values are written: so far there is none. */
static void
lying_size (hid_t file)
{
  static const hsize_t dims[] = { 1000, 1000, 100, 10 };

  put_kernel (file, H5T_IEEE_F32LE, 4, dims, NULL, H5P_DEFAULT);
}

static void
absurd_size (hid_t file)
{
  static const hsize_t dims[] = { 1 << 20, 1 << 20, 1 << 10, 1 << 10 };

  put_kernel (file, H5T_IEEE_F32LE, 4, dims, NULL, H5P_DEFAULT);
}

static void
lying_chunks (hid_t file)
{
  static const hsize_t dims[] = { 1000, 1000, 100, 10 }, chunk[] = { 100, 10, 10, 10 };
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));

  check (H5Pset_chunk (create, 4, chunk));
  check (H5Pset_deflate (create, 9));
  put_kernel (file, H5T_IEEE_F32LE, 4, dims, NULL, create);
}

static void
large_chunk (hid_t file)
{
  static const hsize_t max[] = { H5S_UNLIMITED, H5S_UNLIMITED, H5S_UNLIMITED, H5S_UNLIMITED };
  static const hsize_t chunk[] = { 1000, 100, 100, 10 };
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));

  check (H5Pset_chunk (create, 4, chunk));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, max, create);
}

static void
strange_filter (hid_t file)
{
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));

  check (H5Pset_chunk (create, 4, kernel_dims));
  check (H5Pset_filter (create, 32001, H5Z_FLAG_OPTIONAL, 0, NULL));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

static void
rounding_filter (hid_t file)
{
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));

  check (H5Pset_chunk (create, 4, kernel_dims));
  check (H5Pset_scaleoffset (create, H5Z_SO_FLOAT_DSCALE, 2));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

static void
external_values (hid_t file)
{
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));

  check (H5Pset_external (create, "/etc/passwd", 0, 288));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

static void
virtual_values (hid_t file)
{
  hid_t create = check (H5Pcreate (H5P_DATASET_CREATE));
  hid_t space = check (H5Screate_simple (4, kernel_dims, NULL));

  check (H5Pset_virtual (create, space, "whole.h5", KERNEL, space));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

/* One layer in place of the model's, with no graph. */
static void
put_alone (hid_t          file,
           const char    *variable,
           int            n_dims,
           const hsize_t *dims)
{
  hid_t group;

  check (H5Adelete (file, "model_config"));
  check (H5Ldelete (file, CONV, H5P_DEFAULT));
  group = open_group (file, CONV);
  put_values (group, variable, H5T_IEEE_F32LE, n_dims, dims, 0, H5P_DEFAULT);
  check (H5Gclose (group));
  put_names (file, CONV, "weight_names", variable);
  put_names (file, "model_weights", "layer_names", "conv1");
}

static void
two_readings (hid_t file)
{
  static const hsize_t dims[] = { 3, 3, 3, 3 };

  put_alone (file, "uniform1", 4, dims);
}

static void
two_kinds (hid_t file)
{
  static const hsize_t dims[] = { 3, 3, 4, 1 };

  put_alone (file, "conv1/kernel:0", 4, dims);
}

static void
unknown_variable (hid_t file)
{
  static const hsize_t dims[] = { 3, 3 };

  put_alone (file, "cell/recurrent_kernel:0", 2, dims);
}

static void
lone_vector (hid_t file)
{
  static const hsize_t dims[] = { 3 };

  put_alone (file, "uniform1", 1, dims);
}

static void
flat_bias (hid_t file)
{
  static const hsize_t dims[] = { 3, 3 };

  put_alone (file, "conv1/bias:0", 2, dims);
}

static void
one_dimension (hid_t file)
{
  static const hsize_t dims[] = { 3, 3, 3 };

  put_alone (file, "conv1/kernel:0", 3, dims);
}

static void
own_form (hid_t file)
{
  no_names (file);
  check (H5Lmove (file, "model_weights", file, "layers", H5P_DEFAULT, H5P_DEFAULT));
}

static void
foreign (hid_t file)
{
  check (H5Lmove (file, "model_weights", file, "measurements", H5P_DEFAULT, H5P_DEFAULT));
}

static void
deep_config (hid_t file)
{
  g_autofree char *text = g_strnfill (200000, '[');

  put_text (file, "model_config", text);
}

static const struct { const char *name; void (*change) (hid_t file); } changes[] = {
  { "no-names", no_names }, { "number-names", number_names },
  { "number-weight-names", number_weight_names }, { "number-config", number_config },
  { "long-name", long_name }, { "deep-name", deep_name }, { "circle", circle },
  { "repeated", repeated }, { "soft-layer", soft_layer }, { "soft-circle", soft_circle },
  { "soft-root", soft_root }, { "external-layer", external_layer },
  { "external-weight", external_weight }, { "external-within", external_within },
  { "dataset-root", dataset_root }, { "group-weight", group_weight },
  { "dataset-layer", dataset_layer }, { "no-weight", no_weight }, { "text-values", text_values },
  { "opaque-values", opaque_values }, { "compound-values", compound_values },
  { "reference-values", reference_values }, { "list-values", list_values },
  { "odd-float", odd_float }, { "odd-integer", odd_integer }, { "no-values", no_values },
  { "null-space", null_space }, { "five-dims", five_dims }, { "three-dims", three_dims },
  { "lying-size", lying_size }, { "absurd-size", absurd_size }, { "lying-chunks", lying_chunks },
  { "large-chunk", large_chunk }, { "strange-filter", strange_filter },
  { "rounding-filter", rounding_filter }, { "external-values", external_values },
  { "virtual-values", virtual_values }, { "two-readings", two_readings },
  { "two-kinds", two_kinds }, { "unknown-variable", unknown_variable },
  { "lone-vector", lone_vector }, { "flat-bias", flat_bias }, { "one-dimension", one_dimension },
  { "own-form", own_form }, { "foreign", foreign }, { "deep-config", deep_config },
};

/* Names that are none, or that lead nowhere: of layers, and of weights of conv1. */
static const struct { const char *name; const char *layers; const char *weights; } names[] = {
  { "up", "../conv1", NULL }, { "up-within", "conv1/../conv1", NULL }, { "root-name", "/conv1", NULL },
  { "empty-part", "fire//x", NULL }, { "here", ".", NULL }, { "empty-name", "", NULL },
  { "no-text", "\xff\xfe", NULL }, { "no-layer", "ghost", NULL }, { "twice", "conv1,conv1", NULL },
  { "no-weights", "in,in", NULL }, { "weight-up", NULL, "../bn/bn/gamma:0" },
  { "weight-root", NULL, "/model_weights/bn/bn/gamma:0" }, { "weight-none", NULL, "conv1/ghost:0" },
  { "weight-twice", NULL, "conv1/bias:0,conv1/bias:0" },
};

static const struct { const char *name; const char *text; } configs[] = {
  { "config-cut", "{\"class_name\":\"Functional\",\"config\":{\"layers\":[" },
  { "config-empty", "" }, { "config-list", "[1, 2]" }, { "config-no-layers", "{\"config\":{}}" },
  { "config-bad-text", "{\"config\":[\"\xff\"]}" },
  { "config-other-kind",
    "{\"config\":[{\"class_name\":\"Dense\",\"config\":{\"name\":\"conv1\"}}]}" },
  { "config-turned",
    "{\"config\":[{\"class_name\":\"Conv2DTranspose\",\"config\":{\"name\":\"conv1\"}}]}" },
};

/* --- Files */

typedef struct
{
  char  *good;          /* Owned: a whole model */
  size_t n;
  char  *folder;        /* Owned: where the broken ones go */
} Maker;

static void
put_file (const Maker *maker,
          const char  *name,
          const char  *bytes,
          size_t       n)
{
  g_autofree char *file = g_strconcat (name, ".h5", NULL);
  g_autofree char *path = g_build_filename (maker->folder, file, NULL);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, bytes, n, &error))
    g_error ("%s", error->message);
}

/* The good one to be changed. */
static hid_t
open_copy (const Maker *maker,
           const char  *name)
{
  g_autofree char *file = g_strconcat (name, ".h5", NULL);
  g_autofree char *path = g_build_filename (maker->folder, file, NULL);

  put_file (maker, name, maker->good, maker->n);
  return check (H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT));
}

static void
make_changed (const Maker *maker)
{
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      hid_t file = open_copy (maker, changes[i].name);

      changes[i].change (file);
      check (H5Fclose (file));
    }
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      hid_t file = open_copy (maker, names[i].name);

      if (names[i].layers != NULL)
        put_names (file, "model_weights", "layer_names", names[i].layers);
      else
        put_names (file, CONV, "weight_names", names[i].weights);
      check (H5Fclose (file));
    }
  for (size_t i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      hid_t file = open_copy (maker, configs[i].name);

      put_text (file, "model_config", configs[i].text);
      check (H5Fclose (file));
    }
}

/* @n bytes at @at set to @value. */
static void
put_patched (const Maker *maker,
             const char  *name,
             size_t       at,
             size_t       n,
             int          value)
{
  g_autofree char *bytes = g_memdup2 (maker->good, maker->n);

  memset (bytes + at, value, n);
  put_file (maker, name, bytes, maker->n);
}

/* The first structure that begins with @mark, its mark or what follows it. */
static void
put_marked (const Maker *maker,
            const char  *mark)
{
  const char *found = memmem (maker->good, maker->n, mark, 4);
  g_autofree char *name = g_strconcat ("mark-", mark, NULL);

  g_assert (found != NULL);
  put_patched (maker, name, found - maker->good, 4, 'x');
}

/* Version 0 of the superblock: 8 bytes of mark; at 8 its version, 13 and 14 sizes of numbers; 24
 * where the file begins, 40 where it ends, 64 where the root group is. */
static void
make_damaged (const Maker *maker)
{
  static const struct { const char *name; size_t n; } cuts[] = {
    { "cut-mark", 8 }, { "cut-version", 9 }, { "cut-sizes", 14 }, { "cut-end", 47 },
    { "cut-root", 80 }, { "cut-superblock", 96 }, { "cut-header", 200 }, { "cut-half", 4000 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cuts); i++)
    put_file (maker, cuts[i].name, maker->good, cuts[i].n);
  put_file (maker, "cut-last", maker->good, maker->n - 1);
  put_patched (maker, "version-1", 8, 1, 1);
  put_patched (maker, "version-2", 8, 1, 2);
  put_patched (maker, "version-9", 8, 1, 9);
  put_patched (maker, "offset-size", 13, 1, 4);
  put_patched (maker, "length-size", 14, 1, 200);
  put_patched (maker, "base", 24, 1, 8);
  put_patched (maker, "end-far", 40, 7, 0xff);
  put_patched (maker, "end-near", 40, 8, 0);
  put_patched (maker, "root-far", 64, 8, 0xff);
  put_patched (maker, "root-zero", 64, 8, 0);
  put_patched (maker, "only-zeros", 8, maker->n - 8, 0);
  put_patched (maker, "only-ones", 8, maker->n - 8, 0xff);
  put_marked (maker, "TREE");
  put_marked (maker, "HEAP");
  put_marked (maker, "SNOD");
  put_marked (maker, "GCOL");
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
  Maker maker = { .folder = make_folder (argv[1], "broken") };
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
  if (!g_file_get_contents (path, &maker.good, &maker.n, NULL))
    g_error ("%s is not there", path);
  make_changed (&maker);
  make_damaged (&maker);
  g_free (maker.good);
  g_free (maker.folder);
  return 0;
}
