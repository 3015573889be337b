/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The handler writes a byte into a pipe, and a thread of our own reads it: so that may take locks
 * and print, as a handler may not. (To block the signals and wait for them would not do: libraries
 * start threads before main() that block nothing, and a signal may go to any thread.)
 */

#include "config.h"

#include "rt-signals.h"

#include "rt-cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static RtControl *control;
static GCancellable *cancellable;
static int arrived;     /* (atomic) */
static int bytes[2];

static void
handle (int which)
{
  int saved = errno;

  if (write (bytes[1], "", 1) < 0)
    _exit (RT_EXIT_INTERRUPTED);
  errno = saved;
}

static void *
wait_for_signals (void *data)
{
  const char *said = data;
  char byte;

  for (;;)
    {
      if (read (bytes[0], &byte, 1) != 1)
        continue;
      if (g_atomic_int_add (&arrived, 1) > 0)
        {
          rt_cli_note ("ended at once; what has been kept so far can be taken up");
          _exit (RT_EXIT_INTERRUPTED);
        }
      rt_control_interrupt (control);
      g_cancellable_cancel (cancellable);
      rt_cli_note ("%s; once more to end at once", said);
    }
  return NULL;
}

void
rt_signals_start (const char *said)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  struct sigaction action = { .sa_handler = handle, .sa_flags = SA_RESTART };

  g_return_if_fail (control == NULL);

  control = rt_control_new ();
  cancellable = g_cancellable_new ();
  if (pipe2 (bytes, O_CLOEXEC) != 0)
    return;
  g_thread_unref (g_thread_new ("signals", wait_for_signals, (void *) said));
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    sigaction (signals[i], &action, NULL);
}

RtControl *
rt_signals_get_control (void)
{
  return control;
}

GCancellable *
rt_signals_get_cancellable (void)
{
  return cancellable;
}

gboolean
rt_signals_arrived (void)
{
  return g_atomic_int_get (&arrived) > 0;
}
