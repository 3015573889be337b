/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The broken files of make-keras.c: the good one, opened again and changed (`changes`), or its
 * bytes changed (make_damaged). */
#include "config.h"

#include "make-keras.h"

#include <string.h>
#include <zlib.h>

#define CONV "/model_weights/conv1"
#define KERNEL CONV "/conv1/kernel:0"

/* --- Changes to a whole model, each of which breaks it. */

static void
no_names (hid_t file)
{
  keras_check (H5Adelete_by_name (file, "model_weights", "layer_names", H5P_DEFAULT));
}

static void
put_number_attribute (hid_t       file,
                      const char *path,
                      const char *key)
{
  static const int number = 5;
  hid_t object = keras_check (H5Oopen (file, path, H5P_DEFAULT));

  keras_put_attribute (object, key, H5T_STD_I32LE, 0, &number);
  keras_check (H5Oclose (object));
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

  keras_put_names (file, "model_weights", "layer_names", name);
}

static void
deep_name (hid_t file)
{
  g_autoptr (GString) name = g_string_new ("conv1");
  hid_t group = keras_check (H5Gopen2 (file, CONV, H5P_DEFAULT));

  /* A group that holds itself. */
  keras_check (H5Lcreate_hard (file, CONV, group, "me", H5P_DEFAULT, H5P_DEFAULT));
  for (int i = 0; i < 40; i++)
    g_string_append (name, "/me");
  keras_put_names (file, "model_weights", "layer_names", name->str);
  keras_check (H5Gclose (group));
}

static void
circle (hid_t file)
{
  hid_t group = keras_check (H5Gopen2 (file, CONV, H5P_DEFAULT));

  keras_check (H5Lcreate_hard (file, "/", group, "me", H5P_DEFAULT, H5P_DEFAULT));
  keras_put_names (file, CONV, "weight_names", "me/model_weights/conv1/me");
  keras_check (H5Gclose (group));
}

static void
repeated (hid_t file)
{
  g_autoptr (GString) names = g_string_new ("conv1/kernel:0");

  for (int i = 0; i < 500; i++)
    g_string_append (names, ",conv1/kernel:0");
  keras_put_names (file, CONV, "weight_names", names->str);
}

static void
soft_layer (hid_t file)
{
  keras_put_soft_link (file, CONV, "/model_weights/bn");
}

static void
soft_circle (hid_t file)
{
  keras_put_soft_link (file, CONV, CONV);
}

static void
soft_root (hid_t file)
{
  keras_check (H5Lmove (file, "model_weights", file, "other", H5P_DEFAULT, H5P_DEFAULT));
  keras_check (H5Lcreate_soft ("/other", file, "model_weights", H5P_DEFAULT, H5P_DEFAULT));
}

static void
external_layer (hid_t file)
{
  keras_put_external_link (file, CONV, "whole.h5", CONV);
}

static void
external_weight (hid_t file)
{
  keras_put_external_link (file, KERNEL, "/etc/passwd", KERNEL);
}

static void
external_within (hid_t file)
{
  keras_put_external_link (file, CONV "/conv1", "whole.h5", CONV "/conv1");
}

static void
dataset_root (hid_t file)
{
  hsize_t dims[] = { 2 };

  keras_check (H5Ldelete (file, "model_weights", H5P_DEFAULT));
  keras_put_values (file, "model_weights", H5T_IEEE_F32LE, 1, dims, 0, H5P_DEFAULT);
}

static void
group_weight (hid_t file)
{
  keras_check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  H5Gclose (keras_open_group (file, KERNEL));
}

static void
dataset_layer (hid_t file)
{
  hsize_t dims[] = { 2 };

  keras_check (H5Ldelete (file, CONV, H5P_DEFAULT));
  keras_put_values (file, CONV, H5T_IEEE_F32LE, 1, dims, 0, H5P_DEFAULT);
}

