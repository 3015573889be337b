/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-chooser.h"

#include "retort-choice.h"
#include "retort-template.h"

#include <string.h>

struct _RetortChooser
{
  GtkWidget     parent_instance;

  /* Template widgets */
  GtkDropDown  *drop_down;

  /* Owned */
  GListStore   *choices;   /* of RetortChoice */
  RetortChoice *more;      /* (nullable) the last of them, which is none */
  char         *action;    /* (nullable) that it stands for, with its target */
  char         *spec;      /* (nullable) */
  char         *label;     /* (nullable) */
  gboolean      updating;  /* the list changes, not the choice */
};

enum
{
  PROP_0,
  PROP_SPEC,
  PROP_LABEL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RetortChooser, retort_chooser, GTK_TYPE_WIDGET)

/* Choices, without what only stands among them. */
static guint
get_n_choices (RetortChooser *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->choices)) - (self->more != NULL ? 1 : 0);
}

/* The choice stays what it was. */
static void
show_more (RetortChooser *self)
{
  g_autofree char *name = NULL;
  g_autoptr (GVariant) target = NULL;

  retort_chooser_update (self);
  if (g_action_parse_detailed_name (self->action, &name, &target, NULL))
    gtk_widget_activate_action_variant (GTK_WIDGET (self), name, target);
}

static RetortChoice *
get_chosen (RetortChooser *self)
{
  return gtk_drop_down_get_selected_item (self->drop_down);
}

static void
selected_cb (RetortChooser *self)
{
  RetortChoice *choice = get_chosen (self);

  if (self->updating || choice == NULL)
    return;
  if (choice == self->more)
    show_more (self);
  else
    retort_chooser_set_spec (self, retort_choice_get_spec (choice));
}

static void
set_label (RetortChooser *self,
           const char    *label)
{
  g_free (self->label);
  self->label = g_strdup (label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->drop_down),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
retort_chooser_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  RetortChooser *self = RETORT_CHOOSER (object);

  g_value_set_string (value, id == PROP_SPEC ? self->spec : self->label);
}

static void
retort_chooser_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  RetortChooser *self = RETORT_CHOOSER (object);

  if (id == PROP_SPEC)
    retort_chooser_set_spec (self, g_value_get_string (value));
  else
    set_label (self, g_value_get_string (value));
}

static void
retort_chooser_dispose (GObject *object)
{
  RetortChooser *self = RETORT_CHOOSER (object);

  retort_template_dispose (object, RETORT_TYPE_CHOOSER);
  g_clear_object (&self->choices);
  g_clear_object (&self->more);
  g_clear_pointer (&self->action, g_free);
  g_clear_pointer (&self->spec, g_free);
  g_clear_pointer (&self->label, g_free);
  G_OBJECT_CLASS (retort_chooser_parent_class)->dispose (object);
}

static void
retort_chooser_class_init (RetortChooserClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = retort_chooser_get_property;
  object_class->set_property = retort_chooser_set_property;
  object_class->dispose = retort_chooser_dispose;
  properties[PROP_SPEC] = g_param_spec_string ("spec", NULL, NULL, NULL, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/retort/Retort/retort-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, RetortChooser, drop_down);
  gtk_widget_class_bind_template_callback (widget_class, selected_cb);
}

static void
retort_chooser_init (RetortChooser *self)
{
  g_type_ensure (RETORT_TYPE_CHOICE);
  self->updating = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  self->choices = g_list_store_new (RETORT_TYPE_CHOICE);
  gtk_drop_down_set_model (self->drop_down, G_LIST_MODEL (self->choices));
  self->updating = FALSE;
}

void
retort_chooser_clear (RetortChooser *self)
{
  g_return_if_fail (RETORT_IS_CHOOSER (self));
  self->updating = TRUE;
  g_list_store_splice (self->choices, 0, get_n_choices (self), NULL, 0);
  self->updating = FALSE;
}

void
retort_chooser_add (RetortChooser *self,
                    const char    *spec,
                    const char    *title,
                    const char    *detail)
{
  g_autoptr (RetortChoice) choice = retort_choice_new (spec, title, detail);

  g_return_if_fail (RETORT_IS_CHOOSER (self));
  self->updating = TRUE;
  g_list_store_insert (self->choices, get_n_choices (self), choice);
  self->updating = FALSE;
}

