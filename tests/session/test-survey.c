/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder of pictures as the window shows it: its split, what is wrong with it, what is corrected
 * while looking at mistakes. */
#include "config.h"

#include "format-files.h"
#include "session-test.h"

#include "rt-inspection.h"
#include "rt-survey.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define PER_CLASS 10

typedef struct
{
  char      *home;
  char      *spec;
  RtLibrary *library;
  RtSession *session;
} Fixture;

typedef struct
{
  RtSurvey     *survey;
  RtInspection *inspection;
  GPtrArray    *texts;
  GError       *error;
} Answer;

static void
set_up (Fixture       *f,
        gconstpointer  data)
{
  g_autoptr (RtRecipe) recipe = session_test_recipe ("mlp", 1);
  g_autofree char *broken = NULL;

  f->library = session_test_open (&f->home);
  session_test_put_photos (f->home, PER_CLASS);
  format_put_picture (f->home, "photos/light/again.png", 40);
  broken = g_build_filename (f->home, "photos", "dark", "broken.png", NULL);
  g_assert_true (g_file_set_contents (broken, "no picture", -1, NULL));
  f->spec = g_strconcat ("folder:", f->home, "/photos", NULL);
  f->session = rt_session_new (f->library);
  g_free (recipe->task.dataset);
  recipe->task.dataset = g_strdup (f->spec);
  g_clear_pointer (&recipe->task.style, g_free);
  recipe->task.samples_per_class = 4;
  recipe->task.validation = 0.3;
  rt_session_set_recipe (f->session, recipe);
}

static void
tear_down (Fixture       *f,
           gconstpointer  data)
{
  session_test_close (f->session, f->library, f->home);
  g_free (f->spec);
}

static void
surveyed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Answer *answer = data;

  answer->survey = rt_survey_finish (result, &answer->error);
}

static void
duplicates_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      data)
{
  Answer *answer = data;

  answer->texts = rt_survey_find_duplicates_finish (RT_SURVEY (source), result, &answer->error);
}

static void
damaged_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  Answer *answer = data;

  answer->texts = rt_survey_find_damaged_finish (RT_SURVEY (source), result, &answer->error);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      data)
{
  Answer *answer = data;

  answer->inspection = rt_inspection_load_finish (result, &answer->error);
}

static gboolean
is_there (void *data)
{
  const Answer *answer = data;

  return answer->survey != NULL || answer->inspection != NULL || answer->texts != NULL
         || answer->error != NULL;
}

static RtSurvey *
survey (Fixture *f)
{
  Answer answer = { NULL, NULL, NULL, NULL };

  rt_survey_async (f->session, NULL, surveyed_cb, &answer);
  session_test_wait (is_there, &answer);
  g_assert_no_error (answer.error);
  return answer.survey;
}

/* Classes: dark 10, light 11. */
static void
test_split (Fixture       *f,
            gconstpointer  data)
{
  g_autoptr (RtSurvey) plain = survey (f);
  g_autoptr (RtSurvey) rest = NULL;

  g_assert_cmpuint (rt_survey_count (plain, RT_PART_TRAIN, 0), ==, 4);
  g_assert_cmpuint (rt_survey_count (plain, RT_PART_TRAIN, -1), ==, 8);
  g_assert_cmpuint (rt_survey_count (plain, RT_PART_VALIDATION, -1), ==, 6);
  g_assert_cmpuint (rt_survey_count (plain, RT_PART_TEST, -1), ==, 0);
  g_assert_false (rt_survey_has_part (plain, RT_PART_TEST));
  g_assert_cmpuint (rt_survey_get_task (plain)->dataset->problems->len, ==, 1);

  g_object_set (f->session, "test", RT_TASK_REST, NULL);
  rest = survey (f);
  g_assert_cmpuint (rt_survey_count (rest, RT_PART_TEST, 0), ==, 3);
  g_assert_cmpuint (rt_survey_count (rest, RT_PART_TEST, 1), ==, 4);
  g_assert_cmpuint (rt_survey_count (rest, RT_PART_TRAIN, -1), ==, 8);
}

