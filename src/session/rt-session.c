/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The recipe being made. Every change goes through change_begin() and change_end(): the first keeps
 * what was for undo, the second checks the recipe, counts what it costs and asks for an estimate of
 * the rest.
 */
#include "config.h"

#include "rt-session-private.h"

#include "rt-builtin.h"
#include "rt-dirs.h"

#include <string.h>

#define UNDO_DEPTH    100
#define UNDO_SECONDS  1      /* turns of one dial within this time are one change */
#define VALIDATION_SHARE 0.2
#define FIRST_RECIPE  "recipes/first-run.json"

GParamSpec *rt_session_props[N_PROPS];
guint rt_session_signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RtSession, rt_session, G_TYPE_OBJECT)

/* Changing */

static void
notify (RtSession         *self,
        RtSessionProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), rt_session_props[property]);
}

/* Numbers are turned and texts typed, in many small changes; all else is chosen at once. */
static gboolean
is_dial (int property)
{
  switch (property)
    {
    case PROP_TITLE:
    case PROP_SHIFT:
    case PROP_TEMPERATURE:
    case PROP_ALPHA:
    case PROP_LEARNING_RATE:
    case PROP_SAMPLES_PER_CLASS:
    case PROP_EPOCHS:
    case PROP_BATCH_SIZE:
    case PROP_SEED:
    case PROP_HEAD_FIRST:
      return TRUE;
    default:
      return FALSE;
    }
}

/* Whether the change goes on with the one before, so that both are undone as one. */
static gboolean
continues_last (RtSession *self,
                int        property,
                gint64     now)
{
  if (self->undo->len == 0 || property == PROP_0 || property != self->undo_property)
    return FALSE;
  return self->dragging
         || (is_dial (property) && now - self->undo_time <= UNDO_SECONDS * G_USEC_PER_SEC);
}

static void
change_begin (RtSession *self,
              int        property)
{
  gint64 now = g_get_monotonic_time ();

  if (!continues_last (self, property, now))
    {
      if (self->undo->len == UNDO_DEPTH)
        g_ptr_array_remove_index (self->undo, 0);
      g_ptr_array_add (self->undo, rt_recipe_copy (self->recipe));
    }
  g_ptr_array_set_size (self->redo, 0);
  self->undo_property = property;
  self->undo_time = now;
}

static void
check (RtSession *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->problem, g_free);
  if (!rt_recipe_validate (self->recipe, &error))
    self->problem = g_strdup (error->message);
  notify (self, PROP_PROBLEM);
}

static void
change_end (RtSession *self,
            int        property)
{
  rt_session_update_blocks (self);
  check (self);
  rt_session_update_cost (self);
  rt_session_schedule_estimate (self);
  if (property != PROP_0)
    notify (self, property);
  notify (self, PROP_CAN_UNDO);
  notify (self, PROP_CAN_REDO);
}

/* After a recipe came as a whole: everything may be another. */
static void
changed_all (RtSession *self)
{
  change_end (self, PROP_0);
  for (int i = PROP_TITLE; i <= PROP_METHOD; i++)
    notify (self, i);
}

/* Backbone, frozen blocks, method */

char *
rt_session_dup_backbone (RtSession *self)
{
  const RtRecipeBackbone *b = &self->recipe->backbone;

  if (g_strcmp0 (b->weights, "random") == 0)
    return g_strconcat ("random:", b->network, NULL);
  return g_strdup (b->weights);
}

static const RtChoice *
find_choice (GPtrArray  *choices,
             const char *spec)
{
  for (guint i = 0; i < choices->len; i++)
    {
      const RtChoice *choice = g_ptr_array_index (choices, i);

      if (g_strcmp0 (choice->spec, spec) == 0)
        return choice;
    }
  return NULL;
}

static int
get_n_frozen (RtSession *self)
{
  return self->recipe->backbone.frozen != NULL
         ? (int) g_strv_length (self->recipe->backbone.frozen) : 0;
}

static void
set_n_frozen (RtSession *self,
              int        n)
{
  GStrvBuilder *builder = g_strv_builder_new ();

  n = CLAMP (n, 0, MAX (self->n_blocks - 1, 0));
  for (int i = 0; i < n; i++)
    g_strv_builder_add (builder, self->blocks[i].name);
  g_strfreev (self->recipe->backbone.frozen);
  self->recipe->backbone.frozen = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
}

