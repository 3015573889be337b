/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-event.h"

#include <stdint.h>

G_BEGIN_DECLS

/**
 * RtLine:
 *
 * One JSON object on one line of standard output, as --json prints them: "event" first. Doubles are
 * written so that they read back as the same bits; what is no number is null.
 */
typedef struct _RtLine RtLine;

RtLine *rt_line_new         (const char *event) G_GNUC_WARN_UNUSED_RESULT;
void    rt_line_free        (RtLine *line);

/* NULL is null. */
void    rt_line_add_string  (RtLine     *line,
                             const char *key,
                             const char *value);
void    rt_line_add_int     (RtLine     *line,
                             const char *key,
                             gint64      value);
void    rt_line_add_uint    (RtLine     *line,
                             const char *key,
                             guint64     value);
void    rt_line_add_double  (RtLine     *line,
                             const char *key,
                             double      value);
void    rt_line_add_bool    (RtLine     *line,
                             const char *key,
                             gboolean    value);

/* Lists and objects within: each begun is ended. @key NULL inside a list. */
void    rt_line_begin       (RtLine     *line,
                             const char *key,
                             char        bracket);   /* '[' or '{' */
void    rt_line_end         (RtLine     *line);

/* The fields of the structs of rt-event.h. */
void    rt_line_add_cost    (RtLine       *line,
                             const RtCost *cost);
void    rt_line_add_epoch   (RtLine               *line,
                             const RtEpochMetrics *epoch);
void    rt_line_add_result  (RtLine         *line,
                             const RtResult *result);

/* Ends the object and writes it out at once, so that who reads a pipe sees it. */
void    rt_line_print       (RtLine *line);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtLine, rt_line_free)

G_END_DECLS
