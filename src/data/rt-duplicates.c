/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Samples that are there twice.
 *
 * A photograph that was copied into two folders makes a test say too much. Files are compared by
 * their length first, which takes no reading, and only those of equal length by a digest of their
 * bytes; samples that are no files by a digest of their pixels. So the same picture saved twice in
 * different ways is not found: nothing is listed that is not the same.
 */
#include "config.h"

#include "rt-duplicates.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DIGEST 32
#define NO_CONTENT UINT64_MAX

/* One sample that takes part. */
typedef struct
{
  size_t   sample;
  RtPart   part;
  uint64_t length;            /* of the file; or NO_CONTENT where it cannot be read */
  uint8_t  digest[DIGEST];    /* zeros until it is needed */
} Content;

typedef struct
{
  const RtDataset *dataset;
  GArray          *contents;  /* of Content: each changed by the piece of its index only */
  GCancellable    *cancellable;
} Search;

static void
add_content (GArray *contents,
             size_t  sample,
             RtPart  part)
{
  Content content = { .sample = sample, .part = part };

  g_array_append_val (contents, content);
}

static GArray *
list_contents (const RtDataset *dataset,
               const RtTask    *task)
{
  GArray *contents = g_array_new (FALSE, FALSE, sizeof (Content));

  if (task == NULL)
    for (size_t i = 0; i < dataset->n_samples; i++)
      add_content (contents, i, dataset->parts[i]);
  else
    {
      for (size_t i = 0; i < task->n_train; i++)
        add_content (contents, task->train[i], RT_PART_TRAIN);
      for (size_t i = 0; i < task->n_validation; i++)
        add_content (contents, task->validation[i], RT_PART_VALIDATION);
      for (size_t i = 0; i < task->n_test; i++)
        add_content (contents, task->test[i], RT_PART_TEST);
    }
  return contents;
}

static int
compare_contents (const void *a,
                  const void *b)
{
  const Content *x = a, *y = b;
  int order;

  if (x->length != y->length)
    return x->length < y->length ? -1 : 1;
  order = memcmp (x->digest, y->digest, DIGEST);
  return order != 0 ? order : (x->sample > y->sample) - (x->sample < y->sample);
}

static void
measure_piece (int   piece,
               int   member,
               void *data)
{
  Search *search = data;
  Content *content = &g_array_index (search->contents, Content, piece);
  g_autofree char *path = NULL;
  struct stat info;

  if (g_cancellable_is_cancelled (search->cancellable))
    return;
  path = rt_dataset_get_file (search->dataset, content->sample);
  if (path != NULL)
    content->length = stat (path, &info) == 0 ? (uint64_t) info.st_size : NO_CONTENT;
}

static gboolean
digest_file (GChecksum  *sum,
             const char *path)
{
  g_autofree char *bytes = NULL;
  size_t n;

  if (!g_file_get_contents (path, &bytes, &n, NULL))
    return FALSE;
  g_checksum_update (sum, (const uint8_t *) bytes, (gssize) n);
  return TRUE;
}

static gboolean
digest_pixels (GChecksum       *sum,
               const RtDataset *dataset,
               size_t           sample)
{
  g_autoptr (RtImage) image = rt_dataset_read_image (dataset, sample, NULL);
  int32_t sides[3];

  if (image == NULL)
    return FALSE;
  sides[0] = image->width;
  sides[1] = image->height;
  sides[2] = image->channels;
  g_checksum_update (sum, (const uint8_t *) sides, sizeof sides);
  g_checksum_update (sum, image->pixels, (gssize) image->width * image->height * image->channels);
  return TRUE;
}

/* Where another has the same length. */
static void
digest_piece (int   piece,
              int   member,
              void *data)
{
  Search *search = data;
  Content *content = &g_array_index (search->contents, Content, piece);
  g_autoptr (GChecksum) sum = NULL;
  g_autofree char *path = NULL;
  gsize n = DIGEST;
  guint at = (guint) piece;
  gboolean alone = (at == 0 || content[-1].length != content->length)
                   && (at + 1 == search->contents->len || content[1].length != content->length);

  if (alone || content->length == NO_CONTENT || g_cancellable_is_cancelled (search->cancellable))
    return;
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  path = rt_dataset_get_file (search->dataset, content->sample);
  if (path != NULL ? digest_file (sum, path)
                   : digest_pixels (sum, search->dataset, content->sample))
    g_checksum_get_digest (sum, content->digest, &n);
}

