/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-catalogue.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUM "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"

/* In the place of the system's own. */
static int n_syncs;

int
fsync (int fd)
{
  n_syncs++;
  return (int) syscall (SYS_fsync, fd);
}

/* What each broken one is made of, by one change. */
static const char good[] =
  "{ \"retort_catalogue\": 1, \"entries\": [ {\n"
  "  \"name\": \"tiny\", \"kind\": \"dataset\", \"title\": \"Tiny\", \"opens\": \"idx:\",\n"
  "  \"licence\": \"CC0\", \"publisher\": \"A test\", \"origin\": \"made up\",\n"
  "  \"files\": [ { \"address\": \"https://example.org/a.bin\", \"name\": \"a.bin\",\n"
  "               \"bytes\": 5, \"sha256\": \"" SUM "\" },\n"
  "             { \"address\": \"http://example.org/b.bin\", \"name\": \"b.bin\",\n"
  "               \"about_bytes\": 100, \"md5\": \"c32a1d4ab5d03f1284b67883e8d87530\" } ] } ] }\n";

static const struct
{
  const char *from, *to, *said;
} changes[] = {
  { "\"retort_catalogue\": 1", "\"retort_catalogue\": 2", "begins with" },
  { "\"retort_catalogue\": 1, ", "", "begins with" },
  { "\"entries\": [", "\"entries\": 5, \"x\": [", "no such key" },
  { "\"name\": \"tiny\", ", "", "entry 1: \"name\"" },
  { "\"name\": \"tiny\"", "\"name\": \"../tiny\"", "entry 1: \"name\"" },
  { "\"name\": \"tiny\"", "\"name\": \".tiny\"", "entry 1: \"name\"" },
  { "\"name\": \"tiny\"", "\"name\": \"ti ny\"", "entry 1: \"name\"" },
  { "\"name\": \"tiny\"", "\"name\": 7", "entry 1: \"name\"" },
  { "\"kind\": \"dataset\"", "\"kind\": \"set\"", "\"dataset\" or \"weights\"" },
  { "\"kind\": \"dataset\"", "\"kind\": \"weights\"", "file:NAME" },
  { "\"idx:\"", "\"idx:../x\"", "\"opens\"" },
  { "\"idx:\"", "\"idx:/etc\"", "\"opens\"" },
  { "\"idx:\"", "\"file:a.bin\"", "\"opens\"" },
  { "\"idx:\"", "\"builtin:glyphs\"", "\"opens\"" },
  { "\"idx:\"", "\"\"", "\"opens\"" },
  { "\"licence\": \"CC0\", ", "", "\"licence\"" },
  { "\"licence\": \"CC0\", ", "\"licence\": \"\", ", "\"licence\"" },
  { "\"origin\"", "\"orgin\"", "orgin" },
  { "https://example.org/a.bin", "file:///etc/passwd", "file 1: \"address\"" },
  { "https://example.org/a.bin", "ftp://example.org/a.bin", "file 1: \"address\"" },
  { "https://example.org/a.bin", "https:///a.bin", "file 1: \"address\"" },
  { "https://example.org/a.bin", "https://me:secret@example.org/a.bin", "file 1: \"address\"" },
  { "https://example.org/a.bin", "a.bin", "file 1: \"address\"" },
  { "\"name\": \"a.bin\"", "\"name\": \"a/b.bin\"", "file 1: \"name\"" },
  { "\"name\": \"a.bin\"", "\"name\": \"..\"", "file 1: \"name\"" },
  { "\"name\": \"a.bin\"", "\"name\": \"a.part\"", "file 1: \"name\"" },
  { "\"name\": \"a.bin\"", "\"name\": \"unpacked\"", "file 1: \"name\"" },
  { "\"name\": \"a.bin\"", "\"name\": \"b.bin\"", "file 2: \"name\"" },
  { "\"bytes\": 5", "\"bytes\": 0", "file 1: \"bytes\"" },
  { "\"bytes\": 5", "\"bytes\": -5", "file 1: \"bytes\"" },
  { "\"bytes\": 5", "\"bytes\": 5.5", "file 1: \"bytes\"" },
  { "\"bytes\": 5", "\"bytes\": \"5\"", "file 1: \"bytes\"" },
  { "\"bytes\": 5", "\"bytes\": 9007199254740991", "file 1: \"bytes\"" },
  { "\"bytes\": 5", "\"bytes\": 5, \"about_bytes\": 5", "file 1: \"bytes\"" },
  { "\"bytes\": 5, ", "", "file 1: \"bytes\"" },
  { "\"bytes\": 5", "\"bytes\": 5, \"unpacked_bytes\": 5", "file 1: \"unpacked_files\"" },
  { "\"bytes\": 5", "\"bytes\": 5, \"unpacked_bytes\": 5, \"unpacked_files\": 5", "the only file" },
  { SUM, "c4a38c5", "8 to 64" },
  { SUM, SUM "00", "8 to 64" },
  { SUM, "C4A38C50", "8 to 64" },
  { SUM, "c4a38c5g", "8 to 64" },
  { "\"sha256\": \"" SUM "\"", "\"md5\": \"c32a1d4a\"", "32 to 32" },
  { ", \"sha256\": \"" SUM "\"", "", "a sum to be checked by" },
  { "} ] } ] }", "} ] } ]", "line" },
  { "} ] } ] }", "} ] }, 5 ] }", "entry 2: \"entries\"" },
  { "\"files\": [ {", "\"files\": [ 5, {", "file 1: \"files\"" },
  { "\"title\": \"Tiny\"", "\"title\": \"Tiny\", \"title\": \"Two\"", "twice" },
};