/* With other weights the lower half is frozen; random ones are not, which would freeze noise. */
static void
set_backbone (RtSession  *self,
              const char *spec)
{
  RtRecipe *recipe = self->recipe;
  const RtChoice *choice = find_choice (rt_library_get_backbones (self->library), spec);
  gboolean random = g_str_has_prefix (spec, "random:");
  const char *network = random ? spec + strlen ("random:")
                        : choice != NULL ? choice->network : recipe->backbone.network;

  if (g_strcmp0 (network, recipe->backbone.network) != 0)
    recipe->backbone.input_size = 0;
  g_free (recipe->backbone.network);
  recipe->backbone.network = g_strdup (network);
  g_free (recipe->backbone.weights);
  recipe->backbone.weights = g_strdup (random ? "random" : spec);
  rt_session_update_blocks (self);
  set_n_frozen (self, random ? 0 : self->n_blocks / 2);
  if (random)
    recipe->train.head_first = 0;
  if (random && recipe->method == RT_METHOD_FINE_TUNE)
    recipe->method = RT_METHOD_SCRATCH;
  if (!random && (recipe->method == RT_METHOD_SCRATCH || recipe->method == RT_METHOD_PRETRAIN))
    recipe->method = RT_METHOD_FINE_TUNE;
}

/* One that knows the task's classes: the shipped one for the animals, else the newest run on the
 * same dataset. None is better than one that cannot teach: the recipe then says what is missing. */
static void
choose_teacher (RtSession *self)
{
  GPtrArray *teachers = rt_library_get_teachers (self->library);
  gboolean animals = g_str_has_prefix (self->recipe->task.dataset, "builtin:animals");
  const char *best = NULL;

  if (self->recipe->distil.teacher != NULL && *self->recipe->distil.teacher != '\0')
    return;
  for (guint i = 0; i < teachers->len && best == NULL; i++)
    {
      const RtChoice *choice = g_ptr_array_index (teachers, i);

      if ((animals && g_str_equal (choice->spec, "builtin:wide14-animals"))
          || g_strcmp0 (choice->dataset, self->recipe->task.dataset) == 0)
        best = choice->spec;
    }
  g_free (self->recipe->distil.teacher);
  self->recipe->distil.teacher = g_strdup (best);
}

static void
set_method (RtSession *self,
            RtMethod   method)
{
  RtRecipe *recipe = self->recipe;
  gboolean random = g_strcmp0 (recipe->backbone.weights, "random") == 0;

  recipe->method = method;
  if ((method == RT_METHOD_SCRATCH || method == RT_METHOD_PRETRAIN) && !random)
    {
      g_autofree char *spec = g_strconcat ("random:", recipe->backbone.network, NULL);

      g_free (self->pretrained);
      self->pretrained = g_strdup (recipe->backbone.weights);
      set_backbone (self, spec);
      recipe->method = method;
    }
  if (method == RT_METHOD_FINE_TUNE && random)
    {
      GPtrArray *backbones = rt_library_get_backbones (self->library);
      const RtChoice *first = backbones->len > 0 ? g_ptr_array_index (backbones, 0) : NULL;
      g_autofree char *spec = g_strdup (self->pretrained != NULL ? self->pretrained
                                        : first != NULL ? first->spec : NULL);

      if (spec != NULL)
        set_backbone (self, spec);
      recipe->method = method;
    }
  if (method == RT_METHOD_DISTIL)
    choose_teacher (self);
  notify (self, PROP_BACKBONE);
  notify (self, PROP_N_FROZEN);
  notify (self, PROP_HEAD_FIRST);
  notify (self, PROP_TEACHER);
}

/* A drawn dataset's styles are its own: the first is its default. It has as many samples as one
 * asks for; one that was opened may not, and a count for validation could leave nothing to
 * train. */
