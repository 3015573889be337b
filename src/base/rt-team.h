/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtTeam:
 *
 * The threads that share the work of one kernel at a time. The caller is one of them, so a team of
 * one has no thread of its own. Work is cut into pieces by what is to be done, never by how many
 * threads there are, and each piece writes its own part of the output: the same bits come out
 * of any number of threads.
 */
typedef struct _RtTeam RtTeam;

/**
 * RtTeamFunc:
 * @piece: which piece, 0 .. n_pieces - 1
 * @member: which member of the team runs it, 0 .. rt_team_get_size () - 1: names a slot of scratch
 *   memory, and must not influence the result
 */
typedef void (*RtTeamFunc) (int   piece,
                            int   member,
                            void *data);

/* @n_threads 0 means one for each core that the process may use. (transfer full) */
RtTeam *rt_team_new      (int n_threads) G_GNUC_WARN_UNUSED_RESULT;
void    rt_team_free     (RtTeam *team);

int     rt_team_get_size (const RtTeam *team);

/* Runs @func for each piece and returns when all are done. @team may be %NULL: the caller alone.
 * Only one thread at a time may call it on a team, and @func must not. */
void    rt_team_run      (RtTeam     *team,
                          int         n_pieces,
                          RtTeamFunc  func,
                          void       *data);

/* How many cores the process may use, by its affinity. */
int     rt_team_count_cores (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtTeam, rt_team_free)

G_END_DECLS
