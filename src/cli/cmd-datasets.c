/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"
#include "rt-mending.h"

#include "rt-builtin.h"
#include "rt-corrections.h"
#include "rt-damage.h"
#include "rt-duplicates.h"
#include "rt-formats.h"
#include "rt-sheet.h"

#include <stdio.h>

#define SHEET_COLUMNS  10
#define SHEET_CELL     64
#define MAX_PROBLEMS   10

/* What is shown of a dataset, and what is done to it before. */
typedef struct
{
  RtDatasetOptions  options;
  RtMending         mending;
  char             *sheet;         /* (nullable) */
  char             *augment;       /* (nullable) */
  char             *fit;           /* (nullable) */
  int               seed;
  gboolean          duplicates;
  gboolean          damaged;
  gboolean          corrections;
} Wish;

static RtExit
list (void)
{
  int n;
  const RtBuiltinInfo *infos = rt_builtin_list (&n);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *spec = g_strconcat ("builtin:", infos[i].name, NULL);

      if (rt_cli_get_json ())
        {
          g_autoptr (RtLine) line = rt_line_new ("result");

          rt_line_add_string (line, "dataset", spec);
          rt_line_add_string (line, "title", infos[i].title);
          rt_line_add_string (line, "styles", infos[i].styles);
          rt_line_add_string (line, "note", infos[i].note);
          rt_line_print (line);
        }
      else
        printf ("%-24s %-22s styles %s\n%-24s %s\n", spec, infos[i].title, infos[i].styles, "",
                infos[i].note);
    }
  rt_cli_list_fetched (RT_CATALOGUE_DATASET);
  if (!rt_cli_get_json ())
    printf ("\nFiles are opened as idx:PATH-PREFIX, cifar:FILE, folder:PATH and csv:PATH;\n"
            "retort-cli datasets SPEC shows one; retort-cli fetch lists what can be fetched.\n");
  return RT_EXIT_DONE;
}

static size_t
count (const RtDataset *dataset,
       int              label,
       int              part)
{
  size_t n = 0;

  for (size_t i = 0; i < dataset->n_samples; i++)
    n += (label < 0 || dataset->labels[i] == label) && (part < 0 || dataset->parts[i] == part);
  return n;
}

static gboolean
has_parts (const RtDataset *dataset)
{
  for (size_t i = 0; i < dataset->n_samples; i++)
    if (dataset->parts[i] != RT_PART_ANY)
      return TRUE;
  return FALSE;
}

static void
print_duplicates (const RtDataset *dataset,
                  const GArray    *duplicates)
{
  for (guint i = 0; i < duplicates->len; i++)
    {
      g_autofree char *text = rt_duplicate_describe (&g_array_index (duplicates, RtDuplicate, i),
                                                     dataset);

      printf ("  %s\n", text);
    }
  if (duplicates->len == 0)
    printf ("  nothing is %s, byte for byte; a picture that was saved anew is not recognised\n",
            has_parts (dataset) ? "in two parts or two classes" : "there twice");
}

static void
add_duplicates (RtLine          *line,
                const RtDataset *dataset,
                const GArray    *duplicates)
{
  rt_line_begin (line, "duplicates", '[');
  for (guint i = 0; i < duplicates->len; i++)
    {
      const RtDuplicate *duplicate = &g_array_index (duplicates, RtDuplicate, i);
      g_autofree char *first = rt_duplicate_name (dataset, duplicate->first);
      g_autofree char *second = rt_duplicate_name (dataset, duplicate->second);

      rt_line_begin (line, NULL, '{');
      rt_line_add_string (line, "first", first);
      rt_line_add_string (line, "second", second);
      rt_line_end (line);
    }
  rt_line_end (line);
}

static void
add_texts (RtLine          *line,
           const char      *name,
           const GPtrArray *texts)
{
  rt_line_begin (line, name, '[');
  for (guint i = 0; i < texts->len; i++)
    rt_line_add_string (line, NULL, g_ptr_array_index (texts, i));
  rt_line_end (line);
}

static void
print_line (const RtDataset *dataset,
            const GArray    *duplicates)   /* (nullable) */
{
  g_autoptr (RtLine) line = rt_line_new ("result");
  guint n_mended, n_aside;

  rt_corrections_count (dataset->corrections, &n_mended, &n_aside, NULL);
  rt_line_add_string (line, "dataset", dataset->spec);
  rt_line_add_string (line, "title", dataset->title);
  rt_line_add_string (line, "domain", dataset->domain);
  rt_line_add_uint (line, "samples", dataset->n_samples);
  rt_line_add_int (line, "width", dataset->width);
  rt_line_add_int (line, "height", dataset->height);
  rt_line_add_int (line, "channels", dataset->channels);
  rt_line_begin (line, "parts", '{');
  rt_line_add_uint (line, "unsplit", count (dataset, -1, RT_PART_ANY));
  rt_line_add_uint (line, "train", count (dataset, -1, RT_PART_TRAIN));
  rt_line_add_uint (line, "validation", count (dataset, -1, RT_PART_VALIDATION));
  rt_line_add_uint (line, "test", count (dataset, -1, RT_PART_TEST));
  rt_line_end (line);
  rt_line_begin (line, "classes", '[');
  for (int k = 0; k < rt_dataset_get_n_classes (dataset); k++)
    {
      rt_line_begin (line, NULL, '{');
      rt_line_add_string (line, "name", rt_dataset_get_class_name (dataset, k));
      rt_line_add_uint (line, "samples", count (dataset, k, -1));
      rt_line_end (line);
    }
  rt_line_end (line);
  add_texts (line, "problems", dataset->problems);
  add_texts (line, "notes", dataset->notes);
  rt_line_add_uint (line, "mended", n_mended);
  rt_line_add_uint (line, "set_aside", n_aside);
  if (duplicates != NULL)
    add_duplicates (line, dataset, duplicates);
  rt_line_print (line);
}