static void
no_weight (hid_t file)
{
  keras_check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
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
  hid_t space = keras_check (n_dims >= 0 ? H5Screate_simple (n_dims, dims, max)
                             : H5Screate (H5S_NULL));

  keras_check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  keras_check (H5Dclose (keras_check (H5Dcreate2 (file, KERNEL, type, space, H5P_DEFAULT, create,
                                      H5P_DEFAULT))));
  keras_check (H5Sclose (space));
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
  put_kernel (file, keras_check (H5Tcreate (H5T_OPAQUE, 4)), 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
compound_values (hid_t file)
{
  hid_t type = keras_check (H5Tcreate (H5T_COMPOUND, 8));

  keras_check (H5Tinsert (type, "re", 0, H5T_IEEE_F32LE));
  keras_check (H5Tinsert (type, "im", 4, H5T_IEEE_F32LE));
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
  put_kernel (file, keras_check (H5Tvlen_create (H5T_IEEE_F32LE)), 4, kernel_dims, NULL,
              H5P_DEFAULT);
}

static void
odd_float (hid_t file)
{
  hid_t type = keras_check (H5Tcopy (H5T_IEEE_F32LE));

  keras_check (H5Tset_fields (type, 31, 20, 11, 0, 20));
  put_kernel (file, type, 4, kernel_dims, NULL, H5P_DEFAULT);
}

static void
odd_integer (hid_t file)
{
  hid_t type = keras_check (H5Tcopy (H5T_STD_I32LE));

  keras_check (H5Tset_precision (type, 20));
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
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  keras_check (H5Pset_chunk (create, 4, chunk));
  keras_check (H5Pset_deflate (create, 9));
  put_kernel (file, H5T_IEEE_F32LE, 4, dims, NULL, create);
}

static void
large_chunk (hid_t file)
{
  static const hsize_t max[] = { H5S_UNLIMITED, H5S_UNLIMITED, H5S_UNLIMITED, H5S_UNLIMITED };
  static const hsize_t chunk[] = { 1000, 100, 100, 10 };
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  keras_check (H5Pset_chunk (create, 4, chunk));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, max, create);
}

/* @n_pieces times four megabytes of zeros, each in four kilobytes, as honest as its sizes are. */
static void
put_packed (hid_t    file,
            hsize_t  n_pieces)
{
  static const hsize_t chunk[] = { 1, 1024, 1024, 1 };
  const hsize_t dims[] = { n_pieces, 1024, 1024, 1 };
  uLong n_zeros = 4 << 20, n_packed = compressBound (n_zeros);
  g_autofree Bytef *zeros = g_malloc0 (n_zeros), *packed = g_malloc (n_packed);
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE)), dataset;

  keras_check (H5Pset_chunk (create, 4, chunk));
  keras_check (H5Pset_deflate (create, 9));
  put_kernel (file, H5T_IEEE_F32LE, 4, dims, NULL, create);
  g_assert (compress2 (packed, &n_packed, zeros, n_zeros, 9) == Z_OK);
  dataset = keras_check (H5Dopen2 (file, KERNEL, H5P_DEFAULT));
  for (hsize_t i = 0; i < dims[0]; i++)
    {
      const hsize_t at[] = { i, 0, 0, 0 };

      keras_check (H5Dwrite_chunk (dataset, H5P_DEFAULT, 0, at, n_packed, packed));
    }
  keras_check (H5Dclose (dataset));
}

static void
packed_bomb (hid_t file)
{
  put_packed (file, 128);
}

/* No one of them is too large. */
static void
packed_bombs (hid_t file)
{
  g_autoptr (GString) names = g_string_new ("conv1/kernel:0");

  put_packed (file, 16);
  for (int i = 1; i < 6; i++)
    {
      g_autofree char *path = g_strdup_printf (CONV "/conv1/kernel%d:0", i);

      /* Which goes on where the next takes its name. */
      keras_check (H5Lcreate_hard (file, KERNEL, file, path, H5P_DEFAULT, H5P_DEFAULT));
      put_packed (file, 16);
      g_string_append_printf (names, ",conv1/kernel%d:0", i);
    }
  keras_put_names (file, CONV, "weight_names", names->str);
}

