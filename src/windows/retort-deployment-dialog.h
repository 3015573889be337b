/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "rt-session.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define RETORT_TYPE_DEPLOYMENT_DIALOG (retort_deployment_dialog_get_type ())

/**
 * RetortDeploymentDialog:
 *
 * The deployment card of a run: what its network asks of a device, in figures and bars, beside its
 * teacher's or its backbone's.
 */
G_DECLARE_FINAL_TYPE (RetortDeploymentDialog, retort_deployment_dialog, RETORT, DEPLOYMENT_DIALOG,
                      AdwWindow)

GtkWidget *retort_deployment_dialog_new (GtkWindow *parent,
                                         RtSession *session,
                                         RtRunItem *item);

G_END_DECLS
