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

static void
test_rate (void)
{
  static const struct { double rate; const char *text; } rates[] = {
    { 0.003, "0.003" }, { 0.0015811, "0.0016" }, { 1.2345e-5, "1.2e-05" }, { 1.0, "1" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (rates); i++)
    {
      g_autofree char *text = retort_format_rate (rates[i].rate);

      g_assert_cmpstr (text, ==, rates[i].text);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/size", test_size);
  g_test_add_func ("/text/rate", test_rate);
  return g_test_run ();
}
