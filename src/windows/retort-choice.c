/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort-choice.h"

struct _RetortChoice
{
  GObject  parent_instance;

  /* Owned */
  char    *spec;
  char    *title;
  char    *detail;   /* (nullable) */
};

enum
{
  PROP_0,
  PROP_SPEC,
  PROP_TITLE,
  PROP_DETAIL,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (RetortChoice, retort_choice, G_TYPE_OBJECT)

static char **
get_field (RetortChoice *self,
           guint         id)
{
  return id == PROP_SPEC ? &self->spec : id == PROP_TITLE ? &self->title : &self->detail;
}

static void
retort_choice_get_property (GObject    *object,
                            guint       id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  g_value_set_string (value, *get_field (RETORT_CHOICE (object), id));
}

static void
retort_choice_set_property (GObject      *object,
                            guint         id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  char **field = get_field (RETORT_CHOICE (object), id);

  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
retort_choice_finalize (GObject *object)
{
  RetortChoice *self = RETORT_CHOICE (object);

  g_free (self->spec);
  g_free (self->title);
  g_free (self->detail);
  G_OBJECT_CLASS (retort_choice_parent_class)->finalize (object);
}

static void
retort_choice_class_init (RetortChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = retort_choice_get_property;
  object_class->set_property = retort_choice_set_property;
  object_class->finalize = retort_choice_finalize;
  properties[PROP_SPEC] = g_param_spec_string ("spec", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_DETAIL] = g_param_spec_string ("detail", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
retort_choice_init (RetortChoice *self)
{
}

RetortChoice *
retort_choice_new (const char *spec,
                   const char *title,
                   const char *detail)
{
  return g_object_new (RETORT_TYPE_CHOICE, "spec", spec, "title", title, "detail", detail, NULL);
}

const char *
retort_choice_get_spec (RetortChoice *self)
{
  return self->spec;
}

const char *
retort_choice_get_detail (RetortChoice *self)
{
  return self->detail;
}
