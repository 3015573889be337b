/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-run-item.h"

#include <math.h>

struct _RtRunItem
{
  GObject  parent_instance;

  RtRun   *run;        /* Owned */
  GArray  *epochs;     /* Owned: of RtEpochMetrics */
  GArray  *steps;      /* Owned: of RtStepMetrics */
  int      colour;
  gboolean overlaid;
  RtSessionState activity;
};

enum
{
  PROP_0,
  PROP_ID,
  PROP_NAME,
  PROP_METHOD,
  PROP_STATE,
  PROP_MESSAGE,
  PROP_EPOCH,
  PROP_N_EPOCHS,
  PROP_ACCURACY,
  PROP_TEST_ACCURACY,
  PROP_COLOUR,
  PROP_ACTIVITY,
  PROP_OVERLAID,
  N_PROPS
};

enum
{
  CURVES_CHANGED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (RtRunItem, rt_run_item, G_TYPE_OBJECT)

/* The caller gives its own copy of what the store gave. */
static RtRun *
copy_run (const RtRun *run)
{
  RtRun *copy = g_memdup2 (run, sizeof *run);

  copy->name = g_strdup (run->name);
  copy->method = g_strdup (run->method);
  copy->group = g_strdup (run->group);
  copy->message = g_strdup (run->message);
  copy->seen = g_strdup (run->seen);
  return copy;
}

static int
get_epoch (RtRunItem *self)
{
  if (self->epochs->len > 0)
    return g_array_index (self->epochs, RtEpochMetrics, self->epochs->len - 1).epoch;
  return self->run->epoch;
}

double
rt_run_item_get_accuracy (RtRunItem *self)
{
  double best = -1.0;

  g_return_val_if_fail (RT_IS_RUN_ITEM (self), -1.0);
  if (self->run->result.best_epoch > 0)
    return self->run->result.validation_accuracy;
  for (guint i = 0; i < self->epochs->len; i++)
    best = MAX (best, g_array_index (self->epochs, RtEpochMetrics, i).validation_accuracy);
  return best;
}

static double
get_test_accuracy (RtRunItem *self)
{
  const RtResult *result = &self->run->result;

  return result->best_epoch > 0 && isfinite (result->test_accuracy) ? result->test_accuracy : -1.0;
}

static void
rt_run_item_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  RtRunItem *self = RT_RUN_ITEM (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_int (value, self->run->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->run->name);
      break;
    case PROP_METHOD:
      g_value_set_string (value, self->run->method);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->run->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, rt_run_item_get_failure (self));
      break;
    case PROP_EPOCH:
      g_value_set_int (value, get_epoch (self));
      break;
    case PROP_N_EPOCHS:
      g_value_set_int (value, self->run->n_epochs);
      break;
    case PROP_ACCURACY:
      g_value_set_double (value, rt_run_item_get_accuracy (self));
      break;
    case PROP_TEST_ACCURACY:
      g_value_set_double (value, get_test_accuracy (self));
      break;
    case PROP_COLOUR:
      g_value_set_int (value, self->colour);
      break;
    case PROP_ACTIVITY:
      g_value_set_int (value, self->activity);
      break;
    case PROP_OVERLAID:
      g_value_set_boolean (value, self->overlaid);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rt_run_item_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  switch (id)
    {
    case PROP_OVERLAID:
      rt_run_item_set_overlaid (RT_RUN_ITEM (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
rt_run_item_finalize (GObject *object)
{
  RtRunItem *self = RT_RUN_ITEM (object);

  rt_run_free (self->run);
  g_array_unref (self->epochs);
  g_array_unref (self->steps);
  G_OBJECT_CLASS (rt_run_item_parent_class)->finalize (object);
}

static void
rt_run_item_class_init (RtRunItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = rt_run_item_get_property;
  object_class->set_property = rt_run_item_set_property;
  object_class->finalize = rt_run_item_finalize;

  props[PROP_ID] = g_param_spec_int ("id", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_METHOD] = g_param_spec_string ("method", NULL, NULL, NULL, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, RT_RUN_FAILED, 0, flags);
  props[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  props[PROP_EPOCH] = g_param_spec_int ("epoch", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_N_EPOCHS] = g_param_spec_int ("n-epochs", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_ACCURACY] = g_param_spec_double ("accuracy", NULL, NULL, -1.0, 1.0, -1.0, flags);
  props[PROP_TEST_ACCURACY] = g_param_spec_double ("test-accuracy", NULL, NULL, -1.0, 1.0, -1.0,
                                                   flags);
  props[PROP_COLOUR] = g_param_spec_int ("colour", NULL, NULL, 0, G_MAXINT, 0, flags);
  props[PROP_ACTIVITY] = g_param_spec_int ("activity", NULL, NULL, 0, RT_SESSION_STOPPING, 0,
                                           flags);
  props[PROP_OVERLAID] = g_param_spec_boolean ("overlaid", NULL, NULL, FALSE,
                                               G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
                                               | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CURVES_CHANGED] = g_signal_new ("curves-changed", RT_TYPE_RUN_ITEM, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
rt_run_item_init (RtRunItem *self)
{
  self->epochs = g_array_new (FALSE, FALSE, sizeof (RtEpochMetrics));
  self->steps = g_array_new (FALSE, FALSE, sizeof (RtStepMetrics));
}

RtRunItem *
rt_run_item_new (const RtRun *run,
                 int          colour)
{
  RtRunItem *self = g_object_new (RT_TYPE_RUN_ITEM, NULL);

  self->run = copy_run (run);
  self->colour = colour;
  return self;
}

int
rt_run_item_get_id (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), 0);
  return self->run->id;
}

const char *
rt_run_item_get_name (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), NULL);
  return self->run->name;
}

const char *
rt_run_item_get_method (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), NULL);
  return self->run->method;
}

RtRunState
rt_run_item_get_state (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), RT_RUN_NEW);
  return self->run->state;
}

