/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-image.h"

G_BEGIN_DECLS

/* What becomes of a picture whose sides are not in the proportion of the network's input. */
typedef enum
{
  RT_PICTURE_FIT_SQUASH,   /* each side is scaled for itself */
  RT_PICTURE_FIT_CROP,     /* the middle, as large as it goes; the rest is cut off */
  RT_PICTURE_FIT_PAD,      /* all of it, between bars in the colour of the mean */
} RtPictureFit;

/* What a network wants to see. */
typedef struct
{
  int   width;
  int   height;
  int   channels;
  float mean[3];   /* of values 0..1, by channel */
  float std[3];
  RtPictureFit fit;
  /* how much of what fits is seen when cropping: 0.875 where publishers scale to 256 and
   * cut 224 out; 0 is all of it */
  float crop;
} RtInputFormat;

/* How long the shorter side of a picture must be left when it is decoded for this format. */
int           rt_input_format_get_min_side (const RtInputFormat *format);

/* @image at the size and with the channels of @format. A square picture for a square input is
 * whole in each fit, but for a crop below 1. (transfer full) */
RtImage      *rt_input_format_fit          (const RtInputFormat *format,
                                            const RtImage       *image) G_GNUC_WARN_UNUSED_RESULT;

/* "squash", "crop", "pad"; NULL ends them. */
extern const char *const rt_picture_fit_names[];

/* @name (nullable). FALSE where no fit is called so; @fit is left as it is. */
gboolean      rt_picture_fit_from_name     (const char   *name,
                                            RtPictureFit *fit);

G_END_DECLS
