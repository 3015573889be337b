/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include "retort-image-item.h"

G_BEGIN_DECLS

/* The texture of a picture. (transfer full) */
GdkTexture *retort_texture_new_from_image (const RtImage *image) G_GNUC_WARN_UNUSED_RESULT;

/* Of all its views, side by side. (transfer full) */
GdkTexture *retort_texture_new_from_sample (const RtSessionSample *sample)
  G_GNUC_WARN_UNUSED_RESULT;

#define RETORT_TYPE_SAMPLES (retort_samples_get_type ())

/**
 * RetortSamples:
 *
 * Pictures of the chosen task, loaded anew a moment after it has changed. Signals: `loaded` (a
 * GPtrArray of RtSessionSample, valid during the call), `failed` (a message).
 */
G_DECLARE_FINAL_TYPE (RetortSamples, retort_samples, RETORT, SAMPLES, GObject)

RetortSamples *retort_samples_new      (RtSession     *session,
                                        int            n,
                                        RtSessionLook  look) G_GNUC_WARN_UNUSED_RESULT;

void           retort_samples_set_look (RetortSamples *self,
                                        RtSessionLook  look);

G_END_DECLS