static void
print (const RtDataset *dataset,
       guint            most_problems)
{
  g_autofree char *samples = rt_cli_format_count (dataset->n_samples);
  g_autofree char *corrected = rt_corrections_describe (dataset->corrections);

  printf ("%s: %s\n", dataset->spec, dataset->title);
  printf ("  %s samples, ", samples);
  if (dataset->width > 0)
    printf ("%dx%d, ", dataset->width, dataset->height);
  else
    printf ("of several sizes, ");
  printf ("%s; domain %s\n", dataset->channels == 1 ? "grey" : "colour",
          dataset->domain != NULL ? dataset->domain : "not known");
  if (count (dataset, -1, RT_PART_ANY) < dataset->n_samples)
    printf ("  its own split: %" G_GSIZE_FORMAT " train, %" G_GSIZE_FORMAT " validation, %"
            G_GSIZE_FORMAT " test\n", count (dataset, -1, RT_PART_TRAIN),
            count (dataset, -1, RT_PART_VALIDATION), count (dataset, -1, RT_PART_TEST));
  for (int k = 0; k < rt_dataset_get_n_classes (dataset); k++)
    {
      g_autofree char *name = rt_cli_show (rt_dataset_get_class_name (dataset, k));

      printf ("  %16s  %" G_GSIZE_FORMAT "\n", name, count (dataset, k, -1));
    }
  if (corrected != NULL)
    printf ("  %s\n", corrected);
  for (guint i = 0; i < dataset->notes->len; i++)
    printf ("  note: %s\n", (const char *) g_ptr_array_index (dataset->notes, i));
  for (guint i = 0; i < dataset->problems->len; i++)
    {
      if (i == most_problems)
        {
          printf ("  and %u more skipped\n", dataset->problems->len - i);
          break;
        }
      printf ("  skipped %s\n", (const char *) g_ptr_array_index (dataset->problems, i));
    }
}

static gboolean
write_sheet (const RtDataset  *dataset,
             const Wish       *wish,
             GError          **error)
{
  RtPictureFit fit;
  RtSheetView view = { .fit = rt_picture_fit_from_name (wish->fit, &fit) ? &fit : NULL,
                       .seed = wish->seed };
  size_t n;
  g_autofree size_t *samples = rt_sheet_choose (dataset, SHEET_COLUMNS, &n);
  g_autoptr (RtImage) sheet = NULL;

  if (wish->augment != NULL)
    rt_augment_from_preset (&view.augment, wish->augment, rt_dataset_may_flip (dataset));
  sheet = rt_sheet_draw (dataset, samples, n, &view, SHEET_COLUMNS, SHEET_CELL, error);
  return sheet != NULL && rt_png_write (sheet, wish->sheet, error);
}

/* As it is once it is corrected as asked. */
static RtDataset *
open_corrected (const char  *spec,
                const Wish  *wish,
                GError     **error)
{
  g_autoptr (RtDataset) dataset = rt_dataset_open (spec, &wish->options, NULL, error);

  if (dataset == NULL || !rt_mending_apply (&wish->mending, dataset, error))
    return NULL;
  return rt_dataset_open (spec, &wish->options, NULL, error);
}

static RtExit
show (const char *spec,
      const Wish *wish)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RtDataset) dataset = open_corrected (spec, wish, &error);
  g_autoptr (GArray) duplicates = NULL;

  if (dataset == NULL || (wish->sheet != NULL && !write_sheet (dataset, wish, &error)))
    return rt_cli_fail_with (error);
  if (wish->duplicates)
    {
      g_autoptr (RtTeam) team = rt_team_new (0);

      duplicates = rt_duplicates_find (dataset, NULL, team, NULL);
    }
  if (wish->damaged)
    {
      g_autoptr (RtTeam) team = rt_team_new (0);

      g_ptr_array_extend_and_steal (dataset->problems, rt_damage_find (dataset, team, NULL));
    }
  if (rt_cli_get_json ())
    print_line (dataset, duplicates);
  else
    print (dataset, wish->damaged ? G_MAXUINT : MAX_PROBLEMS);
  if (duplicates != NULL && !rt_cli_get_json ())
    print_duplicates (dataset, duplicates);
  if (wish->corrections)
    rt_mending_print (dataset);
  return RT_EXIT_DONE;
}

