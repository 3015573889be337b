/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives written by libarchive itself, which writes what no honest program does too. */
#include "config.h"

#include "rt-archive.h"
#include "rt-catalogue.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef struct
{
  const char *name;
  int         type;      /* AE_IFREG, ... */
  const char *link;      /* (nullable) */
  size_t      n_bytes;
} Member;

typedef struct
{
  char *folder;    /* Owned */
  char *archive;   /* Owned: its path */
  char *target;    /* Owned: the folder that it is unpacked to */
} Fixture;

/* In the place of the system's own: counts, and fails as a full disk does where it is told to. */
static int n_syncs;
static gboolean is_full;

int
syncfs (int fd)
{
  n_syncs++;
  errno = ENOSPC;
  return is_full ? -1 : (int) syscall (SYS_syncfs, fd);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = g_dir_make_tmp ("retort-XXXXXX", NULL);
  fixture->archive = g_build_filename (fixture->folder, "a.archive", NULL);
  fixture->target = g_build_filename (fixture->folder, "target", NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  rt_archive_remove (fixture->folder, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (fixture->folder, G_FILE_TEST_EXISTS));
  g_free (fixture->folder);
  g_free (fixture->archive);
  g_free (fixture->target);
}

static void
write_archive (const Fixture *fixture,
               const Member  *members,
               size_t         n)
{
  struct archive *out = archive_write_new ();
  g_autofree char *zeros = g_malloc0 (10000);

  archive_write_add_filter_gzip (out);
  archive_write_set_format_pax_restricted (out);
  g_assert_cmpint (archive_write_open_filename (out, fixture->archive), ==, ARCHIVE_OK);
  for (size_t i = 0; i < n; i++)
    {
      struct archive_entry *entry = archive_entry_new ();

      archive_entry_set_pathname (entry, members[i].name);
      archive_entry_set_filetype (entry, (unsigned) members[i].type);
      archive_entry_set_perm (entry, 04777);
      archive_entry_set_size (entry, (la_int64_t) members[i].n_bytes);
      if (members[i].link != NULL && members[i].type == AE_IFLNK)
        archive_entry_set_symlink (entry, members[i].link);
      else if (members[i].link != NULL)
        archive_entry_set_hardlink (entry, members[i].link);
      g_assert_cmpint (archive_write_header (out, entry), ==, ARCHIVE_OK);
      for (size_t left = members[i].n_bytes; left > 0; left -= MIN (left, 10000))
        archive_write_data (out, zeros, MIN (left, 10000));
      archive_entry_free (entry);
    }
  g_assert_cmpint (archive_write_close (out), ==, ARCHIVE_OK);
  archive_write_free (out);
}

static gboolean
unpack (const Fixture  *fixture,
        GError        **error)
{
  const RtArchiveLimits limits = { 50000, 10 };

  return rt_archive_unpack (fixture->archive, fixture->target, &limits, NULL, NULL, NULL, error);
}

static void
test_good (Fixture       *fixture,
           gconstpointer  data)
{
  const Member members[] = {
    { "a", AE_IFDIR }, { "a/one", AE_IFREG, NULL, 20000 }, { "b/c/two", AE_IFREG, NULL, 0 },
    { "./three", AE_IFREG, NULL, 30000 },
  };
  g_autofree char *one = g_build_filename (fixture->target, "a", "one", NULL);
  g_autofree char *three = g_build_filename (fixture->target, "three", NULL);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  write_archive (fixture, members, G_N_ELEMENTS (members));
  is_full = TRUE;
  g_assert_false (unpack (fixture, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
  g_assert_false (g_file_test (fixture->target, G_FILE_TEST_EXISTS));
  g_clear_error (&error);
  is_full = FALSE;
  g_assert_true (unpack (fixture, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n_syncs, ==, 2);
  g_assert_cmpint (g_stat (one, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 20000);
  g_assert_cmpint (info.st_mode & 07133, ==, 0);
  g_assert_true (g_file_test (three, G_FILE_TEST_IS_REGULAR));
}

static void
test_bad (Fixture       *fixture,
          gconstpointer  data)
{
  static const Member members[] = {
    { "../out", AE_IFREG, NULL, 1 },
    { "a/../../out", AE_IFREG, NULL, 1 },
    { "/tmp/retort-out", AE_IFREG, NULL, 1 },
    { "a\\..\\out", AE_IFREG, NULL, 1 },
    { "..", AE_IFDIR },
    { "link", AE_IFLNK, "/tmp" },
    { "link", AE_IFLNK, "." },
    { "link", AE_IFREG, "/etc/passwd" },
    { "pipe", AE_IFIFO },
    { "device", AE_IFCHR },
    { "bomb", AE_IFREG, NULL, 50001 },
  };
  g_autofree char *out = g_build_filename (fixture->folder, "out", NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (members); i++)
    {
      const Member both[] = { { "before", AE_IFREG, NULL, 10 }, members[i] };
      g_autoptr (GError) error = NULL;

      write_archive (fixture, both, 2);
      if (unpack (fixture, &error))
        g_error ("%s was unpacked", members[i].name);
      g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID);
      g_assert_false (g_file_test (fixture->target, G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test (out, G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test ("/tmp/retort-out", G_FILE_TEST_EXISTS));
    }
}

static void
test_many (Fixture       *fixture,
           gconstpointer  data)
{
  Member members[11];
  char names[11][8];
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 11; i++)
    {
      g_snprintf (names[i], sizeof names[i], "f%d", i);
      members[i] = (Member) { names[i], AE_IFREG, NULL, 1 };
    }
  write_archive (fixture, members, 10);
  g_assert_true (unpack (fixture, &error));
  g_assert_no_error (error);
  g_assert_true (rt_archive_remove (fixture->target, &error));
  write_archive (fixture, members, 11);
  g_assert_false (unpack (fixture, &error));
  g_assert_error (error, RT_CATALOGUE_ERROR, RT_CATALOGUE_ERROR_INVALID);
}

/* Cut anywhere, it is refused, and nothing is left. */
static void
test_cut (Fixture       *fixture,
          gconstpointer  data)
{
  const Member members[] = { { "a/one", AE_IFREG, NULL, 20000 }, { "two", AE_IFREG, NULL, 9 } };
  g_autofree char *bytes = NULL;
  size_t n_bytes;

  write_archive (fixture, members, 2);
  g_assert_true (g_file_get_contents (fixture->archive, &bytes, &n_bytes, NULL));
  for (size_t n = 0; n < n_bytes - 20; n += 7)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (fixture->archive, bytes, (gssize) n, NULL));
      if (unpack (fixture, &error))
        {
          /* All that it holds had come; only zeros of the end are missing. */
          g_assert_true (rt_archive_remove (fixture->target, NULL));
          continue;
        }
      g_assert_nonnull (error);
      g_assert_false (g_file_test (fixture->target, G_FILE_TEST_EXISTS));
    }
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  data)
{
  const Member members[] = { { "a", AE_IFREG, NULL, 20000 } };
  const RtArchiveLimits limits = { 50000, 10 };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  write_archive (fixture, members, 1);
  g_cancellable_cancel (cancellable);
  g_assert_false (rt_archive_unpack (fixture->archive, fixture->target, &limits, NULL, NULL,
                                     cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (g_file_test (fixture->target, G_FILE_TEST_EXISTS));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/archive/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/archive/bad", Fixture, NULL, set_up, test_bad, tear_down);
  g_test_add ("/archive/many", Fixture, NULL, set_up, test_many, tear_down);
  g_test_add ("/archive/cut", Fixture, NULL, set_up, test_cut, tear_down);
  g_test_add ("/archive/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  return g_test_run ();
}
