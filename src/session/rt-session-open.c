/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a person opens from the disk: a dataset, or a file of weights. Both are read on a worker
 * thread; once they are there they are among the library's choices, and chosen.
 */
#include "config.h"

#include "rt-session-private.h"
#include "rt-worker.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <string.h>

/* As a property. What is chosen already may lie there only now, or be mended: it is tried anew. */
static void
choose (RtSession         *self,
        const char        *name,
        RtSessionProperty  property,
        const char        *spec)
{
  g_autofree char *now = NULL;

  g_object_get (self, name, &now, NULL);
  if (g_strcmp0 (now, spec) == 0)
    rt_session_change_end (self, property);
  else
    g_object_set (self, name, spec, NULL);
}

/* A dataset */

typedef struct
{
  char *spec;    /* Owned */
  char *title;   /* Owned */
  char *found;   /* Owned */
} Opened;

static void
opened_free (Opened *opened)
{
  g_free (opened->spec);
  g_free (opened->title);
  g_free (opened->found);
  g_free (opened);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opened, opened_free)

/* By what lies there: a folder of IDX files, of CIFAR batches, of class folders; or one such
 * file. */
static char *
guess_spec (const char *path)
{
  g_autofree char *idx = g_build_filename (path, "train-images-idx3-ubyte", NULL);
  g_autofree char *idx_gz = g_strconcat (idx, ".gz", NULL);
  g_autofree char *cifar = g_build_filename (path, "data_batch_1.bin", NULL);
  g_autofree char *name = g_path_get_basename (path);
  const char *images;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      if (g_file_test (idx, G_FILE_TEST_EXISTS) || g_file_test (idx_gz, G_FILE_TEST_EXISTS))
        return g_strdup_printf ("idx:%s/", path);
      return g_strconcat (g_file_test (cifar, G_FILE_TEST_EXISTS) ? "cifar:" : "folder:", path,
                          NULL);
    }
  images = g_strrstr (path, "-images-idx3-ubyte");
  if (images == NULL)
    images = g_strrstr (path, "-labels-idx1-ubyte");
  if (images != NULL)
    {
      g_autofree char *prefix = g_strndup (path, images - path);

      return g_strconcat ("idx:", prefix, NULL);
    }
  return g_strconcat (g_str_has_suffix (name, ".csv") ? "csv:" : "cifar:", path, NULL);
}

/* "a.onnx" ends so, "a.onnx.txt" does not. */
static gboolean
has_ending (const char        *name,
            const char *const *endings)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL && g_strv_contains (endings, dot + 1);
}

/* A ".bin" is of CIFAR where it is called a batch, and weights where not. */
RtOpenKind
rt_session_guess_kind (const char *path)
{
  static const char *const weights[] = { "safetensors", "pth", "pt", "th", "bin", "h5", "keras",
                                         "onnx", NULL };
  static const char *const tables[] = { "csv", NULL }, *const recipes[] = { "json", NULL };
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = g_ascii_strdown (base, -1);
  g_autofree char *type = g_content_type_guess (name, NULL, 0, NULL);

  if (g_file_test (path, G_FILE_TEST_IS_DIR) || has_ending (name, tables)
      || strstr (name, "-ubyte") != NULL
      || (strstr (name, "batch") != NULL && g_str_has_suffix (name, ".bin")))
    return RT_OPEN_DATASET;
  if (has_ending (name, weights))
    return RT_OPEN_WEIGHTS;
  if (has_ending (name, recipes))
    return RT_OPEN_RECIPE;
  return g_content_type_is_a (type, "image/*") || g_str_has_prefix (type, "image/")
         ? RT_OPEN_PICTURE : RT_OPEN_UNKNOWN;
}

static void
append_note (Opened     *opened,
             const char *note)
{
  g_autofree char *found = g_steal_pointer (&opened->found);

  opened->found = g_strdup_printf (_("%s; note: %s"), found, note);
}