/* Only what the split takes part in: with all of it, the dark picture among the light ones. */
static void
test_duplicates (Fixture       *f,
                 gconstpointer  data)
{
  g_autoptr (RtSurvey) all = NULL;
  g_autoptr (GPtrArray) texts = NULL;
  Answer answer = { NULL, NULL, NULL, NULL };

  g_object_set (f->session, "samples-per-class", 0, NULL);
  all = survey (f);
  rt_survey_find_duplicates_async (all, NULL, duplicates_cb, &answer);
  session_test_wait (is_there, &answer);
  g_assert_no_error (answer.error);
  texts = answer.texts;
  g_assert_cmpuint (texts->len, ==, 1);
  g_assert_nonnull (strstr (texts->pdata[0], "light/again.png"));
  g_assert_nonnull (strstr (texts->pdata[0], "dark/0.png"));
}

/* Its header is whole, so it counts as a picture until it is read. */
static void
test_damaged (Fixture       *f,
              gconstpointer  data)
{
  g_autofree char *path = g_build_filename (f->home, "photos", "dark", "2.png", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (RtSurvey) all = NULL;
  g_autoptr (GPtrArray) texts = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = { NULL, NULL, NULL, NULL };
  size_t n;

  g_assert_true (g_file_get_contents (path, &bytes, &n, &error));
  bytes[n - 20] ^= 0x55;   /* in the pixels */
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n, &error));
  all = survey (f);
  g_assert_cmpuint (rt_survey_get_task (all)->dataset->problems->len, ==, 1);
  rt_survey_find_damaged_async (all, NULL, damaged_cb, &answer);
  session_test_wait (is_there, &answer);
  g_assert_no_error (answer.error);
  texts = answer.texts;
  g_assert_cmpuint (texts->len, ==, 1);
  g_assert_true (g_str_has_prefix (texts->pdata[0], "dark/2.png: "));
}

static void
test_unreadable (Fixture       *f,
                 gconstpointer  data)
{
  Answer answer = { NULL, NULL, NULL, NULL };

  g_object_set (f->session, "dataset", "folder:/nowhere", NULL);
  rt_survey_async (f->session, NULL, surveyed_cb, &answer);
  session_test_wait (is_there, &answer);
  g_assert_error (answer.error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND);
  g_clear_error (&answer.error);
}

static RtInspection *
inspect (Fixture *f)
{
  g_autoptr (RtRecipe) recipe = rt_session_dup_recipe (f->session);
  int id = session_test_train (rt_library_get_store (f->library), recipe);
  g_autoptr (GError) error = NULL;
  Answer answer = { NULL, NULL, NULL, NULL };

  g_assert_true (rt_library_refresh (f->library, &error));
  rt_inspection_load_async (f->library, rt_library_find_run (f->library, id), NULL, loaded_cb,
                            &answer);
  session_test_wait (is_there, &answer);
  g_assert_no_error (answer.error);
  return answer.inspection;
}

static void
assert_corrected (Fixture *f,
                  guint    n_mended,
                  guint    n_aside)
{
  g_autoptr (RtSurvey) now = survey (f);
  guint mended, aside;

  rt_corrections_count (rt_survey_get_task (now)->dataset->corrections, &mended, &aside, NULL);
  g_assert_cmpuint (mended, ==, n_mended);
  g_assert_cmpuint (aside, ==, n_aside);
}

typedef struct
{
  int     n_left;
  int     n_done;
  GError *error;
} Changes;

static void
changed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      data)
{
  Changes *changes = data;

  changes->n_done += rt_inspection_change_finish (RT_INSPECTION (source), result,
                                                  &changes->error);
  changes->n_left--;
}

static gboolean
are_answered (void *data)
{
  return ((Changes *) data)->n_left == 0;
}

static void
correct (RtInspection *inspection,
         int           row,
         const char   *label)
{
  Changes changes = { .n_left = 1 };

  rt_inspection_correct_async (inspection, row, label, changed_cb, &changes);
  session_test_wait (are_answered, &changes);
  g_assert_no_error (changes.error);
  g_assert_cmpint (changes.n_done, ==, 1);
}

