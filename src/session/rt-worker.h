/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Runs @func in a thread of GTask's pool, from the main thread, where the task's source is
 * finalised too however long @func takes. @data (transfer full) is what @func is given, and where
 * it leaves what it made: from here on nobody else may touch it, until rt_worker_take(). */
void     rt_worker_run  (GTask           *task,
                         gpointer         data,
                         GDestroyNotify   free_data,
                         GTaskThreadFunc  func);

/* In the callback of @task: the data that rt_worker_run() was given, which is the caller's again
 * (transfer full); NULL where it was never run. */
gpointer rt_worker_take (GTask *task) G_GNUC_WARN_UNUSED_RESULT;

/* From here on painting comes first where there are no more cores than threads: this thread, and
 * those that it makes, have a lower priority. Threads of rt_worker_run() have it already. */
void     rt_worker_step_back (void);

/* Until no thread is in a function any more: before the program ends and its libraries are taken
 * down under them. What should not be waited for is cancelled first. */
void     rt_worker_wait (void);

G_END_DECLS
