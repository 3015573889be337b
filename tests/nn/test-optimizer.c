/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-schedule.h"

#include <math.h>

#define CLOSE 1e-6f

static void
assert_close (float a,
              float b)
{
  g_assert_cmpfloat (fabsf (a - b), <=, CLOSE);
}

static void
test_constant (void)
{
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_CONSTANT, 0.1f, 0, 100, 0, NULL), 0.1f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_CONSTANT, 0.1f, 99, 100, 0, NULL), 0.1f);
}

static void
test_step (void)
{
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_STEP, 0.1f, 49, 100, 0, NULL), 0.1f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_STEP, 0.1f, 50, 100, 0, NULL), 0.01f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_STEP, 0.1f, 75, 100, 0, NULL), 0.001f);
}

static void
test_cosine (void)
{
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_COSINE, 0.2f, 0, 100, 0, NULL), 0.2f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_COSINE, 0.2f, 50, 100, 0, NULL), 0.1f);
  g_assert_cmpfloat (rt_schedule_get_rate (RT_SCHEDULE_COSINE, 0.2f, 99, 100, 0, NULL), <, 0.001f);
}

static void
test_one_cycle (void)
{
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_ONE_CYCLE, 0.1f, 0, 100, 0, NULL), 0.004f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_ONE_CYCLE, 0.1f, 30, 100, 0, NULL), 0.1f);
  g_assert_cmpfloat (rt_schedule_get_rate (RT_SCHEDULE_ONE_CYCLE, 0.1f, 99, 100, 0, NULL), <,
                     1e-3f);
}

static void
test_warm_up (void)
{
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_COSINE, 0.2f, 0, 100, 10, NULL), 0.02f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_COSINE, 0.2f, 9, 100, 10, NULL), 0.2f);
  assert_close (rt_schedule_get_rate (RT_SCHEDULE_COSINE, 0.2f, 10, 100, 10, NULL), 0.2f);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/schedule/constant", test_constant);
  g_test_add_func ("/schedule/step", test_step);
  g_test_add_func ("/schedule/cosine", test_cosine);
  g_test_add_func ("/schedule/one-cycle", test_one_cycle);
  g_test_add_func ("/schedule/warm-up", test_warm_up);
  return g_test_run ();
}
