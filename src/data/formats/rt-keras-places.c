/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layers of Keras 3's own form of weights (rt-keras-store.c). A group is called after its
 * layer's class, counted among the layers of that class in their model, and its variables are
 * numbered:
 *
 *   layers/conv2d_1/vars/0                     the second convolution's kernel
 *   layers/functional/layers/dense/vars/1      the bias of a dense layer of a model within
 *
 * So of each class the order is known, but not which of two classes comes first, unless there is a
 * graph (.keras). Which variable is which, a class and their count tell; of a batch norm with three
 * they do not. Layers go by the names that they call themselves where all do, else by their place.
 */
#include "config.h"

#include "rt-keras-private.h"

#include "rt-file.h"

#define MAX_VARS 4
#define ADVICE "in Python, model.save (\"whole.h5\") writes a file that says it"

/* In the order in which they are listed. */
static const struct
{
  const char *group;
  const char *class_name;
  const char *vars[MAX_VARS];
} classes[] = {
  { "conv2d", "Conv2D", { "kernel", "bias" } },
  { "depthwise_conv2d", "DepthwiseConv2D", { "depthwise_kernel", "bias" } },
  { "dense", "Dense", { "kernel", "bias" } },
  { "batch_normalization", "BatchNormalization",
    { "gamma", "beta", "moving_mean", "moving_variance" } },
};

#define BATCH_NORM 3

/* A weight and where it stands. */
typedef struct
{
  RtKerasWeight *weight;   /* Borrowed */
  char         **parts;    /* Owned: of its layer's path */
  char          *place;    /* Owned: those that say something, "functional/conv2d_1" */
  const char    *named;    /* (nullable) Borrowed: by the graph */
  int            index;    /* in the graph; 0 without one */
  int            kind;     /* of `classes` */
  int            number;   /* of the variable */
} Placed;

static void
placed_free (Placed *self)
{
  g_strfreev (self->parts);
  g_free (self->place);
  g_free (self);
}

/* --- Names of groups */

/* "10"; -1 where it is no number, or written otherwise. */
static int
read_number (const char *text)
{
  gint64 number;

  if (!g_ascii_isdigit (*text) || (*text == '0' && text[1] != '\0')
      || !g_ascii_string_to_signed (text, 10, 0, G_MAXINT, &number, NULL))
    return -1;
  return (int) number;
}

/* "conv2d_10" is 10 of "conv2d", and "conv2d" its 0. */
static int
read_count (const char *part,
            size_t     *n_stem)
{
  const char *line = strrchr (part, '_');
  int number = line != NULL && line > part ? read_number (line + 1) : -1;

  *n_stem = number > 0 ? (size_t) (line - part) : strlen (part);
  return MAX (number, 0);
}

static gboolean
is_same_stem (const char *a,
              const char *b)
{
  size_t n_a, n_b;

  read_count (a, &n_a);
  read_count (b, &n_b);
  return n_a == n_b && strncmp (a, b, n_a) == 0;
}

static int
compare_parts (const char *a,
               const char *b)
{
  size_t n;

  return is_same_stem (a, b) ? read_count (a, &n) - read_count (b, &n) : strcmp (a, b);
}

/* The first part in which two paths differ. */
static int
find_difference (const Placed *a,
                 const Placed *b)
{
  int i = 0;

  while (a->parts[i] != NULL && b->parts[i] != NULL && g_str_equal (a->parts[i], b->parts[i]))
    i++;
  return i;
}

static int
compare_paths (const Placed *a,
               const Placed *b)
{
  int i = find_difference (a, b);

  if (a->parts[i] == NULL || b->parts[i] == NULL)
    return (a->parts[i] != NULL) - (b->parts[i] != NULL);
  return compare_parts (a->parts[i], b->parts[i]);
}

/* --- What stands where */

static int
compare_placed_cb (gconstpointer a,
                   gconstpointer b)
{
  const Placed *x = *(const Placed *const *) a, *y = *(const Placed *const *) b;
  int order = x->index - y->index;

  if (order == 0)
    order = x->kind - y->kind;
  if (order == 0)
    order = compare_paths (x, y);
  return order != 0 ? order : x->number - y->number;
}

