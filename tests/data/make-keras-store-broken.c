/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The broken files of make-keras-store.c: the good one, opened again and changed (`changes`). */
#include "config.h"

#include "make-keras.h"

#define CONV "/layers/conv2d"
#define KERNEL CONV "/vars/0"
#define NORM "/layers/batch_normalization"

/* --- Changes, each of which breaks it. */

static void
put_floats (hid_t          file,
            const char    *path,
            int            n_dims,
            const hsize_t *dims)
{
  if (H5Lexists (file, path, H5P_DEFAULT) > 0)
    keras_check (H5Ldelete (file, path, H5P_DEFAULT));
  keras_put_values (file, path, H5T_IEEE_F32LE, n_dims, dims, 0, H5P_DEFAULT);
}

static const hsize_t four[] = { 4, 4, 4, 4 };

static void
no_first (hid_t file)
{
  keras_check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
}

static void
renamed (hid_t       file,
         const char *to)
{
  keras_check (H5Lmove (file, CONV "/vars/1", file, to, H5P_DEFAULT, H5P_DEFAULT));
}

static void
gap (hid_t file)
{
  renamed (file, CONV "/vars/2");
}

static void
word (hid_t file)
{
  renamed (file, CONV "/vars/bias");
}

static void
leading_zero (hid_t file)
{
  renamed (file, CONV "/vars/01");
}

static void
minus (hid_t file)
{
  renamed (file, CONV "/vars/-1");
}

static void
far_number (hid_t file)
{
  renamed (file, CONV "/vars/99999999999999999999");
}

static void
three_of_conv (hid_t file)
{
  put_floats (file, CONV "/vars/2", 1, four);
}

static void
one_of_norm (hid_t file)
{
  for (int i = 1; i < 4; i++)
    {
      g_autofree char *path = g_strdup_printf (NORM "/vars/%d", i);

      keras_check (H5Ldelete (file, path, H5P_DEFAULT));
    }
}

static void
three_of_norm (hid_t file)
{
  keras_check (H5Ldelete (file, NORM "/vars/3", H5P_DEFAULT));
}

static void
five_of_norm (hid_t file)
{
  put_floats (file, NORM "/vars/4", 1, four);
}

static void
lengths_of_norm (hid_t file)
{
  put_floats (file, NORM "/vars/2", 1, (const hsize_t[]) { 5 });
}

static void
matrix_of_norm (hid_t file)
{
  put_floats (file, NORM "/vars/0", 2, four);
}

static void
long_bias (hid_t file)
{
  put_floats (file, CONV "/vars/1", 1, (const hsize_t[]) { 3 });
}

static void
bias_of_depthwise (hid_t file)
{
  put_floats (file, "/layers/depthwise_conv2d/vars/1", 1, (const hsize_t[]) { 2 });
}

static void
flat_kernel (hid_t file)
{
  put_floats (file, "/layers/conv2d_1/vars/0", 2, four);
}

static void
lone_number (hid_t file)
{
  put_floats (file, "/layers/conv2d_1/vars/0", 0, NULL);
}

static void
deep_dense (hid_t file)
{
  put_floats (file, "/layers/dense/vars/0", 4, (const hsize_t[]) { 1, 1, 2, 3 });
}

static void
no_layer_between (hid_t file)
{
  keras_check (H5Lmove (file, "/layers/conv2d_1", file, "/layers/conv2d_2", H5P_DEFAULT,
                        H5P_DEFAULT));
}

static void
no_first_layer (hid_t file)
{
  keras_check (H5Ldelete (file, CONV, H5P_DEFAULT));
}

static void
other_class (hid_t file)
{
  put_floats (file, "/layers/layer_normalization/vars/0", 1, four);
}

static void
layer_within (hid_t file)
{
  put_floats (file, "/layers/multi_head_attention/query_dense/vars/0", 2, four);
}

static void
vars_of_all (hid_t file)
{
  put_floats (file, "/layers/vars/0", 1, four);
}

static void
soft_layer (hid_t file)
{
  keras_put_soft_link (file, CONV, "/layers/conv2d_1");
}

static void
soft_circle (hid_t file)
{
  keras_put_soft_link (file, CONV, CONV);
}

