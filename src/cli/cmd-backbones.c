/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-cli.h"
#include "rt-line.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Names of tensors that are shown; of the others there is the number. */
#define MOST_NAMES 6

#define NOT_SAID G_MININT

/* What is said of a file that is kept, in place of what it says itself. */
typedef struct
{
  char *name;      /* (nullable) of the backbone */
  char *network;   /* (nullable) */
  char *mean;      /* (nullable) */
  char *std;       /* (nullable) */
  int   size;
  gboolean bgr;
} Wish;

static void
wish_clear (Wish *wish)
{
  g_free (wish->name);
  g_free (wish->network);
  g_free (wish->mean);
  g_free (wish->std);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wish, wish_clear)

/* "a, b"; NULL where there are none. (transfer full) */
static char *
list_others (const RtBackbone *b)
{
  return b->identity.others[0] != NULL ? g_strjoinv (", ", (char **) b->identity.others) : NULL;
}

/* What a file was taken for that has no card. */
static void
add_taken (RtLine           *line,
           const RtBackbone *b)
{
  g_autofree char *others = list_others (b);

  rt_line_add_int (line, "head_classes", b->identity.classes);
  rt_line_add_bool (line, "folded", b->identity.folded);
  rt_line_add_bool (line, "guessed", b->format_guessed);
  rt_line_add_string (line, "could_be", others);
  rt_line_begin (line, "left_over", '[');
  for (guint i = 0; i < b->left_over->len; i++)
    rt_line_add_string (line, NULL, g_ptr_array_index (b->left_over, i));
  rt_line_end (line);
}

static void
print_line (const RtBackbone *b)
{
  g_autoptr (RtLine) line = rt_line_new ("result");
  const RtInputFormat *format = &b->format;

  rt_line_add_string (line, "backbone", b->spec);
  rt_line_add_string (line, "title", b->title);
  rt_line_add_string (line, "network", b->network);
  rt_line_add_string (line, "trained_on", b->trained_on);
  rt_line_add_string (line, "trained_by", b->trained_by);
  rt_line_add_string (line, "licence", b->licence);
  rt_line_add_double (line, "accuracy", b->accuracy);
  rt_line_add_double (line, "seconds", b->seconds);
  rt_line_add_uint (line, "parameters", b->n_params);
  rt_line_add_uint (line, "bytes", b->bytes);
  rt_line_add_int (line, "width", format->width);
  rt_line_add_int (line, "height", format->height);
  rt_line_add_int (line, "channels", format->channels);
  rt_line_begin (line, "mean", '[');
  for (int i = 0; i < format->channels; i++)
    rt_line_add_double (line, NULL, format->mean[i]);
  rt_line_end (line);
  rt_line_begin (line, "std", '[');
  for (int i = 0; i < format->channels; i++)
    rt_line_add_double (line, NULL, format->std[i]);
  rt_line_end (line);
  rt_line_begin (line, "classes", '[');
  for (guint i = 0; i < b->class_names->len; i++)
    rt_line_add_string (line, NULL, g_ptr_array_index (b->class_names, i));
  rt_line_end (line);
  if (b->identity.network != NULL)
    add_taken (line, b);
  rt_line_print (line);
}

static void
print_short (const RtBackbone *b)
{
  g_autofree char *bytes = rt_cli_format_bytes (b->bytes);
  g_autofree char *accuracy = isnan (b->accuracy) ? g_strdup ("-")
                              : g_strdup_printf ("%.1f %%", 100.0 * b->accuracy);

  printf ("%-28s %-28s %-10s %8s %10s\n", b->spec, b->title, b->network, accuracy, bytes);
}

/* "2 tensors: a, b"; NULL where there are none. (transfer full) */
static char *
list_left_over (const RtBackbone *b)
{
  GString *text = NULL;

  if (b->left_over == NULL || b->left_over->len == 0)
    return NULL;
  text = g_string_new (NULL);
  g_string_printf (text, b->left_over->len == 1 ? "%u tensor: " : "%u tensors: ",
                   b->left_over->len);
  for (guint i = 0; i < MIN (b->left_over->len, MOST_NAMES); i++)
    {
      /* What a file names may be made for the terminal. */
      g_autofree char *name = g_strescape (g_ptr_array_index (b->left_over, i), NULL);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name);
    }
  if (b->left_over->len > MOST_NAMES)
    g_string_append_printf (text, " and %u more", b->left_over->len - MOST_NAMES);
  return g_string_free (text, FALSE);
}

