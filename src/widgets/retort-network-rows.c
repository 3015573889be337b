/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-network-rows.h"

#include <glib/gi18n.h>
#include <string.h>

#define MANY 16    /* blocks: with fewer each has its row */

typedef struct
{
  char     *name;    /* Owned: "stage3" */
  int       first;
  int       n;       /* at least 2 */
  gboolean  open;
} Stage;

typedef struct
{
  char   *name;      /* Owned */
  char   *shape;     /* Owned */
  char   *caption;   /* Owned (nullable) */
  gint64  n_params;
} Block;

struct _RetortNetworkRows
{
  GArray          *blocks;    /* Owned: of Block */
  GArray          *stages;    /* Owned: of Stage */
  GArray          *rows;      /* Owned: of RetortNetworkRow */
  RetortBlockInfo  info;      /* the last that was asked for */
  char            *shape;     /* Owned (nullable): of it */
};

static void
clear_stage (Stage *stage)
{
  g_free (stage->name);
}

static void
clear_block (Block *block)
{
  g_free (block->name);
  g_free (block->shape);
  g_free (block->caption);
}

/* How much of a block's name is its stage's; 0 where it has none. */
static size_t
get_stage_length (const char *name)
{
  const char *dot = strchr (name, '.');

  return dot != NULL ? (size_t) (dot - name) : 0;
}

/* Blocks from @first on that are of one stage. */
static int
count_same (const RetortNetworkRows *self,
            int                      first)
{
  const char *name = g_array_index (self->blocks, Block, first).name;
  size_t length = get_stage_length (name);
  int n = 1;

  while (length > 0 && first + n < (int) self->blocks->len
         && strncmp (g_array_index (self->blocks, Block, first + n).name, name, length + 1) == 0)
    n++;
  return n;
}

static void
find_stages (RetortNetworkRows *self)
{
  int n = (int) self->blocks->len;

  for (int first = 0; n >= MANY && first < n;)
    {
      const char *name = g_array_index (self->blocks, Block, first).name;
      Stage stage = { NULL, first, count_same (self, first), FALSE };

      first += stage.n;
      if (stage.n == 1)
        continue;
      stage.name = g_strndup (name, get_stage_length (name));
      g_array_append_val (self->stages, stage);
    }
}

static void
make_rows (RetortNetworkRows *self)
{
  int at = 0;    /* stage */

  g_array_set_size (self->rows, 0);
  for (int first = 0; first < (int) self->blocks->len;)
    {
      RetortNetworkRow row = { first, 1, -1 };

      if (at < (int) self->stages->len && first >= g_array_index (self->stages, Stage, at).first)
        {
          const Stage *stage = &g_array_index (self->stages, Stage, at);

          row.stage = at;
          row.n = stage->open ? 1 : stage->n;
          if (first + row.n == stage->first + stage->n)
            at++;
        }
      g_array_append_val (self->rows, row);
      first += row.n;
    }
}

RetortNetworkRows *
retort_network_rows_new (const RetortBlockInfo *blocks,
                         int                    n_blocks)
{
  RetortNetworkRows *self = g_new0 (RetortNetworkRows, 1);

  self->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  g_array_set_clear_func (self->blocks, (GDestroyNotify) clear_block);
  self->stages = g_array_new (FALSE, FALSE, sizeof (Stage));
  g_array_set_clear_func (self->stages, (GDestroyNotify) clear_stage);
  self->rows = g_array_new (FALSE, FALSE, sizeof (RetortNetworkRow));
  for (int i = 0; i < n_blocks; i++)
    {
      Block block = { g_strdup (blocks[i].name), g_strdup (blocks[i].shape),
                      g_strdup (blocks[i].caption), blocks[i].n_params };

      g_array_append_val (self->blocks, block);
    }
  find_stages (self);
  make_rows (self);
  return self;
}

void
retort_network_rows_free (RetortNetworkRows *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->blocks);
  g_array_unref (self->stages);
  g_array_unref (self->rows);
  g_free (self->shape);
  g_free (self);
}

int
retort_network_rows_get_n (const RetortNetworkRows *self)
{
  return (int) self->rows->len;
}

const RetortNetworkRow *
retort_network_rows_get (const RetortNetworkRows *self,
                         int                      index)
{
  g_return_val_if_fail (index >= 0 && index < (int) self->rows->len, NULL);
  return &g_array_index (self->rows, RetortNetworkRow, index);
}

int
retort_network_rows_find (const RetortNetworkRows *self,
                          int                      block)
{
  int index = 0;

  g_return_val_if_fail (block >= 0 && block < (int) self->blocks->len, -1);
  while (g_array_index (self->rows, RetortNetworkRow, index).first
         + g_array_index (self->rows, RetortNetworkRow, index).n <= block)
    index++;
  return index;
}

int
retort_network_rows_count (const RetortNetworkRows *self,
                           int                      n_blocks)
{
  int n = 0;

  while (n < (int) self->rows->len)
    {
      const RetortNetworkRow *row = &g_array_index (self->rows, RetortNetworkRow, n);

      if (row->first + row->n > n_blocks)
        break;
      n++;
    }
  return n;
}

const RetortBlockInfo *
retort_network_rows_describe (RetortNetworkRows *self,
                              int                index)
{
  const RetortNetworkRow *row = retort_network_rows_get (self, index);
  const Block *top = &g_array_index (self->blocks, Block, row->first + row->n - 1);

  g_clear_pointer (&self->shape, g_free);
  self->info = (RetortBlockInfo) { top->name, top->shape, 0, top->caption };
  for (int i = 0; i < row->n; i++)
    self->info.n_params += g_array_index (self->blocks, Block, row->first + i).n_params;
  if (row->n > 1)
    {
      /* Translators: a stage of a network: how many blocks, and what comes out of it */
      self->shape = g_strdup_printf (_("%d blocks, %s"), row->n, top->shape);
      self->info.name = g_array_index (self->stages, Stage, row->stage).name;
      self->info.shape = self->shape;
    }
  return &self->info;
}

int
retort_network_rows_get_n_stages (const RetortNetworkRows *self)
{
  return (int) self->stages->len;
}

const char *
retort_network_rows_get_stage (const RetortNetworkRows *self,
                               int                      stage)
{
  g_return_val_if_fail (stage >= 0 && stage < (int) self->stages->len, NULL);
  return g_array_index (self->stages, Stage, stage).name;
}

gboolean
retort_network_rows_get_open (const RetortNetworkRows *self,
                              int                      stage)
{
  g_return_val_if_fail (stage >= 0 && stage < (int) self->stages->len, FALSE);
  return g_array_index (self->stages, Stage, stage).open;
}

gboolean
retort_network_rows_set_open (RetortNetworkRows *self,
                              int                stage,
                              gboolean           open)
{
  g_return_val_if_fail (stage >= 0 && stage < (int) self->stages->len, FALSE);
  if (g_array_index (self->stages, Stage, stage).open == open)
    return FALSE;
  g_array_index (self->stages, Stage, stage).open = open;
  make_rows (self);
  return TRUE;
}

int
retort_network_rows_find_split (const RetortNetworkRows *self,
                                int                      n_blocks)
{
  for (int i = 0; i < (int) self->stages->len; i++)
    {
      const Stage *stage = &g_array_index (self->stages, Stage, i);

      if (stage->first < n_blocks && n_blocks < stage->first + stage->n)
        return i;
    }
  return -1;
}
