/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The quark NAME of an error domain, as a function prefix_quark(). G_DEFINE_QUARK keeps it in a
 * static that two threads which fail at once both write: the same value, and a data race all the
 * same. GLib's own table has a lock. */
#define RT_DEFINE_QUARK(NAME, prefix)              \
  GQuark                                           \
  prefix##_quark (void)                            \
  {                                                \
    return g_quark_from_static_string (#NAME);     \
  }

G_END_DECLS
