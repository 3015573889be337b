/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a spec, "KIND:REST", to the door of its kind. It is apart from rt-dataset.c so that what
 * needs only the struct does not pull in every format. What a person corrected of a set that is
 * opened (rt-corrections-apply.c) is applied here, so that nobody sees it otherwise.
 */
#include "config.h"

#include "rt-builtin.h"
#include "rt-catalogue.h"
#include "rt-corrections.h"
#include "rt-file.h"
#include "rt-formats.h"

#include <string.h>

#define KINDS "builtin:NAME, idx:PATH-PREFIX, cifar:FILE, folder:PATH, csv:PATH or catalogue:NAME"

typedef struct
{
  const char *prefix;
  RtDataset *(*open) (const char    *spec,
                      const char    *path,
                      GCancellable  *cancellable,
                      GError       **error);
  const char *advice;   /* (nullable) what to do about a damaged one */
} Kind;

static RtDataset *
open_idx (const char    *spec,
          const char    *path,
          GCancellable  *cancellable,
          GError       **error)
{
  return rt_idx_open (spec, path, error);
}

static RtDataset *
open_cifar (const char    *spec,
            const char    *path,
            GCancellable  *cancellable,
            GError       **error)
{
  return rt_cifar_open (spec, path, error);
}

static RtDataset *
open_csv (const char    *spec,
          const char    *path,
          GCancellable  *cancellable,
          GError       **error)
{
  return rt_csv_open (spec, path, error);
}

static const Kind kinds[] = {
  { "idx:", open_idx, "see that it is the right file, then copy or download it again" },
  { "cifar:", open_cifar, "see that it is the right file, then copy or download it again" },
  { "folder:", rt_folder_open, NULL },
  { "csv:", open_csv, "correct it, or copy or export it again" },
};

char *
rt_dataset_resolve_path (const char *path,
                         const char *folder)
{
  if (g_str_equal (path, "~") || g_str_has_prefix (path, "~/"))
    return g_canonicalize_filename (path[1] == '/' ? path + 2 : ".", g_get_home_dir ());
  if (folder != NULL)
    {
      g_autofree char *base = g_canonicalize_filename (folder, NULL);

      return g_canonicalize_filename (path, base);
    }
  return g_canonicalize_filename (path, NULL);
}

/* @dataset (transfer full) (nullable). A side file that cannot be read is an error: without it the
 * labels would be silently wrong again. */
static RtDataset *
correct (RtDataset   *dataset,
         const char  *version,
         GError     **error)
{
  g_autoptr (RtDataset) owned = dataset;
  RtCorrections *corrections;

  if (dataset == NULL)
    return NULL;
  corrections = rt_corrections_load (dataset->spec, version != NULL ? version : "latest", error);
  if (corrections == NULL)
    return NULL;
  rt_corrections_apply (corrections, dataset);
  return g_steal_pointer (&owned);
}

static RtDataset *
fail_unknown (const char  *spec,
              GError     **error)
{
  if (strchr (spec, ':') == NULL && g_file_test (spec, G_FILE_TEST_IS_DIR))
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "dataset \"%s\": the kind is missing; for a folder of class folders write "
                 "\"folder:%s\"", spec, spec);
  else
    g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                 "dataset \"%s\": of no known kind; write " KINDS, spec);
  return NULL;
}

/* What lies on the disk at a path, as it lies there. */
static RtDataset *
open_path (const char    *spec,
           const char    *folder,
           GCancellable  *cancellable,
           GError       **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const char *path = spec + strlen (kinds[i].prefix);
      g_autofree char *absolute = NULL;
      g_autofree char *absolute_spec = NULL;
      RtDataset *dataset;

      if (!g_str_has_prefix (spec, kinds[i].prefix))
        continue;
      if (*path == '\0')
        {
          g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                       "dataset \"%s\": the path after \"%s\" is missing", spec, kinds[i].prefix);
          return NULL;
        }

      /* The dataset keeps the absolute spec: that opens it again from anywhere. */
      absolute = rt_dataset_resolve_path (path, folder);
      absolute_spec = g_strconcat (kinds[i].prefix, absolute, NULL);
      dataset = kinds[i].open (absolute_spec, absolute, cancellable, error);
      if (dataset == NULL)
        rt_file_add_advice (error, kinds[i].advice);
      return dataset;
    }
  return fail_unknown (spec, error);
}

/* As what it was fetched as, under its own name, by which its corrections are kept too. */
static RtDataset *
open_catalogue (const char    *spec,
                GCancellable  *cancellable,
                GError       **error)
{
  g_autoptr (RtCatalogueEntry) entry = NULL;
  g_autofree char *whole = rt_catalogue_resolve (spec, RT_CATALOGUE_DATASET, &entry, error);
  RtDataset *dataset = whole != NULL ? open_path (whole, NULL, cancellable, error) : NULL;

  if (dataset == NULL)
    return NULL;
  g_free (dataset->spec);
  dataset->spec = rt_catalogue_entry_get_spec (entry);
  g_free (dataset->title);
  dataset->title = g_strdup (entry->title);
  return dataset;
}

RtDataset *
rt_dataset_open (const char              *spec,
                 const RtDatasetOptions  *options,
                 GCancellable            *cancellable,
                 GError                 **error)
{
  static const RtDatasetOptions no_options = { 0 };
  RtDataset *dataset;

  g_return_val_if_fail (spec != NULL, NULL);

  if (options == NULL)
    options = &no_options;
  if (g_str_has_prefix (spec, "builtin:"))
    return rt_builtin_open (spec + strlen ("builtin:"), options, error);
  if (g_str_has_prefix (spec, RT_CATALOGUE_PREFIX))
    dataset = open_catalogue (spec, cancellable, error);
  else
    dataset = open_path (spec, options->folder, cancellable, error);
  return correct (dataset, options->corrections, error);
}
