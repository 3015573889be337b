/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of weights that a person opens: what they are taken for, kept as, and told apart by. */
#include "config.h"

#include "session-test.h"

#include "rt-comparison.h"
#include "rt-formats.h"
#include "rt-preview.h"
#include "rt-worker.h"

#include <math.h>
#include <string.h>

typedef struct
{
  char      *found;
  GError    *error;
  gboolean   asked;     /* of which network it is, with which inputs it was trained */
  const char *network;  /* (nullable) that is then answered */
  gboolean   caffe;     /* what is then answered: Caffe's */
  RtPreview *preview;
} Answer;

/* A network's own tensors with its head, or without one, in a file. (transfer full) */
static char *
write_weights (SessionTest *f,
               const char  *name,
               const char  *network,
               gboolean     with_head)
{
  char *path = g_build_filename (f->home, name, NULL);
  /* As many as the publisher's own have, where it is taken for one of those. */
  RtNetworkOptions options = { .name = network,
                               .classes = g_str_equal (network, "resnet20") ? 10 : 7 };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtNetwork) made = rt_network_new (&options, &error);
  g_autoptr (RtTensorList) all = NULL;
  g_autoptr (RtTensorList) some = rt_tensor_list_new ();

  g_assert_no_error (error);
  rt_network_init (made, 42, 0);
  all = rt_network_save (made);
  for (size_t i = 0; i < rt_tensor_list_get_n (all); i++)
    {
      const RtTensor *from = rt_tensor_list_get (all, i);
      RtTensor *to;

      if (!with_head && g_str_has_prefix (from->name, "linear."))
        continue;
      to = rt_tensor_list_add (some, from->name, &from->shape);
      memcpy (to->data, from->data, rt_shape_count (&from->shape) * sizeof *to->data);
    }
  g_assert_cmpint (rt_tensor_list_get_n (some) < rt_tensor_list_get_n (all), ==, !with_head);
  g_assert_true (rt_safetensors_write (some, path, &error));
  g_assert_no_error (error);
  return path;
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Answer *answer = data;

  RtSession *session = RT_SESSION (source);
  g_autoptr (RtBackbone) asked = NULL;

  answer->found = rt_session_open_weights_finish (session, result, &asked, &answer->error);
  if (asked == NULL)
    return;
  answer->asked = TRUE;
  if (answer->network != NULL)
    {
      g_free (asked->network);
      asked->network = g_strdup (answer->network);
    }
  if (answer->caffe)
    {
      asked->format.mean[0] = 123.0f / 255.0f;
      asked->format.std[0] = 1.0f / 255.0f;
      asked->turned = TRUE;
    }
  rt_session_keep_weights_async (session, asked, NULL, opened_cb, answer);
}

static gboolean
is_answered (void *data)
{
  return ((Answer *) data)->found != NULL || ((Answer *) data)->error != NULL;
}

/* (transfer full) */
static char *
open_weights (SessionTest  *f,
              const char   *path,
              GError      **error)
{
  Answer answer = { NULL };

  rt_session_open_weights_async (f->session, path, NULL, opened_cb, &answer);
  session_test_wait (is_answered, &answer);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.found;
}

static void
assert_chosen (SessionTest *f,
               const char  *spec,
               RtMethod     method)
{
  g_autofree char *backbone = NULL;
  int chosen;

  g_object_get (f->session, "backbone", &backbone, "method", &chosen, NULL);
  g_assert_cmpstr (backbone, ==, spec);
  g_assert_cmpint (chosen, ==, method);
}

/* One choice of that spec. */
static const RtChoice *
find (SessionTest *f,
      const char  *spec)
{
  GPtrArray *choices = rt_library_get_backbones (f->library);
  const RtChoice *found = NULL;

  for (guint i = 0; i < choices->len; i++)
    {
      const RtChoice *choice = g_ptr_array_index (choices, i);

      if (!g_str_equal (choice->spec, spec))
        continue;
      g_assert_null (found);
      found = choice;
    }
  g_assert_nonnull (found);
  return found;
}