int
rt_run_item_get_colour (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), 0);
  return self->colour;
}

gboolean
rt_run_item_get_overlaid (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), FALSE);
  return self->overlaid;
}

void
rt_run_item_set_overlaid (RtRunItem *self,
                          gboolean   overlaid)
{
  g_return_if_fail (RT_IS_RUN_ITEM (self));
  if (self->overlaid == !!overlaid)
    return;
  self->overlaid = !!overlaid;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_OVERLAID]);
}

void
rt_run_item_set_activity (RtRunItem      *self,
                          RtSessionState  activity)
{
  g_return_if_fail (RT_IS_RUN_ITEM (self));
  if (self->activity == activity)
    return;
  self->activity = activity;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVITY]);
  if (self->run->message != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MESSAGE]);
}

const char *
rt_run_item_get_failure (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), NULL);
  return self->activity == RT_SESSION_IDLE ? self->run->message : NULL;
}

void
rt_run_item_set_n_epochs (RtRunItem *self,
                          int        n_epochs)
{
  g_return_if_fail (RT_IS_RUN_ITEM (self));
  if (self->run->n_epochs == n_epochs)
    return;
  self->run->n_epochs = n_epochs;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_EPOCHS]);
}

const RtRun *
rt_run_item_get_run (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), NULL);
  return self->run;
}

const GArray *
rt_run_item_get_epochs (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), NULL);
  return self->epochs;
}

const GArray *
rt_run_item_get_steps (RtRunItem *self)
{
  g_return_val_if_fail (RT_IS_RUN_ITEM (self), NULL);
  return self->steps;
}

void
rt_run_item_update (RtRunItem   *self,
                    const RtRun *run)
{
  GValue before[N_PROPS] = { G_VALUE_INIT };

  g_return_if_fail (RT_IS_RUN_ITEM (self));
  for (int i = PROP_NAME; i <= PROP_TEST_ACCURACY; i++)
    g_object_get_property (G_OBJECT (self), props[i]->name, &before[i]);
  rt_run_free (self->run);
  self->run = copy_run (run);
  for (int i = PROP_NAME; i <= PROP_TEST_ACCURACY; i++)
    {
      g_auto (GValue) now = G_VALUE_INIT;

      g_object_get_property (G_OBJECT (self), props[i]->name, &now);
      if (g_param_values_cmp (props[i], &before[i], &now) != 0)
        g_object_notify_by_pspec (G_OBJECT (self), props[i]);
      g_value_unset (&before[i]);
    }
}

void
rt_run_item_set_curves (RtRunItem *self,
                        GArray    *epochs,
                        GArray    *steps)
{
  g_return_if_fail (RT_IS_RUN_ITEM (self));
  g_array_unref (self->epochs);
  g_array_unref (self->steps);
  self->epochs = epochs;
  self->steps = steps;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EPOCH]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACCURACY]);
  g_signal_emit (self, signals[CURVES_CHANGED], 0);
}

void
rt_run_item_add_steps (RtRunItem           *self,
                       const RtStepMetrics *steps,
                       size_t               n)
{
  g_return_if_fail (RT_IS_RUN_ITEM (self));
  /* A run that was taken up repeats what came after its last checkpoint. */
  while (n > 0 && self->steps->len > 0
         && g_array_index (self->steps, RtStepMetrics, self->steps->len - 1).step >= steps[0].step)
    g_array_set_size (self->steps, self->steps->len - 1);
  g_array_append_vals (self->steps, steps, (guint) n);
  g_signal_emit (self, signals[CURVES_CHANGED], 0);
}

void
rt_run_item_add_epochs (RtRunItem            *self,
                        const RtEpochMetrics *epochs,
                        size_t                n)
{
  g_return_if_fail (RT_IS_RUN_ITEM (self));
  while (n > 0 && self->epochs->len > 0 && get_epoch (self) >= epochs[0].epoch)
    g_array_set_size (self->epochs, self->epochs->len - 1);
  g_array_append_vals (self->epochs, epochs, (guint) n);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EPOCH]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACCURACY]);
  g_signal_emit (self, signals[CURVES_CHANGED], 0);
}
