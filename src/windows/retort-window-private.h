/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "retort-curves.h"
#include "retort-inspectors.h"
#include "retort-window.h"

G_BEGIN_DECLS

/* What is read on another thread: of each kind one at a time. */
typedef enum
{
  RETORT_OPENING_DATASET,
  RETORT_OPENING_WEIGHTS,
} RetortOpeningKind;

typedef struct
{
  GCancellable *cancellable;   /* Owned (nullable) */
  char         *name;          /* Owned (nullable): of the file */
} RetortOpening;

struct _RetortWindow
{
  AdwApplicationWindow parent_instance;

  /* Template widgets */
  AdwToastOverlay     *toasts;
  GtkListBox          *runs;
  RetortCurves        *curves;
  RetortInspectors    *inspectors;
  GtkToggleButton     *runs_button;
  GtkMenuButton       *new_button;
  GtkMenuButton       *menu_button;
  GtkMenuButton       *compare_button;
  GtkWidget           *drop_hint;

  /* Owned */
  RtSession           *session;
  RtRunItem           *run;       /* (nullable) the one shown */
  AdwToast            *toast;     /* Weak (nullable): the one that is shown */
  AdwToast            *next;      /* (nullable) shown when that one has gone */
  AdwToast            *busy;      /* (nullable) what goes on: shown, or waiting behind a message */
  AdwToast            *offer;     /* (nullable) shown, or waiting behind a message and @busy */
  gboolean             stale;     /* the one that is shown is out of date */
  guint                moving;    /* tick callback while one comes or goes */
  gint64               moving_since;
  GtkWidget           *catalogue; /* Weak (nullable): where it is open */
  gboolean             closing;   /* as soon as the run has ended */
  RetortOpening        opening[2]; /* by kind */
  guint                reading;   /* source that says so */
};

/* retort-window-toast.c: what is said. A message passes; one that says what is wrong stays longer,
 * or until it is closed. */
void retort_window_tell            (RetortWindow *self,
                                    const char   *message);
void retort_window_tell_long       (RetortWindow *self,
                                    const char   *message);
void retort_window_tell_wrong      (RetortWindow *self,
                                    const char   *message);
/* @found, or why nothing was; the window may be closed by then. */
void retort_window_tell_found      (RetortWindow *self,
                                    const char   *found,
                                    const GError *error);

/* @toast: (transfer full): takes the place of the message that is shown; for @seconds, or 0: until
 * it is dismissed */
void retort_window_show_toast      (RetortWindow *self,
                                    AdwToast     *toast,
                                    guint         seconds);

/* @offer: (transfer full): until it is dismissed, but never in the way of a message */
void retort_window_offer           (RetortWindow *self,
                                    AdwToast     *offer);
/* @busy: (transfer full) (nullable): what goes on, told instead of an offer, but after what is said
 * meanwhile; until the next, or NULL. */
void retort_window_set_busy        (RetortWindow *self,
                                    AdwToast     *busy);
/* What was said is of the past: a person has begun something new. */
void retort_window_end_message     (RetortWindow *self);
/* All of them, before the window goes. */
void retort_window_drop_toasts     (RetortWindow *self);

/* retort-window-actions.c: training, runs. */
void retort_window_install_actions (GtkWidgetClass *widget_class);
void retort_window_update_actions  (RetortWindow *self);

/* retort-window-opening.c: what takes a while to be read, and can be given up. */
void retort_window_install_opening (GtkWidgetClass *widget_class);
void retort_window_open_dataset    (RetortWindow *self,
                                    const char   *path);
void retort_window_open_weights    (RetortWindow *self,
                                    const char   *path);
void retort_window_cancel_opening  (RetortWindow *self);

/* retort-window-files.c: which file is opened or saved. */
void retort_window_install_files   (GtkWidgetClass *widget_class);

/* retort-window-drop.c: files that are dropped or pasted. */
void retort_window_install_drop    (GtkWidgetClass *widget_class);
void retort_window_take_drops      (RetortWindow *self);

typedef void (*RetortPathFunc)     (RetortWindow *self,
                                    const char   *path,
                                    GVariant     *parameter);

/* Asks for a file, and calls @func where one is chosen. @filter: (transfer full) (nullable): the
 * files that are offered */
void retort_window_ask_path        (GtkWidget            *widget,
                                    const char           *title,
                                    GtkFileChooserAction  action,
                                    const char           *name,
                                    GtkFileFilter        *filter,
                                    RetortPathFunc        func,
                                    GVariant             *parameter);

/* retort-window-export.c: what leaves the program. */
void retort_window_install_exports (GtkWidgetClass *widget_class);

/* retort-window-corrections.c: mended labels, pictures set aside, the data as a whole. */
void retort_window_install_corrections (GtkWidgetClass *widget_class);

/* retort-window-fit.c: training within minutes. */
void retort_window_install_fit     (GtkWidgetClass *widget_class);

/* retort-window-catalogue.c: what is fetched. @item has just been. */
void retort_window_install_catalogue (GtkWidgetClass *widget_class);
void retort_window_take_fetched    (RetortWindow *self,
                                    RtFetchItem  *item);

/* retort-window-close.c: whether the window may close now; else it asks. What was told to close
 * goes when no run is under way any more. */
gboolean retort_window_may_close   (RetortWindow *self);
void     retort_window_close_if_idle (RetortWindow *self);
/* It does not go after all: something is to be read. */
void     retort_window_keep_open   (RetortWindow *self);

G_END_DECLS