static void
strange_filter (hid_t file)
{
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  keras_check (H5Pset_chunk (create, 4, kernel_dims));
  keras_check (H5Pset_filter (create, 32001, H5Z_FLAG_OPTIONAL, 0, NULL));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

static void
rounding_filter (hid_t file)
{
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  keras_check (H5Pset_chunk (create, 4, kernel_dims));
  keras_check (H5Pset_scaleoffset (create, H5Z_SO_FLOAT_DSCALE, 2));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

static void
external_values (hid_t file)
{
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  keras_check (H5Pset_external (create, "/etc/passwd", 0, 288));
  put_kernel (file, H5T_IEEE_F32LE, 4, kernel_dims, NULL, create);
}

static void
virtual_values (hid_t file)
{
  hid_t create = keras_check (H5Pcreate (H5P_DATASET_CREATE));
  hid_t space = keras_check (H5Screate_simple (4, kernel_dims, NULL));

  keras_check (H5Pset_virtual (create, space, "whole.h5", KERNEL, space));
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

  keras_check (H5Adelete (file, "model_config"));
  keras_check (H5Ldelete (file, CONV, H5P_DEFAULT));
  group = keras_open_group (file, CONV);
  keras_put_values (group, variable, H5T_IEEE_F32LE, n_dims, dims, 0, H5P_DEFAULT);
  keras_check (H5Gclose (group));
  keras_put_names (file, CONV, "weight_names", variable);
  keras_put_names (file, "model_weights", "layer_names", "conv1");
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
  keras_check (H5Lmove (file, "model_weights", file, "layers", H5P_DEFAULT, H5P_DEFAULT));
}

static void
foreign (hid_t file)
{
  keras_check (H5Lmove (file, "model_weights", file, "measurements", H5P_DEFAULT, H5P_DEFAULT));
}

static void
deep_config (hid_t file)
{
  g_autofree char *text = g_strnfill (200000, '[');

  keras_put_text (file, "model_config", text);
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
  { "large-chunk", large_chunk }, { "packed-bomb", packed_bomb },
  { "packed-bombs", packed_bombs },
  { "strange-filter", strange_filter },
  { "rounding-filter", rounding_filter }, { "external-values", external_values },
  { "virtual-values", virtual_values }, { "two-readings", two_readings },
  { "two-kinds", two_kinds }, { "unknown-variable", unknown_variable },
  { "lone-vector", lone_vector }, { "flat-bias", flat_bias }, { "one-dimension", one_dimension },
  { "own-form", own_form }, { "foreign", foreign }, { "deep-config", deep_config },
};

/* Names that are none, or that lead nowhere: of layers, and of weights of conv1. */
static const struct { const char *name; const char *layers; const char *weights; } names[] = {
  { "up", "../conv1", NULL }, { "up-within", "conv1/../conv1", NULL },
  { "root-name", "/conv1", NULL },
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
  const char *good;     /* a whole model */
  size_t      n;
  const char *folder;   /* where the broken ones go */
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
  return keras_check (H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT));
}

static void
make_changed (const Maker *maker)
{
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      hid_t file = open_copy (maker, changes[i].name);

      changes[i].change (file);
      keras_check (H5Fclose (file));
    }
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      hid_t file = open_copy (maker, names[i].name);

      if (names[i].layers != NULL)
        keras_put_names (file, "model_weights", "layer_names", names[i].layers);
      else
        keras_put_names (file, CONV, "weight_names", names[i].weights);
      keras_check (H5Fclose (file));
    }
  for (size_t i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      hid_t file = open_copy (maker, configs[i].name);

      keras_put_text (file, "model_config", configs[i].text);
      keras_check (H5Fclose (file));
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

void
keras_make_broken (const char *folder,
                   const char *good,
                   size_t      n)
{
  Maker maker = { good, n, folder };

  make_changed (&maker);
  make_damaged (&maker);
}
