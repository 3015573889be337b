/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Batches, decoded and augmented ahead of the one who trains.
 *
 * rt_loader_begin() fixes the epoch's order; the epoch is then a row of batches, each cut into
 * chunks of a few samples. A ring of slots holds batch b in slot b % n_slots: one slot is lent to
 * the caller, the others are filled ahead. Workers take chunks in order (take_chunk_locked), make
 * their samples without the lock (run_chunk) and hand them in (finish_chunk_locked).
 * rt_loader_next() waits for its batch, and meanwhile takes chunks of that batch itself; with no
 * threads it makes all of it, by the same code.
 *
 * What comes out does not depend on who made it or when: each sample has a stream of random numbers
 * of its own and writes its own place in the batch. A picture that cannot be read leaves its place
 * empty, and the places are closed up when the batch is lent: so the batch is the same, a little
 * smaller, whenever the damage was found, and its neighbours are those they would have been.
 *
 * Invariants:
 *  - what a comment puts "under the lock" changes only under it; a chunk's part of a slot's buffers
 *    belongs to who took it until it is handed in;
 *  - `generation` grows with each begin. A chunk of an older one is abandoned at its next sample,
 *    and its slot is not filled anew before (`in_flight`); so begin never waits.
 *
 * pthread primitives rather than GLib's, because the thread sanitizer knows them.
 */
#include "config.h"

#include "rt-loader.h"

#include "rt-arena.h"
#include "rt-picture-cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* What the random stream is for. */
#define STREAM_ORDER 0x4c4f41444f524452u

/* Samples that a thread takes at once. */
#define CHUNK 8

/* Batches made ahead of the one that is lent. */
#define AHEAD 2

#define NO_BATCH SIZE_MAX

/* A batch that is being filled, is full, or is lent. */
typedef struct
{
  /* Owned; what a chunk covers is written without the lock */
  float    *images;       /* (batch_size,H,W,C) */
  int      *labels;       /* (batch_size) */
  size_t   *samples;      /* (batch_size) indices in the dataset */
  size_t   *ordinals;     /* (batch_size) places in the loader's samples */
  char    **problems;     /* (batch_size) what is wrong with a picture, or NULL */

  /* Owned by the caller once it is lent; what was left out */
  size_t   *unreadable;   /* (batch_size) indices in the dataset */

  /* Under the lock */
  size_t    batch;        /* or NO_BATCH */
  int       n;
  int       remaining;    /* samples not handed in */
  int       in_flight;    /* chunks taken and not handed in, of any generation */
} Slot;

/* A few samples of a batch. */
typedef struct
{
  Slot     *slot;
  unsigned  generation;
  int       view;
  int       first;
  int       n;
} Chunk;

struct _RtLoader
{
  /* Fixed once made */
  RtLoaderOptions  options;      /* dataset and samples are owned */
  RtPixelTable     table;
  size_t           n_batches;
  size_t           n_delivered;  /* samples of an epoch */
  size_t           n_values;     /* of a picture at training size */

  /* Owned */
  RtPictureCache  *pictures;
  Slot            *slots;
  int              n_slots;
  size_t          *order;        /* (n_samples) ordinals: this epoch's order; under the lock */
  pthread_t       *threads;
  int              n_threads;

  /* Under the lock */
  pthread_mutex_t  lock;
  pthread_cond_t   work;         /* there may be a chunk to take */
  pthread_cond_t   ready;        /* the caller's batch may be full, or its slot free */
  atomic_uint      generation;   /* (atomic) read without it */
  gboolean         quit;
  int              view;
  size_t           position;     /* the caller's batch */
  gboolean         lent;
  size_t           fill_batch;   /* the next chunk's */
  int              fill_first;

  RtBatch          batch;        /* the caller's */
};

static gboolean
make_sample (RtLoader  *loader,
             float     *out,
             size_t     ordinal,
             int        view,
             GError   **error)
{
  const RtLoaderOptions *options = &loader->options;
  const RtInputFormat *format = &options->format;
  g_autoptr (RtImage) owned = NULL;
  RtImage image;
  RtRng rng;

  if (!rt_picture_cache_read (loader->pictures, ordinal, &image, &owned, error))
    return FALSE;
  rt_augment_init_rng (&rng, options->seed, options->samples[ordinal], view);
  rt_augment_apply_table (out, &image, &options->augment, &rng,
                          format->width, format->height, format->channels, &loader->table);
  return TRUE;
}