static char *
replace (const char *text,
         const char *from,
         const char *to)
{
  const char *at = strstr (text, from);

  g_assert_nonnull (at);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, to, at + strlen (from));
}

static void
test_good (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = rt_catalogue_parse (good, -1, "good.json", &error);
  const RtCatalogueEntry *entry;
  const RtCatalogueFile *a, *b;
  guint64 least, most;
  gboolean exact;

  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1);
  entry = entries->pdata[0];
  g_assert_cmpstr (entry->name, ==, "tiny");
  g_assert_cmpint (entry->kind, ==, RT_CATALOGUE_DATASET);
  g_assert_cmpuint (entry->files->len, ==, 2);
  a = entry->files->pdata[0];
  b = entry->files->pdata[1];
  rt_catalogue_file_get_limits (a, &least, &most);
  g_assert_true (least == 5 && most == 5);
  rt_catalogue_file_get_limits (b, &least, &most);
  g_assert_true (least == 95 && most == 105);
  g_assert_true (rt_catalogue_entry_get_bytes (entry, &exact) == 105 && !exact);
  g_assert_true (rt_catalogue_file_check_sums (a, SUM, "no md5 of it is known"));
  g_assert_false (rt_catalogue_file_check_sums (a, "c4a38c50", ""));
  g_assert_true (rt_catalogue_file_check_sums (b, SUM, "c32a1d4ab5d03f1284b67883e8d87530"));
  g_assert_false (rt_catalogue_file_check_sums (b, SUM, "d32a1d4ab5d03f1284b67883e8d87530"));
}

static void
test_broken (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autofree char *text = replace (good, changes[i].from, changes[i].to);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = rt_catalogue_parse (text, -1, "broken.json", &error);

      if (entries != NULL)
        g_error ("“%s” for “%s” is taken", changes[i].to, changes[i].from);
      g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID);
      if (strstr (error->message, "broken.json") == NULL
          || strstr (error->message, changes[i].said) == NULL)
        g_error ("“%s”: \"%s\" does not say \"%s\"", changes[i].to, error->message,
                 changes[i].said);
    }
}

