/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-text.h"

#include <glib/gi18n.h>
#include <math.h>

char *
retort_format_count (gint64 count)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GINT64_FORMAT, count);
  GString *text = g_string_new (NULL);
  size_t n = strlen (digits);

  for (size_t i = 0; i < n; i++)
    {
      if (i > 0 && (n - i) % 3 == 0 && g_ascii_isdigit (digits[i - 1]))
        g_string_append_c (text, ',');
      g_string_append_c (text, digits[i]);
    }
  return g_string_free (text, FALSE);
}

char *
retort_format_share (double share)
{
  double percent = share * 100.0;

  if (!isfinite (percent))
    return g_strdup ("–");
  if (percent > 0.0 && percent < 0.05)
    return g_strdup ("< 0.1 %");
  return g_strdup_printf (percent == 0.0 || percent >= 9.95 ? "%.0f %%" : "%.1f %%", percent);
}

/* A unit goes up where three digits would round to a thousand of it. */
char *
retort_format_size (double bytes)
{
  if (bytes < 1e5)
    return g_strdup_printf (_("%.1f kB"), bytes / 1e3);
  if (bytes < 999.5e6)
    return g_strdup_printf (_("%.3g MB"), bytes / 1e6);
  return g_strdup_printf (_("%.3g GB"), bytes / 1e9);
}

char *
retort_format_rate (double rate)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.2g", rate));
}
