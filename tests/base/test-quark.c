/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-quark.h"

#include "rt-team.h"

#define N_PIECES 64
#define TEST_ERROR (test_error_quark ())

GQuark test_error_quark (void);

RT_DEFINE_QUARK (test-error-quark, test_error)

static void
fail_cb (int   piece,
         int   member,
         void *data)
{
  GError **errors = data;

  errors[piece] = g_error_new_literal (TEST_ERROR, piece, "it has failed");
}

/* The thread sanitizer says when one of them writes what another has. */
static void
test_at_once (void)
{
  g_autoptr (RtTeam) team = rt_team_new (4);
  GError *errors[N_PIECES] = { NULL };

  rt_team_run (team, N_PIECES, fail_cb, errors);
  for (int i = 0; i < N_PIECES; i++)
    {
      g_assert_error (errors[i], g_quark_from_string ("test-error-quark"), i);
      g_error_free (errors[i]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/quark/at-once", test_at_once);
  return g_test_run ();
}