/* The same twice is two, told apart by their names and titles. */
static void
test_weights (SessionTest   *f,
              gconstpointer  data)
{
  g_autofree char *path = write_weights (f, "my net.safetensors", "resnet8", TRUE);
  g_autofree char *spec = g_strdup_printf ("file:%s/backbones/my net.safetensors", f->home);
  g_autofree char *second = g_strdup_printf ("file:%s/backbones/my net-2.safetensors", f->home);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = open_weights (f, path, &error);
  g_autofree char *again = NULL;
  g_autoptr (RtRecipe) recipe = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (found, ==, "resnet8, 32×32, 7 classes; kept as “my net”");
  assert_chosen (f, spec, RT_METHOD_FINE_TUNE);
  g_assert_cmpstr (find (f, spec)->title, ==, "resnet8: my net");
  recipe = rt_session_dup_recipe (f->session);
  g_assert_cmpstr (recipe->backbone.network, ==, "resnet8");

  g_object_set (f->session, "method", RT_METHOD_DISTIL, NULL);
  again = open_weights (f, path, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, "resnet8, 32×32, 7 classes; kept as “my net-2”");
  assert_chosen (f, second, RT_METHOD_FINE_TUNE);
  rt_session_undo (f->session);   /* backbone and method were one change */
  assert_chosen (f, spec, RT_METHOD_DISTIL);
  rt_session_redo (f->session);
  assert_chosen (f, second, RT_METHOD_FINE_TUNE);
  g_assert_cmpstr (find (f, second)->title, ==, "resnet8: my net-2");
  find (f, spec);
}

static void
previewed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  Answer *answer = data;

  answer->preview = rt_preview_finish (result, &answer->error);
}

static gboolean
is_previewed (void *data)
{
  return ((Answer *) data)->preview != NULL || ((Answer *) data)->error != NULL;
}

/* (transfer full) */
static RtPreview *
look (const RtBackbone *backbone)
{
  g_autoptr (RtImage) image = rt_image_new (40, 20, 3);
  Answer answer = { NULL };

  for (int i = 0; i < 800; i++)
    image->pixels[3 * i] = 255;   /* red */
  rt_preview_async (backbone, image, NULL, previewed_cb, &answer);
  session_test_wait (is_previewed, &answer);
  g_assert_no_error (answer.error);
  return answer.preview;
}

/* What the network cannot take is an error that says so, and not a missing head. */
static void
test_inputs_wrong (SessionTest   *f,
                   gconstpointer  data)
{
  static const int sides[] = { 28, 32, 8 };
  g_autofree char *path = write_weights (f, "digits.safetensors", "lenet5", TRUE);
  g_autofree char *headless = write_weights (f, "headless.safetensors", "resnet8", FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) lenet = rt_backbone_open_file (path, NULL, NULL, &error);
  g_autoptr (RtBackbone) resnet = rt_backbone_open_file (headless, NULL, NULL, &error);
  g_autoptr (RtImage) image = rt_image_new (40, 20, 3);
  g_autoptr (RtPreview) shown = look (resnet);

  g_assert_no_error (error);
  g_assert_cmpint (shown->trial->n, ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      Answer answer = { NULL };

      lenet->format.width = lenet->format.height = sides[i];
      rt_preview_async (lenet, image, NULL, previewed_cb, &answer);
      session_test_wait (is_previewed, &answer);
      g_assert_cmpint (answer.preview != NULL, ==, sides[i] == 28);
      if (answer.error != NULL)
        g_assert_nonnull (strstr (answer.error->message, "digits.safetensors"));
      g_clear_error (&answer.error);
      rt_preview_free (answer.preview);
    }
}

/* Where nobody says with which inputs it was trained a person is asked, sees what comes of the
 * answer, and finds it in the card and in the weights that are kept. */
