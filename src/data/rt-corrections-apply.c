/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Corrections and the dataset they are of.
 *
 * They lie in the program's data folder under corrections/KEY/, KEY being the beginning of the
 * SHA-256 of the dataset's spec: `latest.csv` is what people edit, `DIGEST.csv` a version that a
 * run was trained with and names ("version:DIGEST"), so that it can be taken up, looked into or
 * trained again with the labels it had, whatever was corrected since.
 *
 * A sample is known by its name and content, never by its place: files may come and go beside it.
 * Of its content the length and the first 65,536 bytes are looked at, so that opening a dataset
 * with a thousand corrections reads no more than 64 MB. What is there no longer, or is another file
 * by now, is left as the dataset has it, and counted as lost, not forgotten: it may come back.
 */
#include "config.h"

#include "rt-corrections.h"

#include "rt-dirs.h"
#include "rt-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define LOOKED_AT    65536
#define KEY_LENGTH   16
#define MOST_BYTES   (64u << 20)   /* of a side file */
#define LATEST       "latest"
#define NONE         "none"
#define VERSION      "version:"

char *
rt_dataset_dup_sample_name (const RtDataset *dataset,
                            size_t           index)
{
  g_return_val_if_fail (dataset != NULL && index < dataset->n_samples, NULL);

  return dataset->klass->get_name != NULL ? g_strdup (dataset->klass->get_name (dataset, index))
                                          : g_strdup_printf ("#%" G_GSIZE_FORMAT, index);
}

int
rt_dataset_get_given_label (const RtDataset *dataset,
                            size_t           index)
{
  const RtCorrections *corrections = dataset->corrections;

  for (guint i = 0; corrections != NULL && i < rt_corrections_get_n (corrections); i++)
    {
      const RtCorrection *correction = rt_corrections_get (corrections, i);

      if (correction->applied && correction->index == index)
        return correction->was;
    }
  return dataset->labels[index];
}

/* Content */

static gboolean
digest_file (const char *path,
             uint64_t   *bytes,
             char      **digest)
{
  g_autofree uint8_t *start = g_malloc (LOOKED_AT);
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  size_t n = 0;
  ssize_t now = 1;
  GStatBuf info;

  if (fd < 0)
    return FALSE;
  while (n < LOOKED_AT && now > 0)
    {
      now = read (fd, start + n, LOOKED_AT - n);
      n += now > 0 ? (size_t) now : 0;
      now = now < 0 && errno == EINTR ? 1 : now;
    }
  g_close (fd, NULL);
  if (now < 0 || g_stat (path, &info) != 0)
    return FALSE;
  *bytes = (uint64_t) info.st_size;
  *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, start, n);
  return TRUE;
}

/* What a sample's content is told from another's by. */
static gboolean
digest_sample (const RtDataset *dataset,
               size_t           index,
               uint64_t        *bytes,
               char           **digest)
{
  g_autofree char *path = rt_dataset_get_file (dataset, index);
  g_autoptr (RtImage) image = NULL;

  if (path != NULL)
    return digest_file (path, bytes, digest);
  image = rt_dataset_read_image (dataset, index, NULL);
  if (image == NULL)
    return FALSE;
  *bytes = (uint64_t) image->width * image->height * image->channels;
  *digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, image->pixels,
                                         MIN (*bytes, LOOKED_AT));
  return TRUE;
}

gboolean
rt_corrections_correct (RtCorrections    *corrections,
                        const RtDataset  *dataset,
                        size_t            index,
                        const char       *label,
                        GError          **error)
{
  g_autofree char *name = NULL;
  g_autofree char *digest = NULL;
  uint64_t bytes;
  int given;

  g_return_val_if_fail (corrections != NULL && dataset != NULL, FALSE);
  g_return_val_if_fail (label == NULL || rt_dataset_find_class (dataset, label) >= 0, FALSE);

  name = rt_dataset_dup_sample_name (dataset, index);
  given = rt_dataset_get_given_label (dataset, index);
  if (label != NULL && rt_dataset_find_class (dataset, label) == given)
    {
      rt_corrections_remove (corrections, name);
      return TRUE;
    }
  if (!digest_sample (dataset, index, &bytes, &digest))
    return rt_file_set_invalid (error, name, "cannot be read any more, so it cannot be told from "
                                "another file: put it back, or remove it from the folder");
  rt_corrections_set (corrections, name, bytes, digest, label);
  return TRUE;
}

