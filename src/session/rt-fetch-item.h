/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-catalogue.h"

G_BEGIN_DECLS

typedef enum
{
  RT_FETCH_ITEM_ABSENT,
  RT_FETCH_ITEM_COMING,
  RT_FETCH_ITEM_HERE,
} RtFetchItemState;

#define RT_TYPE_FETCH_ITEM (rt_fetch_item_get_type ())
G_DECLARE_FINAL_TYPE (RtFetchItem, rt_fetch_item, RT, FETCH_ITEM, GObject)

/**
 * RtFetchItem:
 *
 * An entry of the catalogue as a list shows it: whether it is here, and how far it is where it is
 * being fetched, which happens on a thread of its own. Lives on the main thread.
 *
 * Signals: `changed`: something that is shown; `fetched`: it is here now, and was not before.
 */
RtFetchItem            *rt_fetch_item_new          (RtCatalogueEntry *entry)
                                                    G_GNUC_WARN_UNUSED_RESULT;

const RtCatalogueEntry *rt_fetch_item_get_entry    (RtFetchItem *self);
RtFetchItemState        rt_fetch_item_get_state    (RtFetchItem *self);

/* For people: "46.8 MB", "12.1 MB of 46.8 MB", "Fetched"; why the last fetch failed. */
const char             *rt_fetch_item_get_status   (RtFetchItem *self);
gboolean                rt_fetch_item_is_wrong     (RtFetchItem *self);

/* 0 to 1; below 0 where it cannot be said. */
double                  rt_fetch_item_get_fraction (RtFetchItem *self);

/* Fetches it. Only where it is absent. */
void                    rt_fetch_item_start        (RtFetchItem *self);

/* Ends that soon; what has come is kept. */
void                    rt_fetch_item_cancel       (RtFetchItem *self);

G_END_DECLS
