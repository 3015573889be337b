/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a list of corrections: an error that says why, or a list that is printed, read and
 * printed again to the same text. */
#include "config.h"

#include "rt-corrections.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  const char *text = n_bytes > 0 ? (const char *) bytes : "";
  g_autoptr (RtCorrections) list = rt_corrections_parse (text, n_bytes, "fuzz", &error);
  g_autoptr (RtCorrections) again = NULL;
  g_autofree char *first = NULL, *second = NULL;

  if ((list == NULL) == (error == NULL))
    g_error ("a list and an error, or neither");
  if (list == NULL)
    return 0;
  for (guint i = 0; i < rt_corrections_get_n (list); i++)
    {
      const RtCorrection *correction = rt_corrections_get (list, i);

      g_assert (*correction->sample != '\0' && strlen (correction->digest) == 64);
      g_assert (correction->label == NULL || *correction->label != '\0');
      g_assert (rt_corrections_find (list, correction->sample) == correction);
    }
  first = rt_corrections_print (list);
  again = rt_corrections_parse (first, strlen (first), "fuzz", &error);
  if (again == NULL)
    g_error ("what was printed is refused: %s", error->message);
  second = rt_corrections_print (again);
  if (!g_str_equal (first, second))
    g_error ("printed twice, two texts:\n%s\n%s", first, second);
  return 0;
}
