/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The object: its properties and signals. How a choice changes the recipe is rt-session-recipe.c,
 * what it will cost rt-session-estimate.c, how it is trained rt-session-train.c.
 */
#include "config.h"

#include "rt-session-private.h"

#include "rt-task.h"

static GParamSpec *properties[N_PROPS];
guint rt_session_signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RtSession, rt_session, G_TYPE_OBJECT)

/* Properties */

void
rt_session_notify (RtSession         *self,
                   RtSessionProperty  property)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static int
get_n_frozen (RtSession *self)
{
  uint32_t frozen = rt_session_get_frozen (self);
  int n = 0;

  while (n < self->n_blocks && (frozen & 1u << n) != 0)
    n++;
  return n;
}

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
    case PROP_LAYER_DECAY:
      return &self->recipe->train.layer_decay;
    case PROP_TEST:
      return &self->recipe->task.test;
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
    case PROP_MEMORY:
      return &self->recipe->train.memory;
    case PROP_HEAD_FIRST:
      return &self->recipe->train.head_first;
    case PROP_PATIENCE:
      return &self->recipe->train.patience;
    case PROP_INPUT_SIZE:
      return &self->recipe->backbone.input_size;
    case PROP_FIT:
      return (int *) &self->recipe->task.fit;
    case PROP_BATCH_NORM:
      return (int *) &self->recipe->train.batch_norm;
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
      case PROP_TEACHER:
        g_value_set_string (value, self->recipe->distil.teacher);
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
  rt_session_change_begin (self, id);
  if (get_string (self, id) != NULL)
    {
      g_free (*get_string (self, id));
      *get_string (self, id) = g_value_dup_string (value);
      self->titled = self->titled || id == PROP_TITLE;
    }
  else if (get_double (self, id) != NULL)
    *get_double (self, id) = g_value_get_double (value);
  else if (get_int (self, id) != NULL)
    *get_int (self, id) = g_value_get_int (value);
  else
    switch (id)
      {
      case PROP_DATASET:
        rt_session_choose_dataset (self, g_value_get_string (value));
        rt_session_notify (self, PROP_STYLE);
        break;
      case PROP_BACKBONE:
        rt_session_choose_backbone (self, g_value_get_string (value));
        rt_session_notify (self, PROP_METHOD);
        rt_session_notify (self, PROP_N_FROZEN);
        rt_session_notify (self, PROP_HEAD_FIRST);
        rt_session_notify (self, PROP_LAYER_DECAY);
        rt_session_notify (self, PROP_BATCH_NORM);
        rt_session_notify (self, PROP_INPUT_SIZE);
        break;
      case PROP_TEACHER:
        rt_session_choose_teacher (self, g_value_get_string (value));
        break;
      case PROP_SEED:
        self->recipe->seed = (uint64_t) g_value_get_int (value);
        break;
      case PROP_N_FROZEN:
        rt_session_choose_frozen (self, g_value_get_int (value));
        break;
      case PROP_METHOD:
        rt_session_choose_method (self, g_value_get_int (value));
        break;
      default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      }
  rt_session_change_end (self, (int) id);
}

static void
rt_session_finalize (GObject *object)
{
  RtSession *self = RT_SESSION (object);

  rt_session_cancel_estimate (self);
  rt_session_end_telling (self);
  g_clear_pointer (&self->runner, rt_runner_free);
  g_clear_object (&self->run);
  g_clear_pointer (&self->run_recipe, rt_recipe_free);
  rt_session_clear_series (self);
  rt_session_free_blocks (self);
  g_free (self->blocks_of);
  g_free (self->guess);
  g_free (self->seen);
  g_free (self->status);
  g_free (self->problem);
  g_free (self->pretrained);
  g_clear_pointer (&self->new_steps, g_array_unref);
  g_clear_pointer (&self->new_epochs, g_array_unref);
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
  GParamSpec **p = properties;

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
  p[PROP_LAYER_DECAY] = double_spec ("layer-decay", RT_LAYER_DECAY_AUTO, 1.0, rw);
  p[PROP_SAMPLES_PER_CLASS] = int_spec ("samples-per-class", 0, G_MAXINT, rw);
  p[PROP_EPOCHS] = int_spec ("epochs", 1, 10000, rw);
  p[PROP_BATCH_SIZE] = int_spec ("batch-size", 1, 4096, rw);
  p[PROP_MEMORY] = int_spec ("memory", 0, 1000000, rw);
  p[PROP_SEED] = int_spec ("seed", 0, G_MAXINT, rw);
  p[PROP_HEAD_FIRST] = int_spec ("head-first", 0, 10000, rw);
  p[PROP_PATIENCE] = int_spec ("patience", 0, 1000, rw);
  p[PROP_BATCH_NORM] = int_spec ("batch-norm", 0, RT_BATCH_NORM_KEEP, rw);
  p[PROP_N_FROZEN] = int_spec ("n-frozen", 0, 32, rw);
  p[PROP_INPUT_SIZE] = int_spec ("input-size", 0, 512, rw);
  p[PROP_TEST] = double_spec ("test", RT_TASK_REST, 0.9, rw);
  p[PROP_FIT] = int_spec ("fit", 0, RT_PICTURE_FIT_PAD, rw);
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
  self->new_steps = g_array_new (FALSE, FALSE, sizeof (RtStepMetrics));
  self->new_epochs = g_array_new (FALSE, FALSE, sizeof (RtEpochMetrics));
  self->undo = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_recipe_free);
  self->redo = g_ptr_array_new_with_free_func ((GDestroyNotify) rt_recipe_free);
}

RtSession *
rt_session_new (RtLibrary *library)
{
  RtSession *self = g_object_new (RT_TYPE_SESSION, NULL);

  self->library = g_object_ref (library);
  self->recipe = rt_session_make_first_recipe (library);
  rt_session_watch_fetches (self);
  rt_session_start_runner (self);
  rt_session_change_end (self, PROP_0);
  return self;
}

RtLibrary *
rt_session_get_library (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return self->library;
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

const char *
rt_session_get_guess (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return self->guess;
}

const char *
rt_session_get_seen (RtSession *self)
{
  g_return_val_if_fail (RT_IS_SESSION (self), NULL);
  return self->seen;
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