static void
test_inputs (SessionTest   *f,
             gconstpointer  data)
{
  g_autofree char *path = write_weights (f, "asked.safetensors", "resnet8", TRUE);
  g_autofree char *known = write_weights (f, "known.safetensors", "resnet20", TRUE);
  g_autofree char *kept = g_strdup_printf ("%s/backbones/asked.safetensors", f->home);
  g_autofree char *card = g_strdup_printf ("%s/backbones/asked.json", f->home);
  g_autoptr (RtTensorList) before = NULL, after = NULL;
  g_autoptr (RtBackbone) backbone = NULL;
  g_autoptr (RtPreview) plain = NULL, turned = NULL;
  Answer answer = { .caffe = TRUE }, other = { NULL };
  const float *a, *b;

  rt_session_open_weights_async (f->session, path, NULL, opened_cb, &answer);
  session_test_wait (is_answered, &answer);
  g_assert_no_error (answer.error);
  g_assert_true (answer.asked);
  backbone = rt_backbone_read_card (card, NULL);
  g_assert_cmpfloat (backbone->format.mean[0], ==, 123.0f / 255.0f);
  g_assert_cmpfloat (backbone->format.std[0], ==, 1.0f / 255.0f);
  before = rt_weights_read (path, NULL, NULL);
  after = rt_weights_read (kept, NULL, NULL);
  a = rt_tensor_list_find (before, "conv1.weight")->data;
  b = rt_tensor_list_find (after, "conv1.weight")->data;
  g_assert_cmpmem (a, 9 * sizeof *a, b + 18, 9 * sizeof *b);
  g_assert_cmpmem (a + 9, 9 * sizeof *a, b + 9, 9 * sizeof *b);

  backbone->format.std[0] = backbone->format.std[1] = backbone->format.std[2] = 20.0f;
  plain = look (backbone);
  g_assert_cmpint (plain->trial->n, ==, RT_TRIAL_MOST);
  g_assert_cmpint (plain->trial->image->width, ==, 32);
  g_assert_cmpint (plain->trial->image->pixels[0], ==, 255);
  g_assert_cmpfloat_with_epsilon (plain->high, (1.0f - 123.0f / 255.0f) / 20.0f, 1e-5);
  backbone->turned = TRUE;
  turned = look (backbone);
  g_assert_cmpint (turned->trial->image->pixels[0], ==, 0);
  g_assert_cmpint (turned->trial->image->pixels[2], ==, 255);
  g_assert_cmpfloat (turned->trial->shares[0], !=, plain->trial->shares[0]);

  rt_session_open_weights_async (f->session, known, NULL, opened_cb, &other);
  session_test_wait (is_answered, &other);
  g_assert_no_error (other.error);
  g_assert_false (other.asked);
  g_free (answer.found);
  g_free (other.found);
}

/* What the program wrote itself is not asked about: its card says it. */
static void
test_carded (SessionTest   *f,
             gconstpointer  data)
{
  g_autofree char *path = write_weights (f, "own.safetensors", "resnet8", TRUE);
  g_autofree char *beside = g_build_filename (f->home, "own.json", NULL);
  g_autofree char *card = g_strdup_printf ("%s/backbones/own.json", f->home);
  g_autoptr (RtBackbone) said = rt_backbone_new (), kept = NULL;
  Answer answer = { NULL };

  said->title = g_strdup ("Mine");
  said->network = g_strdup ("resnet8");
  said->trained_on = g_strdup ("Seven things");
  said->format = (RtInputFormat) { 40, 40, 3, { 0.1f, 0.2f, 0.3f }, { 0.4f, 0.5f, 0.6f },
                                   RT_PICTURE_FIT_PAD, 1.0f };
  for (int i = 0; i < 7; i++)
    g_ptr_array_add (said->class_names, g_strdup_printf ("thing %d", i));
  g_assert_true (rt_backbone_write_card (said, beside, NULL));
  rt_session_open_weights_async (f->session, path, NULL, opened_cb, &answer);
  session_test_wait (is_answered, &answer);
  g_assert_no_error (answer.error);
  g_assert_false (answer.asked);
  g_assert_cmpstr (answer.found, ==, "resnet8, 40×40, 7 classes; kept as “own”");
  kept = rt_backbone_read_card (card, NULL);
  g_assert_cmpmem (&kept->format, sizeof kept->format, &said->format, sizeof said->format);
  g_assert_cmpstr (kept->trained_on, ==, "Seven things");
  g_assert_cmpstr (g_ptr_array_index (kept->class_names, 6), ==, "thing 6");
  g_free (answer.found);
}

/* What was cut off its publisher's network may be of another's: that is asked. */
static void
test_cut (SessionTest   *f,
          gconstpointer  data)
{
  g_autofree char *path = write_weights (f, "cut.safetensors", "resnet20", FALSE);
  Answer answer = { NULL };

  rt_session_open_weights_async (f->session, path, NULL, opened_cb, &answer);
  session_test_wait (is_answered, &answer);
  g_assert_no_error (answer.error);
  g_assert_true (answer.asked);
  g_free (answer.found);
}

/* Of a network that takes seconds for a batch all but the head is frozen, and what is unfrozen
 * later keeps its statistics; a network that is chosen after it has its own defaults. */
