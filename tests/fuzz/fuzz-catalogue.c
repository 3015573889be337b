/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a catalogue. What is accepted keeps what a fetch relies on: names that stay in their
 * folder, sizes with an end, a sum for each file. */
#include "config.h"

#include "rt-catalogue.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes,
                            size_t         n_bytes);

static void
check_file (const RtCatalogueFile *file)
{
  guint64 least, most;

  rt_catalogue_file_get_limits (file, &least, &most);
  g_assert (least > 0 && least <= most && most < (guint64) 1 << 40);
  g_assert (strchr (file->name, '/') == NULL && file->name[0] != '.' && file->name[0] != '\0');
  g_assert (file->sha256 != NULL || file->md5 != NULL);
  /* A scheme may be written in capitals: RFC 3986, section 3.1. */
  g_assert (g_ascii_strncasecmp (file->address, "http", strlen ("http")) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         n_bytes)
{
  g_autoptr (GError) error = NULL;
  const char *text = n_bytes > 0 ? (const char *) bytes : "";
  g_autoptr (GPtrArray) entries = rt_catalogue_parse (text, (gssize) n_bytes, "fuzz.json", &error);

  if ((entries == NULL) == (error == NULL))
    g_error ("entries and an error, or neither");
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const RtCatalogueEntry *entry = entries->pdata[i];

      g_assert (strchr (entry->name, '/') == NULL && entry->name[0] != '.');
      g_assert (strstr (entry->opens, "..") == NULL || strstr (entry->opens, "/..") == NULL);
      for (guint j = 0; j < entry->files->len; j++)
        check_file (entry->files->pdata[j]);
    }
  return 0;
}
