/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "format-files.h"

#include <string.h>

static gboolean
parse (const uint8_t  *bytes,
       size_t          n_bytes,
       const char     *name,
       GError        **error)
{
  g_autoptr (RtDataset) dataset = rt_csv_parse ("csv:x", bytes, n_bytes, name, error);

  return dataset != NULL;
}

static gboolean
open_csv (const char  *path,
          GError     **error)
{
  g_autoptr (RtDataset) dataset = rt_csv_open ("csv:x", path, error);

  return dataset != NULL;
}

static RtDataset *
parse_text (const char *text)
{
  g_autoptr (GError) error = NULL;
  RtDataset *dataset = rt_csv_parse ("csv:x", (const uint8_t *) text, strlen (text), "x.csv",
                                     &error);

  g_assert_no_error (error);
  return dataset;
}

static void
assert_sample (const RtDataset *dataset,
               size_t           index,
               const char      *class_name,
               const char      *pixels)
{
  g_autoptr (RtImage) image = rt_dataset_read_image (dataset, index, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < image->width * image->height * image->channels; i++)
    g_string_append_printf (text, "%d ", image->pixels[i]);
  g_assert_cmpstr (g_strchomp (text->str), ==, pixels);
  g_assert_cmpstr (rt_dataset_get_class_name (dataset, dataset->labels[index]), ==, class_name);
}

static void
test_forms (void)
{
  g_autoptr (RtDataset) kaggle = parse_text ("label,pixel0,pixel1,pixel2,pixel3\n10,0,255,2,3\n"
                                             "\n2,4,5,6,7\n");
  g_autoptr (RtDataset) numbered = parse_text ("label,0,1,2,3\r\n10,0,255,2,3\r\n2,4,5,6,7\r\n");
  g_autoptr (RtDataset) bare = parse_text ("10,0,255,2,3\n2,4,5,6,7");
  g_autoptr (RtDataset) last = parse_text ("\xef\xbb\xbf" "a;b;c;d;Label\n0;255.0;\"2\"; 3 "
                                                          ";10\n4;5;6;7;2\n");
  g_autoptr (RtDataset) words = parse_text ("cat\t1\t2\t3\t4\nant\t5\t6\t7\t8\ncat\t9\t9\t9\t9\n");
  g_autoptr (RtDataset) color = parse_text ("0,1,2,3\n");
  const RtDataset *numbers[] = { kaggle, numbered, bare, last };

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_assert_cmpuint (numbers[i]->n_samples, ==, 2);
      g_assert_cmpint (numbers[i]->width, ==, 2);
      g_assert_cmpint (numbers[i]->labels[1], ==, 0);
      assert_sample (numbers[i], 0, "10", "0 255 2 3");
      assert_sample (numbers[i], 1, "2", "4 5 6 7");
    }
  g_assert_cmpint (rt_dataset_get_n_classes (words), ==, 2);
  assert_sample (words, 0, "cat", "1 2 3 4");
  assert_sample (words, 1, "ant", "5 6 7 8");
  g_assert_cmpint (color->channels, ==, 3);
  g_assert_cmpint (color->width, ==, 1);
  assert_sample (color, 0, "0", "1 2 3");
}

static void
test_messages (void)
{
  static const struct { const char *text; const char *message; } cases[] = {
    { "label,a,b,c,d\n1,2,3,4,5\n\n1,2,3,300,5\n", "x.csv: line 4, column 4: \"300\" is not a "
                                                   "whole number from 0 to 255" },
    { "1,2,3,4,5\n1,2,3,4\n", "x.csv: line 2 has 4 columns, and the first line 5" },
    { "1,2,3\n", "x.csv: line 1 has 3 columns" },
    { "label,a,b,c,d\n,2,3,4,5\n", "x.csv: line 2: the label is empty" },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (parse ((const uint8_t *) cases[i].text, strlen (cases[i].text), "x.csv",
                             &error));
      format_assert_error (error, cases[i].message);
    }
}

static void
test_broken (void)
{
  format_check_broken ("csv", open_csv, 15);
}

static void
test_damage (void)
{
  static const char text[] = "label,a,b,c,d\ncat,1,2,3,4\n5,6,7,8,9\n";
  g_autoptr (GBytes) good = g_bytes_new_static (text, strlen (text));

  format_check_noise (good, parse, 5000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/forms", test_forms);
  g_test_add_func ("/csv/messages", test_messages);
  g_test_add_func ("/csv/broken", test_broken);
  g_test_add_func ("/csv/damage", test_damage);
  return g_test_run ();
}