static void
set_dataset (RtSession  *self,
             const char *spec)
{
  int n;
  const RtBuiltinInfo *list = rt_builtin_list (&n);
  const char *styles = NULL;

  g_free (self->recipe->task.dataset);
  self->recipe->task.dataset = g_strdup (spec);
  for (int i = 0; i < n; i++)
    if (g_str_has_prefix (spec, "builtin:") && g_str_equal (list[i].name, spec + 8))
      styles = list[i].styles;
  g_clear_pointer (&self->recipe->task.style, g_free);
  if (!g_str_has_prefix (spec, "builtin:") && self->recipe->task.validation >= 1.0)
    self->recipe->task.validation = VALIDATION_SHARE;
  if (styles != NULL)
    {
      g_auto (GStrv) names = g_strsplit (styles, ",", 2);

      self->recipe->task.style = g_strdup (names[0]);
    }
}

/* Properties */

static char **
get_string (RtSession *self,
            guint      id)
{
  switch (id)
    {
    case PROP_TITLE:
      return &self->recipe->name;
    case PROP_STYLE:
      return &self->recipe->task.style;
    case PROP_AUGMENT:
      return &self->recipe->task.augment;
    case PROP_TEACHER:
      return &self->recipe->distil.teacher;
    default:
      return NULL;
    }
}

static double *
get_double (RtSession *self,
            guint      id)
{
  switch (id)
    {
    case PROP_SHIFT:
      return &self->recipe->task.shift;
    case PROP_TEMPERATURE:
      return &self->recipe->distil.temperature;
    case PROP_ALPHA:
      return &self->recipe->distil.alpha;
    case PROP_LEARNING_RATE:
      return &self->recipe->train.learning_rate;
    default:
      return NULL;
    }
}

static int *
get_int (RtSession *self,
         guint      id)
{
  switch (id)
    {
    case PROP_SAMPLES_PER_CLASS:
      return &self->recipe->task.samples_per_class;
    case PROP_EPOCHS:
      return &self->recipe->train.epochs;
    case PROP_BATCH_SIZE:
      return &self->recipe->train.batch_size;
    case PROP_HEAD_FIRST:
      return &self->recipe->train.head_first;
    default:
      return NULL;
    }
}

static void
rt_session_get_property (GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  RtSession *self = RT_SESSION (object);

  if (get_string (self, id) != NULL)
    g_value_set_string (value, *get_string (self, id));
  else if (get_double (self, id) != NULL)
    g_value_set_double (value, *get_double (self, id));
  else if (get_int (self, id) != NULL)
    g_value_set_int (value, *get_int (self, id));
  else
    switch (id)
      {
      case PROP_DATASET:
        g_value_set_string (value, self->recipe->task.dataset);
        break;
      case PROP_BACKBONE:
        g_value_take_string (value, rt_session_dup_backbone (self));
        break;
      case PROP_SEED:
        g_value_set_int (value, (int) self->recipe->seed);
        break;
      case PROP_N_FROZEN:
        g_value_set_int (value, get_n_frozen (self));
        break;
      case PROP_METHOD:
        g_value_set_int (value, self->recipe->method);
        break;
      case PROP_PROBLEM:
        g_value_set_string (value, self->problem);
        break;
      case PROP_STATE:
        g_value_set_int (value, self->state);
        break;
      case PROP_FRACTION:
        g_value_set_double (value, self->fraction);
        break;
      case PROP_STATUS:
        g_value_set_string (value, self->status);
        break;
      case PROP_RUN:
        g_value_set_object (value, self->run);
        break;
      case PROP_CAN_UNDO:
        g_value_set_boolean (value, self->undo->len > 0);
        break;
      case PROP_CAN_REDO:
        g_value_set_boolean (value, self->redo->len > 0);
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      }
}

static gboolean
is_same (RtSession    *self,
         guint         id,
         const GValue *value,
         GParamSpec   *pspec)
{
  g_auto (GValue) now = G_VALUE_INIT;

  g_value_init (&now, pspec->value_type);
  g_object_get_property (G_OBJECT (self), pspec->name, &now);
  return g_param_values_cmp (pspec, &now, value) == 0;
}

