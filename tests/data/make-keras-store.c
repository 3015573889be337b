/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of make-keras.c in Keras 3's own form, with the weights of its whole model, and archives of
 * it, good and broken. */
#include "config.h"

#include "make-keras.h"

#include <string.h>
#include <zlib.h>

/* A variable: value i is that of the @k-th of the whole model. */
typedef struct
{
  const char *path;
  const char *name;      /* (nullable): what the layer calls itself */
  hsize_t     dims[4];
  int         k;
} Var;

/* What is no weight of the network stands beside: it has none of its shapes or types. */
static const Var beside[] = {
  { "vars/0", "model", { 3 }, 0 }, { "optimizer/vars/0", "adam", { 7 }, 0 },
  { "optimizer/vars/10", NULL, { 7 }, 0 },
  { "compile_metrics/metrics/mean/vars/0", NULL, { 1 }, 0 },
  { "layers/dropout/seed_generator/vars/0", "seed_generator", { 2 }, 0 }, { NULL },
};

static const Var whole[] = {
  { "layers/batch_normalization/vars/0", "bn", { 4 }, 2 },
  { "layers/batch_normalization/vars/1", "bn", { 4 }, 3 },
  { "layers/batch_normalization/vars/2", "bn", { 4 }, 4 },
  { "layers/batch_normalization/vars/3", "bn", { 4 }, 5 },
  { "layers/conv2d/vars/0", "conv1", { 3, 2, 3, 4 }, 0 },
  { "layers/conv2d/vars/1", "conv1", { 4 }, 1 },
  { "layers/conv2d_1/vars/0", "fire/x", { 1, 1, 8, 2 }, 7 },
  { "layers/dense/vars/0", "dense", { 2, 3 }, 8 }, { "layers/dense/vars/1", "dense", { 3 }, 9 },
  { "layers/depthwise_conv2d/vars/0", "dw", { 3, 3, 4, 2 }, 6 }, { NULL },
};

/* A model in a model, as the first files of TensorFlow 2.13 called its layers. */
static const Var within[] = {
  { "_layer_checkpoint_dependencies/functional/_layer_checkpoint_dependencies/conv2d/vars/0", NULL,
    { 1, 1, 2, 3 }, 0 },
  { "_layer_checkpoint_dependencies/functional/_layer_checkpoint_dependencies/conv2d/vars/1", NULL,
    { 3 }, 1 },
  { "_layer_checkpoint_dependencies/functional/_layer_checkpoint_dependencies/depthwise_conv2d/"
    "vars/0", NULL, { 3, 3, 3, 1 }, 2 },
  { "_layer_checkpoint_dependencies/functional/_layer_checkpoint_dependencies/"
    "batch_normalization/vars/0", NULL, { 3 }, 3 },
  { "_layer_checkpoint_dependencies/functional/_layer_checkpoint_dependencies/"
    "batch_normalization/vars/1", NULL, { 3 }, 4 },
  { NULL },
};

/* "conv1", "dw" and the others, in the order of the computation. */
static const char config[] =
  "{\"module\":\"keras\",\"class_name\":\"Sequential\",\"config\":{\"name\":\"model\",\"layers\":["
  "{\"class_name\":\"InputLayer\",\"config\":{\"name\":\"in\",\"batch_shape\":[null,8,6,3]}},"
  "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"conv1\",\"kernel_size\":[3,2],"
  "\"padding\":\"same\",\"activation\":\"linear\"}},"
  "{\"class_name\":\"BatchNormalization\",\"config\":{\"name\":\"bn\",\"epsilon\":0.001}},"
  "{\"class_name\":\"ReLU\",\"config\":{\"name\":\"relu\",\"max_value\":6.0}},"
  "{\"class_name\":\"DepthwiseConv2D\",\"config\":{\"name\":\"dw\",\"kernel_size\":[3,3],"
  "\"padding\":\"same\"}},"
  "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"fire/x\",\"kernel_size\":[1,1]}},"
  "{\"class_name\":\"Dense\",\"config\":{\"name\":\"dense\",\"activation\":\"softmax\"}}]}}";

/* --- Good files */

static int
count_dims (const hsize_t *dims)
{
  int n = 0;

  while (n < 4 && dims[n] > 0)
    n++;
  return n;
}

static void
put_vars (hid_t      file,
          const Var *vars,
          gboolean   named)
{
  for (int i = 0; vars[i].path != NULL; i++)
    {
      g_autofree char *group = g_path_get_dirname (vars[i].path);
      hid_t object;

      keras_put_values (file, vars[i].path, H5T_IEEE_F32LE, count_dims (vars[i].dims),
                        vars[i].dims, vars[i].k, H5P_DEFAULT);
      object = keras_check (H5Gopen2 (file, group, H5P_DEFAULT));
      if (named && vars[i].name != NULL)
        keras_put_text (object, "name", vars[i].name);
      keras_check (H5Gclose (object));
    }
}