/* Whether there was something to undo. */
static gboolean
undo (RtInspection *inspection)
{
  Changes changes = { .n_left = 1 };

  rt_inspection_undo_async (inspection, changed_cb, &changes);
  session_test_wait (are_answered, &changes);
  g_assert_no_error (changes.error);
  return changes.n_done == 1;
}

static void
revert (RtInspection *inspection,
        int           row)
{
  Changes changes = { .n_left = 1 };

  rt_inspection_revert_async (inspection, row, changed_cb, &changes);
  session_test_wait (are_answered, &changes);
  g_assert_no_error (changes.error);
  g_assert_cmpint (changes.n_done, ==, 1);
}

/* What is corrected counts from the next training on, can be taken back step by step, and leaves
 * the run that is looked at as it was. */
static void
test_correct (Fixture       *f,
              gconstpointer  data)
{
  g_autoptr (RtInspection) inspection = inspect (f);
  g_autoptr (RtInspection) later = NULL;
  const RtPredictions *p = rt_inspection_get_predictions (inspection);
  const char *other = p->labels[0] == 0 ? "light" : "dark";
  g_autofree char *name = rt_inspection_dup_name (inspection, 0);
  guint n_mended;

  g_assert_true (g_str_has_suffix (name, ".png"));
  g_assert_true (rt_inspection_can_correct (inspection));
  g_assert_null (rt_inspection_get_correction (inspection, 0));
  correct (inspection, 0, other);
  g_assert_cmpstr (rt_inspection_get_correction (inspection, 0)->label, ==, other);
  correct (inspection, 1, NULL);
  assert_corrected (f, 1, 1);
  correct (inspection, 0, NULL);
  assert_corrected (f, 0, 2);

  g_assert_true (undo (inspection));
  assert_corrected (f, 1, 1);
  revert (inspection, 1);
  assert_corrected (f, 1, 0);
  later = inspect (f);
  rt_corrections_count (rt_inspection_get_dataset (later)->corrections, &n_mended, NULL, NULL);
  g_assert_cmpuint (n_mended, ==, 1);
  g_assert_cmpint (rt_dataset_find_class (rt_inspection_get_dataset (inspection), other), !=,
                   p->labels[0]);
  for (int i = 0; i < 3; i++)
    g_assert_true (undo (inspection));
  g_assert_false (undo (inspection));
  assert_corrected (f, 0, 0);
}

static void
survey_reverted_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      data)
{
  Changes *changes = data;

  changes->n_done += rt_survey_revert_finish (RT_SURVEY (source), result, &changes->error);
  changes->n_left--;
}

/* As the list of all corrections takes them back: one, then those that are left. */
static void
test_revert (Fixture       *f,
             gconstpointer  data)
{
  g_autoptr (RtInspection) inspection = inspect (f);
  g_autoptr (RtSurvey) shown = NULL;
  g_autofree char *name = rt_inspection_dup_name (inspection, 1);
  const char *samples[] = { name, NULL };

  for (int row = 0; row < 3; row++)
    correct (inspection, row, NULL);
  shown = survey (f);
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      Changes changes = { .n_left = 1 };

      rt_survey_revert_async (shown, samples[i], survey_reverted_cb, &changes);
      session_test_wait (are_answered, &changes);
      g_assert_no_error (changes.error);
      g_assert_cmpint (changes.n_done, ==, 1);
      assert_corrected (f, 0, samples[i] != NULL ? 2 : 0);
    }
}

/* To undo takes back that one change, and leaves what was corrected elsewhere since. */
static void
test_undo_one (Fixture       *f,
               gconstpointer  data)
{
  g_autoptr (RtInspection) one = inspect (f);
  g_autoptr (RtInspection) other = inspect (f);

  correct (one, 0, NULL);
  correct (other, 1, NULL);
  assert_corrected (f, 0, 2);
  g_assert_true (undo (one));
  g_assert_null (rt_inspection_get_correction (one, 0));
  g_assert_nonnull (rt_inspection_get_correction (one, 1));
  assert_corrected (f, 0, 1);
}

