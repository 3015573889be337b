/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* A folder that holds class folders. */
typedef struct
{
  char   *folder;   /* relative to the root; "" is the root itself. Owned */
  RtPart  part;
} RtFolderPart;

/* Where in a folder the class folders lie. */
typedef struct
{
  GArray    *parts;      /* Owned: of RtFolderPart, sorted by name; one of RT_PART_ANY: no split */
  GPtrArray *left_out;   /* Owned: folders beside the parts that are none, relative to the root */
  GPtrArray *notes;      /* Owned: what of this a person may see otherwise */
} RtFolderLayout;

void       rt_folder_layout_init   (RtFolderLayout *layout,
                                    const char     *root);
void       rt_folder_layout_clear  (RtFolderLayout *layout);

/* The names in a folder, sorted, hidden ones left out; NULL where it cannot be read. (transfer
 * full) */
GPtrArray *rt_folder_list_names    (const char  *path,
                                    GError     **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of two elements of an array of names. */
int        rt_folder_compare_names (gconstpointer a,
                                    gconstpointer b);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtFolderLayout, rt_folder_layout_clear)

G_END_DECLS