/* Convolutions of 1x1 that lead from as many channels as the last had. */
static void
put_chain (hid_t file,
           int   n)
{
  for (int i = 0; i < n; i++)
    {
      const hsize_t dims[] = { 1, 1, (hsize_t) i + 1, (hsize_t) i + 2 };
      g_autofree char *path = i == 0 ? g_strdup ("layers/conv2d/vars/0")
                              : g_strdup_printf ("layers/conv2d_%d/vars/0", i);

      keras_put_values (file, path, H5T_IEEE_F32LE, 4, dims, i, H5P_DEFAULT);
    }
}

static hid_t
create (const char *folder,
        const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return keras_check (H5Fcreate (path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
}

static void
make_good (const char *folder,
           const char *name,
           const Var  *vars,
           gboolean    named)
{
  hid_t file = create (folder, name);

  put_vars (file, beside, named);
  put_vars (file, vars, named);
  keras_check (H5Fclose (file));
}

/* --- Archives: zip files whose entries are stored */

typedef struct
{
  const char *name;
  const char *bytes;    /* (nullable): there is no such entry */
  size_t      n;
} Entry;

static void
put_le (GByteArray *to,
        uint64_t    value,
        int         n)
{
  for (int i = 0; i < n; i++)
    {
      guint8 byte = (guint8) (value >> 8 * i);

      g_byte_array_append (to, &byte, 1);
    }
}

/* What a local header and one of the directory have in common. */
static void
put_entry (GByteArray  *to,
           const Entry *entry)
{
  put_le (to, 20, 2);
  put_le (to, 0, 8);
  put_le (to, crc32 (0, (const Bytef *) entry->bytes, (uInt) entry->n), 4);
  put_le (to, entry->n, 4);
  put_le (to, entry->n, 4);
  put_le (to, strlen (entry->name), 2);
  put_le (to, 0, 2);
}

static void
put_archive (const char *folder,
             const char *name,
             const char *graph,
             const char *weights,
             size_t      n_weights)
{
  const Entry entries[] = {
    { "metadata.json", "{}", 2 }, { "config.json", graph, graph != NULL ? strlen (graph) : 0 },
    { "model.weights.h5", weights, n_weights },
  };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GByteArray) zip = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  guint at, n = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (entries); i++)
    if (entries[i].bytes != NULL)
      {
        at = zip->len;
        put_le (zip, 0x04034b50, 4);
        put_entry (zip, &entries[i]);
        g_byte_array_append (zip, (const guint8 *) entries[i].name, strlen (entries[i].name));
        g_byte_array_append (zip, (const guint8 *) entries[i].bytes, entries[i].n);
        put_le (directory, 0x02014b50, 4);
        put_le (directory, 20, 2);
        put_entry (directory, &entries[i]);
        put_le (directory, 0, 10);
        put_le (directory, at, 4);
        g_byte_array_append (directory, (const guint8 *) entries[i].name,
                             strlen (entries[i].name));
        n++;
      }
  at = zip->len;
  g_byte_array_append (zip, directory->data, directory->len);
  put_le (zip, 0x06054b50, 4);
  put_le (zip, 0, 4);
  put_le (zip, n, 2);
  put_le (zip, n, 2);
  put_le (zip, directory->len, 4);
  put_le (zip, at, 4);
  put_le (zip, 0, 2);
  g_assert (g_file_set_contents (path, (const char *) zip->data, zip->len, NULL));
}

static void
make_archives (const char *good,
               const char *broken,
               const char *weights,
               size_t      n)
{
  put_archive (good, "store.keras", config, weights, n);
  put_archive (broken, "archive-no-config.keras", NULL, weights, n);
  put_archive (broken, "archive-no-weights.keras", config, NULL, 0);
  put_archive (broken, "archive-empty-weights.keras", config, "", 0);
  put_archive (broken, "archive-other-weights.keras", config, "weights", 7);
  put_archive (broken, "archive-cut-weights.keras", config, weights, n - 1);
  put_archive (broken, "archive-cut-config.keras", "{\"config\":{\"layers\":[", weights, n);
  put_archive (broken, "archive-no-layers.keras", "{\"config\":{}}", weights, n);
  put_archive (broken, "archive-other-config.keras",
               "{\"config\":{\"layers\":["
               "{\"class_name\":\"Conv2D\",\"config\":{\"name\":\"a\"}}]}}",
               weights, n);
}

void
keras_make_store (const char *good,
                  const char *broken)
{
  g_autofree char *path = g_build_filename (good, "store.h5", NULL);
  g_autofree char *bytes = NULL;
  hid_t file;
  size_t n;

  make_good (good, "store.h5", whole, TRUE);
  make_good (good, "store-unnamed.h5", whole, FALSE);
  make_good (good, "store-within.h5", within, TRUE);
  file = create (good, "store-chain.h5");
  put_chain (file, 12);
  keras_check (H5Fclose (file));
  if (!g_file_get_contents (path, &bytes, &n, NULL))
    g_error ("%s is not there", path);
  keras_make_broken_store (broken, bytes, n);
  make_archives (good, broken, bytes, n);
}