/* "layers/functional/layers/conv2d_1" -> "functional/conv2d_1" (transfer full) */
static char *
make_place (char **parts)
{
  GString *place = g_string_new (NULL);

  for (int i = 0; parts[i] != NULL; i++)
    if (!g_str_equal (parts[i], "layers")
        && !g_str_equal (parts[i], "_layer_checkpoint_dependencies"))
      g_string_append_printf (place, "%s%s", place->len > 0 ? "/" : "", parts[i]);
  return g_string_free (place, FALSE);
}

static gboolean
find_kind (Placed      *self,
           const char  *file,
           GError     **error)
{
  guint n_parts = g_strv_length (self->parts);
  const char *last = n_parts > 0 ? self->parts[n_parts - 1] : "";
  size_t n_stem;

  read_count (last, &n_stem);
  for (size_t i = 0; i < G_N_ELEMENTS (classes); i++)
    if (strlen (classes[i].group) == n_stem && strncmp (classes[i].group, last, n_stem) == 0)
      {
        self->kind = (int) i;
        return TRUE;
      }
  return rt_file_set_unsupported (error, file, "%s is a layer that no network here has; Conv2D, "
                                  "DepthwiseConv2D, Dense and BatchNormalization are opened",
                                  self->weight->layer);
}

/* NULL with an error. */
static Placed *
place_weight (RtKerasWeight        *weight,
              const RtKerasConfig  *config,
              const char           *file,
              GError              **error)
{
  Placed *self = g_new0 (Placed, 1);
  gboolean good;

  self->weight = weight;
  self->parts = g_strsplit (weight->layer, "/", -1);
  self->place = make_place (self->parts);
  self->number = read_number (weight->variable);
  good = find_kind (self, file, error);
  if (good && self->number < 0)
    good = rt_file_set_invalid (error, file, "%s has a variable %s, which is no number",
                                weight->layer, weight->variable);
  if (good && rt_keras_config_has_places (config))
    {
      self->named = rt_keras_config_find_place (config, self->place, &self->index);
      if (self->named == NULL)
        good = rt_file_set_invalid (error, file, "%s is not in its config.json", weight->layer);
    }
  if (!good)
    g_clear_pointer (&self, placed_free);
  return self;
}

/* In their order. (transfer full) (nullable) */
static GPtrArray *
place_all (const RtKerasFile    *file,
           const RtKerasConfig  *config,
           const char           *name,
           GError              **error)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) placed_free);

  for (guint i = 0; i < file->weights->len; i++)
    {
      Placed *placed = place_weight (file->weights->pdata[i], config, name, error);

      if (placed == NULL)
        return NULL;
      g_ptr_array_add (all, placed);
    }
  g_ptr_array_sort (all, compare_placed_cb);
  return g_steal_pointer (&all);
}

/* --- Layers: the variables that stand in one place */

static gboolean
check_lengths (Placed **vars,
               int      n)
{
  const RtShape *kernel = &vars[0]->weight->shape;
  int wanted = kernel->dims[MAX (kernel->n_dims - 1, 0)];

  if (vars[0]->kind != BATCH_NORM && n < 2)
    return TRUE;
  if (kernel->n_dims == 4 && g_str_equal (classes[vars[0]->kind].class_name, "DepthwiseConv2D"))
    wanted *= kernel->dims[2];
  for (int i = vars[0]->kind == BATCH_NORM ? 0 : 1; i < n; i++)
    if (vars[i]->weight->shape.n_dims != 1 || vars[i]->weight->shape.dims[0] != wanted)
      return FALSE;
  return TRUE;
}

/* The @n variables of one layer get their names. */
static gboolean
settle_layer (Placed     **vars,
              int          n,
              const char  *file,
              GError     **error)
{
  const char *path = vars[0]->weight->layer;
  gboolean norm = vars[0]->kind == BATCH_NORM;
  /* Without a scale and a shift it has the statistics only. */
  int first = norm && n == 2 ? 2 : 0;

  for (int i = 0; i < n; i++)
    if (vars[i]->number != i)
      return rt_file_set_invalid (error, file, "%s has no variable %d", path, i);
  if (norm && n == 3)
    return rt_file_set_unsupported (error, file, "%s has three variables, of which the first is "
                                    "a scale or a shift; " ADVICE, path);
  if (norm ? n != 2 && n != 4 : n > 2)
    return rt_file_set_invalid (error, file, "%s is no %s, by the number of its variables: %d",
                                path, classes[vars[0]->kind].class_name, n);
  if (!check_lengths (vars, n))
    return rt_file_set_invalid (error, file, "the variables of %s do not go with each other",
                                path);
  for (int i = 0; i < n; i++)
    {
      g_free (vars[i]->weight->variable);
      vars[i]->weight->variable = g_strdup (classes[vars[0]->kind].vars[first + i]);
      vars[i]->weight->class_name = classes[vars[0]->kind].class_name;
    }
  return TRUE;
}