static void
print_channels (const char  *label,
                const float *values,
                int          n)
{
  printf ("%s", label);
  for (int i = 0; i < n; i++)
    printf (" %.4g", (double) values[i]);
}

/* In what @name differs from @taken, which has the same tensors. (transfer full) */
static char *
describe_difference (const char *name,
                     const char *taken)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  RtNetworkTraits its, other;

  rt_network_get_traits (name, &its);
  rt_network_get_traits (taken, &other);
  if (its.same_padding != other.same_padding)
    g_strv_builder_add (parts, its.same_padding ? "pads as TensorFlow does"
                                                : "pads as PyTorch does");
  if (its.relu != other.relu)
    g_strv_builder_add (parts, its.relu ? "has ReLU" : "has ReLU6");
  if (its.small_stem != other.small_stem)
    g_strv_builder_add (parts, its.small_stem ? "has a stem for small pictures"
                                              : "has a stem for photographs");
  texts = g_strv_builder_end (parts);
  return g_strjoinv (", ", texts);
}

static void
print_others (const RtBackbone *b)
{
  for (int i = 0; b->identity.others[i] != NULL; i++)
    {
      g_autofree char *difference = describe_difference (b->identity.others[i], b->network);

      printf ("  %-12s %s: the tensors are the same; it %s\n", i == 0 ? "could be" : "",
              b->identity.others[i], difference);
    }
}

static void
print_taken (const RtBackbone *b)
{
  g_autofree char *left_over = list_left_over (b);

  if (b->identity.classes > 0)
    printf ("  head         %d classes\n", b->identity.classes);
  else
    printf ("  head         none that fits: it can begin a fine-tuning, and not teach\n");
  if (b->identity.folded)
    printf ("  batch norm   was folded into the convolutions\n");
  if (left_over != NULL)
    printf ("  left over    %s\n", left_over);
  print_others (b);
}

static void
print_trained_by (const RtBackbone *b)
{
  g_autofree char *seconds = rt_cli_format_seconds (b->seconds);
  gboolean known = isfinite (b->seconds);

  printf ("  trained by   %s%s%s\n", b->trained_by != NULL ? b->trained_by : "not known",
          known ? ", " : "", known ? seconds : "");
}

static void
print_card (const RtBackbone *b)
{
  g_autofree char *bytes = rt_cli_format_bytes (b->bytes);
  g_autofree char *params = rt_cli_format_count (b->n_params);

  printf ("%s: %s\n", b->spec, b->title);
  printf ("  network      %s, %s parameters, %s\n", b->network, params, bytes);
  printf ("  input        %dx%d, %s\n", b->format.width, b->format.height,
          b->format.channels == 1 ? "grey" : "colour");
  print_channels ("  values       mean", b->format.mean, b->format.channels);
  print_channels (", deviation", b->format.std, b->format.channels);
  printf ("%s\n", b->format_guessed ? "; guessed: neither the file nor its publisher says" : "");
  if (b->identity.network != NULL)
    print_taken (b);
  printf ("  trained on   %s\n", b->trained_on != NULL ? b->trained_on : "not known");
  print_trained_by (b);
  if (!isnan (b->accuracy))
    printf ("  accuracy     %.2f %% on its own validation set\n", 100.0 * b->accuracy);
  printf ("  licence      %s\n", b->licence != NULL ? b->licence : "not known");
  printf ("  classes     ");
  for (guint i = 0; i < b->class_names->len; i++)
    printf (" %s", (const char *) g_ptr_array_index (b->class_names, i));
  printf ("%s\n  file         %s\n", b->class_names->len == 0 ? " not known" : "", b->weights_path);
}

static void
list_networks (void)
{
  int n;
  const RtNetworkInfo *networks = rt_network_list (&n);

  printf ("\nNetworks that weights can be loaded into, or trained from nothing:\n");
  for (int i = 0; i < n; i++)
    printf ("%-12s %-28s %dx%dx%d  %s\n", networks[i].name, networks[i].title, networks[i].height,
            networks[i].width, networks[i].channels,
            networks[i].note != NULL ? networks[i].note : "");
}

