/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-text.h"

static void
test_size (void)
{
  static const struct { double bytes; const char *text; } sizes[] = {
    { 0.0, "0.0 kB" }, { 12345.0, "12.3 kB" }, { 1e5, "0.1 MB" }, { 61.2e6, "61.2 MB" },
    { 999.4e6, "999 MB" }, { 999.6e6, "1 GB" }, { 1.234e9, "1.23 GB" }, { 128e9, "128 GB" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = retort_format_size (sizes[i].bytes);

      g_assert_cmpstr (text, ==, sizes[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/size", test_size);
  return g_test_run ();
}
