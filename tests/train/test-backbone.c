/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "backbone-test.h"

#include "rt-catalogue.h"
#include "rt-formats.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CARD_START "{ \"retort_backbone\": 1, \"title\": \"A title\", \"network\": \"resnet8\""
#define CARD_INPUT ", \"input\": { \"width\": 32, \"height\": 32, \"channels\": 3," \
                   " \"mean\": [0.5, 0.5, 0.5], \"std\": [0.25, 0.25, 0.25] }"

/* In the place of the system's own: counts, and fails as a full disk does for files so named. */
static int n_syncs;
static const char *failing = "nothing";

int
fsync (int fd)
{
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autofree char *path = g_file_read_link (link, NULL);

  n_syncs++;
  if (path == NULL || strstr (path, failing) == NULL)
    return (int) syscall (SYS_fsync, fd);
  errno = ENOSPC;
  return -1;
}

static char *
write_file (BackboneTest *fixture,
            const char   *name,
            const char   *text)
{
  char *path = g_build_filename (fixture->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
assert_equal (const RtBackbone *a,
              const RtBackbone *b)
{
  g_assert_cmpstr (a->title, ==, b->title);
  g_assert_cmpstr (a->network, ==, b->network);
  g_assert_cmpmem (a->hidden, sizeof a->hidden, b->hidden, sizeof b->hidden);
  g_assert_cmpmem (&a->format, sizeof a->format, &b->format, sizeof b->format);
  g_assert_cmpuint (a->class_names->len, ==, b->class_names->len);
  for (guint i = 0; i < a->class_names->len; i++)
    g_assert_cmpstr (g_ptr_array_index (a->class_names, i), ==,
                     g_ptr_array_index (b->class_names, i));
  g_assert_cmpstr (a->trained_on, ==, b->trained_on);
  g_assert_cmpstr (a->trained_by, ==, b->trained_by);
  g_assert_cmpstr (a->licence, ==, b->licence);
  g_assert_cmpfloat (a->accuracy, ==, b->accuracy);
  g_assert_cmpint (isnan (a->seconds), ==, isnan (b->seconds));
  g_assert_cmpuint (a->n_params, ==, b->n_params);
  g_assert_cmpuint (a->bytes, ==, b->bytes);
}

static void
test_card (BackboneTest  *fixture,
           gconstpointer  data)
{
  g_autoptr (RtBackbone) backbone = backbone_test_make ();
  g_autofree char *path = g_build_filename (fixture->folder, "small.json", NULL);
  g_autofree char *weights = g_build_filename (fixture->folder, "small.safetensors", NULL);
  g_autoptr (RtBackbone) read = NULL, copy = NULL;
  g_autoptr (GError) error = NULL;

  n_syncs = 0;
  g_assert_true (rt_backbone_write_card (backbone, path, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_syncs, >, 0);
  read = rt_backbone_read_card (path, &error);
  g_assert_no_error (error);
  assert_equal (read, backbone);
  g_assert_cmpstr (read->name, ==, "small");
  g_assert_cmpstr (read->weights_path, ==, weights);

  copy = rt_backbone_copy (read);
  g_clear_pointer (&read, rt_backbone_free);
  assert_equal (copy, backbone);
  g_assert_cmpstr (copy->weights_path, ==, weights);
}

static void
test_broken_cards (BackboneTest  *fixture,
                   gconstpointer  data)
{
  static const struct { const char *text, *part; } cases[] = {
    { "", "there is nothing in it" },
    { "[]", "not a model card" },
    { "{ \"retort\": 1 }", "not a model card" },
    { "{ \"retort_backbone\": 2 }", "not a model card" },
    { "{ \"retort_backbone\": 1 }", "\"title\" of this card is missing or wrong" },
    { CARD_START "}", "\"input\" of this card is missing" },
    { CARD_START ", \"input\": { \"width\": 0 } }", "\"width\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 2 } }",
      "\"channels\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0, 0] } "
                 "}", "\"mean\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [0] } }", "\"std\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [1], \"fit\": \"crush\" } }", "\"fit\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [1], \"fit\": 1 } }", "\"fit\"" },
    { CARD_START ", \"input\": { \"width\": 8, \"height\": 8, \"channels\": 1, \"mean\": [0], "
                 "\"std\": [1], \"fit\": \"crop\", \"crop\": 1.5 } }", "\"crop\"" },
    { CARD_START CARD_INPUT ", \"classes\": [1] }", "\"classes\"" },
    { CARD_START CARD_INPUT ", \"classes\": 3 }", "\"classes\"" },
    { CARD_START CARD_INPUT ", \"accuracy\": 98 }", "\"accuracy\"" },
    { CARD_START CARD_INPUT ", \"accuracy\": \"high\" }", "\"accuracy\"" },
    { CARD_START CARD_INPUT ", \"parameters\": 1e55 }", "\"parameters\"" },
    { CARD_START CARD_INPUT ", \"bytes\": -1 }", "\"bytes\"" },
    { CARD_START CARD_INPUT ", \"licence\": 5 }", "\"licence\"" },
    { CARD_START CARD_INPUT ", \"hidden\": [1.5] }", "\"hidden\"" },
    { CARD_START CARD_INPUT ", \"title\": \"again\" }", "stands twice" },
    { "{ \"retort_backbone\": 1, \"title\": \"t\", \"network\": \"vgg\"" CARD_INPUT "}",
      "no network is called \"vgg\"" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (fixture, "card.json", cases[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (rt_backbone_read_card (path, &error));
      g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
      g_assert_true (g_str_has_prefix (error->message, path));
      if (strstr (error->message, cases[i].part) == NULL)
        g_error ("“%s” is not in “%s”", cases[i].part, error->message);
    }
}

/* Whatever this build brings: every card can be read and has its weights beside it. */
static void
test_builtin (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = rt_backbone_list_builtin (&error);

  g_assert_no_error (error);
  g_assert_nonnull (list);
  for (guint i = 0; i < list->len; i++)
    {
      const RtBackbone *backbone = g_ptr_array_index (list, i);
      g_autoptr (RtBackbone) found = rt_resolver_find (NULL, backbone->spec, NULL, NULL, &error);
      g_autoptr (RtNetwork) network = NULL;

      g_assert_no_error (error);
      assert_equal (found, backbone);
      network = rt_backbone_load (found, &error);
      g_assert_no_error (error);
      g_assert_cmpint (rt_network_get_n_classes (network), ==, found->class_names->len);
    }
}

static void
assert_not_found (const RtResolver *resolver,
                  const char       *spec,
                  const char       *network,
                  int               code,
                  const char       *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rt_resolver_find (resolver, spec, network, "/nowhere", &error));
  g_assert_error (error, RT_RECIPE_ERROR, code);
  g_assert_nonnull (strstr (error->message, spec));
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in “%s”", part, error->message);
}

static RtBackbone *
resolve_cb (int      run,
            int      epoch,
            void    *data,
            GError **error)
{
  RtBackbone *backbone;

  if (run == 99)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING, "no such run");
      return NULL;
    }
  backbone = backbone_test_make ();
  backbone->name = g_strdup_printf ("%d at %d", run, epoch);
  return backbone;
}

static void
test_find (void)
{
  RtResolver resolver = { resolve_cb, NULL };
  g_autoptr (RtBackbone) best = rt_resolver_find (&resolver, "run:12", NULL, NULL, NULL);
  g_autoptr (RtBackbone) third = rt_resolver_find (&resolver, "run:12@3", NULL, NULL, NULL);

  g_assert_cmpstr (best->name, ==, "12 at 0");
  g_assert_cmpstr (third->name, ==, "12 at 3");
  assert_not_found (&resolver, "run:99", NULL, RT_RECIPE_ERROR_MISSING, "no such run");
  assert_not_found (NULL, "run:1", NULL, RT_RECIPE_ERROR_MISSING, "there are no runs here");
  assert_not_found (&resolver, "run:", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:0", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:1@", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:1@0", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (&resolver, "run:1 ", NULL, RT_RECIPE_ERROR_INVALID, "run:NUMBER@EPOCH");
  assert_not_found (NULL, "builtin:nothing", NULL, RT_RECIPE_ERROR_MISSING, "there are: ");
  assert_not_found (NULL, "random", NULL, RT_RECIPE_ERROR_INVALID, "allowed: builtin:NAME");
  assert_not_found (NULL, "file:", "resnet8", RT_RECIPE_ERROR_INVALID, "allowed: builtin:NAME");
  assert_not_found (NULL, "file:a.pth", "resnet8", RT_RECIPE_ERROR_MISSING, "/nowhere/a.pth");
  assert_not_found (NULL, "file:a.pth", NULL, RT_RECIPE_ERROR_MISSING, "/nowhere/a.pth");
  assert_not_found (NULL, "file:a.pth", "vgg", RT_RECIPE_ERROR_INVALID, "there are: mlp, ");
}

/* Without a card the head's size is read off its tensor, and an mlp's off all of them. */
static void
test_load (BackboneTest  *fixture,
           gconstpointer  data)
{
  static const RtNetworkOptions cases[] = {
    { .name = "resnet8", .classes = 7 },
    { .name = "lenet5", .classes = 26 },
    { .name = "mobile", .classes = 3 },
    { .name = "mlp", .classes = 5, .hidden = { 31, 17, 9 } },
    { .name = "mlp", .classes = 10 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "w.safetensors", &cases[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (RtBackbone) backbone = rt_resolver_find (NULL, "file:w.safetensors", cases[i].name,
                                                          fixture->folder,
                                                          &error);
      g_autoptr (RtNetwork) loaded = NULL;

      g_assert_no_error (error);
      g_assert_cmpuint (backbone->bytes, >, 1000);
      loaded = rt_backbone_load (backbone, &error);
      g_assert_no_error (error);
      g_assert_cmpint (rt_network_get_n_classes (loaded), ==, cases[i].classes);
      backbone_test_assert_same (loaded, saved);
    }
}

/* A card beside the weights says what the file does not. */
static void
test_load_card (BackboneTest  *fixture,
                gconstpointer  data)
{
  RtNetworkOptions options = { .name = "mlp", .classes = 2, .height = 12, .width = 12,
                               .channels = 1, .hidden = { 8 } };
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "w.safetensors", &options);
  g_autofree char *card = g_build_filename (fixture->folder, "w.json", NULL);
  g_autoptr (RtBackbone) backbone = backbone_test_make ();
  g_autoptr (RtBackbone) found = NULL;
  g_autoptr (RtNetwork) loaded = NULL, refused = NULL;
  g_autoptr (GError) error = NULL;

  g_free (backbone->network);
  backbone->network = g_strdup ("mlp");
  backbone->hidden[0] = 8;
  backbone->format = (RtInputFormat) { 12, 12, 1, { 0.4f }, { 0.2f } };
  g_assert_true (rt_backbone_write_card (backbone, card, &error));
  found = rt_resolver_find (NULL, "file:w.safetensors", NULL, fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_cmpint (found->format.width, ==, 12);
  g_assert_cmpstr (g_ptr_array_index (found->class_names, 1), ==, "B \"quoted\"");
  loaded = rt_backbone_load (found, &error);
  g_assert_no_error (error);
  backbone_test_assert_same (loaded, saved);

  found->hidden[0] = 9;
  refused = rt_backbone_load (found, &error);
  g_assert_null (refused);
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "w.safetensors"));
}

/* Only what is meant as a card is spared, a damaged one too. */
static void
test_spared (BackboneTest  *fixture,
             gconstpointer  data)
{
  static const struct { const char *text; gboolean spared; } cases[] = {
    { CARD_START CARD_INPUT " }", TRUE }, { CARD_START, TRUE }, { "{ \"retort\": 1 }", FALSE },
    { "", FALSE },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = write_file (fixture, "w.json", cases[i].text);
      g_autofree char *nowhere = g_strconcat (path, ".json", NULL);
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (rt_backbone_check_no_card (path, &error), ==, !cases[i].spared);
      if (cases[i].spared)
        {
          g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
          g_assert_nonnull (strstr (error->message, "w.safetensors"));
        }
      g_assert_true (rt_backbone_check_no_card (nowhere, NULL));
    }
}

static void
test_load_misfit (BackboneTest  *fixture,
                  gconstpointer  data)
{
  RtNetworkOptions options = { .name = "lenet5", .classes = 10 };
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "w.safetensors", &options);
  static const char *const networks[] = { "resnet20", "mlp", "mobile" };

  g_assert_cmpint (rt_network_get_n_classes (saved), ==, 10);
  for (size_t i = 0; i < G_N_ELEMENTS (networks); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RtBackbone) backbone = rt_resolver_find (NULL, "file:w.safetensors", networks[i],
                                                          fixture->folder, &error);

      /* An mlp is told by its sizes alone, and only when it is loaded. */
      g_assert_cmpint (backbone != NULL, ==, g_str_equal (networks[i], "mlp"));
      if (backbone != NULL)
        g_assert_null (rt_backbone_load (backbone, &error));
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, "w.safetensors"));
      g_test_message ("%s", error->message);
    }
}