static void
wish_clear (Wish *wish)
{
  g_free ((char *) wish->options.style);
  g_free (wish->sheet);
  g_free (wish->augment);
  g_free (wish->fit);
  g_strfreev (wish->mending.mend);
  g_strfreev (wish->mending.set_aside);
  g_strfreev (wish->mending.revert);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

/* An option that says nothing without a dataset. (nullable) */
static const char *
find_option (const Wish *wish)
{
  return wish->sheet != NULL ? "--sheet"
         : wish->duplicates ? "--duplicates"
         : wish->damaged ? "--damaged"
         : wish->corrections ? "--corrections"
         : wish->mending.mend != NULL ? "--mend"
         : wish->mending.set_aside != NULL ? "--set-aside"
         : wish->mending.revert != NULL ? "--revert" : NULL;
}

/* What is said of the sheet; TRUE where it can be done. */
static gboolean
check_sheet (const Wish *wish)
{
  RtAugment augment;
  RtPictureFit fit;

  if (wish->sheet == NULL && (wish->augment != NULL || wish->fit != NULL || wish->seed != 0))
    rt_cli_fail (RT_EXIT_INPUT, "--augment, --fit and --seed are of a sheet: add --sheet FILE.png");
  else if (wish->sheet != NULL && !g_str_has_suffix (wish->sheet, ".png"))
    rt_cli_fail (RT_EXIT_INPUT, "--sheet %s: the file's name must end in .png", wish->sheet);
  else if (wish->sheet != NULL && !rt_cli_check_folder (wish->sheet))
    return FALSE;
  else if (wish->augment != NULL && !rt_augment_from_preset (&augment, wish->augment, TRUE))
    rt_cli_fail (RT_EXIT_INPUT, "--augment %s: it must be none, light or strong", wish->augment);
  else if (wish->fit != NULL && !rt_picture_fit_from_name (wish->fit, &fit))
    rt_cli_fail (RT_EXIT_INPUT, "--fit %s: it must be squash, crop or pad", wish->fit);
  else if (wish->seed < 0)
    rt_cli_fail (RT_EXIT_INPUT, "--seed %d: it must be 0 or more", wish->seed);
  else
    return TRUE;
  return FALSE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_auto (Wish) wish = { 0 };
  const GOptionEntry entries[] = {
    { "sheet", 0, 0, G_OPTION_ARG_FILENAME, &wish.sheet, "Write a sheet of samples", "FILE.png" },
    { "augment", 0, 0, G_OPTION_ARG_STRING, &wish.augment,
      "Draw the sheet as training sees it: none, light, strong", "PRESET" },
    { "fit", 0, 0, G_OPTION_ARG_STRING, &wish.fit,
      "Draw the sheet's pictures square: squash, crop, pad", "FIT" },
    { "seed", 0, 0, G_OPTION_ARG_INT, &wish.seed, "Of the augmentation", "N" },
    { "duplicates", 0, 0, G_OPTION_ARG_NONE, &wish.duplicates,
      "Name what is in two parts or two classes, byte for byte", NULL },
    { "damaged", 0, 0, G_OPTION_ARG_NONE, &wish.damaged,
      "Read every picture, and name those that cannot be read", NULL },
    { "corrections", 0, 0, G_OPTION_ARG_NONE, &wish.corrections,
      "Name the samples whose labels are mended or that are set aside", NULL },
    { "mend", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &wish.mending.mend,
      "Mend a label; the dataset's own files stay as they are; may be repeated", "SAMPLE=CLASS" },
    { "set-aside", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &wish.mending.set_aside,
      "Set a sample aside; may be repeated", "SAMPLE" },
    { "revert", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &wish.mending.revert,
      "Take a correction back, or all; may be repeated", "SAMPLE" },
    { "style", 0, 0, G_OPTION_ARG_STRING, &wish.options.style, "Of a drawn dataset", "STYLE" },
    { "shift", 0, 0, G_OPTION_ARG_DOUBLE, &wish.options.shift, "Of a drawn dataset: 0 to 1", "X" },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_datasets, entries, NULL, &argc, &argv))
    return RT_EXIT_INPUT;
  if (argc > 2)
    return rt_cli_fail (RT_EXIT_INPUT, "datasets takes one dataset at most");
  if (!(wish.options.shift >= 0.0 && wish.options.shift <= 1.0))
    return rt_cli_fail (RT_EXIT_INPUT, "--shift %g: it must be from 0 to 1", wish.options.shift);
  if (!check_sheet (&wish))
    return RT_EXIT_INPUT;
  if (argc == 1 && find_option (&wish) != NULL)
    return rt_cli_fail (RT_EXIT_INPUT, "%s: say of which dataset", find_option (&wish));
  return argc == 2 ? show (argv[1], &wish) : list ();
}

const RtCommand rt_command_datasets = {
  .name = "datasets",
  .arguments = "[SPEC]",
  .summary = "List the datasets, or show one",
  .run = run,
};