static void
assert_head_only (SessionTest *f)
{
  int n_blocks, n_frozen, batch_norm;

  rt_session_get_blocks (f->session, &n_blocks);
  g_object_get (f->session, "n-frozen", &n_frozen, "batch-norm", &batch_norm, NULL);
  g_assert_cmpint (n_blocks, >=, 16);
  g_assert_cmpint (n_frozen, ==, n_blocks - 1);
  g_assert_cmpint (batch_norm, ==, RT_BATCH_NORM_KEEP);
  g_object_set (f->session, "backbone", "random:resnet8", NULL);
  g_object_get (f->session, "n-frozen", &n_frozen, "batch-norm", &batch_norm, NULL);
  g_assert_cmpint (n_frozen, ==, 0);
  g_assert_cmpint (batch_norm, ==, RT_BATCH_NORM_UPDATE);
}

/* Of a smaller one whole stages are. */
static void
assert_frozen_to_stage (SessionTest *f)
{
  int n_blocks, n_frozen;
  const RtSessionBlock *blocks = rt_session_get_blocks (f->session, &n_blocks);
  size_t length;

  g_object_get (f->session, "n-frozen", &n_frozen, NULL);
  g_assert_cmpint (n_blocks, >=, 15);
  g_assert_cmpint (n_frozen, >, n_blocks / 3);
  g_assert_cmpint (n_frozen, <, n_blocks - 1);
  length = strcspn (blocks[n_frozen].name, ".");
  g_assert_false (strncmp (blocks[n_frozen].name, blocks[n_frozen - 1].name, length) == 0);
}