/* Chunks */

static void
clear_problems (RtLoader *loader,
                Slot     *slot)
{
  for (int i = 0; i < loader->options.batch_size; i++)
    g_clear_pointer (&slot->problems[i], g_free);
}

static void
assign_slot_locked (RtLoader *loader,
                    Slot     *slot,
                    size_t    batch)
{
  const RtLoaderOptions *options = &loader->options;
  size_t first = batch * options->batch_size;

  slot->batch = batch;
  slot->n = (int) MIN ((size_t) options->batch_size, options->n_samples - first);
  slot->remaining = slot->n;
  clear_problems (loader, slot);
  for (int i = 0; i < slot->n; i++)
    {
      slot->ordinals[i] = loader->order[first + i];
      slot->samples[i] = options->samples[slot->ordinals[i]];
      slot->labels[i] = options->dataset->labels[slot->samples[i]];
    }
}

/* The next chunk of the epoch, if it is of batch @last or before and there is room for it. */
static gboolean
take_chunk_locked (RtLoader *loader,
                   size_t    last,
                   Chunk    *chunk)
{
  size_t batch = loader->fill_batch;
  Slot *slot = &loader->slots[batch % loader->n_slots];

  if (batch >= loader->n_batches || batch > last)
    return FALSE;
  if (loader->fill_first == 0)
    {
      if (batch >= loader->position + loader->n_slots || slot->in_flight > 0)
        return FALSE;
      assign_slot_locked (loader, slot, batch);
    }

  *chunk = (Chunk) {
    .slot = slot,
    .generation = atomic_load_explicit (&loader->generation, memory_order_relaxed),
    .view = loader->view,
    .first = loader->fill_first,
    .n = MIN (CHUNK, slot->n - loader->fill_first),
  };
  slot->in_flight++;
  loader->fill_first += chunk->n;
  if (loader->fill_first == slot->n)
    {
      loader->fill_batch++;
      loader->fill_first = 0;
    }
  return TRUE;
}

static void
run_chunk (RtLoader    *loader,
           const Chunk *chunk)
{
  Slot *slot = chunk->slot;

  for (int i = chunk->first; i < chunk->first + chunk->n; i++)
    {
      g_autoptr (GError) error = NULL;

      if (atomic_load_explicit (&loader->generation, memory_order_relaxed) != chunk->generation)
        return;
      if (!make_sample (loader, slot->images + i * loader->n_values, slot->ordinals[i],
                        chunk->view, &error))
        slot->problems[i] = g_strdup (error->message);
    }
}

static void
finish_chunk_locked (RtLoader    *loader,
                     const Chunk *chunk)
{
  Slot *slot = chunk->slot;

  slot->in_flight--;
  if (chunk->generation != atomic_load_explicit (&loader->generation, memory_order_relaxed))
    {
      if (slot->in_flight == 0)
        {
          pthread_cond_broadcast (&loader->work);
          pthread_cond_signal (&loader->ready);
        }
      return;
    }

  slot->remaining -= chunk->n;
  if (slot->remaining == 0 && slot->batch == loader->position)
    pthread_cond_signal (&loader->ready);
}

/* Takes a chunk, makes it without the lock, hands it in. */
static gboolean
work_once_locked (RtLoader *loader,
                  size_t    last)
{
  Chunk chunk;

  if (!take_chunk_locked (loader, last, &chunk))
    return FALSE;
  pthread_mutex_unlock (&loader->lock);
  run_chunk (loader, &chunk);
  pthread_mutex_lock (&loader->lock);
  finish_chunk_locked (loader, &chunk);
  return TRUE;
}

static void *
worker_main (void *data)
{
  RtLoader *loader = data;

  pthread_mutex_lock (&loader->lock);
  while (!loader->quit)
    {
      if (!work_once_locked (loader, NO_BATCH))
        pthread_cond_wait (&loader->work, &loader->lock);
    }
  pthread_mutex_unlock (&loader->lock);
  return NULL;
}

/* Making and freeing */

static void
count_batches (RtLoader *loader)
{
  size_t n = loader->options.n_samples;
  size_t size = loader->options.batch_size;

  loader->n_batches = (n + size - 1) / size;
  loader->n_delivered = n;
  if (loader->options.drop_last && n > size)
    {
      loader->n_batches = n / size;
      loader->n_delivered = loader->n_batches * size;
    }
}

