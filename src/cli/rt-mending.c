/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-mending.h"

#include "rt-cli.h"
#include "rt-line.h"

#include "rt-corrections.h"

#include <stdio.h>
#include <string.h>

static gboolean
find_sample (const RtDataset  *dataset,
             const char       *name,
             size_t           *index,
             GError          **error)
{
  for (size_t i = 0; i < dataset->n_samples; i++)
    {
      g_autofree char *there = rt_dataset_dup_sample_name (dataset, i);

      if (!g_str_equal (there, name))
        continue;
      *index = i;
      return TRUE;
    }
  g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
               "%s: %s has no such sample; write its file as it lies in the folder (cat/7.jpg), or "
               "# and its number where samples are no files (#12)", name, dataset->spec);
  return FALSE;
}

static gboolean
mend (RtCorrections    *corrections,
      const RtDataset  *dataset,
      const char       *text,
      GError          **error)
{
  const char *equals = strrchr (text, '=');
  g_autofree char *name = g_strndup (text, equals != NULL ? (size_t) (equals - text) : 0);
  size_t index;

  if (equals == NULL || *name == '\0')
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "--mend %s: it must be SAMPLE=CLASS", text);
      return FALSE;
    }
  if (rt_dataset_find_class (dataset, equals + 1) < 0)
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
                   "--mend %s: %s has no class \"%s\" (its first is \"%s\")", text, dataset->spec,
                   equals + 1, rt_dataset_get_class_name (dataset, 0));
      return FALSE;
    }
  return find_sample (dataset, name, &index, error)
         && rt_corrections_correct (corrections, dataset, index, equals + 1, error);
}

static gboolean
revert (RtCorrections  *corrections,
        const char     *name,
        GError        **error)
{
  if (g_str_equal (name, "all"))
    {
      rt_corrections_remove_all (corrections);
      return TRUE;
    }
  if (rt_corrections_remove (corrections, name))
    return TRUE;
  g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
               "--revert %s: this sample is not corrected; --corrections lists those that are",
               name);
  return FALSE;
}

typedef struct
{
  const RtMending *mending;
  const RtDataset *dataset;
} Asked;

static gboolean
change (RtCorrections  *corrections,
        void           *data,
        GError        **error)
{
  const RtMending *mending = ((Asked *) data)->mending;
  const RtDataset *dataset = ((Asked *) data)->dataset;
  size_t index;

  for (char **name = mending->revert; name != NULL && *name != NULL; name++)
    if (!revert (corrections, *name, error))
      return FALSE;
  for (char **text = mending->mend; text != NULL && *text != NULL; text++)
    if (!mend (corrections, dataset, *text, error))
      return FALSE;
  for (char **name = mending->set_aside; name != NULL && *name != NULL; name++)
    if (!find_sample (dataset, *name, &index, error)
        || !rt_corrections_correct (corrections, dataset, index, NULL, error))
      return FALSE;
  return TRUE;
}

gboolean
rt_mending_apply (const RtMending  *mending,
                  const RtDataset  *dataset,
                  GError          **error)
{
  Asked asked = { mending, dataset };
  g_autoptr (RtCorrections) corrections = NULL;

  if (mending->mend == NULL && mending->set_aside == NULL && mending->revert == NULL)
    return TRUE;
  if (g_str_has_prefix (dataset->spec, "builtin:"))
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_UNSUPPORTED,
                   "%s: its pictures are drawn by their labels, so there is nothing to correct",
                   dataset->spec);
      return FALSE;
    }
  corrections = rt_corrections_change (dataset->spec, change, &asked, error);
  return corrections != NULL;
}

static void
add_to_line (const RtDataset    *dataset,
             const RtCorrection *correction,
             const char         *name)
{
  g_autoptr (RtLine) line = rt_line_new ("correction");

  rt_line_add_string (line, "dataset", dataset->spec);
  rt_line_add_string (line, "sample", name);
  rt_line_add_string (line, "label", correction->label);
  rt_line_add_string (line, "was", correction->applied && correction->was >= 0
                                   ? rt_dataset_get_class_name (dataset, correction->was) : NULL);
  rt_line_add_bool (line, "applied", correction->applied);
  rt_line_print (line);
}

void
rt_mending_print (const RtDataset *dataset)
{
  guint n = dataset->corrections != NULL ? rt_corrections_get_n (dataset->corrections) : 0;

  for (guint i = 0; i < n; i++)
    {
      const RtCorrection *c = rt_corrections_get (dataset->corrections, i);
      g_autofree char *name = g_filename_display_name (c->sample);

      if (rt_cli_get_json ())
        add_to_line (dataset, c, name);
      else if (!c->applied)
        printf ("  %s: is not there any more, or another file or class by now\n", name);
      else if (c->label == NULL)
        printf ("  %s: set aside\n", name);
      else
        printf ("  %s: %s, not %s\n", name, c->label,
                c->was >= 0 ? rt_dataset_get_class_name (dataset, c->was) : "without a label");
    }
  if (n == 0 && !rt_cli_get_json ())
    printf ("  nothing is corrected\n");
}