static void
soft_root (hid_t file)
{
  keras_check (H5Lmove (file, "layers", file, "other", H5P_DEFAULT, H5P_DEFAULT));
  keras_check (H5Lcreate_soft ("/other", file, "layers", H5P_DEFAULT, H5P_DEFAULT));
}

static void
external_layer (hid_t file)
{
  keras_put_external_link (file, CONV, "store.h5", CONV);
}

static void
external_vars (hid_t file)
{
  keras_put_external_link (file, CONV "/vars", "store.h5", CONV "/vars");
}

static void
external_weight (hid_t file)
{
  keras_put_external_link (file, KERNEL, "/etc/passwd", KERNEL);
}

/* Groups that hold themselves: one for ever, and in each of eight again eight. */
static void
put_circles (hid_t       file,
             const char *root,
             int         n)
{
  hid_t group = keras_open_group (file, root);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("functional_%d", i + 1);

      keras_check (H5Lcreate_hard (file, root, group, name, H5P_DEFAULT, H5P_DEFAULT));
    }
  keras_check (H5Gclose (group));
}

static void
circle (hid_t file)
{
  put_circles (file, "/layers/functional", 1);
}

static void
circles (hid_t file)
{
  put_circles (file, "/layers/functional", 8);
}

static void
circle_of_all (hid_t file)
{
  hid_t group = keras_check (H5Gopen2 (file, CONV, H5P_DEFAULT));

  keras_check (H5Lcreate_hard (file, "/", group, "layers", H5P_DEFAULT, H5P_DEFAULT));
  keras_check (H5Gclose (group));
}

static void
deep (hid_t file)
{
  g_autoptr (GString) path = g_string_new ("/layers");

  for (int i = 0; i < 40; i++)
    g_string_append (path, "/functional/layers");
  H5Gclose (keras_open_group (file, path->str));
}

static void
dataset_layer (hid_t file)
{
  keras_check (H5Ldelete (file, CONV, H5P_DEFAULT));
  put_floats (file, CONV, 1, four);
}

static void
dataset_vars (hid_t file)
{
  keras_check (H5Ldelete (file, CONV "/vars", H5P_DEFAULT));
  put_floats (file, CONV "/vars", 1, four);
}

static void
dataset_root (hid_t file)
{
  keras_check (H5Ldelete (file, "layers", H5P_DEFAULT));
  put_floats (file, "layers", 1, four);
}

static void
group_weight (hid_t file)
{
  keras_check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  H5Gclose (keras_open_group (file, KERNEL));
}

static void
put_name (hid_t       file,
          const char *name)
{
  hid_t vars = keras_check (H5Gopen2 (file, CONV "/vars", H5P_DEFAULT));

  keras_put_text (vars, "name", name);
  keras_check (H5Gclose (vars));
}

static void
name_up (hid_t file)
{
  put_name (file, "../conv1");
}

static void
name_empty (hid_t file)
{
  put_name (file, "");
}

static void
name_no_text (hid_t file)
{
  put_name (file, "\xff\xfe");
}

static void
name_long (hid_t file)
{
  g_autofree char *name = g_strnfill (5000, 'x');

  put_name (file, name);
}

static void
name_number (hid_t file)
{
  static const int number = 5;
  hid_t vars = keras_check (H5Gopen2 (file, CONV "/vars", H5P_DEFAULT));

  keras_put_attribute (vars, "name", H5T_STD_I32LE, 0, &number);
  keras_check (H5Gclose (vars));
}

static void
name_two (hid_t file)
{
  keras_put_names (file, CONV "/vars", "name", "conv1,conv2");
}

static void
no_weights (hid_t file)
{
  keras_check (H5Ldelete (file, "layers", H5P_DEFAULT));
  H5Gclose (keras_open_group (file, "/layers/activation/vars"));
}

static void
no_layers (hid_t file)
{
  keras_check (H5Ldelete (file, "layers", H5P_DEFAULT));
}

/* The same layers once more, in a model beside them. Not all are named. */
static void
two_models (hid_t file)
{
  hid_t vars = keras_check (H5Gopen2 (file, CONV "/vars", H5P_DEFAULT));

  keras_check (H5Adelete (vars, "name"));
  keras_check (H5Gclose (vars));
  put_floats (file, "/layers/functional/layers/conv2d/vars/0", 4, four);
}

