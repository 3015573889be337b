/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-library.h"

#include "rt-builtin.h"
#include "rt-dirs.h"

#include <glib/gi18n.h>
#include <string.h>

#define N_COLOURS      8
#define OPENED_FILE    "datasets.ini"
#define OPENED_GROUP   "datasets"

struct _RtLibrary
{
  GObject     parent_instance;

  RtStore    *store;       /* Owned */
  char       *home;        /* Owned */
  GListStore *runs;        /* Owned: of RtRunItem */
  GHashTable *recipes;     /* Owned: of RtRecipe by a run's number, of those with weights */
  GPtrArray  *datasets;    /* Owned: of RtChoice */
  GPtrArray  *backbones;   /* Owned: of RtChoice */
  GPtrArray  *teachers;    /* Owned: of RtChoice */
  GListStore *catalogue;   /* Owned (nullable): of RtFetchItem */
};

enum
{
  CHOICES_CHANGED,
  FETCHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RtLibrary, rt_library, G_TYPE_OBJECT)

static void
choice_free (RtChoice *choice)
{
  g_free (choice->spec);
  g_free (choice->title);
  g_free (choice->detail);
  g_free (choice->network);
  g_free (choice->dataset);
  g_free (choice);
}

static RtChoice *
add_choice (GPtrArray  *list,
            const char *spec,
            const char *title,
            const char *detail,
            const char *network)
{
  RtChoice *choice = g_new0 (RtChoice, 1);

  choice->spec = g_strdup (spec);
  choice->title = g_strdup (title);
  choice->detail = g_strdup (detail);
  choice->network = g_strdup (network);
  g_ptr_array_add (list, choice);
  return choice;
}

/* What is being fetched keeps what has come. */
static void
cancel_fetches (RtLibrary *self)
{
  guint n = self->catalogue != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->catalogue)) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RtFetchItem) item = g_list_model_get_item (G_LIST_MODEL (self->catalogue), i);

      rt_fetch_item_cancel (item);
    }
}

static void
rt_library_finalize (GObject *object)
{
  RtLibrary *self = RT_LIBRARY (object);

  cancel_fetches (self);
  g_clear_object (&self->catalogue);
  g_clear_object (&self->runs);
  g_hash_table_unref (self->recipes);
  g_clear_pointer (&self->datasets, g_ptr_array_unref);
  g_clear_pointer (&self->backbones, g_ptr_array_unref);
  g_clear_pointer (&self->teachers, g_ptr_array_unref);
  g_clear_pointer (&self->store, rt_store_close);
  g_free (self->home);
  G_OBJECT_CLASS (rt_library_parent_class)->finalize (object);
}

static void
rt_library_class_init (RtLibraryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = rt_library_finalize;
  signals[CHOICES_CHANGED] = g_signal_new ("choices-changed", RT_TYPE_LIBRARY, G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FETCHED] = g_signal_new ("fetched", RT_TYPE_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, RT_TYPE_FETCH_ITEM);
}

static void
rt_library_init (RtLibrary *self)
{
  self->runs = g_list_store_new (RT_TYPE_RUN_ITEM);
  self->recipes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) rt_recipe_free);
  self->datasets = g_ptr_array_new_with_free_func ((GDestroyNotify) choice_free);
  self->backbones = g_ptr_array_new_with_free_func ((GDestroyNotify) choice_free);
  self->teachers = g_ptr_array_new_with_free_func ((GDestroyNotify) choice_free);
}

/* Choices */

static char *
get_opened_path (RtLibrary *self)
{
  return g_build_filename (self->home, OPENED_FILE, NULL);
}

/* Of @kind, those that are here. Published weights name no classes: they can be no teacher. */
static void
list_fetched (RtLibrary       *self,
              RtCatalogueKind  kind)
{
  g_autoptr (GPtrArray) entries = rt_catalogue_read (NULL);

  for (guint i = 0; entries != NULL && i < entries->len; i++)
    {
      const RtCatalogueEntry *entry = entries->pdata[i];
      g_autofree char *spec = rt_catalogue_entry_get_spec (entry);

      if (entry->kind != kind || !rt_catalogue_entry_is_fetched (entry))
        continue;
      if (kind == RT_CATALOGUE_DATASET)
        add_choice (self->datasets, spec, entry->title, entry->publisher, NULL);
      else if (entry->network != NULL)
        {
          g_autofree char *detail = entry->trained_on == NULL ? g_strdup (entry->network)
                                    : g_strdup_printf ("%s, %s", entry->network,
                                                       entry->trained_on);

          add_choice (self->backbones, spec, entry->title, detail, entry->network);
        }
    }
}

