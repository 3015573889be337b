/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-onnx.h"

#include <protobuf-c/protobuf-c.h>

G_BEGIN_DECLS

/* Whether bytes can be unpacked as a message of @type with no harm: every length lies within the
 * bytes around it, messages are not nested deeply, and there are no more parts than a large network
 * has. protobuf-c would recurse as deeply as it is told, and make much of little. */
gboolean rt_onnx_scan (const ProtobufCMessageDescriptor  *type,
                       const uint8_t                     *bytes,
                       size_t                             n_bytes,
                       const char                        *name,
                       GError                           **error);

G_END_DECLS
