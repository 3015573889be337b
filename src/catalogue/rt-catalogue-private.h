/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-catalogue.h"

G_BEGIN_DECLS

/* With no files and nothing said. (transfer full) */
RtCatalogueEntry *rt_catalogue_entry_new (void) G_GNUC_WARN_UNUSED_RESULT;

/* The folder, inside an entry's, that an archive is unpacked to. */
#define RT_CATALOGUE_UNPACKED "unpacked"

G_END_DECLS
