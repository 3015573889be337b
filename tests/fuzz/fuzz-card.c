/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a backbone's card. What is refused must say why; what is accepted keeps what it
 * promises to those who build a network from it, and must be printed, read and printed again to the
 * same text.
 */
#include "config.h"

#include "rt-resolver.h"

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static void
check_promises (const RtBackbone *backbone)
{
  const RtInputFormat *format = &backbone->format;

  g_assert (rt_network_find (backbone->network) != NULL);
  g_assert (backbone->title != NULL && *backbone->title != '\0');
  g_assert (format->width > 0 && format->height > 0);
  g_assert (format->channels == 1 || format->channels == 3);
  for (int i = 0; i < format->channels; i++)
    g_assert (format->std[i] > 0.0f);
  for (guint i = 0; i < backbone->class_names->len; i++)
    g_assert (g_ptr_array_index (backbone->class_names, i) != NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  const char *text = n_bytes > 0 ? (const char *) bytes : "";
  g_autoptr (RtBackbone) backbone = rt_backbone_parse_card (text, (gssize) n_bytes, "fuzz.json",
                                                            &error);
  g_autoptr (RtBackbone) again = NULL;
  g_autofree char *first = NULL, *second = NULL;

  if ((backbone == NULL) == (error == NULL))
    g_error ("a card and an error, or neither");
  if (backbone == NULL)
    return 0;
  check_promises (backbone);
  first = rt_backbone_print_card (backbone);
  again = rt_backbone_parse_card (first, -1, "fuzz.json", &error);
  if (again == NULL)
    g_error ("what was printed is refused: %s", error->message);
  second = rt_backbone_print_card (again);
  if (!g_str_equal (first, second))
    g_error ("printed twice, two texts:\n%s\n%s", first, second);
  return 0;
}