static void
list_datasets (RtLibrary *self)
{
  g_autofree char *path = get_opened_path (self);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) specs = NULL;
  int n;
  const RtBuiltinInfo *builtin = rt_builtin_list (&n);

  g_ptr_array_set_size (self->datasets, 0);
  for (int i = 0; i < n; i++)
    {
      g_autofree char *spec = g_strconcat ("builtin:", builtin[i].name, NULL);

      add_choice (self->datasets, spec, builtin[i].title, builtin[i].note, NULL);
    }
  list_fetched (self, RT_CATALOGUE_DATASET);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return;
  specs = g_key_file_get_keys (file, OPENED_GROUP, NULL, NULL);
  for (int i = 0; specs != NULL && specs[i] != NULL; i++)
    {
      g_auto (GStrv) entry = g_key_file_get_string_list (file, OPENED_GROUP, specs[i], NULL, NULL);

      if (entry != NULL && g_strv_length (entry) == 2)
        add_choice (self->datasets, entry[0], entry[1], entry[0], NULL);
    }
}

static void
list_shipped (RtLibrary *self)
{
  g_autoptr (GPtrArray) builtin = rt_backbone_list_builtin (NULL);

  for (guint i = 0; builtin != NULL && i < builtin->len; i++)
    {
      const RtBackbone *b = g_ptr_array_index (builtin, i);
      g_autofree char *detail = g_strdup_printf (_("%s, %u classes, %.1f %%"), b->network,
                                                 b->class_names->len, 100.0 * b->accuracy);

      add_choice (self->backbones, b->spec, b->title, detail, b->network);
      add_choice (self->teachers, b->spec, b->title, detail, b->network);
    }
}

/* Those opened from files; what knows no classes can be no teacher. */
static void
list_kept (RtLibrary *self)
{
  g_autoptr (GPtrArray) kept = rt_backbone_list_kept ();

  for (guint i = 0; i < kept->len; i++)
    {
      const RtBackbone *b = g_ptr_array_index (kept, i);
      g_autofree char *detail = g_strdup_printf (_("%s, %d×%d"), b->network, b->format.width,
                                                 b->format.height);

      add_choice (self->backbones, b->spec, b->title, detail, b->network);
      if (b->class_names->len > 0)
        add_choice (self->teachers, b->spec, b->title, detail, b->network);
    }
}

/* Read once: network and dataset of a run stay what they are, and no number is given twice. */
static const RtRecipe *
get_recipe (RtLibrary *self,
            int        id)
{
  RtRecipe *recipe = g_hash_table_lookup (self->recipes, GINT_TO_POINTER (id));

  if (recipe != NULL)
    return recipe;
  recipe = rt_store_get_recipe (self->store, id, NULL);
  if (recipe != NULL)
    g_hash_table_insert (self->recipes, GINT_TO_POINTER (id), recipe);
  return recipe;
}

/* Runs that have weights: those that ended with a best epoch. */
static void
list_run_backbones (RtLibrary *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->runs));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->runs), i);
      const RtRun *run = rt_run_item_get_run (item);
      const RtRecipe *recipe = run->result.best_epoch > 0 ? get_recipe (self, run->id) : NULL;
      g_autofree char *spec = g_strdup_printf ("run:%d", run->id);
      g_autofree char *detail = NULL;
      RtChoice *teacher;

      if (recipe == NULL)
        continue;
      detail = g_strdup_printf (_("run %d, %.1f %%"), run->id,
                                100.0 * run->result.validation_accuracy);
      add_choice (self->backbones, spec, run->name, detail, recipe->backbone.network);
      teacher = add_choice (self->teachers, spec, run->name, detail, recipe->backbone.network);
      teacher->dataset = g_strdup (recipe->task.dataset);
    }
}