static void
open_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  Opened *opened = data;
  GError *error = NULL;
  RtTaskOptions options = { .validation = 0.2, .seed = 1 };
  RtDataset *dataset = rt_dataset_open (opened->spec, NULL, cancellable, &error);
  g_autoptr (RtTask) split = dataset != NULL ? rt_task_new (dataset, &options, &error) : NULL;

  if (split == NULL)
    {
      g_clear_pointer (&dataset, rt_dataset_unref);
      g_task_return_error (task, error);
      return;
    }
  opened->title = g_strdup (dataset->title);
  opened->found = g_strdup_printf (_("%" G_GSIZE_FORMAT " pictures of %d classes"),
                                   dataset->n_samples, rt_dataset_get_n_classes (dataset));
  if (dataset->problems->len > 0)
    {
      g_autofree char *found = g_steal_pointer (&opened->found);

      opened->found = g_strdup_printf (_("%s; %u could not be read, the first is %s"), found,
                                       dataset->problems->len,
                                       (const char *) g_ptr_array_index (dataset->problems, 0));
    }
  for (guint i = 0; i < dataset->notes->len; i++)
    append_note (opened, g_ptr_array_index (dataset->notes, i));
  rt_dataset_unref (dataset);
  g_task_return_boolean (task, TRUE);
}

void
rt_session_open_dataset_async (RtSession           *self,
                               const char          *path,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Opened *opened = g_new0 (Opened, 1);

  g_task_set_source_tag (task, rt_session_open_dataset_async);
  opened->spec = guess_spec (path);
  rt_worker_run (task, opened, (GDestroyNotify) opened_free, open_thread);
}

char *
rt_session_open_dataset_finish (RtSession     *self,
                                GAsyncResult  *result,
                                GError       **error)
{
  g_autoptr (Opened) opened = rt_worker_take (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  rt_library_add_dataset (self->library, opened->spec, opened->title);
  choose (self, "dataset", PROP_DATASET, opened->spec);
  return g_steal_pointer (&opened->found);
}

/* A file of weights */

typedef struct
{
  char       *path;    /* Owned */
  RtBackbone *given;   /* Owned (nullable): what a person said of it */
  RtBackbone *asked;   /* Owned (nullable): what a person is to say it of */
  char       *spec;    /* Owned */
  char       *found;   /* Owned */
} Weights;

static void
weights_free (Weights *weights)
{
  g_free (weights->path);
  g_clear_pointer (&weights->given, rt_backbone_free);
  g_clear_pointer (&weights->asked, rt_backbone_free);
  g_free (weights->spec);
  g_free (weights->found);
  g_free (weights);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Weights, weights_free)

static gboolean
is_kept (const char *name)
{
  g_autofree char *folder = rt_backbone_get_kept_folder ();
  g_autofree char *weights = g_strdup_printf ("%s/%s.safetensors", folder, name);
  g_autofree char *card = g_strdup_printf ("%s/%s.json", folder, name);

  return g_file_test (weights, G_FILE_TEST_EXISTS) || g_file_test (card, G_FILE_TEST_EXISTS);
}

/* The file's name without its ending; with -2, -3 where that is kept already. (transfer full) */
static char *
make_name (const char *path)
{
  g_autofree char *base = g_filename_display_basename (path);
  const char *start = base + strspn (base, ".");
  const char *dot = strrchr (start, '.');
  size_t length = dot != NULL && dot > start ? (size_t) (dot - start) : strlen (start);
  g_autofree char *stem = length > 0 ? g_strndup (start, length) : g_strdup (_("weights"));
  char *name = g_strdup (stem);

  for (int i = 2; is_kept (name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%d", stem, i);
    }
  return name;
}

/* Names of tensors that are told; of the others there is the number. */
#define MOST_NAMES 3

static void
append_left_over (GString         *text,
                  const GPtrArray *names)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < MIN (names->len, MOST_NAMES); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (names, i));
  if (names->len > MOST_NAMES)
    g_string_append_printf (text, _("; %u tensors left over: %s and %u more"), names->len,
                            list->str, names->len - MOST_NAMES);
  else if (names->len > 0)
    g_string_append_printf (text, ngettext ("; %u tensor left over: %s",
                                            "; %u tensors left over: %s", names->len), names->len,
                            list->str);
}

/* What the file was taken for. (transfer full) */
static char *
describe (const RtBackbone *backbone,
          const char       *name)
{
  const RtIdentity *identity = &backbone->identity;
  const RtInputFormat *format = &backbone->format;
  GString *text = g_string_new (NULL);

  g_string_printf (text, _("%s, %d×%d"), identity->network, format->width, format->height);
  if (identity->classes > 0)
    g_string_append_printf (text, _(", %d classes"), identity->classes);
  else
    g_string_append (text, _(", without a head"));
  if (identity->folded)
    g_string_append (text, _(", batch norm folded in"));
  append_left_over (text, backbone->left_over);
  g_string_append_printf (text, _("; kept as “%s”"), name);
  return g_string_free (text, FALSE);
}