/* (transfer full) The spec of the backbone of this name in @list, NULL where none is. */
static char *
find_named (GPtrArray  *list,
            const char *name)
{
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const RtBackbone *backbone = g_ptr_array_index (list, i);

      if (g_str_equal (backbone->name, name))
        return g_strdup (backbone->spec);
    }
  return NULL;
}

/* A spec, a file, or what a shipped one or one that was kept is called. (transfer full) */
static char *
find_spec (const char *name)
{
  g_autoptr (GPtrArray) builtin = NULL, kept = NULL;
  char *spec;

  if (strchr (name, ':') != NULL)
    return g_strdup (name);
  if (strchr (name, '/') != NULL || g_file_test (name, G_FILE_TEST_IS_REGULAR))
    return g_strconcat ("file:", name, NULL);
  builtin = rt_backbone_list_builtin (NULL);
  spec = find_named (builtin, name);
  if (spec != NULL)
    return spec;
  kept = rt_backbone_list_kept ();
  spec = find_named (kept, name);
  return spec != NULL ? spec : g_strconcat ("builtin:", name, NULL);
}

static RtExit
show (const char *name)
{
  g_autofree char *spec = find_spec (name);
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = rt_resolver_find (rt_cli_get_resolver (), spec, NULL, NULL,
                                                      &error);

  if (backbone == NULL)
    return rt_cli_fail_with (error);
  if (rt_cli_get_json ())
    print_line (backbone);
  else
    print_card (backbone);
  return RT_EXIT_DONE;
}

/* What is not in the card that is kept. */
static void
note_taken (const char       *path,
            const RtBackbone *b)
{
  g_autofree char *left_over = list_left_over (b);
  g_autofree char *others = list_others (b);

  if (others != NULL)
    rt_cli_note ("%s: taken for %s; the same tensors could be %s: --network says which", path,
                 b->network, others);
  if (b->format_guessed)
    rt_cli_note ("%s: neither the file nor its publisher says which values its inputs had: "
                 "guessed; --mean and --std say them", path);
  if (b->identity.classes == 0)
    rt_cli_note ("%s: without a head: it can begin a fine-tuning, and not teach", path);
  if (left_over != NULL)
    rt_cli_note ("%s: left over: %s", path, left_over);
}

/* That it is not of the network that was named, and of which it is. */
static RtExit
refuse_network (const char *path,
                const char *network,
                GError     *error)
{
  g_autoptr (RtBackbone) fits = rt_backbone_open_file (path, NULL, NULL, NULL);
  g_autofree char *others = fits != NULL ? list_others (fits) : NULL;

  if (fits == NULL)
    return rt_cli_fail_with (error);
  return rt_cli_fail (RT_EXIT_INPUT, rt_network_find (network) != NULL
                      ? "--network %s: the tensors of %s do not fit it; they fit %s%s%s"
                      : "--network %s: there is none of this name; the tensors of %s fit %s%s%s",
                      network, path, fits->network, others != NULL ? ", " : "",
                      others != NULL ? others : "");
}

/* FALSE after having said what is wrong. */
static gboolean
change_format (const Wish *wish,
               RtBackbone *b)
{
  RtInputFormat *format = &b->format;

  if (wish->bgr && format->channels != 3)
    {
      rt_cli_fail (RT_EXIT_INPUT, "--bgr: the inputs of %s are grey, so none of their channels is "
                   "blue", b->weights_path);
      return FALSE;
    }
  b->turned = wish->bgr;
  if (wish->size != NOT_SAID)
    format->width = format->height = wish->size;
  if (wish->mean == NULL)
    return TRUE;
  b->format_guessed = FALSE;
  return rt_cli_parse_channels ("mean", wish->mean, -255, format->channels, format->mean)
         && rt_cli_parse_channels ("std", wish->std, 1e-6f, format->channels, format->std);
}

/* One of the files of weights in the user's own folder, from now on a backbone like any other.
 * @file: a path, or "file:PATH" as recipes have it */
