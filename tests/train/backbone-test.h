/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-resolver.h"

G_BEGIN_DECLS

/* The fixture of the tests of backbones: a folder. */
typedef struct
{
  char *folder;
} BackboneTest;

/* Adds a test that is given one, which is removed after it with all that is in it. */
void        backbone_test_add         (const char *path,
                                       void      (*test) (BackboneTest  *f,
                                                          gconstpointer  data));

/* A resnet8 of two classes with all that a card says, in values that are not round. (transfer
 * full) */
RtBackbone *backbone_test_make        (void) G_GNUC_WARN_UNUSED_RESULT;

/* A network saved with its values, to be loaded again. (transfer full) */
RtNetwork  *backbone_test_save        (BackboneTest           *f,
                                       const char             *name,
                                       const RtNetworkOptions *options) G_GNUC_WARN_UNUSED_RESULT;
void        backbone_test_assert_same (const RtNetwork *a,
                                       const RtNetwork *b);

G_END_DECLS
