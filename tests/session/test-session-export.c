/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run left, in files of the user's: each form, and what is said where it cannot be. */
#include "config.h"

#include "session-test.h"

#include "rt-formats.h"

#include <string.h>

typedef struct
{
  char      *home;
  RtLibrary *library;
  RtSession *session;
  int        run;
} Fixture;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 2);

  f->library = session_test_open (&f->home);
  f->run = session_test_train (rt_library_get_store (f->library), recipe);
  f->session = rt_session_new (f->library);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  session_test_close (f->session, f->library, f->home);
}

typedef struct
{
  char   *told;
  GError *error;
} Answer;

static void
exported_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Answer *answer = data;

  answer->told = rt_session_export_run_finish (RT_SESSION (source), result, &answer->error);
}

static gboolean
is_answered (void *data)
{
  return ((Answer *) data)->told != NULL || ((Answer *) data)->error != NULL;
}

/* (transfer full) */
static char *
export (Fixture       *f,
        int            run,
        RtExportForm   form,
        const char    *path,
        GError       **error)
{
  Answer answer = { NULL, NULL };

  rt_session_export_run_async (f->session, run, form, path, NULL, exported_cb, &answer);
  session_test_wait (is_answered, &answer);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.told;
}

/* Each form under a name without an ending, which is added. (transfer full): the file's contents;
 * of @inside where that is not NULL */
static char *
read_export (Fixture      *f,
             RtExportForm  form,
             const char   *name,
             const char   *ending,
             const char   *inside)
{
  g_autofree char *path = g_build_filename (f->home, name, NULL);
  g_autofree char *whole = g_strconcat (path, ending, NULL);
  g_autofree char *expected = g_strdup_printf ("Saved as %s", whole);
  g_autofree char *file = inside != NULL ? g_build_filename (whole, inside, NULL) : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *told = export (f, f->run, form, path, &error);
  char *text;

  g_assert_no_error (error);
  g_assert_cmpstr (told, ==, expected);
  g_assert_true (g_file_get_contents (file != NULL ? file : whole, &text, NULL, &error));
  g_assert_no_error (error);
  return text;
}

static void
test_forms (Fixture       *f,
            gconstpointer  data)
{
  g_autofree char *weights = read_export (f, RT_EXPORT_WEIGHTS, "mine", ".safetensors", NULL);
  g_autofree char *onnx = read_export (f, RT_EXPORT_ONNX, "net", ".onnx", NULL);
  g_autofree char *labels = read_export (f, RT_EXPORT_FOLDER, "folder", "", "labels.txt");
  g_autofree char *recipe = read_export (f, RT_EXPORT_RECIPE, "recipe", ".json", NULL);
  g_autofree char *epochs = read_export (f, RT_EXPORT_EPOCHS, "epochs", ".csv", NULL);
  g_autofree char *steps = read_export (f, RT_EXPORT_STEPS, "steps", ".csv", NULL);
  g_autofree char *path = g_build_filename (f->home, "mine.safetensors", NULL);
  g_autofree char *card = g_build_filename (f->home, "mine.json", NULL);
  g_autoptr (RtTensorList) tensors = NULL;
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtRecipe) again = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = g_strsplit (epochs, "\n", -1);

  g_assert_cmpint (weights[8], ==, '{');   /* after the header's length */
  g_assert_cmpint (onnx[0], ==, 0x08);     /* the first field: ir_version */
  tensors = rt_weights_read (path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rt_tensor_list_get_n (tensors), ==, 10);
  backbone = rt_backbone_read_card (card, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (backbone->network, ==, "lenet5");
  g_assert_true (g_str_has_prefix (labels, "0\n1\n2\n"));
  again = rt_recipe_parse (recipe, -1, "recipe", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->name, ==, "Digits");
  g_assert_cmpint (g_strv_length (lines), ==, 1 + 2 + 1);   /* a head, two epochs, the end */
  g_assert_true (g_str_has_prefix (steps, "step,loss,"));
}

/* A name that had no ending is not asked about again: what lies there stays. */
static void
test_not_replaced (Fixture       *f,
                   gconstpointer  data)
{
  g_autofree char *path = g_build_filename (f->home, "epochs", NULL);
  g_autofree char *whole = g_strconcat (path, ".csv", NULL);
  g_autofree char *text = NULL;
  g_autofree char *told = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (whole, "mine", -1, &error));
  g_assert_null (export (f, f->run, RT_EXPORT_EPOCHS, path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_nonnull (strstr (error->message, whole));
  g_clear_error (&error);
  g_assert_true (g_file_get_contents (whole, &text, NULL, &error));
  g_assert_cmpstr (text, ==, "mine");
  told = export (f, f->run, RT_EXPORT_EPOCHS, whole, &error);
  g_assert_no_error (error);
}

/* A JSON file that is no card is another's: the weights are written, and that is said. */
static void
test_note (Fixture       *f,
           gconstpointer  data)
{
  g_autofree char *path = g_build_filename (f->home, "mine.safetensors", NULL);
  g_autofree char *other = g_build_filename (f->home, "mine.json", NULL);
  g_autofree char *told = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (other, "{ \"a\": 1 }", -1, &error));
  told = export (f, f->run, RT_EXPORT_WEIGHTS, path, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (told, "the card of the weights was not written"));
  g_assert_true (g_file_get_contents (other, &text, NULL, &error));
  g_assert_cmpstr (text, ==, "{ \"a\": 1 }");
}

/* A recipe does not take the place of what says how the weights beside it are used. */
static void
test_card_spared (Fixture       *f,
                  gconstpointer  data)
{
  g_autofree char *path = g_build_filename (f->home, "mine.safetensors", NULL);
  g_autofree char *card = g_build_filename (f->home, "mine.json", NULL);
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *told = export (f, f->run, RT_EXPORT_WEIGHTS, path, &error);

  g_assert_no_error (error);
  g_assert_null (export (f, f->run, RT_EXPORT_RECIPE, card, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, card));
  backbone = rt_backbone_read_card (card, NULL);
  g_assert_cmpstr (backbone->network, ==, "lenet5");
}

static void
test_refused (Fixture       *f,
              gconstpointer  data)
{
  RtStore *store = rt_library_get_store (f->library);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("lenet5", 2);
  g_autofree char *path = g_build_filename (f->home, "net.onnx", NULL);
  g_autofree char *nowhere = g_build_filename (f->home, "no", "net.onnx", NULL);
  g_autoptr (GError) error = NULL;
  int untrained = rt_store_add_run (store, recipe, NULL, &error);

  g_assert_no_error (error);
  g_assert_null (export (f, untrained, RT_EXPORT_ONNX, path, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_STATE);
  g_clear_error (&error);
  g_assert_null (export (f, 99, RT_EXPORT_EPOCHS, path, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_NO_RUN);
  g_clear_error (&error);
  g_assert_null (export (f, f->run, RT_EXPORT_ONNX, nowhere, &error));
  g_assert_error (error, RT_STORE_ERROR, RT_STORE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, nowhere));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/session-export/forms", Fixture, NULL, set_up, test_forms, tear_down);
  g_test_add ("/session-export/not-replaced", Fixture, NULL, set_up, test_not_replaced, tear_down);
  g_test_add ("/session-export/note", Fixture, NULL, set_up, test_note, tear_down);
  g_test_add ("/session-export/card-spared", Fixture, NULL, set_up, test_card_spared, tear_down);
  g_test_add ("/session-export/refused", Fixture, NULL, set_up, test_refused, tear_down);
  return g_test_run ();
}