/* What cannot be kept is said, and is not taken back. */
static void
test_revert_unkept (Fixture       *f,
                    gconstpointer  data)
{
  g_autoptr (RtInspection) inspection = inspect (f);
  g_autoptr (RtSurvey) shown = NULL;
  g_autofree char *folder = g_build_filename (f->home, "corrections", NULL);
  g_autofree char *moved = g_strconcat (folder, "-moved", NULL);
  Changes changes = { .n_left = 1 };

  correct (inspection, 0, NULL);
  shown = survey (f);
  g_assert_cmpint (g_rename (folder, moved), ==, 0);
  g_assert_true (g_file_set_contents (folder, "in its place", -1, NULL));
  rt_survey_revert_async (shown, NULL, survey_reverted_cb, &changes);
  session_test_wait (are_answered, &changes);
  g_assert_cmpint (changes.n_done, ==, 0);
  g_assert_nonnull (changes.error);
  g_clear_error (&changes.error);
  g_assert_cmpint (g_unlink (folder), ==, 0);
  g_assert_cmpint (g_rename (moved, folder), ==, 0);
  assert_corrected (f, 0, 1);
}

/* The picture lies on a disk that takes its time: a pipe that nobody has written to yet. */
static void
test_correct_slowly (Fixture       *f,
                     gconstpointer  data)
{
  g_autoptr (RtInspection) inspection = inspect (f);
  const RtPredictions *p = rt_inspection_get_predictions (inspection);
  g_autofree char *path = rt_dataset_get_file (rt_inspection_get_dataset (inspection),
                                               p->samples[0]);
  Changes changes = { .n_left = 2 };
  int fd;

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  rt_inspection_correct_async (inspection, 0, NULL, changed_cb, &changes);
  rt_inspection_undo_async (inspection, changed_cb, &changes);
  session_test_iterate (0.2);
  g_assert_cmpint (changes.n_left, ==, 2);
  g_assert_null (rt_inspection_get_correction (inspection, 0));
  fd = g_open (path, O_WRONLY | O_CLOEXEC, 0);
  g_assert_true (g_close (fd, NULL));
  session_test_wait (are_answered, &changes);
  g_assert_no_error (changes.error);
  g_assert_cmpint (changes.n_done, ==, 2);
  g_assert_null (rt_inspection_get_correction (inspection, 0));
}

/* By its name alone. */
static void
test_kinds (Fixture       *f,
            gconstpointer  data)
{
  static const struct { const char *name; RtOpenKind kind; } cases[] = {
    { "/", RT_OPEN_DATASET }, { "a/train-images-idx3-ubyte.gz", RT_OPEN_DATASET },
    { "data_batch_1.bin", RT_OPEN_DATASET }, { "letters.csv", RT_OPEN_DATASET },
    { "pytorch_model.bin", RT_OPEN_WEIGHTS }, { "RESNET18.PTH", RT_OPEN_WEIGHTS },
    { "a.onnx", RT_OPEN_WEIGHTS }, { "a.keras", RT_OPEN_WEIGHTS },
    { "a.safetensors", RT_OPEN_WEIGHTS },
    { "cat.JPG", RT_OPEN_PICTURE }, { "cat.webp", RT_OPEN_PICTURE },
    { "recipe.json", RT_OPEN_RECIPE }, { "a.onnx.txt", RT_OPEN_UNKNOWN },
    { "README", RT_OPEN_UNKNOWN },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (rt_session_guess_kind (cases[i].name), ==, cases[i].kind);
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; void (*run) (Fixture *, gconstpointer); } tests[] = {
    { "/survey/split", test_split },
    { "/survey/duplicates", test_duplicates },
    { "/survey/damaged", test_damaged },
    { "/survey/unreadable", test_unreadable },
    { "/survey/correct", test_correct },
    { "/survey/correct-slowly", test_correct_slowly },
    { "/survey/revert", test_revert },
    { "/survey/undo-one", test_undo_one },
    { "/survey/revert-unkept", test_revert_unkept },
    { "/survey/kinds", test_kinds },
  };

  g_test_init (&argc, &argv, NULL);
  for (size_t i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].name, Fixture, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}