static void
add_random (RtLibrary  *self,
            const char *network,
            const char *note)
{
  g_autofree char *spec = g_strconcat ("random:", network, NULL);
  g_autofree char *title = g_strdup_printf (_("%s, random weights"), network);

  add_choice (self->backbones, spec, title, note, network);
}

/* Each network, and below it its variants of which people speak: what only tells apart by which
 * framework weights were made stands for nothing here. */
static void
list_random (RtLibrary *self)
{
  static const struct { const char *network, *variant, *note; } variants[] = {
    { "mobilenet_v1", "0.75", N_("Three quarters as wide") },
    { "mobilenet_v1", "0.5", N_("Half as wide") },
    { "mobilenet_v1", "0.25", N_("A quarter as wide") },
    { "mobilenet_v2", "cifar", N_("For pictures of 32×32") },
    { "resnet18", "cifar", N_("For pictures of 32×32") },
    { "resnet34", "cifar", N_("For pictures of 32×32") },
    { "resnet50", "cifar", N_("For pictures of 32×32") },
  };
  int n;
  const RtNetworkInfo *networks = rt_network_list (&n);

  for (int i = 0; i < n; i++)
    {
      add_random (self, networks[i].name, networks[i].note);
      for (size_t k = 0; k < G_N_ELEMENTS (variants); k++)
        if (g_str_equal (variants[k].network, networks[i].name))
          {
            g_autofree char *name = g_strconcat (networks[i].name, "-", variants[k].variant, NULL);

            add_random (self, name, _(variants[k].note));
          }
    }
}

static void
list_choices (RtLibrary *self)
{
  list_datasets (self);
  g_ptr_array_set_size (self->backbones, 0);
  g_ptr_array_set_size (self->teachers, 0);
  list_shipped (self);
  list_fetched (self, RT_CATALOGUE_WEIGHTS);
  list_kept (self);
  list_run_backbones (self);
  list_random (self);
  g_signal_emit (self, signals[CHOICES_CHANGED], 0);
}

/* Runs */

RtLibrary *
rt_library_new (const char  *home,
                GError     **error)
{
  g_autoptr (RtLibrary) self = g_object_new (RT_TYPE_LIBRARY, NULL);

  self->home = home != NULL ? g_strdup (home) : rt_dirs_get_home ();
  self->store = rt_store_open (self->home, error);
  if (self->store == NULL || !rt_library_refresh (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

const char *
rt_library_get_home (RtLibrary *self)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  return self->home;
}

RtStore *
rt_library_get_store (RtLibrary *self)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  return self->store;
}

GListModel *
rt_library_get_runs (RtLibrary *self)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  return G_LIST_MODEL (self->runs);
}

RtRunItem *
rt_library_find_run (RtLibrary *self,
                     int        id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->runs));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (RtRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->runs), i);

      if (rt_run_item_get_id (item) == id)
        return item;   /* the list holds it */
    }
  return NULL;
}

static gboolean
is_at (GListModel *runs,
       guint       place,
       gpointer    item)
{
  g_autoptr (RtRunItem) there = g_list_model_get_item (runs, place);

  return there == item;
}

/* Puts @items into the list with one change of no more than the rows between the first and the last
 * that differ: the others keep their focus and what is open in them. */
static void
change_runs (RtLibrary *self,
             GPtrArray *items)
{
  GListModel *runs = G_LIST_MODEL (self->runs);
  guint n = g_list_model_get_n_items (runs), first = 0, last = 0;

  while (first < MIN (n, items->len) && is_at (runs, first, items->pdata[first]))
    first++;
  while (last < MIN (n, items->len) - first
         && is_at (runs, n - 1 - last, items->pdata[items->len - 1 - last]))
    last++;
  if (first + last < MAX (n, items->len))
    g_list_store_splice (self->runs, first, n - first - last, items->pdata + first,
                         items->len - first - last);
}

