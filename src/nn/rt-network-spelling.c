/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that publishers give to the layers of the same network. */
#include "config.h"

#include "rt-network-spelling.h"

#include <stdio.h>
#include <string.h>

static const char *
strip_prefix (const char *name)
{
  static const char *const prefixes[] = { "module.", "model.", "_orig_mod.", "backbone." };

  for (size_t i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return strip_prefix (name + strlen (prefixes[i]));
  return name;
}

static char *
keep_name (const char *name)
{
  return g_strdup (strip_prefix (name));
}

/* SqueezeNet as its authors name it, "fire2/squeeze1x1" or with a dot: torchvision counts the
 * pools in between. */
static char *
spell_squeezenet (const char *name)
{
  static const int places[] = { 3, 4, 6, 7, 9, 10, 11, 12 };   /* of fire2 .. fire9 */
  g_autofree char *plain = g_strdelimit (keep_name (name), "/", '.');
  int number, used = 0;

  if (sscanf (plain, "fire%d.%n", &number, &used) == 1 && used > 0 && number >= 2 && number <= 9)
    {
      const char *rest = plain + used;
      gboolean squeeze = g_str_has_prefix (rest, "squeeze1x1.");

      return g_strdup_printf ("features.%d.%s%s", places[number - 2], squeeze ? "squeeze." : "",
                              squeeze ? rest + strlen ("squeeze1x1.") : rest);
    }
  if (g_str_has_prefix (plain, "conv10."))
    return g_strconcat ("classifier.1.", plain + strlen ("conv10."), NULL);
  if (g_str_has_prefix (plain, "conv1."))
    return g_strconcat ("features.0.", plain + strlen ("conv1."), NULL);
  return g_strdup (plain);
}

/* EfficientNet-PyTorch counts the blocks through and begins its norms at 0. */
static char *
spell_efficientnet (const char *name)
{
  static const struct { const char *from, *to; } ends[] = {
    { "_conv_stem.", "conv_stem." }, { "_bn0.", "bn1." }, { "_conv_head.", "conv_head." },
    { "_bn1.", "bn2." }, { "_fc.", "classifier." },
  };
  static const struct { const char *from, *to, *first; } parts[] = {
    { "_expand_conv.", "conv_pw.", "" }, { "_bn0.", "bn1.", "" },
    { "_depthwise_conv.", "conv_dw.", "conv_dw." }, { "_bn1.", "bn2.", "bn1." },
    { "_project_conv.", "conv_pwl.", "conv_pw." }, { "_bn2.", "bn3.", "bn2." },
  };
  static const int sizes[] = { 1, 2, 2, 3, 3, 4, 1 };
  const char *plain = strip_prefix (name);
  int number, stage = 0, used = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_prefix (plain, ends[i].from))
      return g_strconcat (ends[i].to, plain + strlen (ends[i].from), NULL);
  if (sscanf (plain, "_blocks.%d.%n", &number, &used) != 1 || used == 0 || number < 0)
    return g_strdup (plain);
  while (stage < (int) G_N_ELEMENTS (sizes) - 1 && number >= sizes[stage])
    number -= sizes[stage++];
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_prefix (plain + used, parts[i].from))
      return g_strdup_printf ("blocks.%d.%d.%s%s", stage, number,
                              stage == 0 ? parts[i].first : parts[i].to,
                              plain + used + strlen (parts[i].from));
  return g_strdup (plain);
}

/* Keras's MobileNetV2 counts its blocks from the second: "block_1_expand", "block_1_expand_BN". */
static char *
spell_mobilenet_v2 (const char *name)
{
  static const struct { const char *from, *to; } ends[] = {
    { "Conv1.", "features.0.0." }, { "bn_Conv1.", "features.0.1." },
    { "expanded_conv_depthwise.", "features.1.conv.0.0." },
    { "expanded_conv_depthwise_BN.", "features.1.conv.0.1." },
    { "expanded_conv_project.", "features.1.conv.1." },
    { "expanded_conv_project_BN.", "features.1.conv.2." },
    { "Conv_1.", "features.18.0." }, { "Conv_1_bn.", "features.18.1." },
    { "Logits.", "classifier.1." }, { "predictions.", "classifier.1." },
  };
  static const struct { const char *from, *to; } parts[] = {
    { "expand.", "0.0." }, { "expand_BN.", "0.1." }, { "depthwise.", "1.0." },
    { "depthwise_BN.", "1.1." }, { "project.", "2." }, { "project_BN.", "3." },
  };
  const char *plain = strip_prefix (name);
  int number, used = 0;

  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_str_has_prefix (plain, ends[i].from))
      return g_strconcat (ends[i].to, plain + strlen (ends[i].from), NULL);
  if (sscanf (plain, "block_%d_%n", &number, &used) != 1 || used == 0 || number < 0
      || number > 16)
    return g_strdup (plain);
  for (size_t i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_str_has_prefix (plain + used, parts[i].from))
      return g_strdup_printf ("features.%d.conv.%s%s", number + 1, parts[i].to,
                              plain + used + strlen (parts[i].from));
  return g_strdup (plain);
}

