/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-cursor.h"
#include "rt-dtype.h"

G_BEGIN_DECLS

typedef enum
{
  RT_PICKLE_NONE,
  RT_PICKLE_BOOL,
  RT_PICKLE_INT,
  RT_PICKLE_BIG_INT,   /* past 64 bits: kept as its little-endian bytes */
  RT_PICKLE_FLOAT,
  RT_PICKLE_TEXT,
  RT_PICKLE_BYTES,
  RT_PICKLE_LIST,
  RT_PICKLE_TUPLE,
  RT_PICKLE_DICT,      /* items are key, value, key, value, ... */
  RT_PICKLE_GLOBAL,    /* one of the few names that are known */
  RT_PICKLE_OTHER,     /* any other name, and whatever it would make */
  RT_PICKLE_STORAGE,
  RT_PICKLE_TENSOR,
} RtPickleKind;

/* The names that are known. */
typedef enum
{
  RT_PICKLE_ORDERED_DICT,
  RT_PICKLE_ENCODE,
  RT_PICKLE_REBUILD_TENSOR,
  RT_PICKLE_REBUILD_PARAMETER,
  RT_PICKLE_STORAGE_TYPE,   /* with a dtype */
} RtPickleGlobal;

#define RT_PICKLE_MAX_DIMS 8

typedef struct _RtPickleValue RtPickleValue;

/* Borrows its bytes from the pickle. */
struct _RtPickleValue
{
  RtPickleKind kind;
  union
  {
    int64_t    integer;    /* INT, BOOL */
    double     real;
    GPtrArray *items;      /* LIST, TUPLE, DICT. Owned; borrowed values */
    struct
    {
      const char *bytes;
      size_t      n;
    } text;                /* TEXT, BYTES, BIG_INT */
    struct
    {
      RtPickleGlobal name;
      RtDtype        dtype;
    } global;
    struct
    {
      const char *module;
      size_t      n_module;
      const char *name;
      size_t      n_name;
    } other;
    struct
    {
      const RtPickleValue *key;      /* a TEXT */
      RtDtype              dtype;
      uint64_t             count;    /* values it says it has */
      uint64_t             offset;   /* of an older file's view, in values */
    } storage;
    struct
    {
      const RtPickleValue *storage;
      uint64_t             offset;
      int                  n_dims;   /* past RT_PICKLE_MAX_DIMS, only the first have sizes */
      uint64_t             sizes[RT_PICKLE_MAX_DIMS];
      uint64_t             strides[RT_PICKLE_MAX_DIMS];
    } tensor;
  };
};

/**
 * RtPickle:
 *
 * One pickle, read. It owns all its values; values may refer to each other in any way, circles
 * included.
 */
typedef struct _RtPickle RtPickle;

/* Reads one pickle and leaves @cursor behind it. The bytes must outlive what is returned. (transfer
 * full) */
RtPickle            *rt_pickle_read         (RtCursor    *cursor,
                                             const char  *name,
                                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void                 rt_pickle_free         (RtPickle *pickle);

/* An error that says what @other, an OTHER of file @name, asks for. FALSE always. */
gboolean             rt_pickle_refuse       (const RtPickleValue  *other,
                                             const char           *name,
                                             GError              **error);

const RtPickleValue *rt_pickle_get_root     (const RtPickle *pickle);

/* Every value of the kind STORAGE, in the order of the pickle. Borrowed values. (transfer none) */
const GPtrArray     *rt_pickle_get_storages (const RtPickle *pickle);

/* What a DICT has under a text; NULL where it has nothing, or @dict is no DICT. */
const RtPickleValue *rt_pickle_find         (const RtPickleValue *dict,
                                             const char          *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPickle, rt_pickle_free)

G_END_DECLS