static void
rt_session_set_property (GObject      *object,
                         guint         id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  RtSession *self = RT_SESSION (object);

  if (is_same (self, id, value, pspec))
    return;
  change_begin (self, id);
  if (get_string (self, id) != NULL)
    {
      g_free (*get_string (self, id));
      *get_string (self, id) = g_value_dup_string (value);
    }
  else if (get_double (self, id) != NULL)
    *get_double (self, id) = g_value_get_double (value);
  else if (get_int (self, id) != NULL)
    *get_int (self, id) = g_value_get_int (value);
  else
    switch (id)
      {
      case PROP_DATASET:
        set_dataset (self, g_value_get_string (value));
        notify (self, PROP_STYLE);
        break;
      case PROP_BACKBONE:
        set_backbone (self, g_value_get_string (value));
        notify (self, PROP_METHOD);
        notify (self, PROP_N_FROZEN);
        notify (self, PROP_HEAD_FIRST);
        break;
      case PROP_SEED:
        self->recipe->seed = (uint64_t) g_value_get_int (value);
        break;
      case PROP_N_FROZEN:
        set_n_frozen (self, g_value_get_int (value));
        break;
      case PROP_METHOD:
        set_method (self, g_value_get_int (value));
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      }
  change_end (self, (int) id);
}

static void
rt_session_finalize (GObject *object)
{
  RtSession *self = RT_SESSION (object);

  rt_session_cancel_estimate (self);
  g_clear_pointer (&self->runner, rt_runner_free);
  g_clear_object (&self->run);
  g_clear_pointer (&self->run_recipe, rt_recipe_free);
  rt_session_clear_series (self);
  for (int i = 0; i < self->n_blocks; i++)
    g_free (self->blocks[i].name);
  g_free (self->blocks);
  g_free (self->blocks_of);
  g_free (self->status);
  g_free (self->problem);
  g_free (self->pretrained);
  g_clear_pointer (&self->undo, g_ptr_array_unref);
  g_clear_pointer (&self->redo, g_ptr_array_unref);
  g_clear_pointer (&self->recipe, rt_recipe_free);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (rt_session_parent_class)->finalize (object);
}

static GParamSpec *
string_spec (const char *name,
             GParamFlags flags)
{
  return g_param_spec_string (name, NULL, NULL, NULL, flags);
}

static GParamSpec *
double_spec (const char *name,
             double      low,
             double      high,
             GParamFlags flags)
{
  return g_param_spec_double (name, NULL, NULL, low, high, low, flags);
}

static GParamSpec *
int_spec (const char *name,
          int         low,
          int         high,
          GParamFlags flags)
{
  return g_param_spec_int (name, NULL, NULL, low, high, low, flags);
}

static void
install_properties (GObjectClass *object_class)
{
  GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GParamFlags rw = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;
  GParamSpec **p = rt_session_props;

  p[PROP_TITLE] = string_spec ("title", rw);
  p[PROP_DATASET] = string_spec ("dataset", rw);
  p[PROP_STYLE] = string_spec ("style", rw);
  p[PROP_AUGMENT] = string_spec ("augment", rw);
  p[PROP_BACKBONE] = string_spec ("backbone", rw);
  p[PROP_TEACHER] = string_spec ("teacher", rw);
  p[PROP_SHIFT] = double_spec ("shift", 0.0, 1.0, rw);
  p[PROP_TEMPERATURE] = double_spec ("temperature", 1.0, 20.0, rw);
  p[PROP_ALPHA] = double_spec ("alpha", 0.0, 1.0, rw);
  p[PROP_LEARNING_RATE] = double_spec ("learning-rate", 0.0, 10.0, rw);
  p[PROP_SAMPLES_PER_CLASS] = int_spec ("samples-per-class", 0, G_MAXINT, rw);
  p[PROP_EPOCHS] = int_spec ("epochs", 1, 10000, rw);
  p[PROP_BATCH_SIZE] = int_spec ("batch-size", 1, 4096, rw);
  p[PROP_SEED] = int_spec ("seed", 0, G_MAXINT, rw);
  p[PROP_HEAD_FIRST] = int_spec ("head-first", 0, 10000, rw);
  p[PROP_N_FROZEN] = int_spec ("n-frozen", 0, 32, rw);
  p[PROP_METHOD] = int_spec ("method", 0, RT_METHOD_DISTIL, rw);
  p[PROP_PROBLEM] = string_spec ("problem", ro);
  p[PROP_STATE] = int_spec ("state", 0, RT_SESSION_STOPPING, ro);
  p[PROP_FRACTION] = double_spec ("fraction", 0.0, 1.0, ro);
  p[PROP_STATUS] = string_spec ("status", ro);
  p[PROP_RUN] = g_param_spec_object ("run", NULL, NULL, RT_TYPE_RUN_ITEM, ro);
  p[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, ro);
  p[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, ro);
  g_object_class_install_properties (object_class, N_PROPS, p);
}

