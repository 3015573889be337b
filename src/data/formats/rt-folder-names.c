/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the name of a folder says of the part of a set that it may be. */
#include "config.h"

#include "rt-folder-names.h"

#include <string.h>

static gboolean
is_number (const char *word)
{
  return word[strspn (word, "0123456789")] == '\0';
}

/* Whether a word says nothing of what a folder holds. */
static gboolean
is_empty_word (const char *word)
{
  static const char *const words[] = {
    "set", "data", "dataset", "image", "images", "img", "imgs", "picture", "pictures", "photo",
    "photos", "sample", "samples", "folder", "dir", "split", NULL,
  };

  return is_number (word) || g_strv_contains (words, word);
}

/* Which part a word stands for, "trainset" and "val2017" too, or RT_PART_ANY. */
static RtPart
part_from_word (const char *word)
{
  static const struct { const char *word; RtPart part; } parts[] = {
    { "train", RT_PART_TRAIN },
    { "training", RT_PART_TRAIN },
    { "val", RT_PART_VALIDATION },
    { "valid", RT_PART_VALIDATION },
    { "validation", RT_PART_VALIDATION },
    { "test", RT_PART_TEST },
    { "testing", RT_PART_TEST },
    { "eval", RT_PART_TEST },
    { "evaluation", RT_PART_TEST },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_prefix (word, parts[i].word)
        && is_empty_word (word + strlen (parts[i].word)))
      return parts[i].part;
  return RT_PART_ANY;
}

RtPart
rt_folder_parse_part (const char  *name,
                      char       **rest)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_auto (GStrv) words = g_strsplit_set (lower, "_-. ", -1);
  g_autoptr (GString) others = g_string_new (NULL);
  RtPart part = RT_PART_ANY;
  gboolean one = TRUE;

  for (char **word = words; *word != NULL; word++)
    {
      RtPart now = part_from_word (*word);

      if (now != RT_PART_ANY)
        {
          one = one && (part == RT_PART_ANY || part == now);
          part = now;
        }
      else if (!is_empty_word (*word))
        g_string_append_printf (others, "%s ", *word);
    }
  if (rest != NULL)
    *rest = g_string_free (g_steal_pointer (&others), FALSE);
  return one ? part : RT_PART_ANY;
}

RtPart
rt_folder_parse_part_of (const char *name,
                         const char *rest)
{
  g_autofree char *own = NULL;
  RtPart part = rt_folder_parse_part (name, &own);

  return g_str_equal (own, rest) ? part : RT_PART_ANY;
}

gboolean
rt_folder_is_same_part (const char *name,
                        const char *inner)
{
  RtPart part = rt_folder_parse_part (inner, NULL);

  return g_str_equal (name, inner)
         || (part != RT_PART_ANY && part == rt_folder_parse_part (name, NULL));
}