/* Rows and list are both sorted, the newest first. */
gboolean
rt_library_refresh (RtLibrary  *self,
                    GError    **error)
{
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) items = NULL;
  guint at = 0;

  g_return_val_if_fail (RT_IS_LIBRARY (self), FALSE);
  rows = rt_store_list_runs (self->store, error);
  if (rows == NULL)
    return FALSE;
  items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < rows->len; i++)
    {
      const RtRun *row = g_ptr_array_index (rows, i);
      g_autoptr (RtRunItem) item = NULL;

      while ((item = g_list_model_get_item (G_LIST_MODEL (self->runs), at)) != NULL
             && rt_run_item_get_id (item) > row->id)
        {
          g_clear_object (&item);
          at++;
        }
      if (item != NULL && rt_run_item_get_id (item) == row->id)
        rt_run_item_update (item, row);
      else
        {
          g_clear_object (&item);
          item = rt_run_item_new (row, (row->id - 1) % N_COLOURS);
        }
      g_ptr_array_add (items, g_steal_pointer (&item));
    }
  change_runs (self, items);
  list_choices (self);
  return TRUE;
}

gboolean
rt_library_load_curves (RtLibrary  *self,
                        RtRunItem  *item,
                        GError    **error)
{
  g_autoptr (GArray) epochs = NULL;
  g_autoptr (GArray) steps = NULL;

  g_return_val_if_fail (RT_IS_LIBRARY (self), FALSE);
  if (rt_run_item_get_steps (item)->len > 0)
    return TRUE;
  epochs = rt_store_get_epochs (self->store, rt_run_item_get_id (item), error);
  steps = epochs != NULL ? rt_store_get_steps (self->store, rt_run_item_get_id (item), error)
                         : NULL;
  if (steps == NULL)
    return FALSE;
  rt_run_item_set_curves (item, g_steal_pointer (&epochs), g_steal_pointer (&steps));
  return TRUE;
}

gboolean
rt_library_delete_run (RtLibrary  *self,
                       RtRunItem  *item,
                       GError    **error)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), FALSE);
  return rt_store_delete_run (self->store, rt_run_item_get_id (item), error)
         && rt_library_refresh (self, error);
}

gboolean
rt_library_rename_run (RtLibrary   *self,
                       RtRunItem   *item,
                       const char  *name,
                       GError     **error)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), FALSE);
  return rt_store_rename_run (self->store, rt_run_item_get_id (item), name, error)
         && rt_library_refresh (self, error);
}

GPtrArray *
rt_library_get_datasets (RtLibrary *self)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  return self->datasets;
}

GPtrArray *
rt_library_get_backbones (RtLibrary *self)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  return self->backbones;
}

GPtrArray *
rt_library_get_teachers (RtLibrary *self)
{
  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  return self->teachers;
}

static void
fetched_cb (RtLibrary   *self,
            RtFetchItem *item)
{
  list_choices (self);
  g_signal_emit (self, signals[FETCHED], 0, item);
}

GListModel *
rt_library_get_catalogue (RtLibrary  *self,
                          GError    **error)
{
  g_autoptr (GPtrArray) entries = NULL;

  g_return_val_if_fail (RT_IS_LIBRARY (self), NULL);
  if (self->catalogue != NULL)
    return G_LIST_MODEL (self->catalogue);
  entries = rt_catalogue_read (error);
  if (entries == NULL)
    return NULL;
  self->catalogue = g_list_store_new (RT_TYPE_FETCH_ITEM);
  for (guint i = 0; i < entries->len; i++)
    {
      g_autoptr (RtFetchItem) item = rt_fetch_item_new (entries->pdata[i]);

      g_signal_connect_object (item, "fetched", G_CALLBACK (fetched_cb), self,
                               G_CONNECT_SWAPPED);
      g_list_store_append (self->catalogue, item);
    }
  return G_LIST_MODEL (self->catalogue);
}

void
rt_library_add_dataset (RtLibrary  *self,
                        const char *spec,
                        const char *title)
{
  g_autofree char *path = get_opened_path (self);
  g_autofree char *key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, spec, -1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  const char *entry[] = { spec, title };
  g_autoptr (GError) error = NULL;

  g_return_if_fail (RT_IS_LIBRARY (self));
  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  g_key_file_set_string_list (file, OPENED_GROUP, key, entry, 2);
  if (!g_key_file_save_to_file (file, path, &error))
    g_message ("%s: the dataset is not remembered: %s", path, error->message);
  list_choices (self);
}