/* Two at a time could take the same name. The title tells those of one file apart. */
static char *
keep (RtBackbone    *backbone,
      char         **found,
      GCancellable  *cancellable,
      GError       **error)
{
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  g_autofree char *name = NULL;
  char *spec;

  pthread_mutex_lock (&lock);
  name = make_name (backbone->weights_path);
  g_free (backbone->title);
  backbone->title = g_strdup_printf ("%s: %s", backbone->network, name);
  spec = rt_backbone_keep (backbone, name, cancellable, error);
  if (spec != NULL)
    *found = describe (backbone, name);
  pthread_mutex_unlock (&lock);
  return spec;
}

/* It had been kept when it was cancelled. */
static void
unkeep (const char *spec)
{
  const char *path = spec + strlen ("file:");
  const char *dot = strrchr (path, '.');
  g_autofree char *card = g_strdup_printf ("%.*s.json", (int) (dot - path), path);

  g_unlink (path);
  g_unlink (card);
}

static void
weights_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Weights *weights = data;
  GError *error = NULL;
  const char *network = weights->given != NULL ? weights->given->network : NULL;
  g_autoptr (RtBackbone) backbone = rt_backbone_open_file (weights->path, network, cancellable,
                                                           &error);

  if (backbone != NULL && weights->given != NULL)
    {
      backbone->format = weights->given->format;
      backbone->turned = weights->given->turned;
    }
  else if (backbone != NULL
           && (backbone->format_guessed || backbone->identity.others[0] != NULL))
    {
      weights->asked = g_steal_pointer (&backbone);
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (backbone != NULL)
    weights->spec = keep (backbone, &weights->found, cancellable, &error);
  if (weights->spec != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
rt_session_open_weights_async (RtSession           *self,
                               const char          *path,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Weights *weights = g_new0 (Weights, 1);

  g_task_set_source_tag (task, rt_session_open_weights_async);
  weights->path = g_strdup (path);
  rt_worker_run (task, weights, (GDestroyNotify) weights_free, weights_thread);
}

void
rt_session_keep_weights_async (RtSession           *self,
                               const RtBackbone    *backbone,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               void                *data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Weights *weights = g_new0 (Weights, 1);

  g_task_set_source_tag (task, rt_session_keep_weights_async);
  weights->path = g_strdup (backbone->weights_path);
  weights->given = rt_backbone_copy (backbone);
  rt_worker_run (task, weights, (GDestroyNotify) weights_free, weights_thread);
}

char *
rt_session_open_weights_finish (RtSession     *self,
                                GAsyncResult  *result,
                                RtBackbone   **asked,
                                GError       **error)
{
  g_autoptr (Weights) weights = rt_worker_take (G_TASK (result));

  *asked = NULL;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    {
      if (weights->spec != NULL)
        unkeep (weights->spec);
      return NULL;
    }
  if (weights->asked != NULL)
    {
      *asked = g_steal_pointer (&weights->asked);
      return NULL;
    }
  if (!rt_library_refresh (self->library, error))
    return NULL;
  rt_session_change_begin (self, PROP_BACKBONE);
  rt_session_choose_backbone (self, weights->spec);
  rt_session_choose_method (self, RT_METHOD_FINE_TUNE);
  rt_session_change_end (self, PROP_BACKBONE);
  rt_session_notify (self, PROP_METHOD);
  return g_steal_pointer (&weights->found);
}

/* From the catalogue */

void
rt_session_use_fetched (RtSession   *self,
                        RtFetchItem *item)
{
  const RtCatalogueEntry *entry = rt_fetch_item_get_entry (item);
  g_autofree char *spec = rt_catalogue_entry_get_spec (entry);

  if (entry->kind == RT_CATALOGUE_DATASET)
    choose (self, "dataset", PROP_DATASET, spec);
  else
    {
      choose (self, "backbone", PROP_BACKBONE, spec);
      g_object_set (self, "method", RT_METHOD_FINE_TUNE, NULL);
    }
}

/* The recipe may have waited for it, as its teacher too. */
static void
fetched_cb (RtSession   *self,
            RtFetchItem *item)
{
  if (self->problem != NULL)
    rt_session_change_end (self, rt_fetch_item_get_entry (item)->kind == RT_CATALOGUE_DATASET
                                 ? PROP_DATASET : PROP_BACKBONE);
}

void
rt_session_watch_fetches (RtSession *self)
{
  g_signal_connect_object (self->library, "fetched", G_CALLBACK (fetched_cb), self,
                           G_CONNECT_SWAPPED);
}
