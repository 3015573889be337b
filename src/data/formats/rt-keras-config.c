/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the graph of a Keras model says, its attribute model_config or its archive's config.json:
 *
 *   { "class_name": "Functional", "config": { "layers": [
 *       { "class_name": "Conv2D", "config": { "name": "conv1", "padding": "same", ... } }, ... ],
 *     "output_layers": [["dense", 0, 0]] } }
 *
 * of which the layers' classes and a few facts are kept. (In Keras 1 and 2 the config of a
 * Sequential model may be the list of layers itself.) A layer may be a model, with layers of its
 * own. A fact is said of the network where all its layers agree on it.
 */
#include "config.h"

#include "rt-keras-private.h"

#include "rt-file.h"

#include <json-glib/json-glib.h>

#define MAX_DEPTH 64

/* A text that all layers agree on. */
typedef struct
{
  char    *text;      /* Owned (nullable) */
  gboolean differs;
} RtKerasFact;

/* A layer as Keras 3's form of weights finds it. */
typedef struct
{
  char *name;    /* Owned */
  int   index;   /* among all layers */
} RtKerasPlace;

struct _RtKerasConfig
{
  /* Owned */
  GHashTable *classes;            /* layer -> class */
  GHashTable *places;             /* "functional/conv2d_1" -> RtKerasPlace */
  char       *output;             /* (nullable): the layer that gives the classes */
  char       *output_activation;  /* (nullable) */
  int         input[3];           /* height, width, channels; 0: not said */
  RtKerasFact activation;
  RtKerasFact padding;
  RtKerasFact epsilon;
};

static void
note_fact (RtKerasFact *fact,
           const char  *text)
{
  if (text == NULL)
    return;
  if (fact->text == NULL)
    fact->text = g_strdup (text);
  else if (!g_str_equal (fact->text, text))
    fact->differs = TRUE;
}

static const char *
get_text (JsonObject *object,
          const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
         ? json_node_get_string (node) : NULL;
}

static JsonObject *
get_object (JsonObject *object,
            const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object,
           const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static gboolean
get_number (JsonNode *node,
            double   *number)
{
  GType type = node != NULL ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_INT64)
    *number = json_node_get_int (node);
  else if (type == G_TYPE_DOUBLE)
    *number = json_node_get_double (node);
  return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

/* [null, 96, 96, 3]; the first that is said counts. */
static void
note_input (RtKerasConfig *config,
            JsonObject    *layer)
{
  JsonArray *shape = get_array (layer, "batch_input_shape");
  gboolean channels_first = g_strcmp0 (get_text (layer, "data_format"), "channels_first") == 0;

  if (shape == NULL)
    shape = get_array (layer, "batch_shape");
  if (shape == NULL || json_array_get_length (shape) != 4 || config->input[2] != 0)
    return;
  for (int i = 0; i < 3; i++)
    {
      double side;

      if (get_number (json_array_get_element (shape, i + 1), &side) && side >= 1 && side < 1e6)
        config->input[channels_first ? (i + 2) % 3 : i] = side;
    }
}

/* What a layer puts its sums through; NULL for nothing, or what has no name. */
static const char *
get_activation (const char *class_name,
                JsonObject *layer)
{
  double most;

  if (g_str_equal (class_name, "Softmax"))
    return "softmax";
  if (!g_str_equal (class_name, "ReLU"))
    return get_text (layer, "activation");
  if (get_number (json_object_get_member (layer, "max_value"), &most))
    return most == 6 ? "relu6" : NULL;
  return "relu";
}

static void
note_epsilon (RtKerasConfig *config,
              JsonObject    *layer)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double epsilon;

  if (get_number (json_object_get_member (layer, "epsilon"), &epsilon))
    note_fact (&config->epsilon, g_ascii_formatd (text, sizeof text, "%.7g", epsilon));
}

/* Whether the first of two numbers is said, and is 1. */
static gboolean
is_one (JsonObject *layer,
        const char *key)
{
  JsonArray *numbers = get_array (layer, key);
  double first = 0;

  return numbers != NULL && json_array_get_length (numbers) > 0
         && get_number (json_array_get_element (numbers, 0), &first) && first == 1;
}

/* A layer that pads for the convolution after it, which is then "valid": [[0, 1], [0, 1]], as
 * "same" would, or the same on both sides. */