/* That no layer of a class is missing before @self; @before: (nullable): the one of its class that
 * is listed before it. */
static gboolean
check_count (const Placed  *before,
             const Placed  *self,
             const char    *file,
             GError       **error)
{
  int last = (int) g_strv_length (self->parts) - 1;
  gboolean follows = before != NULL && find_difference (before, self) == last
                     && before->parts[last] != NULL;
  size_t n;
  int count = read_count (self->parts[last], &n);
  int wanted = follows ? read_count (before->parts[last], &n) + 1 : 0;

  if (count == wanted)
    return TRUE;
  return rt_file_set_invalid (error, file, "has %s, but not the %s before it: it is damaged, or "
                              "layers of it are shared; " ADVICE, self->weight->layer,
                              classes[self->kind].class_name);
}

/* Whether the layers of a class are in two models, of which none comes before the other. */
static gboolean
is_unclear (const Placed *before,
            const Placed *self)
{
  int i = find_difference (before, self);

  return before->parts[i] == NULL || self->parts[i] == NULL
         || !is_same_stem (before->parts[i], self->parts[i]);
}

static gboolean
settle_layers (GPtrArray            *all,
               const RtKerasConfig  *config,
               gboolean             *unclear,
               const char           *file,
               GError              **error)
{
  const Placed *latest[G_N_ELEMENTS (classes)] = { NULL };

  for (guint i = 0, n; i < all->len; i += n)
    {
      Placed **vars = (Placed **) all->pdata + i;
      const Placed *before = latest[vars[0]->kind];

      for (n = 1; i + n < all->len && g_str_equal (vars[n]->weight->layer,
                                                   vars[0]->weight->layer); n++)
        ;
      if (!settle_layer (vars, (int) n, file, error)
          || (!rt_keras_config_has_places (config)
              && !check_count (before, vars[0], file, error)))
        return FALSE;
      *unclear = *unclear || (before != NULL && is_unclear (before, vars[0]));
      latest[vars[0]->kind] = vars[0];
    }
  return TRUE;
}

/* --- Names */

static const char *
get_own_name (const Placed *self)
{
  return self->named != NULL ? self->named : self->weight->own;
}

/* Whether every layer says what it is called, and no two the same. */
static gboolean
are_named (const GPtrArray *all)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < all->len; i++)
    {
      const Placed *placed = all->pdata[i];
      const char *own = get_own_name (placed);
      const char *other = own != NULL ? g_hash_table_lookup (places, own) : NULL;

      if (own == NULL || (other != NULL && !g_str_equal (other, placed->weight->layer)))
        return FALSE;
      g_hash_table_insert (places, (gpointer) own, placed->weight->layer);
    }
  return TRUE;
}

static void
name_all (RtKerasFile *file,
          GPtrArray   *all,
          gboolean     named)
{
  for (guint i = 0; i < all->len; i++)
    {
      const Placed *placed = all->pdata[i];

      g_free (placed->weight->layer);
      placed->weight->layer = g_strdup (named ? get_own_name (placed) : placed->place);
      file->weights->pdata[i] = placed->weight;
    }
}

gboolean
rt_keras_place (RtKerasFile          *file,
                const RtKerasConfig  *config,
                const char           *name,
                const char          **order,
                GError              **error)
{
  g_autoptr (GPtrArray) all = place_all (file, config, name, error);
  gboolean unclear = FALSE, named;

  if (all == NULL || !settle_layers (all, config, &unclear, name, error))
    return FALSE;
  named = are_named (all);
  unclear = unclear && !rt_keras_config_has_places (config);
  if (unclear && !named)
    return rt_file_set_unsupported (error, name, "has layers of one class in two models, and does "
                                    "not say which comes first; " ADVICE);
  *order = rt_keras_config_has_places (config) ? NULL : unclear ? "none" : "kinds";
  name_all (file, all, named);
  return TRUE;
}