static void
two_places (hid_t file)
{
  put_floats (file, "/_layer_checkpoint_dependencies/conv2d/vars/0", 4, four);
}

/* The kernel anew, with no values written. */
static void
put_kernel (hid_t          file,
            hid_t          type,
            const hsize_t *dims,
            hid_t          plist)
{
  hid_t space = keras_check (H5Screate_simple (4, dims, NULL));

  keras_check (H5Ldelete (file, KERNEL, H5P_DEFAULT));
  keras_check (H5Dclose (keras_check (H5Dcreate2 (file, KERNEL, type, space, H5P_DEFAULT, plist,
                                                  H5P_DEFAULT))));
  keras_check (H5Sclose (space));
}

static void
text_values (hid_t file)
{
  put_kernel (file, H5T_C_S1, four, H5P_DEFAULT);
}

/* As bfloat16 is written. */
static void
opaque_values (hid_t file)
{
  put_kernel (file, keras_check (H5Tcreate (H5T_OPAQUE, 2)), four, H5P_DEFAULT);
}

static void
lying_size (hid_t file)
{
  put_kernel (file, H5T_IEEE_F32LE, (const hsize_t[]) { 1000, 1000, 100, 10 }, H5P_DEFAULT);
}

static void
absurd_size (hid_t file)
{
  put_kernel (file, H5T_IEEE_F32LE, (const hsize_t[]) { 1 << 20, 1 << 20, 1 << 10, 1 << 10 },
              H5P_DEFAULT);
}

static void
external_values (hid_t file)
{
  hid_t plist = keras_check (H5Pcreate (H5P_DATASET_CREATE));

  keras_check (H5Pset_external (plist, "/etc/passwd", 0, 1024));
  put_kernel (file, H5T_IEEE_F32LE, four, plist);
}

static const struct { const char *name; void (*change) (hid_t file); } changes[] = {
  { "no-first", no_first }, { "gap", gap }, { "word", word }, { "leading-zero", leading_zero },
  { "minus", minus }, { "far-number", far_number }, { "three-of-conv", three_of_conv },
  { "one-of-norm", one_of_norm }, { "three-of-norm", three_of_norm },
  { "five-of-norm", five_of_norm }, { "lengths-of-norm", lengths_of_norm },
  { "matrix-of-norm", matrix_of_norm }, { "long-bias", long_bias },
  { "bias-of-depthwise", bias_of_depthwise }, { "flat-kernel", flat_kernel },
  { "lone-number", lone_number }, { "deep-dense", deep_dense },
  { "no-layer-between", no_layer_between }, { "no-first-layer", no_first_layer },
  { "other-class", other_class }, { "layer-within", layer_within }, { "vars-of-all", vars_of_all },
  { "soft-layer", soft_layer }, { "soft-circle", soft_circle }, { "soft-root", soft_root },
  { "external-layer", external_layer }, { "external-vars", external_vars },
  { "external-weight", external_weight }, { "circle", circle }, { "circles", circles },
  { "circle-of-all", circle_of_all }, { "deep", deep }, { "dataset-layer", dataset_layer },
  { "dataset-vars", dataset_vars }, { "dataset-root", dataset_root },
  { "group-weight", group_weight }, { "name-up", name_up }, { "name-empty", name_empty },
  { "name-no-text", name_no_text }, { "name-long", name_long }, { "name-number", name_number },
  { "name-two", name_two }, { "no-weights", no_weights }, { "no-layers", no_layers },
  { "two-models", two_models }, { "two-places", two_places }, { "text-values", text_values },
  { "opaque-values", opaque_values }, { "lying-size", lying_size }, { "absurd-size", absurd_size },
  { "external-values", external_values },
};

void
keras_make_broken_store (const char *folder,
                         const char *good,
                         size_t      n)
{
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *name = g_strdup_printf ("store-%s.h5", changes[i].name);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      hid_t file;

      g_assert (g_file_set_contents (path, good, n, NULL));
      file = keras_check (H5Fopen (path, H5F_ACC_RDWR, H5P_DEFAULT));
      changes[i].change (file);
      keras_check (H5Fclose (file));
    }
}