/* Application */

static gboolean
is_same (const RtCorrection *correction,
         const RtDataset    *dataset,
         size_t              index)
{
  g_autofree char *digest = NULL;
  uint64_t bytes;

  return digest_sample (dataset, index, &bytes, &digest) && bytes == correction->bytes
         && g_str_equal (digest, correction->digest);
}

static void
apply (RtCorrection *correction,
       RtDataset    *dataset,
       size_t        index)
{
  int label = correction->label != NULL ? rt_dataset_find_class (dataset, correction->label) : -1;

  if ((label < 0 && correction->label != NULL) || !is_same (correction, dataset, index))
    return;
  correction->applied = TRUE;
  correction->index = index;
  correction->was = dataset->labels[index];
  dataset->labels[index] = label;
}

void
rt_corrections_apply (RtCorrections *corrections,
                      RtDataset     *dataset)
{
  g_return_if_fail (corrections != NULL && dataset != NULL && dataset->corrections == NULL);

  dataset->corrections = corrections;
  for (size_t i = 0; rt_corrections_get_n (corrections) > 0 && i < dataset->n_samples; i++)
    {
      g_autofree char *name = rt_dataset_dup_sample_name (dataset, i);
      RtCorrection *correction = (RtCorrection *) rt_corrections_find (corrections, name);

      if (correction != NULL)
        apply (correction, dataset, i);
    }
}

void
rt_corrections_count (const RtCorrections *corrections,
                      guint               *n_mended,
                      guint               *n_aside,
                      guint               *n_lost)
{
  guint counts[3] = { 0 };
  guint *outs[] = { n_mended, n_aside, n_lost };

  for (guint i = 0; corrections != NULL && i < rt_corrections_get_n (corrections); i++)
    {
      const RtCorrection *correction = rt_corrections_get (corrections, i);

      counts[!correction->applied ? 2 : correction->label == NULL ? 1 : 0]++;
    }
  for (size_t i = 0; i < G_N_ELEMENTS (outs); i++)
    if (outs[i] != NULL)
      *outs[i] = counts[i];
}

char *
rt_corrections_describe (const RtCorrections *corrections)
{
  guint n_mended, n_aside, n_lost;
  GString *text;

  rt_corrections_count (corrections, &n_mended, &n_aside, &n_lost);
  if (n_mended + n_aside + n_lost == 0)
    return NULL;
  text = g_string_new (NULL);
  g_string_printf (text, "%u %s mended, %u set aside", n_mended, n_mended == 1 ? "label" : "labels",
                   n_aside);
  if (n_lost > 0)
    g_string_append_printf (text, "; %u %s no sample any more", n_lost,
                            n_lost == 1 ? "correction fits" : "corrections fit");
  return g_string_free (text, FALSE);
}

/* Files */

static char *
get_path (const char *spec,
          const char *version)
{
  g_autofree char *home = rt_dirs_get_home ();
  size_t n = strlen (spec);
  g_autofree char *key = NULL;
  g_autofree char *file = g_strconcat (version, ".csv", NULL);

  /* A folder is the same with a stroke at its end. */
  while (n > 0 && spec[n - 1] == '/')
    n--;
  key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, spec, (gssize) n);
  key[KEY_LENGTH] = '\0';
  return g_build_filename (home, "corrections", key, file, NULL);
}

static gboolean
is_version (const char *digest)
{
  return strlen (digest) == KEY_LENGTH
         && strspn (digest, "0123456789abcdef") == KEY_LENGTH;
}

