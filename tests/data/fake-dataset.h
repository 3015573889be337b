/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-dataset.h"

G_BEGIN_DECLS

/* A dataset of made-up pictures: fake_dataset_pixel() says what each value is. Labels go round the
 * classes, which are called "class 0" and so on; parts are RT_PART_ANY until the test sets them. */
RtDataset *fake_dataset_new        (size_t n_samples,
                                    int    n_classes,
                                    int    width,
                                    int    height,
                                    int    channels) G_GNUC_WARN_UNUSED_RESULT;

/* Reading sample @index fails from now on. */
void       fake_dataset_break      (RtDataset *dataset,
                                    size_t     index);

/* Each reading takes this long. */
void       fake_dataset_set_delay  (RtDataset *dataset,
                                    int        microseconds);

/* How many pictures have been read. */
int        fake_dataset_get_n_reads (const RtDataset *dataset);

uint8_t    fake_dataset_pixel      (size_t sample,
                                    size_t place);

G_END_DECLS
