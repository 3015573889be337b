/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where everything that a plan touches lies. Lifetimes come from the steps: a value lives from the
 * step that makes it to the last that reads it, forward or backward; a gradient from the first
 * backward step that writes it to the one that uses it up; saved memory from a step to its backward
 * twin. One workspace serves all steps.
 */
#include "config.h"

#include "rt-plan-private.h"

#include "rt-arena.h"

static gboolean
overlap (const RtBuffer *a,
         const RtBuffer *b)
{
  return a->first <= b->last && b->first <= a->last;
}

static int
compare_size (const void *a,
              const void *b)
{
  const RtBuffer *x = *(RtBuffer *const *) a;
  const RtBuffer *y = *(RtBuffer *const *) b;

  if (x->size != y->size)
    return x->size > y->size ? -1 : 1;
  return x->first - y->first;
}

static int
compare_offset (const void *a,
                const void *b)
{
  const RtBuffer *x = *(RtBuffer *const *) a;
  const RtBuffer *y = *(RtBuffer *const *) b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* The lowest offset at which @buffer is clear of all of @placed that live when it does. */
static size_t
find_gap (RtBuffer **placed,
          size_t     n,
          RtBuffer  *buffer)
{
  size_t offset = 0;

  for (size_t i = 0; i < n; i++)   /* in order of offset */
    {
      if (!overlap (placed[i], buffer))
        continue;
      if (placed[i]->offset >= offset + buffer->size)
        break;
      offset = MAX (offset, placed[i]->offset + placed[i]->size);
    }
  return offset;
}

size_t
rt_buffers_place (RtBuffer **buffers,
                  size_t     n)
{
  g_autofree RtBuffer **placed = g_new (RtBuffer *, MAX (n, 1));
  size_t total = 0;

  qsort (buffers, n, sizeof (RtBuffer *), compare_size);
  for (size_t i = 0; i < n; i++)
    {
      buffers[i]->offset = find_gap (placed, i, buffers[i]);
      total = MAX (total, buffers[i]->offset + buffers[i]->size);
      placed[i] = buffers[i];
      qsort (placed, i + 1, sizeof (RtBuffer *), compare_offset);
    }
  return total;
}

static void
use (RtBuffer *buffer,
     int       time)
{
  buffer->first = MIN (buffer->first, time);
  buffer->last = MAX (buffer->last, time);
}

static void
find_lifetimes_of_step (RtPlan *plan,
                        int     i)
{
  RtStep *step = &plan->steps[i];
  int back = 2 * plan->n_steps - i;
  RtOpNeeds needs = step->backward ? step->op->needs (step->params, step->trains) : 0;

  use (&plan->values[step->out].value, i);
  if (step->backward)
    use (&plan->values[step->out].gradient, back);
  if ((needs & RT_OP_NEEDS_OUTPUT) != 0)
    use (&plan->values[step->out].value, back);
  for (int j = 0; j < step->n_in; j++)
    {
      RtValue *in = &plan->values[step->in[j]];

      use (&in->value, i);
      if ((needs & RT_OP_NEEDS_INPUT) != 0)
        use (&in->value, back);
      if (step->backward && in->wants_gradient)
        use (&in->gradient, back);
    }
  if (step->backward && step->saved.size > 0)
    {
      use (&step->saved, i);
      use (&step->saved, back);
    }
  else if (step->saved.size > 0)
    use (&step->saved, i);
}

static void
find_lifetimes (RtPlan *plan)
{
  RtBuffer unused = { .first = G_MAXINT, .last = -1 };

  for (int i = 0; i < plan->n_nodes; i++)
    {
      RtValue *value = &plan->values[i];
      size_t size = RT_ALIGN_FLOATS (rt_shape_count (&value->shape) * plan->options.batch);

      value->value = value->gradient = unused;
      value->value.size = value->gradient.size = size;
    }
  for (int i = 0; i < plan->n_steps; i++)
    {
      size_t size = plan->steps[i].saved.size;

      plan->steps[i].saved = unused;
      plan->steps[i].saved.size = size;
      find_lifetimes_of_step (plan, i);
    }
  for (int i = 0; i < plan->n_outputs; i++)
    {
      RtValue *value = &plan->values[plan->outputs[i]];

      use (&value->value, 2 * plan->n_steps + 1);
      use (&value->gradient, plan->n_steps);
    }
  if (plan->options.keep_all)
    for (int i = 0; i < plan->n_steps; i++)
      {
        RtValue *value = &plan->values[plan->steps[i].out];

        use (&value->value, 2 * plan->n_steps + 1);
        if (value->gradient.last >= 0)
          use (&value->gradient, 2 * plan->n_steps + 1);
      }
}

void
rt_plan_place (RtPlan *plan)
{
  g_autofree RtBuffer **buffers = g_new (RtBuffer *, 2 * plan->n_nodes + plan->n_steps);
  size_t n = 0;
  size_t workspace = 0;

  find_lifetimes (plan);
  for (int i = 0; i < plan->n_nodes; i++)
    {
      RtValue *value = &plan->values[i];

      if (value->producer >= 0 && value->value.last >= 0)
        buffers[n++] = &value->value;
      if (plan->options.backward && value->gradient.last >= 0)
        buffers[n++] = &value->gradient;
    }
  for (int i = 0; i < plan->n_steps; i++)
    {
      workspace = MAX (workspace, plan->steps[i].workspace);
      if (plan->steps[i].saved.last >= 0)
        buffers[n++] = &plan->steps[i].saved;
    }
  plan->workspace = rt_buffers_place (buffers, n);
  plan->n_memory = plan->workspace + RT_ALIGN_FLOATS (workspace);
  if (!plan->options.count_only)
    plan->memory = rt_floats_new (plan->n_memory);
}