static const char *
get_zero_padding (JsonObject *layer)
{
  JsonArray *sides = get_array (layer, "padding");
  JsonNode *first = sides != NULL && json_array_get_length (sides) > 0
                    ? json_array_get_element (sides, 0) : NULL;
  JsonArray *ends = first != NULL && JSON_NODE_HOLDS_ARRAY (first) ? json_node_get_array (first)
                    : NULL;
  double before, after;

  if (ends == NULL || json_array_get_length (ends) != 2
      || !get_number (json_array_get_element (ends, 0), &before)
      || !get_number (json_array_get_element (ends, 1), &after))
    return NULL;
  return before == after ? "symmetric" : "same";
}

static void
note_layer (RtKerasConfig *config,
            const char    *name,
            const char    *class_name,
            JsonObject    *layer)
{
  const char *activation = get_activation (class_name, layer);

  note_input (config, layer);
  if (g_str_has_suffix (class_name, "BatchNormalization"))
    note_epsilon (config, layer);
  if (g_str_equal (class_name, "ZeroPadding2D"))
    note_fact (&config->padding, get_zero_padding (layer));
  else if (g_str_has_suffix (class_name, "Conv2D") && !is_one (layer, "kernel_size")
           && !is_one (layer, "strides") && g_strcmp0 (get_text (layer, "padding"), "same") == 0)
    note_fact (&config->padding, "same");
  if (g_strcmp0 (name, config->output) == 0)
    {
      g_free (config->output_activation);
      config->output_activation = g_strdup (activation);
    }
  else if (g_strcmp0 (activation, "relu") == 0 || g_strcmp0 (activation, "relu6") == 0)
    note_fact (&config->activation, activation);
}

/* The list of layers of a model's config, which may be that list; NULL where it is no model. */
static JsonArray *
get_layers (JsonObject *model)
{
  JsonObject *inner = get_object (model, "config");

  return inner != NULL ? get_array (inner, "layers") : get_array (model, "config");
}

static const char *
get_name (JsonNode *node)
{
  JsonObject *layer = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *inner = layer != NULL ? get_object (layer, "config") : NULL;
  const char *name = inner != NULL ? get_text (inner, "name") : NULL;

  return name == NULL && layer != NULL ? get_text (layer, "name") : name;
}

static void
find_output (RtKerasConfig *config,
             JsonObject    *model)
{
  JsonArray *layers = get_layers (model);
  JsonObject *inner = get_object (model, "config");
  JsonArray *outputs = inner != NULL ? get_array (inner, "output_layers") : NULL;
  JsonNode *first = outputs != NULL && json_array_get_length (outputs) > 0
                    ? json_array_get_element (outputs, 0) : NULL;
  guint n = layers != NULL ? json_array_get_length (layers) : 0;

  /* [["dense", 0, 0]], in Keras 3 also ["dense", 0, 0] */
  if (first != NULL && JSON_NODE_HOLDS_ARRAY (first))
    {
      JsonArray *place = json_node_get_array (first);

      first = json_array_get_length (place) > 0 ? json_array_get_element (place, 0) : NULL;
    }
  if (first != NULL && json_node_get_value_type (first) == G_TYPE_STRING)
    config->output = g_strdup (json_node_get_string (first));
  else if (n > 0)
    config->output = g_strdup (get_name (json_array_get_element (layers, n - 1)));
}

static void
place_free (RtKerasPlace *place)
{
  g_free (place->name);
  g_free (place);
}

/* "DepthwiseConv2D" -> "depthwise_conv2d" (transfer full) */
static char *
make_snake_case (const char *class_name)
{
  GString *snake = g_string_new (NULL);

  for (const char *c = class_name; *c != '\0'; c++)
    {
      if (g_ascii_isupper (*c) && c > class_name
          && (g_ascii_islower (c[-1]) || g_ascii_islower (c[1])))
        g_string_append_c (snake, '_');
      g_string_append_c (snake, g_ascii_tolower (*c));
    }
  return g_string_free (snake, FALSE);
}

/* Layers are counted by their class within a model. @counts: of @within. (transfer full) */
static char *
make_place (GHashTable *counts,
            const char *within,
            const char *class_name)
{
  char *snake = make_snake_case (class_name);
  int count = GPOINTER_TO_INT (g_hash_table_lookup (counts, snake));
  g_autofree char *number = count > 0 ? g_strdup_printf ("_%d", count) : g_strdup ("");
  char *place = g_strconcat (within, *within != '\0' ? "/" : "", snake, number, NULL);

  g_hash_table_insert (counts, snake, GINT_TO_POINTER (count + 1));
  return place;
}