static void
make_slots (RtLoader *loader)
{
  size_t size = loader->options.batch_size;

  loader->n_slots = loader->options.n_threads > 0 ? 1 + AHEAD : 1;
  loader->n_slots = (int) MIN ((size_t) loader->n_slots, MAX (1, loader->n_batches));
  loader->slots = g_new0 (Slot, loader->n_slots);
  for (int i = 0; i < loader->n_slots; i++)
    {
      Slot *slot = &loader->slots[i];

      slot->images = rt_floats_new (size * loader->n_values);
      slot->labels = g_new (int, size);
      slot->samples = g_new (size_t, size);
      slot->ordinals = g_new (size_t, size);
      slot->problems = g_new0 (char *, size);
      slot->unreadable = g_new (size_t, size);
      slot->batch = NO_BATCH;
    }
}

static void
start_threads (RtLoader *loader)
{
  int n = loader->options.n_threads;

  loader->threads = g_new (pthread_t, MAX (1, n));
  for (int i = 0; i < n; i++)
    {
      if (pthread_create (&loader->threads[i], NULL, worker_main, loader) != 0)
        {
          /* The caller decodes what no thread does. */
          g_warning ("Only %d of %d threads that read pictures could be started", i, n);
          return;
        }
      loader->n_threads++;
    }
}

RtLoader *
rt_loader_new (const RtLoaderOptions *options)
{
  const RtInputFormat *format;
  RtLoader *loader;

  g_return_val_if_fail (options != NULL && options->dataset != NULL, NULL);
  g_return_val_if_fail (options->samples != NULL || options->n_samples == 0, NULL);
  g_return_val_if_fail (options->batch_size > 0, NULL);
  g_return_val_if_fail (options->n_threads >= 0 && options->n_views >= 0, NULL);
  format = &options->format;
  g_return_val_if_fail (format->width > 0 && format->height > 0, NULL);
  g_return_val_if_fail (format->channels == 1 || format->channels == 3, NULL);

  loader = g_new0 (RtLoader, 1);
  loader->options = *options;
  loader->options.dataset = rt_dataset_ref (options->dataset);
  loader->options.samples = g_memdup2 (options->samples, options->n_samples * sizeof (size_t));
  loader->order = g_new (size_t, options->n_samples);
  loader->n_values = (size_t) format->width * format->height * format->channels;
  rt_pixel_table_init (&loader->table, format->channels, format->mean, format->std);

  count_batches (loader);
  make_slots (loader);
  loader->pictures = rt_picture_cache_new (loader->options.dataset, loader->options.samples,
                                           options->n_samples, format, options->cache_bytes);
  loader->position = loader->fill_batch = loader->n_batches;   /* nothing to do before begin */

  pthread_mutex_init (&loader->lock, NULL);
  pthread_cond_init (&loader->work, NULL);
  pthread_cond_init (&loader->ready, NULL);
  start_threads (loader);
  return loader;
}

static void
stop_threads (RtLoader *loader)
{
  pthread_mutex_lock (&loader->lock);
  loader->quit = TRUE;
  atomic_fetch_add (&loader->generation, 1);
  pthread_cond_broadcast (&loader->work);
  pthread_mutex_unlock (&loader->lock);

  for (int i = 0; i < loader->n_threads; i++)
    pthread_join (loader->threads[i], NULL);
}

void
rt_loader_free (RtLoader *loader)
{
  if (loader == NULL)
    return;

  stop_threads (loader);
  pthread_cond_destroy (&loader->ready);
  pthread_cond_destroy (&loader->work);
  pthread_mutex_destroy (&loader->lock);
  for (int i = 0; i < loader->n_slots; i++)
    {
      Slot *slot = &loader->slots[i];

      rt_floats_free (slot->images);
      g_free (slot->labels);
      g_free (slot->samples);
      g_free (slot->ordinals);
      clear_problems (loader, slot);
      g_free (slot->problems);
      g_free (slot->unreadable);
    }
  g_free (loader->slots);
  g_free (loader->order);
  g_free (loader->threads);
  rt_picture_cache_free (loader->pictures);
  g_free ((size_t *) loader->options.samples);
  rt_dataset_unref (loader->options.dataset);
  g_free (loader);
}

