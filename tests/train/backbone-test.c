/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "backbone-test.h"

#include "rt-formats.h"

#include <glib/gstdio.h>

static void
set_up (BackboneTest  *f,
        gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  f->folder = g_dir_make_tmp ("retort-backbone-XXXXXX", &error);
  g_assert_no_error (error);
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_folder (path);
      else
        g_assert_cmpint (g_remove (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
tear_down (BackboneTest  *f,
           gconstpointer  data)
{
  remove_folder (f->folder);
  g_free (f->folder);
}

void
backbone_test_add (const char *path,
                   void      (*test) (BackboneTest  *f,
                                      gconstpointer  data))
{
  g_test_add (path, BackboneTest, NULL, set_up, test, tear_down);
}

RtBackbone *
backbone_test_make (void)
{
  RtBackbone *backbone = rt_backbone_new ();

  backbone->title = g_strdup ("resnet8 on “letters”");
  backbone->network = g_strdup ("resnet8");
  backbone->hidden[0] = 12;
  backbone->format = (RtInputFormat) { 32, 24, 3, { 0.1f, 0.2f, 1.0f / 3 },
                                       { 0.25f, 1e-6f, 0.123456789f }, RT_PICTURE_FIT_PAD, 0.7f };
  g_ptr_array_add (backbone->class_names, g_strdup ("A"));
  g_ptr_array_add (backbone->class_names, g_strdup ("B \"quoted\""));
  backbone->trained_on = g_strdup ("builtin:glyphs/letters");
  backbone->licence = g_strdup ("CC0");
  backbone->accuracy = 0.98765;
  backbone->n_params = 78666;
  backbone->bytes = 314664;
  return backbone;
}

RtNetwork *
backbone_test_save (BackboneTest           *f,
                    const char             *name,
                    const RtNetworkOptions *options)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtNetwork) network = rt_network_new (options, &error);
  g_autoptr (RtTensorList) tensors = NULL;

  g_assert_no_error (error);
  rt_network_init (network, 42, 0);
  tensors = rt_network_save (network);
  g_assert_true (rt_safetensors_write (tensors, path, &error));
  g_assert_no_error (error);
  return g_steal_pointer (&network);
}

void
backbone_test_assert_same (const RtNetwork *a,
                           const RtNetwork *b)
{
  g_autofree char *hash_a = rt_network_hash (a, UINT32_MAX);
  g_autofree char *hash_b = rt_network_hash (b, UINT32_MAX);

  g_assert_cmpstr (hash_a, ==, hash_b);
}
