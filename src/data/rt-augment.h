/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-image.h"

#include "rt-rng.h"

G_BEGIN_DECLS

/* The amplitudes of an augmentation; all 0 is none. */
typedef struct
{
  float shift;       /* of the side, each way */
  float rotate;      /* degrees, each way */
  float crop;        /* the smallest part of the side that is kept is 1 - crop */
  gboolean flip;     /* mirror half of the samples */
  float colour;      /* brightness, contrast, saturation, each way, 0..1 */
  float cutout;      /* side of the square that is blanked, of the side (DeVries and Taylor 2017) */
} RtAugment;

/* What each of the 256 values of a channel becomes: (value / 255 - mean) / std. */
typedef struct
{
  float values[3][256];
} RtPixelTable;

/* "none", "light", "strong"; FALSE for any other name. Glyphs must not be mirrored, so presets flip
 * only where @may_flip. */
gboolean rt_augment_from_preset (RtAugment  *augment,
                                 const char *preset,
                                 gboolean    may_flip);

gboolean rt_augment_is_none     (const RtAugment *augment);

/* The stream that view @view of a sample is drawn from in a run of seed @seed: whoever looks at a
 * view sees what is trained on. */
void     rt_augment_init_rng    (RtRng    *rng,
                                 uint64_t  seed,
                                 size_t    sample,
                                 int       view);

void     rt_pixel_table_init    (RtPixelTable *table,
                                 int           channels,
                                 const float  *mean,
                                 const float  *std);

/* out (height,width,channels) floats: @image augmented by draws from @rng (always as many, whatever
 * the amplitudes), at that size, then (value / 255 - mean) / std by channel. One affine sampling,
 * bilinear with area averaging where it shrinks; outside is the edge's colour; what is cut out
 * becomes 0. Without augmentation and at the image's own size the values are exact. */
void     rt_augment_apply       (float           *out,
                                 const RtImage   *image,
                                 const RtAugment *augment,
                                 RtRng           *rng,
                                 int              width,
                                 int              height,
                                 int              channels,
                                 const float     *mean,
                                 const float     *std);

/* The same with a table made once for many images. */
void     rt_augment_apply_table (float              *out,
                                 const RtImage      *image,
                                 const RtAugment    *augment,
                                 RtRng              *rng,
                                 int                 width,
                                 int                 height,
                                 int                 channels,
                                 const RtPixelTable *table);

/* The same as a picture for people, with the channels of @image; what is cut out becomes @mean, of
 * values 0..1. (transfer full) */
RtImage *rt_augment_draw        (const RtImage   *image,
                                 const RtAugment *augment,
                                 RtRng           *rng,
                                 int              width,
                                 int              height,
                                 const float     *mean) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
