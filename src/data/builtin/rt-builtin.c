/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-builtin.h"

#include "rt-drawn.h"

#include <string.h>

/* Whose classes are @n from @first on in its family, or those listed. */
typedef struct
{
  RtBuiltinInfo   info;
  RtDataset    *(*open) (RtDrawnOptions  *options,
                         GError         **error);
  const int      *classes;
  int             n_classes;
} Builtin;

static const int digits[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
static const int letters[] = { 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
                               23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35 };
static const int glyphs[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
                              18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33,
                              34, 35 };
static const int cat_fox_dog[] = { 0, 1, 2 };
static const int other_animals[] = { 3, 4, 5, 6, 7, 8, 9 };

static const Builtin builtins[] = {
  { { "glyphs/digits", "Glyphs: digits", "print,hand,street",
      "The ten digits: a small task to transfer to from letters, or from print to handwriting." },
    rt_glyphs_open, digits, G_N_ELEMENTS (digits) },
  { { "glyphs/letters", "Glyphs: letters", "print,hand,street",
      "The 26 capital letters: to pretrain on before learning digits from a few samples." },
    rt_glyphs_open, letters, G_N_ELEMENTS (letters) },
  { { "glyphs/all", "Glyphs: digits and letters", "print,hand,street",
      "All 36 glyphs: some are alike in every font (0 and O, 1 and I), so nobody gets them all." },
    rt_glyphs_open, glyphs, G_N_ELEMENTS (glyphs) },
  { { "animals", "Animals", "drawn,photo",
      "Faces of ten animals whose features run into each other: what soft labels are made of." },
    rt_animals_open, digits, 10 },
  { { "animals/cat-fox-dog", "Animals: cat, fox and dog", "drawn,photo",
      "Three animals that are easily taken for each other: a long-snouted cat looks like a fox." },
    rt_animals_open, cat_fox_dog, G_N_ELEMENTS (cat_fox_dog) },
  { { "animals/source", "Animals: the other seven", "drawn,photo",
      "Wolf, bear, rabbit, panda, lion, mouse and koala: to pretrain on before learning "
      "cat, fox and dog." },
    rt_animals_open, other_animals, G_N_ELEMENTS (other_animals) },
};

const RtBuiltinInfo *
rt_builtin_list (int *n)
{
  static RtBuiltinInfo infos[G_N_ELEMENTS (builtins)];
  static gsize made = 0;

  if (g_once_init_enter (&made))
    {
      for (size_t i = 0; i < G_N_ELEMENTS (builtins); i++)
        infos[i] = builtins[i].info;
      g_once_init_leave (&made, 1);
    }
  *n = (int) G_N_ELEMENTS (builtins);
  return infos;
}

static const Builtin *
find_builtin (const char  *name,
              GError     **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (builtins); i++)
    {
      if (strcmp (builtins[i].info.name, name) == 0)
        return &builtins[i];
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", builtins[i].info.name);
    }
  g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
               "builtin:%s: there is no built-in dataset of this name; there are %s",
               name, names->str);
  return NULL;
}

/* The place of @style among the styles; the first where none is named. */
static gboolean
find_style (const RtBuiltinInfo  *info,
            const char           *style,
            RtDrawnOptions       *options,
            GError              **error)
{
  g_auto (GStrv) styles = g_strsplit (info->styles, ",", -1);

  options->style = 0;
  if (style == NULL)
    return TRUE;
  for (; styles[options->style] != NULL; options->style++)
    if (strcmp (styles[options->style], style) == 0)
      return TRUE;
  g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_NOT_FOUND,
               "builtin:%s: there is no style \"%s\"; its styles are %s",
               info->name, style, info->styles);
  return FALSE;
}

RtDataset *
rt_builtin_open (const char              *name,
                 const RtDatasetOptions  *options,
                 GError                 **error)
{
  double shift = options != NULL ? options->shift : 0.0;
  const Builtin *builtin;
  RtDrawnOptions drawn = { 0 };

  g_return_val_if_fail (name != NULL, NULL);

  builtin = find_builtin (name, error);
  if (builtin == NULL
      || !find_style (&builtin->info, options != NULL ? options->style : NULL, &drawn, error))
    return NULL;
  if (!(shift >= 0.0 && shift <= 1.0))
    {
      g_set_error (error, RT_DATA_ERROR, RT_DATA_ERROR_INVALID,
                   "builtin:%s: the shift is %g; it goes from 0 (the source's look) to 1 "
                   "(the target's)",
                   name, shift);
      return NULL;
    }
  drawn.info = &builtin->info;
  drawn.classes = builtin->classes;
  drawn.n_classes = builtin->n_classes;
  drawn.shift = (float) shift;
  return builtin->open (&drawn, error);
}
