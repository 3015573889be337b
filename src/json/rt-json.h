/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define RT_JSON_ERROR (rt_json_error_quark ())
GQuark rt_json_error_quark (void);

typedef enum
{
  RT_JSON_ERROR_INVALID,    /* not JSON */
  RT_JSON_ERROR_MISSING,    /* no such file, or none that can be read */
} RtJsonError;

/* The longest text that is read as JSON. A recipe or a card is a few kilobytes. */
#define RT_JSON_MAX_LENGTH (1024 * 1024)

/* Strict JSON (RFC 8259) and nothing else: one value, no comments, at most 16 levels, whole
 * numbers that a double holds exactly. @length may be -1. The error (RT_JSON_ERROR_INVALID)
 * names the text as @name and the line. Keys that stand twice in an object are added to @twice
 * (nullable, of char *) as "train.epochs"; without it they are an error. (transfer full) */
JsonNode *rt_json_parse         (const char  *text,
                                 gssize       length,
                                 const char  *name,
                                 GPtrArray   *twice,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of a file; one that is not there is RT_JSON_ERROR_MISSING. (transfer full) */
char     *rt_json_read_file     (const char  *path,
                                 size_t      *length,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* The shortest text that reads back as the same number; whole ones get ".0" where @fraction. */
void      rt_json_append_number (GString *out,
                                 double   value,
                                 gboolean fraction);

/* Quoted and escaped. */
void      rt_json_append_string (GString    *out,
                                 const char *value);

/* Any value on one line. */
void      rt_json_append_node   (GString  *out,
                                 JsonNode *node,
                                 gboolean  fraction);

G_END_DECLS
