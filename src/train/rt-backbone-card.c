/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cards: a card is a JSON file beside the weights ("resnet8-letters.json" beside
 * "resnet8-letters.safetensors") that says what they are: network, preprocessing, classes,
 * provenance. What a card does not say is not made up; only the name comes from the file where it
 * is not said.
 */
#include "config.h"

#include "rt-resolver.h"

#include "rt-file.h"
#include "rt-json.h"
#include "rt-recipe-key.h"

#include <math.h>
#include <string.h>

#define MAX_SIDE 512
#define MIN_CROP 0.1

/* A card while it is read: the first thing that is wrong is the error. */
typedef struct
{
  JsonObject *object;
  const char *path;
  GError    **error;
  gboolean    failed;
} Card;

static void
fail (Card       *card,
      const char *key,
      const char *allowed)
{
  if (!card->failed)
    g_set_error (card->error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                 "%s: \"%s\" of this card is missing or wrong; it must be %s", card->path,
                 key, allowed);
  card->failed = TRUE;
}

static JsonNode *
find_value (const Card *card,
            JsonObject *object,
            const char *key,
            GType       type)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, key) : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == type)
    return node;
  return type == G_TYPE_DOUBLE && json_node_get_value_type (node) == G_TYPE_INT64 ? node : NULL;
}

static char *
read_text (Card       *card,
           const char *key,
           gboolean    required)
{
  JsonNode *node = find_value (card, card->object, key, G_TYPE_STRING);

  if (node != NULL && *json_node_get_string (node) != '\0')
    return g_strdup (json_node_get_string (node));
  if (required || (node == NULL && json_object_has_member (card->object, key) &&
                   !json_object_get_null_member (card->object, key)))
    fail (card, key, "a text");
  return NULL;
}

/* NaN where it is not said, or wrong. */
static double
read_number (Card       *card,
             const char *key,
             double      low,
             double      high)
{
  JsonNode *node = find_value (card, card->object, key, G_TYPE_DOUBLE);
  double value = node != NULL ? json_node_get_double (node) : NAN;
  g_autofree char *allowed = g_strdup_printf ("a number from %g to %g, or null", low, high);

  if (node != NULL ? value >= low && value <= high :
      !json_object_has_member (card->object, key) ||
      json_object_get_null_member (card->object, key))
    return value;
  fail (card, key, allowed);
  return NAN;
}

static JsonArray *
read_array (Card       *card,
            JsonObject *object,
            const char *key,
            guint       max,
            const char *allowed)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, key) : NULL;

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) > max)
    {
      fail (card, key, allowed);
      return NULL;
    }
  return json_node_get_array (node);
}

static double
get_value_number (JsonNode *node)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || (json_node_get_value_type (node) != G_TYPE_INT64 &&
                                        json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return NAN;
  return json_node_get_double (node);
}

static double
get_number (JsonArray *array,
            guint      index)
{
  return get_value_number (json_array_get_element (array, index));
}

static void
read_channels (Card       *card,
               JsonObject *input,
               const char *key,
               int         channels,
               double      low,
               float      *values)
{
  const char *allowed = "a list with a number for each channel, those of std above 0";
  JsonArray *array = read_array (card, input, key, 3, allowed);

  if (array == NULL || json_array_get_length (array) != (guint) channels)
    {
      fail (card, key, allowed);
      return;
    }
  for (int i = 0; i < channels; i++)
    {
      /* As it is kept: what a float makes of the smallest number must be read again. */
      float value = (float) get_number (array, (guint) i);

      if (!(value >= (float) low && value <= 255))
        fail (card, key, allowed);
      values[i] = value;
    }
}

static int
read_side (Card       *card,
           JsonObject *input,
           const char *key,
           int         high)
{
  JsonNode *node = find_value (card, input, key, G_TYPE_INT64);

  if (node == NULL || json_node_get_int (node) < 1 || json_node_get_int (node) > high)
    {
      fail (card, key, "a whole number that a network can take");
      return 0;
    }
  return (int) json_node_get_int (node);
}

/* How pictures of another proportion are seen. A card that does not say it is of a time when they
 * were squashed. */
static void
read_fit (Card          *card,
          JsonObject    *input,
          RtInputFormat *format)
{
  JsonNode *fit = json_object_get_member (input, "fit");
  JsonNode *crop = json_object_get_member (input, "crop");
  const char *name = fit != NULL && JSON_NODE_HOLDS_VALUE (fit) ? json_node_get_string (fit) : NULL;
  double value = crop != NULL ? get_value_number (crop) : 1.0;

  format->fit = RT_PICTURE_FIT_SQUASH;
  if (fit != NULL && !rt_picture_fit_from_name (name, &format->fit))
    fail (card, "fit", "\"squash\", \"crop\" or \"pad\"");
  format->crop = (float) value;
  if (!(value >= MIN_CROP && value <= 1))
    fail (card, "crop", "a number from 0.1 to 1");
}

