/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-part.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* One attempt to get the rest of @file into @part. */
typedef struct
{
  SoupSession           *session;      /* Borrowed */
  const RtCatalogueFile *file;         /* Borrowed */
  RtPart                *part;         /* Borrowed */
  GCancellable          *cancellable;  /* (nullable) Borrowed */
  void                 (*func) (gboolean  receiving,
                                void     *data);   /* when connected, and as it grows */
  void                  *data;
} RtTransfer;

/* FALSE with an error of RT_FETCH_ERROR, or of what broke the connection (see
 * rt_transfer_is_passing()); the part then holds what has come. TRUE: the server has sent all
 * that it has to send, and no more than the file may have. */
gboolean rt_transfer_run        (RtTransfer  *transfer,
                                 GError     **error);

/* Whether the same may go well if tried again at once. */
gboolean rt_transfer_is_passing (const GError *error);

/* Whether there is no way to the server at all. */
gboolean rt_transfer_is_offline (const GError *error);

G_END_DECLS