static void
note_place (RtKerasConfig *config,
            char          *place,
            const char    *name)
{
  RtKerasPlace *noted = g_new (RtKerasPlace, 1);

  noted->name = g_strdup (name);
  noted->index = (int) g_hash_table_size (config->places);
  g_hash_table_insert (config->places, place, noted);
}

/* As deep as the text is, which was looked at. @within: the model's place, or "". */
static void
walk (RtKerasConfig *config,
      JsonArray     *layers,
      const char    *within)
{
  g_autoptr (GHashTable) counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < json_array_get_length (layers); i++)
    {
      JsonNode *node = json_array_get_element (layers, i);
      JsonObject *layer = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *class_name = layer != NULL ? get_text (layer, "class_name") : NULL;
      const char *name = get_name (node);
      JsonArray *inner = layer != NULL ? get_layers (layer) : NULL;
      g_autofree char *place = class_name != NULL ? make_place (counts, within, class_name)
                               : NULL;

      if (inner != NULL)
        walk (config, inner, place != NULL ? place : within);
      else if (class_name != NULL && name != NULL && get_object (layer, "config") != NULL)
        {
          g_hash_table_insert (config->classes, g_strdup (name), g_strdup (class_name));
          note_place (config, g_steal_pointer (&place), name);
          note_layer (config, name, class_name, get_object (layer, "config"));
        }
    }
}

/* json-glib calls itself for each level. */
static gboolean
is_too_deep (const char *text)
{
  gboolean quoted = FALSE;
  int depth = 0;

  for (const char *c = text; *c != '\0' && depth <= MAX_DEPTH; c++)
    {
      if (quoted && *c == '\\' && c[1] != '\0')
        c++;
      else if (*c == '"')
        quoted = !quoted;
      else if (!quoted)
        depth += (*c == '{' || *c == '[') - (*c == '}' || *c == ']');
    }
  return depth > MAX_DEPTH;
}

RtKerasConfig *
rt_keras_config_new (const char  *text,
                     const char  *name,
                     GError     **error)
{
  g_autoptr (RtKerasConfig) config = g_new0 (RtKerasConfig, 1);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  config->classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  config->places = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) place_free);
  if (text == NULL)
    return g_steal_pointer (&config);
  if (!g_utf8_validate (text, -1, NULL) || is_too_deep (text) ||
      !json_parser_load_from_data (parser, text, -1, NULL))
    {
      rt_file_set_invalid (error, name, "its graph is damaged (not JSON)");
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root) ||
      get_layers (json_node_get_object (root)) == NULL)
    {
      rt_file_set_unsupported (error, name, "its graph has no layers; Sequential and Functional "
                               "models are opened");
      return NULL;
    }
  find_output (config, json_node_get_object (root));
  walk (config, get_layers (json_node_get_object (root)), "");
  return g_steal_pointer (&config);
}

void
rt_keras_config_free (RtKerasConfig *config)
{
  g_hash_table_unref (config->classes);
  g_hash_table_unref (config->places);
  g_free (config->output);
  g_free (config->output_activation);
  g_free (config->activation.text);
  g_free (config->padding.text);
  g_free (config->epsilon.text);
  g_free (config);
}

const char *
rt_keras_config_get_class (const RtKerasConfig *config,
                           const char          *layer)
{
  return g_hash_table_lookup (config->classes, layer);
}

gboolean
rt_keras_config_has_places (const RtKerasConfig *config)
{
  return g_hash_table_size (config->places) > 0;
}

const char *
rt_keras_config_find_place (const RtKerasConfig *config,
                            const char          *place,
                            int                 *index)
{
  const RtKerasPlace *found = g_hash_table_lookup (config->places, place);

  *index = found != NULL ? found->index : 0;
  return found != NULL ? found->name : NULL;
}

static void
set_fact (RtTensorList      *list,
          const char        *key,
          const RtKerasFact *fact)
{
  if (fact->text != NULL && !fact->differs)
    rt_tensor_list_set_meta (list, key, fact->text);
}

void
rt_keras_config_set_meta (const RtKerasConfig *config,
                          RtTensorList        *list)
{
  static const char *const keys[] = { "input_height", "input_width", "input_channels" };

  for (int i = 0; i < 3; i++)
    if (config->input[i] > 0)
      {
        g_autofree char *text = g_strdup_printf ("%d", config->input[i]);

        rt_tensor_list_set_meta (list, keys[i], text);
      }
  set_fact (list, "activation", &config->activation);
  set_fact (list, "padding", &config->padding);
  set_fact (list, "epsilon", &config->epsilon);
  if (config->output_activation != NULL)
    rt_tensor_list_set_meta (list, "output_activation", config->output_activation);
}