/* A name is free again after a try that did not come to its end. */
static void
test_keep (BackboneTest  *fixture,
           gconstpointer  data)
{
  RtNetworkOptions options = { .name = "lenet5", .classes = 3 };
  g_autoptr (RtNetwork) saved = backbone_test_save (fixture, "w.safetensors", &options);
  g_autofree char *path = g_build_filename (fixture->folder, "w.safetensors", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, "backbones", NULL);
  g_autofree char *weights = g_build_filename (folder, "mine.safetensors", NULL);
  g_autofree char *card = g_build_filename (folder, "mine.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = rt_backbone_open_file (path, NULL, NULL, &error);
  g_autofree char *spec = NULL;

  g_assert_no_error (error);
  g_setenv ("RETORT_HOME", fixture->folder, TRUE);
  failing = "mine.json";
  g_assert_null (rt_backbone_keep (backbone, "mine", NULL, &error));
  g_assert_error (error, RT_DATA_ERROR, RT_DATA_ERROR_WRITE);
  g_assert_nonnull (strstr (error->message, card));
  g_assert_false (g_file_test (weights, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  failing = "nothing";

  /* As where the program was ended between the two. */
  g_assert_true (g_file_set_contents (weights, "cut", -1, NULL));
  spec = rt_backbone_keep (backbone, "mine", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (spec + strlen ("file:"), ==, weights);
  g_assert_null (rt_backbone_keep (backbone, "mine", NULL, &error));
  g_assert_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID);
}

/* The weights that the catalogue names are of networks that there are. */
static void
test_catalogue (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = rt_catalogue_read (&error);

  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++)
    {
      const RtCatalogueEntry *entry = entries->pdata[i];

      if (entry->kind == RT_CATALOGUE_WEIGHTS && rt_network_find (entry->network) == NULL)
        g_error ("%s: no network is called %s", entry->name, entry->network);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  backbone_test_add ("/backbone/card", test_card);
  backbone_test_add ("/backbone/broken-cards", test_broken_cards);
  g_test_add_func ("/backbone/builtin", test_builtin);
  g_test_add_func ("/backbone/catalogue", test_catalogue);
  g_test_add_func ("/backbone/find", test_find);
  backbone_test_add ("/backbone/load", test_load);
  backbone_test_add ("/backbone/load-card", test_load_card);
  backbone_test_add ("/backbone/spared", test_spared);
  backbone_test_add ("/backbone/keep", test_keep);
  backbone_test_add ("/backbone/load-misfit", test_load_misfit);
  return g_test_run ();
}