typedef struct
{
  const char *from;
  const char *to;
} Part;

/* "blocks.2.1.conv_dw.weight" as timm has it: which block of all, counted from 0, and in *@part
 * what is within it. -1 where it is none of @n_stages stages. */
static int
find_timm_block (const char  *plain,
                 const int   *sizes,
                 int          n_stages,
                 const char **part)
{
  int stage, number, used = 0;

  if (sscanf (plain, "blocks.%d.%d.%n", &stage, &number, &used) != 2 || used == 0 || stage < 0
      || stage >= n_stages || number < 0 || number >= sizes[stage])
    return -1;
  for (int i = 0; i < stage; i++)
    number += sizes[i];
  *part = plain + used;
  return number;
}

/* "@before" and what stands for the beginning of @plain; NULL where no part is its beginning.
 * (transfer full) */
static char *
spell_part (const char *plain,
            const Part *parts,
            size_t      n_parts,
            const char *before)
{
  for (size_t i = 0; i < n_parts; i++)
    if (g_str_has_prefix (plain, parts[i].from))
      return g_strconcat (before, parts[i].to, plain + strlen (parts[i].from), NULL);
  return NULL;
}

/* timm's MobileNetV2 has the names of its EfficientNets. */
static char *
spell_timm_mobilenet_v2 (const char *name)
{
  static const int sizes[] = { 1, 2, 3, 4, 3, 3, 1 };
  static const Part ends[] = {
    { "conv_stem.", "0.0." }, { "bn1.", "0.1." }, { "conv_head.", "18.0." }, { "bn2.", "18.1." },
  };
  static const Part first[] = {
    { "conv_dw.", "0.0." }, { "bn1.", "0.1." }, { "conv_pw.", "1." }, { "bn2.", "2." },
  };
  static const Part parts[] = {
    { "conv_pw.", "0.0." }, { "bn1.", "0.1." }, { "conv_dw.", "1.0." }, { "bn2.", "1.1." },
    { "conv_pwl.", "2." }, { "bn3.", "3." },
  };
  const char *plain = strip_prefix (name);
  const char *part = plain;
  int number = find_timm_block (plain, sizes, G_N_ELEMENTS (sizes), &part);
  g_autofree char *before = g_strdup_printf ("features.%d.conv.", number + 1);
  char *spelled = NULL;

  if (g_str_has_prefix (plain, "classifier."))
    return g_strconcat ("classifier.1.", plain + strlen ("classifier."), NULL);
  if (number < 0)
    spelled = spell_part (plain, ends, G_N_ELEMENTS (ends), "features.");
  else if (number == 0)
    spelled = spell_part (part, first, G_N_ELEMENTS (first), before);
  else
    spelled = spell_part (part, parts, G_N_ELEMENTS (parts), before);
  return spelled != NULL ? spelled : g_strdup (plain);
}

/* So has its MobileNet v1. */
static char *
spell_timm_mobilenet_v1 (const char *name)
{
  static const int sizes[] = { 1, 2, 2, 6, 2 };
  static const Part ends[] = {
    { "conv_stem.", "conv1." }, { "bn1.", "conv1_bn." }, { "classifier.", "conv_preds." },
  };
  const char *plain = strip_prefix (name);
  const char *part = plain;
  int number = find_timm_block (plain, sizes, G_N_ELEMENTS (sizes), &part) + 1;
  g_autofree char *depthwise = g_strdup_printf ("conv_dw_%d.", number);
  g_autofree char *depthwise_norm = g_strdup_printf ("conv_dw_%d_bn.", number);
  g_autofree char *pointwise = g_strdup_printf ("conv_pw_%d.", number);
  g_autofree char *pointwise_norm = g_strdup_printf ("conv_pw_%d_bn.", number);
  const Part parts[] = {
    { "conv_dw.", depthwise }, { "bn1.", depthwise_norm }, { "conv_pw.", pointwise },
    { "bn2.", pointwise_norm },
  };
  char *spelled = number == 0 ? spell_part (plain, ends, G_N_ELEMENTS (ends), "")
                  : spell_part (part, parts, G_N_ELEMENTS (parts), "");

  return spelled != NULL ? spelled : g_strdup (plain);
}

const RtSpelling rt_spellings[RT_N_SPELLINGS] = { keep_name, spell_squeezenet, spell_efficientnet,
                                                  spell_mobilenet_v2, spell_timm_mobilenet_v2,
                                                  spell_timm_mobilenet_v1 };
