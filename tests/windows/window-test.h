/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-window-private.h"
#include "session-test.h"

G_BEGIN_DECLS

/**
 * WindowTest:
 *
 * The fixture of tests of the window: a home with "photos" in it, its library, a session and the
 * window that shows it.
 */
typedef struct
{
  char         *home;
  RtLibrary    *library;
  RtSession    *session;
  RetortWindow *window;   /* NULL once it is closed */
  const char   *wanted;   /* that is waited for */
  GtkWidget    *place;    /* (nullable) where; else anywhere in the window */
} WindowTest;

typedef struct
{
  const char  *name;
  void       (*run) (WindowTest *, gconstpointer);
  RtRunState   found;     /* of a run that the window finds in the history; NEW: there is none */
} WindowTestCase;

int            window_test_run         (int                   argc,
                                        char                **argv,
                                        const WindowTestCase *tests,
                                        size_t                n_tests);

/* A run in @state, as an earlier start of the program left it. */
int            window_test_put_run     (WindowTest *f,
                                        RtRunState  state,
                                        const char *message);

GtkDropTarget *window_test_find_target (const WindowTest *f);
/* As a file, or as a list with it in it; whether it was taken. */
gboolean       window_test_drop        (const WindowTest *f,
                                        const char       *name,
                                        gboolean          in_list);

typedef gboolean (*WindowTestMatches)  (GtkWidget  *widget,
                                        const char *text);

/* The first at or below @widget that @matches. (nullable) */
GtkWidget     *window_test_find        (GtkWidget         *widget,
                                        WindowTestMatches  matches,
                                        const char        *text);
/* A label that shows @text anywhere below @widget. */
gboolean       window_test_has_text    (GtkWidget  *widget,
                                        const char *text);

/* Until such a label is there, or gone. */
void           window_test_wait_for    (WindowTest *f,
                                        const char *text);
void           window_test_wait_without (WindowTest *f,
                                        const char *text);

/* As a person does, when it has come in. */
void           window_test_close_toast (WindowTest *f);

/* For session_test_wait(): no toast moves; the window is closed; no run is under way. */
gboolean       window_test_is_still    (void *data);
gboolean       window_test_is_closed   (void *data);
gboolean       window_test_is_idle     (void *data);

G_END_DECLS
