/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-pickle.h"

G_BEGIN_DECLS

/* A file cannot make more values than this, whatever it repeats. */
#define RT_PICKLE_MAX_VALUES ((size_t) 1 << 20)

/* What is read and how far: between the opcodes (rt-pickle.c) and what they may build
 * (rt-pickle-build.c). */
typedef struct
{
  RtCursor   *cursor;
  const char *name;       /* of the file */
  GPtrArray  *values;     /* Owned: every value made */
  GPtrArray  *storages;   /* Borrowed: those that are storages */
  GPtrArray  *stack;      /* Borrowed values */
  GArray     *marks;      /* of guint: lengths of the stack */
  GHashTable *memo;       /* number to borrowed value */
  size_t      n_values;   /* and items copied */
} RtPickleMachine;

/* A new value, owned by the machine; NULL with an error past the limit. */
RtPickleValue *rt_pickle_make        (RtPickleMachine  *machine,
                                      RtPickleKind      kind,
                                      GError          **error);

/* The value that stands for a name: an OTHER for any but the known ones. */
RtPickleValue *rt_pickle_make_global (RtPickleMachine  *machine,
                                      const char       *module,
                                      size_t            n_module,
                                      const char       *name,
                                      size_t            n_name,
                                      GError          **error);

/* What a name makes of its arguments; an OTHER makes another of it. */
RtPickleValue *rt_pickle_call        (RtPickleMachine      *machine,
                                      const RtPickleValue  *callee,
                                      const RtPickleValue  *args,
                                      GError              **error);

/* What a persistent id stands for: a storage, or the OTHER that it names. */
RtPickleValue *rt_pickle_make_storage (RtPickleMachine      *machine,
                                       const RtPickleValue  *id,
                                       GError              **error);

G_END_DECLS