void
retort_chooser_set_more (RetortChooser *self,
                         const char    *title,
                         const char    *detail,
                         const char    *action)
{
  g_return_if_fail (RETORT_IS_CHOOSER (self));
  g_return_if_fail (self->more == NULL);
  self->action = g_strdup (action);
  self->updating = TRUE;
  self->more = retort_choice_new (NULL, title, detail);
  g_list_store_append (self->choices, self->more);
  self->updating = FALSE;
}

/* A path is known by its end, which is what would be cut off. */
static void
add_unknown (RetortChooser *self)
{
  const char *path = strchr (self->spec, ':');
  g_autofree char *name = NULL;

  if (path == NULL || !g_path_is_absolute (path + 1))
    {
      retort_chooser_add (self, self->spec, self->spec, NULL);
      return;
    }
  name = g_path_get_basename (path + 1);
  retort_chooser_add (self, self->spec, name, self->spec);
}

void
retort_chooser_set_choices (RetortChooser *self,
                            GPtrArray     *choices)
{
  retort_chooser_clear (self);
  for (guint i = 0; i < choices->len; i++)
    {
      const RtChoice *choice = g_ptr_array_index (choices, i);

      retort_chooser_add (self, choice->spec, choice->title, choice->detail);
    }
  retort_chooser_update (self);
}

void
retort_chooser_update (RetortChooser *self)
{
  guint n = get_n_choices (self);
  guint place = GTK_INVALID_LIST_POSITION;

  g_return_if_fail (RETORT_IS_CHOOSER (self));
  for (guint i = 0; i < n && place == GTK_INVALID_LIST_POSITION; i++)
    {
      g_autoptr (RetortChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->choices), i);

      if (g_strcmp0 (retort_choice_get_spec (choice), self->spec) == 0)
        place = i;
    }
  if (place == GTK_INVALID_LIST_POSITION && self->spec != NULL && *self->spec != '\0' && n > 0)
    {
      add_unknown (self);
      place = n;
    }
  self->updating = TRUE;
  gtk_drop_down_set_selected (self->drop_down, place);
  self->updating = FALSE;
}

const char *
retort_chooser_get_spec (RetortChooser *self)
{
  g_return_val_if_fail (RETORT_IS_CHOOSER (self), NULL);
  return self->spec;
}

void
retort_chooser_set_spec (RetortChooser *self,
                         const char    *spec)
{
  g_return_if_fail (RETORT_IS_CHOOSER (self));
  if (g_strcmp0 (spec, self->spec) == 0)
    return;
  g_free (self->spec);
  self->spec = g_strdup (spec);
  retort_chooser_update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SPEC]);
}

static gboolean
number_to_spec (GBinding     *binding,
                const GValue *from,
                GValue       *to,
                gpointer      data)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (G_VALUE_HOLDS_INT (from))
    g_value_take_string (to, g_strdup_printf ("%d", g_value_get_int (from)));
  else
    g_value_set_string (to, g_ascii_formatd (text, sizeof text, "%.6g",
                                             g_value_get_double (from)));
  return TRUE;
}

static gboolean
spec_to_number (GBinding     *binding,
                const GValue *from,
                GValue       *to,
                gpointer      data)
{
  const char *spec = g_value_get_string (from);

  if (spec == NULL)
    return FALSE;
  if (G_VALUE_HOLDS_INT (to))
    g_value_set_int (to, (int) g_ascii_strtoll (spec, NULL, 10));
  else
    g_value_set_double (to, g_ascii_strtod (spec, NULL));
  return TRUE;
}

void
retort_chooser_bind_number (RetortChooser *self,
                            GObject       *source,
                            const char    *property)
{
  g_return_if_fail (RETORT_IS_CHOOSER (self));
  g_object_bind_property_full (source, property, self, "spec",
                               G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE, number_to_spec,
                               spec_to_number, NULL, NULL);
}

const char *
retort_chooser_get_detail (RetortChooser *self)
{
  RetortChoice *choice = get_chosen (self);

  return choice != NULL ? retort_choice_get_detail (choice) : NULL;
}
