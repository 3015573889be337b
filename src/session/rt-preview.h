/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include "rt-trial.h"

G_BEGIN_DECLS

/* What a backbone sees of one picture of the task, and what it takes it for: to find out which
 * inputs it was trained with. */
typedef struct
{
  RtTrial *trial;     /* its image is what the network sees; no classes where it has no head */
  float    low;       /* of the values that go in */
  float    high;
} RtPreview;

void       rt_preview_free   (RtPreview *preview);

/* Off the main thread: @backbone is copied, @image too. An error where the network cannot be made
 * for these inputs. */
void       rt_preview_async  (const RtBackbone    *backbone,
                              const RtImage       *image,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              void                *data);
RtPreview *rt_preview_finish (GAsyncResult  *result,
                              GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RtPreview, rt_preview_free)

G_END_DECLS