static gboolean
is_digested (const Content *content)
{
  static const uint8_t nothing[DIGEST];

  return memcmp (content->digest, nothing, DIGEST) != 0;
}

/* What a task is still to draw parts of may come to be in two. */
static gboolean
is_wrong (const RtDataset *dataset,
          const Content   *a,
          const Content   *b)
{
  return a->part == RT_PART_ANY || a->part != b->part
         || dataset->labels[a->sample] != dataset->labels[b->sample];
}

/* Of @n samples of the same content, in the order of their indices. */
static void
take_group (const RtDataset *dataset,
            const Content   *group,
            guint            n,
            GArray          *found)
{
  for (guint j = 1; j < n; j++)
    for (guint i = 0; i < j; i++)
      if (is_wrong (dataset, &group[i], &group[j]))
        {
          RtDuplicate duplicate = { group[i].sample, group[j].sample, group[i].part,
                                    group[j].part };

          g_array_append_val (found, duplicate);
          break;
        }
}

static int
compare_duplicates (const void *a,
                    const void *b)
{
  const RtDuplicate *x = a, *y = b;

  return (x->second > y->second) - (x->second < y->second);
}

GArray *
rt_duplicates_find (const RtDataset *dataset,
                    const RtTask    *task,
                    RtTeam          *team,
                    GCancellable    *cancellable)
{
  g_autoptr (GArray) contents = NULL;
  GArray *found = g_array_new (FALSE, FALSE, sizeof (RtDuplicate));
  Search search = { .dataset = dataset, .cancellable = cancellable };
  guint from = 0;

  g_return_val_if_fail (dataset != NULL, found);

  search.contents = contents = list_contents (dataset, task);
  rt_team_run (team, (int) contents->len, measure_piece, &search);
  g_array_sort (contents, compare_contents);
  rt_team_run (team, (int) contents->len, digest_piece, &search);
  g_array_sort (contents, compare_contents);
  for (guint i = 1; i <= contents->len; i++)
    {
      const Content *first = &g_array_index (contents, Content, from);
      const Content *next = first + (i - from);

      if (i < contents->len && first->length == next->length
          && memcmp (first->digest, next->digest, DIGEST) == 0)
        continue;
      if (is_digested (first))
        take_group (dataset, first, i - from, found);
      from = i;
    }
  g_array_sort (found, compare_duplicates);
  return found;
}

char *
rt_duplicate_name (const RtDataset *dataset,
                   size_t           sample)
{
  g_autofree char *path = rt_dataset_get_file (dataset, sample);

  return path != NULL ? g_filename_display_name (path) : g_strdup_printf ("sample %zu", sample);
}

/* "cat", or "train, cat" */
static char *
describe_place (const RtDataset *dataset,
                size_t           sample,
                RtPart           part)
{
  static const char *const parts[] = { "", "train, ", "validation, ", "test, " };
  int label = dataset->labels[sample];

  return g_strconcat (parts[part],
                      label >= 0 ? rt_dataset_get_class_name (dataset, label) : "no class", NULL);
}

char *
rt_duplicate_describe (const RtDuplicate *duplicate,
                       const RtDataset   *dataset)
{
  g_autofree char *first = rt_duplicate_name (dataset, duplicate->first);
  g_autofree char *second = rt_duplicate_name (dataset, duplicate->second);
  g_autofree char *first_place = describe_place (dataset, duplicate->first, duplicate->first_part);
  g_autofree char *second_place = describe_place (dataset, duplicate->second,
                                                  duplicate->second_part);

  return g_strdup_printf ("%s (%s) is %s (%s) again", second, second_place, first, first_place);
}
