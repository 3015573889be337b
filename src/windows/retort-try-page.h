/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define RETORT_TYPE_TRY_PAGE (retort_try_page_get_type ())

/**
 * RetortTryPage:
 *
 * A picture of one's own, and what the run that is shown takes it for.
 */
G_DECLARE_FINAL_TYPE (RetortTryPage, retort_try_page, RETORT, TRY_PAGE, GtkBox)

/* @item may be %NULL. */
void retort_try_page_set_run (RetortTryPage *self,
                              RtLibrary     *library,
                              RtRunItem     *item);
/* Asks the run about the picture in a file; FALSE where there is none. */
gboolean retort_try_page_ask (RetortTryPage *self,
                              const char    *path);

G_END_DECLS
