/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-library.h"
#include "rt-session-private.h"

G_BEGIN_DECLS

/* A home of the test's own, in RETORT_HOME. (transfer full) */
char       *session_test_make_home   (void) G_GNUC_WARN_UNUSED_RESULT;
/* Removes it with all that is in it. */
void        session_test_remove_home (char *home);

/* Pictures of two classes, "photos/dark/0.png" with shade 40 and on, "photos/light/0.png" with 200
 * and on. */
void        session_test_put_photos  (const char *home,
                                      int         per_class);

/* A home with a library of it. (transfer full) */
RtLibrary  *session_test_open        (char **home) G_GNUC_WARN_UNUSED_RESULT;
/* When all work has come home; nobody else may hold the session or the library any more. (transfer
 * full) */
void        session_test_close       (RtSession *session,
                                      RtLibrary *library,
                                      char      *home);

/**
 * SessionTest:
 *
 * The fixture of many tests: a home with its library and a session.
 */
typedef struct
{
  char      *home;
  RtLibrary *library;
  RtSession *session;
} SessionTest;

/* Adds a test that is given one, whose recipe is session_test_recipe()'s of @network (nullable: the
 * first recipe stays) with 3 epochs. */
typedef void (*SessionTestFunc) (SessionTest   *test,
                                 gconstpointer  network);
void        session_test_add         (const char      *path,
                                      const char      *network,
                                      SessionTestFunc  func);

/* A folder where the first run's @file is to be written: as on a full disk, that fails then. */
void        session_test_block       (const char *home,
                                      const char *file);

/* Digits from scratch: 6 samples a class, batches of 16, so 4 steps an epoch. (transfer full) */
RtRecipe   *session_test_recipe      (const char *network,
                                      int         epochs) G_GNUC_WARN_UNUSED_RESULT;

/* Trains a recipe to its end on the calling thread; returns its number. */
int         session_test_train       (RtStore        *store,
                                      const RtRecipe *recipe);

/* @seconds of a test that measures time, RETORT_TEST_SLOW times as many where that is set: by
 * ./dev sanitize, whose programs are that much slower. */
double      session_test_seconds     (double seconds);

/* Runs the main loop for so many of these seconds. */
void        session_test_iterate     (double seconds);

/* Runs the main loop until @done gives TRUE; fails after 60 of these seconds. */
typedef gboolean (*SessionTestDone) (void *data);
void        session_test_wait        (SessionTestDone  done,
                                      void            *data);

/* Until nobody but the test holds the object: work that is cancelled comes home first. */
void        session_test_wait_alone  (gpointer object);

G_END_DECLS
