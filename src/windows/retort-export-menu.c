/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-export-menu.h"

#include <glib/gi18n.h>

static const struct
{
  const char   *word;
  RtExportForm  form;
  const char   *label;
  const char   *title;
} items[] = {
  { "weights", RT_EXPORT_WEIGHTS, N_("_Weights (safetensors)…"), N_("Export the weights") },
  { "onnx", RT_EXPORT_ONNX, N_("_Network (ONNX)…"), N_("Export the network as ONNX") },
  { "folder", RT_EXPORT_FOLDER, N_("_Folder with an example…"),
    N_("Export the network with an example that uses it") },
  { "recipe", RT_EXPORT_RECIPE, N_("_Recipe (JSON)…"), N_("Export the recipe") },
  { "metrics", RT_EXPORT_EPOCHS, N_("_Metrics (CSV)…"), N_("Export the metrics") },
};

GMenuModel *
retort_export_menu_new (int run)
{
  GMenu *menu = g_menu_new ();

  for (size_t i = 0; i < G_N_ELEMENTS (items); i++)
    {
      g_autofree char *action = run == 0
        ? g_strdup_printf ("win.export-shown::%s", items[i].word)
        : g_strdup_printf ("win.export-run((%d, '%s'))", run, items[i].word);

      g_menu_append (menu, _(items[i].label), action);
    }
  return G_MENU_MODEL (menu);
}

RtExportForm
retort_export_menu_get_form (const char *word)
{
  for (size_t i = 0; i < G_N_ELEMENTS (items); i++)
    if (g_str_equal (items[i].word, word))
      return items[i].form;
  g_return_val_if_reached (RT_EXPORT_RECIPE);
}

const char *
retort_export_menu_get_title (RtExportForm form)
{
  for (size_t i = 0; i < G_N_ELEMENTS (items); i++)
    if (items[i].form == form)
      return _(items[i].title);
  g_return_val_if_reached ("");
}