static RtExit
keep (const char *file,
      const Wish *wish)
{
  const char *path = g_str_has_prefix (file, "file:") ? file + strlen ("file:") : file;
  g_autoptr (GError) error = NULL;
  g_autoptr (RtBackbone) backbone = rt_backbone_open_file (path, wish->network, NULL, &error);
  g_autofree char *spec = NULL;

  if (wish->network != NULL && g_error_matches (error, RT_NN_ERROR, RT_NN_ERROR_MISMATCH))
    return refuse_network (path, wish->network, error);
  if (backbone == NULL)
    return rt_cli_fail_with (error);
  if (!change_format (wish, backbone))
    return RT_EXIT_INPUT;
  spec = rt_backbone_keep (backbone, wish->name, NULL, &error);
  if (spec == NULL)
    return rt_cli_fail_with (error);
  note_taken (path, backbone);
  return show (spec);
}

static void
print_list (GPtrArray *backbones)
{
  for (guint i = 0; i < backbones->len; i++)
    {
      if (rt_cli_get_json ())
        print_line (g_ptr_array_index (backbones, i));
      else
        print_short (g_ptr_array_index (backbones, i));
    }
}

static gboolean
check_wish (const Wish *wish,
            int         argc)
{
  gboolean said = wish->network != NULL || wish->mean != NULL || wish->std != NULL
                  || wish->size != NOT_SAID || wish->bgr;

  if (argc > 2 || (wish->name != NULL && argc < 2))
    rt_cli_fail (RT_EXIT_INPUT, wish->name != NULL ? "--keep takes one file of weights"
                 : "backbones takes one name at most");
  else if (said && wish->name == NULL)
    rt_cli_fail (RT_EXIT_INPUT, "--network, --mean, --std, --size and --bgr are of a file that "
                 "is kept: add --keep NAME");
  else if ((wish->mean != NULL) != (wish->std != NULL))
    rt_cli_fail (RT_EXIT_INPUT, "--mean and --std belong together: say both");
  else if (wish->size != NOT_SAID && wish->size < 1)
    rt_cli_fail (RT_EXIT_INPUT, "--size %d: it must be 1 or more", wish->size);
  else
    return TRUE;
  return FALSE;
}

static RtExit
run (int    argc,
     char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) builtin = NULL, kept = NULL;
  g_auto (Wish) wish = { .size = NOT_SAID };
  const GOptionEntry entries[] = {
    { "keep", 0, 0, G_OPTION_ARG_STRING, &wish.name,
      "Keep the file of weights that is named as a backbone called NAME", "NAME" },
    { "network", 0, 0, G_OPTION_ARG_STRING, &wish.network,
      "Keep it as this network, where its tensors could be of several", "NAME" },
    { "mean", 0, 0, G_OPTION_ARG_STRING, &wish.mean,
      "Of the inputs it was trained with, 0 to 1, by channel", "R,G,B" },
    { "std", 0, 0, G_OPTION_ARG_STRING, &wish.std, "The same, by channel", "R,G,B" },
    { "size", 0, 0, G_OPTION_ARG_INT, &wish.size, "Pixels a side of these inputs", "N" },
    { "bgr", 0, 0, G_OPTION_ARG_NONE, &wish.bgr,
      "These inputs had blue first, as OpenCV and Caffe have it", NULL },
    G_OPTION_ENTRY_NULL
  };

  if (!rt_cli_parse (&rt_command_backbones, entries, NULL, &argc, &argv)
      || !check_wish (&wish, argc))
    return RT_EXIT_INPUT;
  if (argc == 2)
    return wish.name != NULL ? keep (argv[1], &wish) : show (argv[1]);
  builtin = rt_backbone_list_builtin (&error);
  if (builtin == NULL)
    return rt_cli_fail_with (error);
  kept = rt_backbone_list_kept ();
  print_list (builtin);
  print_list (kept);
  rt_cli_list_fetched (RT_CATALOGUE_WEIGHTS);
  if (!rt_cli_get_json ())
    list_networks ();
  return RT_EXIT_DONE;
}

const RtCommand rt_command_backbones = {
  .name = "backbones",
  .arguments = "[NAME or FILE]",
  .summary = "List the backbones, show one's card, or keep a file as one",
  .run = run,
};
