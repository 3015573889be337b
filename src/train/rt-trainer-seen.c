/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a run is judged by although it was trained on before: by the run that its weights, or its
 * teacher, come from. With another seed the samples of a dataset are dealt out anew, and then the
 * accuracies are better than the truth; nothing in them tells it.
 */
#include "config.h"

#include "rt-trainer-private.h"

static void
add_shares (GString      *text,
            const RtSeen *seen,
            const RtTask *task)
{
  if (seen->n_validation > 0)
    g_string_append_printf (text, "%zu of the %zu validation samples", seen->n_validation,
                            task->n_validation);
  if (seen->n_validation > 0 && seen->n_test > 0)
    g_string_append (text, " and ");
  if (seen->n_test > 0)
    g_string_append_printf (text, "%zu of the %zu test samples", seen->n_test, task->n_test);
}

static void
add_setting (GString    *text,
             const char *key,
             double      value,
             double      own)
{
  if (value == own)
    return;
  g_string_append (text, text->len > 0 ? ", " : "");
  if (value == RT_TASK_REST)
    g_string_append_printf (text, "%s \"rest\"", key);
  else
    g_string_append_printf (text, "%s %g", key, value);
}

/* What of the recipe would have to be as it was with the run; "" where that would not help.
 * (transfer full) */
static char *
describe_split (const RtTrainer *self,
                const RtSeen    *seen)
{
  const RtRecipe *recipe = self->recipe;
  GString *text = g_string_new (NULL);

  if (seen->split_is_clean && seen->seed != recipe->seed)
    g_string_append_printf (text, "seed %" G_GUINT64_FORMAT, (guint64) seen->seed);
  if (seen->split_is_clean)
    {
      add_setting (text, "task.validation", seen->validation, recipe->task.validation);
      add_setting (text, "task.test", seen->test, recipe->task.test);
    }
  return g_string_free (text, FALSE);
}

size_t
rt_trainer_note_seen (RtTrainer         *self,
                      const RtResolver  *resolver,
                      const char        *spec,
                      gboolean           teaches)
{
  g_autoptr (GString) text = g_string_new (self->seen);
  g_autofree char *split = NULL;
  RtSeen seen;

  rt_resolver_count_seen (resolver, spec, self->recipe, self->task, &seen);
  if (seen.n_validation == 0 && seen.n_test == 0)
    return 0;
  split = describe_split (self, &seen);
  g_string_append_printf (text, "%s%s%s %s trained on ", text->len > 0 ? "\n" : "", spec,
                          teaches ? ", the teacher," : "",
                          seen.inherited ? "and the runs it comes from were" : "was");
  add_shares (text, &seen, self->task);
  g_string_append (text, teaches ? ": its accuracy on them says more than is true, and what it "
                                   "teaches may show in the student's; "
                                 : ": accuracies on them say more than is true; ");
  if (*split != '\0')
    g_string_append_printf (text, "use its split (%s), or other samples", split);
  else
    g_string_append (text, "only other samples would tell");
  g_free (self->seen);
  self->seen = g_string_free (g_steal_pointer (&text), FALSE);
  return seen.n_validation;
}

char *
rt_trainer_describe_teacher (const RtTrainer *self)
{
  g_autofree char *seen = NULL;

  if (self->teacher->n_seen > 0)
    seen = g_strdup_printf (", but was trained on %zu of its %zu samples", self->teacher->n_seen,
                            self->task->n_validation);
  return g_strdup_printf ("The teacher gets %.1f %% of the validation set right%s",
                          100.0 * self->teacher_accuracy, seen != NULL ? seen : "");
}