/* What has no head says so. */
static void
test_told (SessionTest   *f,
           gconstpointer  data)
{
  g_autofree char *headless = write_weights (f, "a.safetensors", "resnet8", FALSE);
  g_autofree char *large = write_weights (f, "b.safetensors", "mobilenet_v2", TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *first = open_weights (f, headless, &error);
  g_autofree char *second = open_weights (f, large, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (first, ==, "resnet8, 32×32, without a head; kept as “a”");
  g_assert_cmpstr (second, ==, "mobilenet_v2, 224×224, 7 classes; kept as “b”");
  assert_head_only (f);
}

/* Of two networks with these tensors a person says which, even where the file says its inputs; the
 * card has it from then on. */
static void
test_twofold (SessionTest   *f,
              gconstpointer  data)
{
  static const char *const networks[] = { "efficientnet_lite0", "efficientnet_lite0-symmetric" };
  g_autofree char *path = write_weights (f, "two.safetensors", networks[0], TRUE);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtTensorList) tensors = rt_weights_read (path, NULL, &error);

  rt_tensor_list_set_meta (tensors, "mean", "0.1,0.2,0.3");
  g_assert_true (rt_safetensors_write (tensors, path, &error));
  for (size_t i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autofree char *card = g_strdup_printf ("%s/backbones/two%s.json", f->home,
                                               i > 0 ? "-2" : "");
      g_autoptr (RtBackbone) kept = NULL;
      g_autoptr (RtRecipe) recipe = NULL;
      Answer answer = { .network = networks[i] };

      rt_session_open_weights_async (f->session, path, NULL, opened_cb, &answer);
      session_test_wait (is_answered, &answer);
      g_assert_no_error (answer.error);
      g_assert_true (answer.asked);
      kept = rt_backbone_read_card (card, &error);
      g_assert_no_error (error);
      g_assert_cmpstr (kept->network, ==, networks[i]);
      g_assert_cmpfloat (kept->format.mean[2], ==, 0.3f);
      recipe = rt_session_dup_recipe (f->session);
      g_assert_cmpstr (recipe->backbone.network, ==, networks[i]);
      g_assert_true (g_str_has_prefix (answer.found, networks[i]));
      g_free (answer.found);
    }
}

static gboolean
is_measured (void *data)
{
  return isfinite (rt_session_get_cost (data)->seconds_per_epoch);
}

typedef struct
{
  int n_told;
  int n_finished;
} Told;

static void
noted_cb (RtSession  *session,
          const char *text,
          Told       *told)
{
  told->n_told += strstr (text, "guessed") != NULL;
}

static void
finished_cb (RtSession *session,
             RtRunItem *run,
             Told      *told)
{
  told->n_finished++;
}

static gboolean
is_finished (void *data)
{
  return ((Told *) data)->n_finished > 0;
}

/* A recipe of another's making may name a file that nobody was asked of: what is guessed of it is
 * told until its weights are others, and not a second time by its run. */
static void
test_guess (SessionTest   *f,
            gconstpointer  data)
{
  g_autofree char *path = write_weights (f, "g.safetensors", "resnet8", TRUE);
  g_autoptr (RtRecipe) recipe = session_test_recipe ("resnet8", 1);
  Told told = { 0 };

  recipe->method = RT_METHOD_FINE_TUNE;
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strconcat ("file:", path, NULL);
  g_assert_null (rt_session_get_guess (f->session));
  rt_session_set_recipe (f->session, recipe);
  session_test_wait (is_measured, f->session);
  g_assert_nonnull (strstr (rt_session_get_guess (f->session), "g.safetensors"));
  g_assert_nonnull (strstr (rt_session_get_guess (f->session), "guessed"));
  g_signal_connect (f->session, "note", G_CALLBACK (noted_cb), &told);
  g_signal_connect (f->session, "finished", G_CALLBACK (finished_cb), &told);
  rt_session_train (f->session);
  session_test_wait (is_finished, &told);
  g_assert_cmpint (told.n_told, ==, 0);
  g_object_set (f->session, "backbone", "random:resnet8", NULL);
  g_assert_null (rt_session_get_guess (f->session));
}

static gboolean
has_seen (void *data)
{
  return rt_session_get_seen (data) != NULL;
}

static gboolean
has_seen_none (void *data)
{
  return rt_session_get_seen (data) == NULL;
}

static void
seen_cb (RtSession  *session,
         const char *text,
         Told       *told)
{
  told->n_told += strstr (text, "was trained on") != NULL;
}

static gboolean
has_compared (void *data)
{
  return ((Told *) data)->n_finished == 4;
}

/* A run of photographs is gone on from with another seed, which deals them out anew: shown with the
 * recipe, told of the runs that have another seed still, and said beside their verdict. */
static void
test_seen (SessionTest   *f,
           gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  g_autoptr (RtComparison) comparison = NULL;
  const RtRun *last;
  Told told = { 0 };

  session_test_put_photos (f->home, 20);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup_printf ("folder:%s/photos", f->home);
  g_clear_pointer (&recipe->task.style, g_free);
  recipe->task.samples_per_class = 0;
  recipe->task.validation = 0.3;
  session_test_train (rt_library_get_store (f->library), recipe);
  recipe->method = RT_METHOD_FINE_TUNE;
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup ("run:1");
  rt_session_set_recipe (f->session, recipe);
  session_test_wait (is_measured, f->session);
  g_assert_null (rt_session_get_seen (f->session));
  g_object_set (f->session, "seed", (int) recipe->seed + 1, NULL);
  session_test_wait (has_seen, f->session);
  g_assert_true (g_str_has_prefix (rt_session_get_seen (f->session), "run:1 was trained on "));
  g_object_set (f->session, "seed", (int) recipe->seed, NULL);
  session_test_wait (has_seen_none, f->session);
  g_object_set (f->session, "seed", (int) recipe->seed + 1, NULL);
  session_test_wait (has_seen, f->session);

  g_signal_connect (f->session, "note", G_CALLBACK (seen_cb), &told);
  g_signal_connect (f->session, "finished", G_CALLBACK (finished_cb), &told);
  rt_session_compare (f->session, 2);
  session_test_wait (has_compared, &told);
  g_assert_cmpint (told.n_told, ==, 1);
  last = rt_run_item_get_run (rt_library_find_run (f->library, 4));
  g_assert_nonnull (strstr (last->seen, "run:1 was trained on "));
  comparison = rt_comparison_new (f->library, last->group);
  g_assert_true (g_str_has_prefix (comparison->seen, "2 of the 4 runs began from "));
}

/* Tensors that the network has no place for are not dropped in silence. */
static void
test_left_over (SessionTest   *f,
                gconstpointer  data)
{
  static const char *const told[] = {
    "; kept as “a”", "; 1 tensor left over: extra_0; kept as “b”",
    "; 2 tensors left over: extra_0, extra_1; kept as “c”", NULL,
    "; 4 tensors left over: extra_0, extra_1, extra_2 and 1 more; kept as “e”",
  };

  for (int n = 0; n < (int) G_N_ELEMENTS (told); n++)
    {
      g_autofree char *name = g_strdup_printf ("%c.safetensors", 'a' + n);
      g_autofree char *path = write_weights (f, name, "resnet20", TRUE);
      g_autoptr (GError) error = NULL;
      g_autoptr (RtTensorList) tensors = rt_weights_read (path, NULL, &error);
      g_autofree char *found = NULL;

      for (int i = 0; i < n; i++)
        {
          g_autofree char *extra = g_strdup_printf ("extra_%d", i);

          rt_tensor_list_add (tensors, extra, &RT_SHAPE_1 (1));
        }
      g_assert_true (rt_safetensors_write (tensors, path, &error));
      found = open_weights (f, path, &error);
      g_assert_no_error (error);
      if (told[n] != NULL && !g_str_has_suffix (found, told[n]))
        g_error ("“%s” does not end in “%s”", found, told[n]);
    }
}

static void
test_freezes (SessionTest   *f,
              gconstpointer  data)
{
  g_autofree char *small = write_weights (f, "c.safetensors", "mobilenet_v1-0.25", TRUE);
  g_autoptr (GError) error = NULL;
  g_autofree char *found = open_weights (f, small, &error);

  g_assert_no_error (error);
  assert_frozen_to_stage (f);
}

static void
assert_refused (SessionTest *f,
                const char  *path,
                const char  *part)
{
  guint n = rt_library_get_backbones (f->library)->len;
  g_autofree char *folder = rt_backbone_get_kept_folder ();
  g_autoptr (GError) error = NULL;

  g_assert_null (open_weights (f, path, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_nonnull (strstr (error->message, part));
  g_assert_cmpuint (rt_library_get_backbones (f->library)->len, ==, n);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  assert_chosen (f, "random:mlp", RT_METHOD_SCRATCH);
}

/* Cancelled at the last moment, when it had been read and kept already: nothing is left of it. */
static void
test_cancelled (SessionTest   *f,
                gconstpointer  data)
{
  g_autofree char *path = write_weights (f, "given-up.safetensors", "resnet20", TRUE);
  g_autofree char *folder = rt_backbone_get_kept_folder ();
  g_autofree char *kept = g_build_filename (folder, "given-up.safetensors", NULL);
  g_autofree char *card = g_build_filename (folder, "given-up.json", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer answer = { NULL };

  rt_session_open_weights_async (f->session, path, cancellable, opened_cb, &answer);
  rt_worker_wait ();
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (card, G_FILE_TEST_EXISTS));
  g_cancellable_cancel (cancellable);
  session_test_wait (is_answered, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (card, G_FILE_TEST_EXISTS));
  assert_chosen (f, "random:mlp", RT_METHOD_SCRATCH);
  g_clear_error (&answer.error);
}

/* What is no file of weights, or of no network, changes nothing. */
static void
test_broken (SessionTest   *f,
             gconstpointer  data)
{
  g_autofree char *none = g_build_filename (f->home, "none.safetensors", NULL);
  g_autofree char *text = g_build_filename (f->home, "text.pth", NULL);
  g_autofree char *misfit = g_build_filename (f->home, "misfit.safetensors", NULL);
  g_autoptr (RtTensorList) tensors = rt_tensor_list_new ();
  RtShape shape = { .n_dims = 1, .dims = { 5 } };
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (text, "not weights at all", -1, &error));
  rt_tensor_list_add (tensors, "strange.weight", &shape);
  g_assert_true (rt_safetensors_write (tensors, misfit, &error));
  g_assert_no_error (error);
  assert_refused (f, none, "none.safetensors");
  assert_refused (f, text, "text.pth");
  assert_refused (f, misfit, "these weights are of no network that there is here");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  session_test_add ("/session-open/weights", "mlp", test_weights);
  session_test_add ("/session-open/cancelled", "mlp", test_cancelled);
  session_test_add ("/session-open/freezes", "mlp", test_freezes);
  session_test_add ("/session-open/told", "mlp", test_told);
  session_test_add ("/session-open/twofold", "mlp", test_twofold);
  session_test_add ("/session-open/guess", "mlp", test_guess);
  session_test_add ("/session-open/seen", "mlp", test_seen);
  session_test_add ("/session-open/left-over", "mlp", test_left_over);
  session_test_add ("/session-open/inputs", "mlp", test_inputs);
  session_test_add ("/session-open/carded", "mlp", test_carded);
  session_test_add ("/session-open/cut", "mlp", test_cut);
  session_test_add ("/session-open/inputs_wrong", "mlp", test_inputs_wrong);
  session_test_add ("/session-open/broken", "mlp", test_broken);
  return g_test_run ();
}