static void
read_format (Card          *card,
             RtInputFormat *format)
{
  JsonNode *node = json_object_get_member (card->object, "input");
  JsonObject *input;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      fail (card, "input", "an object with width, height, channels, mean and std");
      return;
    }
  input = json_node_get_object (node);
  format->width = read_side (card, input, "width", MAX_SIDE);
  format->height = read_side (card, input, "height", MAX_SIDE);
  format->channels = read_side (card, input, "channels", 3);
  if (format->channels == 2)
    fail (card, "channels", "1 or 3");
  if (card->failed)
    return;
  read_channels (card, input, "mean", format->channels, -255, format->mean);
  read_channels (card, input, "std", format->channels, 1e-6, format->std);
  read_fit (card, input, format);
}

static void
read_classes (Card       *card,
              RtBackbone *backbone)
{
  JsonArray *array = read_array (card, card->object, "classes", 10000, "a list of texts");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        fail (card, "classes", "a list of texts");
      else
        g_ptr_array_add (backbone->class_names, g_strdup (json_node_get_string (node)));
    }
}

static void
read_hidden (Card *card,
             int  *hidden)
{
  const char *allowed = "a list of at most 8 whole numbers from 1 to 4096";
  JsonArray *array = read_array (card, card->object, "hidden", RT_MAX_HIDDEN, allowed);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      double value = get_number (array, i);

      if (value >= 1 && value <= 4096 && value == floor (value))
        hidden[i] = (int) value;
      else
        fail (card, "hidden", allowed);
    }
}

static guint64
get_whole (double value)
{
  return isnan (value) ? 0 : (guint64) value;
}

static void
read_members (Card       *card,
              RtBackbone *backbone)
{
  backbone->title = read_text (card, "title", TRUE);
  backbone->network = read_text (card, "network", TRUE);
  backbone->trained_on = read_text (card, "trained_on", FALSE);
  backbone->trained_by = read_text (card, "trained_by", FALSE);
  backbone->licence = read_text (card, "licence", FALSE);
  backbone->accuracy = read_number (card, "accuracy", 0, 1);
  backbone->seconds = read_number (card, "seconds", 0, 1e9);
  backbone->n_params = get_whole (read_number (card, "parameters", 0, 1e12));
  backbone->bytes = get_whole (read_number (card, "bytes", 0, 1e13));
  read_hidden (card, backbone->hidden);
  read_format (card, &backbone->format);
  read_classes (card, backbone);
  if (!card->failed && rt_network_find (backbone->network) == NULL)
    {
      g_set_error (card->error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s: no network is called \"%s\"; the card is for another version",
                   card->path, backbone->network);
      card->failed = TRUE;
    }
}

/* "folder/resnet8-letters" of "folder/resnet8-letters.json" */
static char *
drop_ending (const char *path)
{
  const char *dot = strrchr (path, '.');
  const char *stroke = strrchr (path, '/');

  if (dot == NULL || (stroke != NULL && dot < stroke))
    return g_strdup (path);
  return g_strndup (path, (size_t) (dot - path));
}

RtBackbone *
rt_backbone_parse_card (const char  *text,
                        gssize       length,
                        const char  *path,
                        GError     **error)
{
  g_autofree char *stem = drop_ending (path);
  g_autoptr (RtBackbone) backbone = rt_backbone_new ();
  g_autoptr (JsonNode) root = rt_json_parse (text, length, path, NULL, error);
  Card card = { .path = path, .error = error };

  if (root == NULL)
    {
      rt_recipe_take_json_error (error);
      return NULL;
    }
  card.object = JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  if (find_value (&card, card.object, RT_BACKBONE_CARD_KEY, G_TYPE_INT64) == NULL ||
      json_object_get_int_member (card.object, RT_BACKBONE_CARD_KEY) != 1)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s: not a model card; a card begins with { \"" RT_BACKBONE_CARD_KEY "\": 1",
                   path);
      return NULL;
    }
  backbone->name = g_path_get_basename (stem);
  backbone->weights_path = g_strconcat (stem, ".safetensors", NULL);
  read_members (&card, backbone);
  return card.failed ? NULL : g_steal_pointer (&backbone);
}

RtBackbone *
rt_backbone_read_card (const char  *path,
                       GError     **error)
{
  size_t length;
  g_autofree char *text = rt_json_read_file (path, &length, error);

  if (text == NULL)
    {
      rt_recipe_take_json_error (error);
      return NULL;
    }
  return rt_backbone_parse_card (text, (gssize) length, path, error);
}