/* Cut after each of its bytes, it is refused. */
static void
test_cut (void)
{
  for (size_t n = 0; n + 2 < sizeof good; n++)
    {
      g_autofree char *text = g_strndup (good, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) entries = rt_catalogue_parse (text, (gssize) n, "cut.json", &error);

      g_assert_null (entries);
      g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID);
    }
}

/* The one that comes with the program. */
static void
test_shipped (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;

  g_unsetenv ("RETORT_CATALOGUE");
  entries = rt_catalogue_read (&error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, >=, 9);
}

static void
write_file (const RtCatalogueEntry *entry,
            const char             *name,
            size_t                  n)
{
  g_autofree char *path = rt_catalogue_entry_get_path (entry, name);
  g_autofree char *bytes = g_malloc0 (n);
  g_autoptr (GError) error = NULL;

  g_file_set_contents (path, bytes, (gssize) n, &error);
  g_assert_no_error (error);
}

static void
assert_not_fetched (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = rt_catalogue_resolve ("catalogue:tiny", RT_CATALOGUE_DATASET, NULL,
                                                 &error);

  g_assert_null (whole);
  g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_NOT_FETCHED);
  g_assert_cmpstr (error->message, ==, "catalogue:tiny is not fetched yet; fetch it with "
                   "retort-cli fetch tiny");
}

/* It is fetched when SHA256SUMS agrees and all is there in its size, and not before. */
static void
test_fetched (void)
{
  static const char *const sums[] = { SUM, SUM };
  static const char *const other_sums[] = { "00000000" SUM, SUM };
  g_autoptr (GError) error = NULL;
  g_autoptr (RtCatalogueEntry) entry = rt_catalogue_find ("tiny", &error);
  g_autofree char *folder = rt_catalogue_entry_get_folder (entry);
  g_autofree char *whole = NULL, *expected = g_strdup_printf ("idx:%s/", folder);

  g_assert_no_error (error);
  assert_not_fetched ();
  g_mkdir_with_parents (folder, 0700);
  write_file (entry, "a.bin", 5);
  write_file (entry, "b.bin", 98);
  assert_not_fetched ();
  n_syncs = 0;
  g_assert_true (rt_catalogue_entry_set_fetched (entry, other_sums, &error));
  g_assert_cmpint (n_syncs, >, 0);
  assert_not_fetched ();
  g_assert_true (rt_catalogue_entry_set_fetched (entry, sums, &error));
  whole = rt_catalogue_resolve ("catalogue:tiny", RT_CATALOGUE_DATASET, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (whole, ==, expected);
  write_file (entry, "a.bin", 4);
  assert_not_fetched ();
  write_file (entry, "a.bin", 5);
  write_file (entry, "b.bin", 200);
  assert_not_fetched ();
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *whole = rt_catalogue_resolve ("catalogue:huge", RT_CATALOGUE_DATASET, NULL,
                                                 &error);

  g_assert_null (whole);
  g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_UNKNOWN);
  g_assert_nonnull (strstr (error->message, "tiny"));
  g_clear_error (&error);
  whole = rt_catalogue_resolve ("catalogue:tiny", RT_CATALOGUE_WEIGHTS, NULL, &error);
  g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_UNKNOWN);
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("retort-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (home, "good.json", NULL);
  g_autofree char *clean = g_strdup_printf ("rm -rf '%s'", home);
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/good", test_good);
  g_test_add_func ("/catalogue/broken", test_broken);
  g_test_add_func ("/catalogue/cut", test_cut);
  if (!g_file_set_contents (path, good, -1, NULL))
    return 1;
  g_setenv ("RETORT_HOME", home, TRUE);
  g_setenv ("RETORT_CATALOGUE", path, TRUE);
  g_test_add_func ("/catalogue/fetched", test_fetched);
  g_test_add_func ("/catalogue/unknown", test_unknown);
  g_test_add_func ("/catalogue/shipped", test_shipped);
  status = g_test_run ();
  return system (clean) == 0 ? status : 1;
}