RtCorrections *
rt_corrections_load (const char  *spec,
                     const char  *version,
                     GError     **error)
{
  gboolean latest = g_str_equal (version, LATEST);
  const char *stem = version;
  g_autofree char *path = NULL;
  g_autoptr (GBytes) bytes = NULL;
  RtCorrections *corrections;

  g_return_val_if_fail (spec != NULL && version != NULL, NULL);
  if (g_str_equal (version, NONE))
    return rt_corrections_new ();
  if (g_str_has_prefix (version, VERSION))
    stem = version + strlen (VERSION);
  if (!latest && (stem == version || !is_version (stem)))
    {
      rt_file_set_invalid (error, spec, "\"%s\" is no version of its corrections; write "
                           "\"latest\", \"none\" or \"version:\" with 16 hexadecimal digits",
                           version);
      return NULL;
    }
  path = get_path (spec, stem);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (latest)
        return rt_corrections_new ();
      rt_file_set_invalid (error, spec, "the corrections \"%s\" are not kept here (%s); write "
                           "\"latest\" for those of today, or \"none\"", version, path);
      return NULL;
    }
  bytes = rt_file_read (path, MOST_BYTES, NULL, error);
  if (bytes == NULL)
    return NULL;
  corrections = rt_corrections_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                      path, error);
  if (corrections == NULL)
    rt_file_add_advice (error, "mend that line, or remove the file to go without corrections");
  return corrections;
}

static gboolean
make_folder (const char  *folder,
             GError     **error)
{
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno),
               "%s: cannot be created: %s", folder, g_strerror (errno));
  return FALSE;
}

static gboolean
write_as (const char  *spec,
          const char  *version,
          const char  *text,
          GError     **error)
{
  g_autofree char *path = get_path (spec, version);
  g_autofree char *folder = g_path_get_dirname (path);

  return make_folder (folder, error)
         && rt_file_write (path, (const uint8_t *) text, strlen (text), error);
}

/* Until the descriptor is closed nobody else has it, be it another thread; -1 with @error. The file
 * is left behind: to remove it would let two hold locks on two files of one name. */
static int
take_lock (const char  *spec,
           GError     **error)
{
  g_autofree char *latest = get_path (spec, LATEST);
  g_autofree char *folder = g_path_get_dirname (latest);
  g_autofree char *path = g_build_filename (folder, "lock", NULL);
  int fd, locked;

  if (!make_folder (folder, error))
    return -1;
  fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  do
    locked = fd >= 0 ? flock (fd, LOCK_EX) : -1;
  while (fd >= 0 && locked != 0 && errno == EINTR);
  if (locked == 0)
    return fd;
  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno),
               "%s: cannot be locked: %s", path, g_strerror (errno));
  if (fd >= 0)
    g_close (fd, NULL);
  return -1;
}

RtCorrections *
rt_corrections_change (const char         *spec,
                       RtCorrectionsFunc   func,
                       void               *data,
                       GError            **error)
{
  g_autoptr (RtCorrections) corrections = NULL;
  g_autofree char *text = NULL;
  int lock = take_lock (spec, error);
  gboolean done = FALSE;

  if (lock < 0)
    return NULL;
  corrections = rt_corrections_load (spec, LATEST, error);
  if (corrections != NULL && func (corrections, data, error))
    {
      text = rt_corrections_print (corrections);
      done = write_as (spec, LATEST, text, error);
    }
  g_close (lock, NULL);
  return done ? g_steal_pointer (&corrections) : NULL;
}

char *
rt_corrections_pin (const char  *spec,
                    GError     **error)
{
  g_autoptr (RtCorrections) corrections = rt_corrections_load (spec, LATEST, error);
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;

  if (corrections == NULL)
    return NULL;
  if (rt_corrections_get_n (corrections) == 0)
    return g_strdup (NONE);
  text = rt_corrections_print (corrections);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  digest[KEY_LENGTH] = '\0';
  if (!write_as (spec, digest, text, error))
    return NULL;
  return g_strconcat (VERSION, digest, NULL);
}