static void
rt_session_class_init (RtSessionClass *klass)
{
  static const char *const plain[] = { "blocks-changed", "cost-changed", "step" };
  static const char *const texts[] = { "failed", "note" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = rt_session_get_property;
  object_class->set_property = rt_session_set_property;
  object_class->finalize = rt_session_finalize;
  install_properties (object_class);

  for (size_t i = 0; i < G_N_ELEMENTS (plain); i++)
    rt_session_signals[SIGNAL_BLOCKS_CHANGED + i]
      = g_signal_new (plain[i], RT_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 0);
  rt_session_signals[SIGNAL_FINISHED]
    = g_signal_new ("finished", RT_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, RT_TYPE_RUN_ITEM);
  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    rt_session_signals[SIGNAL_FAILED + i]
      = g_signal_new (texts[i], RT_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 1, G_TYPE_STRING);
  rt_session_signals[SIGNAL_COMPARED]
    = g_signal_new ("compared", RT_TYPE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, RT_TYPE_RUN_ITEM);
}

static void
rt_session_init (RtSession *self)
{
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_recipe_free);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_recipe_free);
}

/* The first recipe that ships; where its backbone does not, the same task from scratch. */
static RtRecipe *
make_first_recipe (RtLibrary *library)
{
  g_autofree char *path = rt_dirs_get_data (FIRST_RECIPE);
  g_autoptr (GError) error = NULL;
  RtRecipe *recipe = rt_recipe_read (path, &error);

  if (recipe == NULL)
    {
      g_message ("%s", error->message);
      recipe = rt_recipe_new (RT_METHOD_SCRATCH);
    }
  if (find_choice (rt_library_get_backbones (library), recipe->backbone.weights) == NULL)
    {
      recipe->method = RT_METHOD_SCRATCH;
      g_free (recipe->backbone.weights);
      recipe->backbone.weights = g_strdup ("random");
      g_clear_pointer (&recipe->backbone.frozen, g_strfreev);
    }
  return recipe;
}

RtSession *
rt_session_new (RtLibrary *library)
{
  RtSession *self = g_object_new (RT_TYPE_SESSION, NULL);

  self->library = g_object_ref (library);
  self->recipe = make_first_recipe (library);
  rt_session_start_runner (self);
  rt_session_update_blocks (self);
  check (self);
  rt_session_update_cost (self);
  rt_session_schedule_estimate (self);
  return self;
}

RtLibrary *
rt_session_get_library (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return self->library;
}

RtRecipe *
rt_session_dup_recipe (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return rt_recipe_copy (self->recipe);
}

void
rt_session_set_recipe (RtSession      *self,
                       const RtRecipe *recipe)
{
  RtRecipe *copy = rt_recipe_copy (recipe);

  g_return_if_fail (RT_IS_SESSION (self));
  change_begin (self, PROP_0);
  rt_recipe_free (self->recipe);
  self->recipe = copy;
  changed_all (self);
}

void
rt_session_set_dragging (RtSession *self,
                         gboolean   dragging)
{
  g_return_if_fail (RT_IS_SESSION (self));
  self->dragging = dragging;
  self->undo_property = PROP_0;
}

/* The newest of @from becomes the recipe, and the recipe the newest of @to. */
static void
exchange (RtSession *self,
          GPtrArray *from,
          GPtrArray *to)
{
  if (from->len == 0)
    return;
  g_ptr_array_add (to, self->recipe);
  self->recipe = g_ptr_array_steal_index (from, from->len - 1);
  self->undo_property = PROP_0;
  changed_all (self);
}

void
rt_session_undo (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  exchange (self, self->undo, self->redo);
}

void
rt_session_redo (RtSession *self)
{
  g_return_if_fail (RT_IS_SESSION (self));
  exchange (self, self->redo, self->undo);
}

const RtSessionBlock *
rt_session_get_blocks (RtSession *self,
                       int       *n)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  *n = self->n_blocks;
  return self->blocks;
}

const RtCost *
rt_session_get_cost (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return &self->cost;
}

const RtStepMetrics *
rt_session_get_last_step (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return self->has_step ? &self->last_step : NULL;
}

const RtCost *
rt_session_get_run_cost (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return &self->run_cost;
}
