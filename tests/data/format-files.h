/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-formats-private.h"

/*
 * For the tests of file formats: where files are, and the treatment that every parser gets. Bytes
 * are handed to it in memory of exactly their length, so that a sanitizer sees a read past the end.
 */

/* Whether the bytes were accepted. Frees what it made. */
typedef gboolean (*FormatParse) (const uint8_t  *bytes,
                                 size_t          n_bytes,
                                 const char     *name,
                                 GError        **error);
/* The same for a file. */
typedef gboolean (*FormatOpen) (const char  *path,
                                GError     **error);

/* Kept beside the tests, or made by the build. (transfer full) */
char   *format_fixture      (const char *name);
char   *format_made         (const char *name);

/* Real data, which is no part of the project; NULL where it is not there, and the test is skipped.
 * (transfer full) */
char   *format_shared       (const char *name);

/* (transfer full) */
GBytes *format_load         (const char *path);
char   *format_make_folder  (void);
void    format_remove       (const char *path);
void    format_write        (const char *folder,
                             const char *name,
                             const void *bytes,
                             size_t      n_bytes);

/* A small picture of one shade of grey, as PNG, with the folders that @name needs. */
void    format_put_picture  (const char *folder,
                             const char *name,
                             int         shade);

/* Pictures of two classes in @folder, "@photos/dark/0.png" with shade 40 and on,
 * "@photos/light/0.png" with 200 and on: @n of each, from number @first. */
void    format_put_photos   (const char *folder,
                             const char *photos,
                             int         first,
                             int         n);

/* An error of this folder whose text has @named in it. */
void    format_assert_error (const GError *error,
                             const char   *named);

/* Every file of broken/FORMAT gives an error that names it; at least @least files are there. */
void    format_check_broken (const char *format,
                             FormatOpen  open,
                             guint       least);

/* Bytes cut off at any place are an error. */
void    format_check_cuts   (GBytes      *good,
                             FormatParse  parse);

/* Changed at random, bytes are an error or not, but nothing worse. The changes are the same each
 * time. */
void    format_check_noise  (GBytes      *good,
                             FormatParse  parse,
                             int          rounds);