char *
rt_backbone_get_card_path (const char *path)
{
  g_autofree char *stem = drop_ending (path);

  return g_strconcat (stem, ".json", NULL);
}

/* NULL where the file is not there, or of another kind. */
static char *
read_meant (const char *path,
            size_t     *length)
{
  g_autofree char *text = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    text = rt_json_read_file (path, length, NULL);
  if (text == NULL
      || g_strstr_len (text, (gssize) *length, "\"" RT_BACKBONE_CARD_KEY "\"") == NULL)
    return NULL;
  return g_steal_pointer (&text);
}

gboolean
rt_backbone_find_card (const char  *path,
                       RtBackbone **found,
                       GError     **error)
{
  g_autofree char *card = rt_backbone_get_card_path (path);
  size_t length;
  g_autofree char *text = read_meant (card, &length);

  *found = NULL;
  if (text == NULL || g_str_equal (card, path))
    return TRUE;
  *found = rt_backbone_parse_card (text, (gssize) length, card, error);
  return *found != NULL;
}

gboolean
rt_backbone_check_no_card (const char  *path,
                           GError     **error)
{
  size_t length;
  g_autofree char *text = read_meant (path, &length);
  g_autofree char *stem = drop_ending (path);

  if (text == NULL)
    return TRUE;
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "%s is the card of %s.safetensors and says what its inputs and classes are; choose "
               "another name", path, stem);
  return FALSE;
}

static void
append_text (GString    *out,
             const char *key,
             const char *value)
{
  g_string_append_printf (out, ",\n  \"%s\": ", key);
  if (value != NULL)
    rt_json_append_string (out, value);
  else
    g_string_append (out, "null");
}

static void
append_number (GString    *out,
               const char *key,
               double      value)
{
  g_string_append_printf (out, ",\n  \"%s\": ", key);
  if (isnan (value))
    g_string_append (out, "null");
  else
    rt_json_append_number (out, value, FALSE);
}

/* Nine digits hold a float. */
static void
append_float (GString *out,
              float    value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_formatd (text, sizeof text, "%.9g", value));
}

static void
append_channels (GString     *out,
                 const char  *key,
                 const float *values,
                 int          n)
{
  g_string_append_printf (out, ", \"%s\": [", key);
  for (int i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      append_float (out, values[i]);
    }
  g_string_append_c (out, ']');
}

char *
rt_backbone_print_card (const RtBackbone *backbone)
{
  GString *out = g_string_new ("{\n  \"" RT_BACKBONE_CARD_KEY "\": 1");
  const RtInputFormat *format = &backbone->format;

  append_text (out, "title", backbone->title);
  append_text (out, "network", backbone->network);
  g_string_append (out, ",\n  \"hidden\": [");
  for (int i = 0; i < RT_MAX_HIDDEN && backbone->hidden[i] != 0; i++)
    g_string_append_printf (out, "%s%d", i > 0 ? ", " : "", backbone->hidden[i]);
  g_string_append_printf (out, "],\n  \"input\": { \"width\": %d, \"height\": %d, \"channels\": %d",
                          format->width, format->height, format->channels);
  append_channels (out, "mean", format->mean, format->channels);
  append_channels (out, "std", format->std, format->channels);
  g_string_append_printf (out, ", \"fit\": \"%s\", \"crop\": ", rt_picture_fit_names[format->fit]);
  append_float (out, format->crop > 0 ? format->crop : 1.0f);
  g_string_append (out, " },\n  \"classes\": [");
  for (guint i = 0; i < backbone->class_names->len; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      rt_json_append_string (out, g_ptr_array_index (backbone->class_names, i));
    }
  g_string_append_c (out, ']');
  append_text (out, "trained_on", backbone->trained_on);
  append_text (out, "trained_by", backbone->trained_by);
  append_text (out, "licence", backbone->licence);
  append_number (out, "accuracy", backbone->accuracy);
  append_number (out, "seconds", backbone->seconds);
  g_string_append_printf (out, ",\n  \"parameters\": %" G_GUINT64_FORMAT, backbone->n_params);
  g_string_append_printf (out, ",\n  \"bytes\": %" G_GUINT64_FORMAT "\n}\n", backbone->bytes);
  return g_string_free (out, FALSE);
}

gboolean
rt_backbone_write_card (const RtBackbone *backbone,
                        const char       *path,
                        GError          **error)
{
  g_autofree char *text = rt_backbone_print_card (backbone);

  if (rt_file_write (path, (const uint8_t *) text, strlen (text), error))
    return TRUE;
  g_prefix_error (error, "the card could not be written: ");
  return FALSE;
}
