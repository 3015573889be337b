/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-tensor.h"

static void
test_shape (void)
{
  RtShape a = RT_SHAPE_3 (32, 16, 3);
  RtShape b = RT_SHAPE_3 (32, 16, 4);
  RtShape scalar = { 0 };
  g_autofree char *text = rt_shape_to_string (&a);
  g_autofree char *scalar_text = rt_shape_to_string (&scalar);

  g_assert_cmpuint (rt_shape_count (&a), ==, 32 * 16 * 3);
  g_assert_cmpuint (rt_shape_count (&scalar), ==, 1);
  g_assert_true (rt_shape_equal (&a, &a));
  g_assert_false (rt_shape_equal (&a, &b));
  g_assert_cmpstr (text, ==, "32x16x3");
  g_assert_cmpstr (scalar_text, ==, "scalar");
}

static void
test_list (void)
{
  g_autoptr (RtTensorList) list = rt_tensor_list_new ();
  RtTensor *a = rt_tensor_list_add (list, "a", &RT_SHAPE_2 (2, 3));

  g_assert_cmpfloat (a->data[5], ==, 0.0f);
  g_assert_true (rt_tensor_list_find (list, "a") == a);
  g_assert_null (rt_tensor_list_find (list, "b"));
  g_assert_false (rt_tensor_list_take (list, rt_tensor_new ("a", &RT_SHAPE_1 (1))));
  g_assert_true (rt_tensor_list_take (list, rt_tensor_new ("b", &RT_SHAPE_1 (1))));
  g_assert_cmpuint (rt_tensor_list_get_n (list), ==, 2);
  g_assert_cmpstr (rt_tensor_list_get (list, 1)->name, ==, "b");

  rt_tensor_list_set_meta (list, "y", "1");
  rt_tensor_list_set_meta (list, "x", "2");
  g_assert_cmpstr (rt_tensor_list_get_meta (list, "y"), ==, "1");
  g_assert_null (rt_tensor_list_get_meta (list, "z"));
  g_autoptr (GList) keys = rt_tensor_list_get_meta_keys (list);
  g_assert_cmpstr (keys->data, ==, "x");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/shape", test_shape);
  g_test_add_func ("/tensor/list", test_list);
  return g_test_run ();
}
