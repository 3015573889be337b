/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A team of threads for kernels.
 *
 * rt_team_run() publishes a job (function, data, number of pieces) under the lock, wakes the
 * members, and everyone, the caller too, takes pieces off an atomic counter until there are
 * none. A training step makes hundreds of such calls of some tens of microseconds, so a member that
 * finds no job spins for a while before it sleeps, and the caller spins for the last
 * pieces of others.
 *
 * Invariants: `generation` only grows, and changes only while no member is inside a job; `busy`
 * counts the members inside one. pthread primitives rather than GLib's, because the thread
 * sanitizer knows them.
 */
#include "config.h"

#include "rt-team.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

/* About 20 to 50 microseconds of polling: longer than the gap between two kernels of a step. */
#define SPIN_ROUNDS 4000

typedef struct
{
  RtTeam   *team;
  pthread_t thread;
  int       member;
} Member;

struct _RtTeam
{
  int             size;
  Member         *members;      /* Owned: size - 1 of them */

  pthread_mutex_t lock;
  pthread_cond_t  wake;
  atomic_uint     generation;   /* (atomic) written under the lock */
  atomic_int      quit;         /* (atomic) written under the lock */

  RtTeamFunc      func;         /* the job; written before generation grows */
  void           *data;
  int             n_pieces;
  atomic_int      next;         /* (atomic) the next piece to take */
  atomic_int      busy;         /* (atomic) members that have not finished this job */
};

static inline void
relax (void)
{
#if defined (__x86_64__)
  __builtin_ia32_pause ();
#elif defined (__aarch64__)
  __asm__ volatile ("yield");
#endif
}

static void
take_pieces (RtTeam *team,
             int     member)
{
  for (;;)
    {
      int piece = atomic_fetch_add_explicit (&team->next, 1, memory_order_relaxed);

      if (piece >= team->n_pieces)
        return;
      team->func (piece, member, team->data);
    }
}

static void
wait_for_job (RtTeam  *team,
              unsigned seen)
{
  for (int i = 0; i < SPIN_ROUNDS; i++)
    {
      if (atomic_load_explicit (&team->generation, memory_order_acquire) != seen)
        return;
      relax ();
    }

  pthread_mutex_lock (&team->lock);
  while (atomic_load (&team->generation) == seen)
    pthread_cond_wait (&team->wake, &team->lock);
  pthread_mutex_unlock (&team->lock);
}

static void *
member_main (void *data)
{
  Member *self = data;
  RtTeam *team = self->team;
  unsigned seen = 0;

  for (;;)
    {
      wait_for_job (team, seen);
      seen++;
      if (atomic_load_explicit (&team->quit, memory_order_acquire))
        return NULL;
      take_pieces (team, self->member);
      atomic_fetch_sub_explicit (&team->busy, 1, memory_order_release);
    }
}

int
rt_team_count_cores (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0 && CPU_COUNT (&set) > 0)
    return CPU_COUNT (&set);
  return MAX (1, (int) g_get_num_processors ());
}

RtTeam *
rt_team_new (int n_threads)
{
  RtTeam *team = g_new0 (RtTeam, 1);

  team->size = n_threads > 0 ? n_threads : rt_team_count_cores ();
  team->members = g_new0 (Member, team->size);
  pthread_mutex_init (&team->lock, NULL);
  pthread_cond_init (&team->wake, NULL);

  for (int i = 1; i < team->size; i++)
    {
      Member *member = &team->members[i - 1];

      *member = (Member) { .team = team, .member = i };
      if (pthread_create (&member->thread, NULL, member_main, member) != 0)
        {
          g_warning ("Only %d of %d threads could be started", i, team->size);
          team->size = i;
          break;
        }
    }
  return team;
}

static void
publish_locked (RtTeam *team)
{
  atomic_fetch_add_explicit (&team->generation, 1, memory_order_release);
  pthread_cond_broadcast (&team->wake);
}

void
rt_team_free (RtTeam *team)
{
  if (team == NULL)
    return;

  pthread_mutex_lock (&team->lock);
  atomic_store (&team->quit, 1);
  publish_locked (team);
  pthread_mutex_unlock (&team->lock);

  for (int i = 1; i < team->size; i++)
    pthread_join (team->members[i - 1].thread, NULL);
  pthread_cond_destroy (&team->wake);
  pthread_mutex_destroy (&team->lock);
  g_free (team->members);
  g_free (team);
}

int
rt_team_get_size (const RtTeam *team)
{
  return team != NULL ? team->size : 1;
}

void
rt_team_run (RtTeam     *team,
             int         n_pieces,
             RtTeamFunc  func,
             void       *data)
{
  if (team == NULL || team->size == 1 || n_pieces <= 1)
    {
      for (int i = 0; i < n_pieces; i++)
        func (i, 0, data);
      return;
    }

  pthread_mutex_lock (&team->lock);
  team->func = func;
  team->data = data;
  team->n_pieces = n_pieces;
  atomic_store (&team->next, 0);
  atomic_store (&team->busy, team->size - 1);
  publish_locked (team);
  pthread_mutex_unlock (&team->lock);

  take_pieces (team, 0);
  for (int i = 0; atomic_load_explicit (&team->busy, memory_order_acquire) > 0; i++)
    {
      if (i < SPIN_ROUNDS)
        relax ();
      else
        sched_yield ();
    }
}
