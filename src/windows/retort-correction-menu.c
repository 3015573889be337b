/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-correction-menu.h"

#include <glib/gi18n.h>

#define MOST_FLAT 12   /* classes; more are on a page of their own */

static void
append (GMenu      *menu,
        const char *label,
        const char *action,
        GVariant   *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (menu, item);
}

/* A name as the label of a menu, where one underline is a mnemonic's. (transfer full) */
static char *
make_label (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);

  return g_strjoinv ("__", parts);
}

static GMenu *
list_classes (RtInspection *inspection,
              int           row)
{
  GMenu *menu = g_menu_new ();
  int n = rt_inspection_get_n_classes (inspection);

  for (int k = 0; k < n; k++)
    {
      const char *name = rt_inspection_get_class_name (inspection, k);
      g_autofree char *label = make_label (name);

      append (menu, label, "win.mend-label", g_variant_new ("(is)", row, name));
    }
  return menu;
}

GMenuModel *
retort_correction_menu_new (RtInspection *inspection,
                            int           row)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) classes = NULL;
  g_autoptr (GMenu) rest = g_menu_new ();

  if (!rt_inspection_can_correct (inspection))
    return NULL;
  classes = list_classes (inspection, row);
  if (rt_inspection_get_n_classes (inspection) <= MOST_FLAT)
    g_menu_append_section (menu, _("The label is really"), G_MENU_MODEL (classes));
  else
    g_menu_append_submenu (menu, _("The label is really"), G_MENU_MODEL (classes));
  append (rest, _("Set aside: do not train on it"), "win.set-aside", g_variant_new_int32 (row));
  if (rt_inspection_get_correction (inspection, row) != NULL)
    append (rest, _("Undo the correction"), "win.revert-correction", g_variant_new_int32 (row));
  append (rest, _("All corrections…"), "win.show-data", g_variant_new_string ("corrections"));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  return G_MENU_MODEL (g_steal_pointer (&menu));
}

char *
retort_correction_describe (RtInspection *inspection,
                            int           row)
{
  const RtPredictions *p = rt_inspection_get_predictions (inspection);
  const RtCorrection *correction = rt_inspection_get_correction (inspection, row);
  int label = p->labels[row];

  if (correction != NULL && correction->label == NULL)
    return g_strdup (_("set aside"));
  if (correction != NULL)
    return g_strdup_printf (_("mended: %s"), correction->label);
  return g_strdup_printf (_("is %s"), label >= 0 ? rt_inspection_get_class_name (inspection, label)
                                                 : _("none"));
}
