/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

/*
 * What one thread gives to another through GLib: its mutexes, queues and main contexts order memory
 * by futexes, and as GLib is not built with the thread sanitizer, that sees no order there and
 * reports a race where there is none. These two say to it what the queue between them does: all
 * that was done before rt_handover_give() on an address has been seen after rt_handover_take() on
 * it. They order nothing by themselves, so they stand only beside a call of GLib that does; without
 * the sanitizer they are nothing. Where the choice is ours, a pthread mutex needs none of it.
 */
#if defined (__SANITIZE_THREAD__)
#define RT_HANDOVER_IS_SEEN 1
#elif defined (__has_feature)
#if __has_feature (thread_sanitizer)
#define RT_HANDOVER_IS_SEEN 1
#endif
#endif

G_BEGIN_DECLS

#ifdef RT_HANDOVER_IS_SEEN
void __tsan_release (void *address);
void __tsan_acquire (void *address);
#endif

/* Before the call that gives @address away. */
static inline void
rt_handover_give (void *address)
{
#ifdef RT_HANDOVER_IS_SEEN
  __tsan_release (address);
#endif
}

/* After the call that brought @address. */
static inline void
rt_handover_take (void *address)
{
#ifdef RT_HANDOVER_IS_SEEN
  __tsan_acquire (address);
#endif
}

G_END_DECLS
