/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <gtk/gtk.h>

/* Ends with 0 where GTK can open a window, with 1 where it cannot: `./dev run` asks first. */
int
main (void)
{
  return gtk_init_check () ? 0 : 1;
}
