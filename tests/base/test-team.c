/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-team.h"

#define N_PIECES 257

typedef struct
{
  int done[N_PIECES];
  int size;
} Job;

static void
mark (int   piece,
      int   member,
      void *data)
{
  Job *job = data;

  g_assert_cmpint (member, >=, 0);
  g_assert_cmpint (member, <, job->size);
  job->done[piece]++;
}

static void
test_every_piece_once (void)
{
  for (int size = 1; size <= 4; size++)
    {
      g_autoptr (RtTeam) team = rt_team_new (size);

      g_assert_cmpint (rt_team_get_size (team), ==, size);
      for (int round = 0; round < 2000; round++)
        {
          Job job = { .size = size };

          rt_team_run (team, round % N_PIECES, mark, &job);
          for (int i = 0; i < N_PIECES; i++)
            g_assert_cmpint (job.done[i], ==, i < round % N_PIECES ? 1 : 0);
        }
    }
}

static void
test_sleeping_members (void)
{
  g_autoptr (RtTeam) team = rt_team_new (3);

  for (int round = 0; round < 5; round++)
    {
      Job job = { .size = 3 };

      g_usleep (20000);   /* long enough for the members to have gone to sleep */
      rt_team_run (team, N_PIECES, mark, &job);
      for (int i = 0; i < N_PIECES; i++)
        g_assert_cmpint (job.done[i], ==, 1);
    }
}

static void
test_no_team (void)
{
  Job job = { .size = 1 };

  g_assert_cmpint (rt_team_get_size (NULL), ==, 1);
  rt_team_run (NULL, N_PIECES, mark, &job);
  for (int i = 0; i < N_PIECES; i++)
    g_assert_cmpint (job.done[i], ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/team/every-piece-once", test_every_piece_once);
  g_test_add_func ("/team/sleeping-members", test_sleeping_members);
  g_test_add_func ("/team/no-team", test_no_team);
  return g_test_run ();
}
