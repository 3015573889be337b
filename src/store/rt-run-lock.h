/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * RtRunLock:
 *
 * The right to train a run: a lock (flock) on runs/N/lock. The system gives it back when its
 * process ends, however that ends, so a run that is called running and whose lock is free was
 * interrupted.
 */
typedef struct _RtRunLock RtRunLock;

/* RT_STORE_ERROR_BUSY names the process that has it. (transfer full) */
RtRunLock *rt_run_lock_take    (const char  *folder,
                                int          run,
                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void       rt_run_lock_release (RtRunLock *lock);

/* Whether nobody has it (another thread of this process counts too). Where so, @guard gets what
 * keeps it so until it is released, or NULL where there is no file to lock. What cannot be looked
 * at counts as taken. */
gboolean   rt_run_lock_is_free (const char  *folder,
                                RtRunLock  **guard);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtRunLock, rt_run_lock_release)

G_END_DECLS