size_t
rt_loader_get_n_batches (const RtLoader *loader)
{
  g_return_val_if_fail (loader != NULL, 0);

  return loader->n_batches;
}

size_t
rt_loader_get_n_samples (const RtLoader *loader)
{
  g_return_val_if_fail (loader != NULL, 0);

  return loader->n_delivered;
}

/* Epochs and batches */

/* From the samples' own order each time, so that an epoch needs no other before it. */
static void
shuffle (size_t   *places,
         size_t    n,
         uint64_t  seed,
         int       epoch)
{
  RtRng rng;

  rt_rng_init (&rng, seed, rt_rng_mix (STREAM_ORDER, epoch));
  rt_rng_shuffle (&rng, places, n);
}

static void
make_order_locked (RtLoader *loader,
                   int       epoch)
{
  for (size_t i = 0; i < loader->options.n_samples; i++)
    loader->order[i] = i;
  if (loader->options.shuffle)
    shuffle (loader->order, loader->options.n_samples, loader->options.seed, epoch);
}

void
rt_loader_get_order (const size_t *samples,
                     size_t        n,
                     uint64_t      seed,
                     int           epoch,
                     size_t       *order)
{
  memcpy (order, samples, n * sizeof *order);
  shuffle (order, n, seed, epoch);
}

void
rt_loader_begin (RtLoader *loader,
                 int       epoch,
                 size_t    first_batch)
{
  g_return_if_fail (loader != NULL);
  g_return_if_fail (epoch >= 0);

  pthread_mutex_lock (&loader->lock);
  atomic_fetch_add (&loader->generation, 1);
  make_order_locked (loader, epoch);
  loader->view = loader->options.n_views > 0 ? epoch % loader->options.n_views : epoch;
  loader->position = loader->fill_batch = MIN (first_batch, loader->n_batches);
  loader->fill_first = 0;
  loader->lent = FALSE;
  for (int i = 0; i < loader->n_slots; i++)
    loader->slots[i].batch = NO_BATCH;
  pthread_cond_broadcast (&loader->work);
  pthread_mutex_unlock (&loader->lock);
}

static void
wait_for_slot_locked (RtLoader *loader,
                      Slot     *slot)
{
  while (slot->batch != loader->position || slot->remaining > 0)
    {
      if (!work_once_locked (loader, loader->position))
        pthread_cond_wait (&loader->ready, &loader->lock);
    }
}

/* Closes up the places of pictures that could not be read; gives what is left as the caller's
 * batch. */
static void
lend_slot (RtLoader *loader,
           Slot     *slot)
{
  int n = 0, n_unreadable = 0;

  for (int i = 0; i < slot->n; i++)
    {
      if (slot->problems[i] != NULL)
        {
          char *problem = g_steal_pointer (&slot->problems[i]);

          slot->unreadable[n_unreadable] = slot->samples[i];
          slot->problems[n_unreadable++] = problem;
          continue;
        }
      if (n < i)
        {
          memcpy (slot->images + n * loader->n_values, slot->images + i * loader->n_values,
                  loader->n_values * sizeof (float));
          slot->labels[n] = slot->labels[i];
          slot->samples[n] = slot->samples[i];
        }
      n++;
    }
  loader->batch = (RtBatch) {
    .n = n, .images = slot->images, .labels = slot->labels, .samples = slot->samples,
    .view = loader->view, .n_unreadable = n_unreadable, .unreadable = slot->unreadable,
    .problems = (const char *const *) slot->problems,
  };
}

const RtBatch *
rt_loader_next (RtLoader *loader)
{
  const RtBatch *batch = NULL;

  g_return_val_if_fail (loader != NULL, NULL);

  pthread_mutex_lock (&loader->lock);
  if (loader->lent)
    {
      loader->lent = FALSE;
      loader->position++;
      pthread_cond_broadcast (&loader->work);
    }
  if (loader->position < loader->n_batches)
    {
      Slot *slot = &loader->slots[loader->position % loader->n_slots];

      wait_for_slot_locked (loader, slot);
      loader->lent = TRUE;
      lend_slot (loader, slot);
      batch = &loader->batch;
    }
  pthread_mutex_unlock (&loader->lock);
  return batch;
}
