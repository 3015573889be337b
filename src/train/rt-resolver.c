/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a spec to a backbone, and from a backbone to a network with its weights.
 *
 * What a file of weights is, its card says (written beside it with every export); without one the
 * file itself is asked, for its network, unless that is named, its preprocessing and its classes
 * (rt-backbone-file.c). Of an mlp there is nothing to be told by: it must be named, and its sizes
 * are read off its tensors.
 */
#include "config.h"

#include "rt-recipe-key.h"
#include "rt-resolver.h"

#include "rt-catalogue.h"
#include "rt-formats.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static RtBackbone *
find_builtin (const char  *spec,
              GError     **error)
{
  g_autoptr (GPtrArray) list = rt_backbone_list_builtin (error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (list == NULL)
    return NULL;
  for (guint i = 0; i < list->len; i++)
    {
      const RtBackbone *backbone = g_ptr_array_index (list, i);

      if (g_str_equal (backbone->spec, spec))
        return rt_backbone_copy (backbone);
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", backbone->spec);
    }
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING,
               "%s: no such backbone; there are: %s", spec,
               names->len > 0 ? names->str : "none in this build");
  return NULL;
}

/* A whole number above 0 that ends at @end or the text's end; -1 where it is none. */
static int
read_count (const char  *text,
            const char **rest)
{
  size_t n = strspn (text, "0123456789");

  *rest = text + n;
  return n == 0 || n > 9 || *text == '0' ? -1 : (int) g_ascii_strtoll (text, NULL, 10);
}

gboolean
rt_resolver_parse_run (const char *spec,
                       int        *run,
                       int        *epoch)
{
  const char *rest;
  int number, at = 0;

  if (spec == NULL || !g_str_has_prefix (spec, "run:"))
    return FALSE;
  number = read_count (spec + strlen ("run:"), &rest);
  if (number > 0 && *rest == '@')
    at = read_count (rest + 1, &rest);
  if (number < 0 || at < 0 || *rest != '\0')
    return FALSE;
  *run = number;
  if (epoch != NULL)
    *epoch = at;
  return TRUE;
}

void
rt_resolver_count_seen (const RtResolver *resolver,
                        const char       *spec,
                        const RtRecipe   *recipe,
                        const RtTask     *task,
                        RtSeen           *seen)
{
  int run;

  *seen = (RtSeen) { 0 };
  if (resolver != NULL && resolver->count_seen != NULL && rt_resolver_parse_run (spec, &run, NULL))
    resolver->count_seen (run, recipe, task, seen, resolver->data);
}

static RtBackbone *
find_run (const RtResolver  *resolver,
          const char        *spec,
          GError           **error)
{
  int run, epoch;
  RtBackbone *backbone;

  if (!rt_resolver_parse_run (spec, &run, &epoch))
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s: not a run; write run:NUMBER or run:NUMBER@EPOCH", spec);
      return NULL;
    }
  if (resolver == NULL || resolver->resolve_run == NULL)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING, "%s: there are no runs here",
                   spec);
      return NULL;
    }
  backbone = resolver->resolve_run (run, epoch, resolver->data, error);
  if (backbone == NULL)
    {
      if (error != NULL && *error != NULL)
        g_prefix_error (error, "%s: ", spec);
      else
        g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING, "%s: there is no such run",
                     spec);
    }
  else if (backbone->spec == NULL)
    backbone->spec = g_strdup (spec);
  return backbone;
}

static gboolean
check_network (const char  *spec,
               const char  *network,
               GError     **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  int n;
  const RtNetworkInfo *list = rt_network_list (&n);

  if (network == NULL || rt_network_find (network) != NULL)
    return TRUE;
  for (int i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", list[i].name);
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "%s: no network is called \"%s\"; there are: %s", spec, network, names->str);
  return FALSE;
}

static RtBackbone *
make_mlp (const char *path)
{
  g_autofree char *base = g_path_get_basename (path);
  RtBackbone *backbone = rt_backbone_new ();

  backbone->network = g_strdup ("mlp");
  backbone->title = g_strdup_printf ("mlp from %s", base);
  rt_backbone_get_default_format ("mlp", &backbone->format);
  return backbone;
}

static gboolean
check_file (const char  *spec,
            const char  *path,
            GError     **error)
{
  GStatBuf info;

  if (g_stat (path, &info) == 0 && S_ISREG (info.st_mode))
    return TRUE;
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_MISSING,
               g_file_test (path, G_FILE_TEST_EXISTS)
               ? "%s: %s is not an ordinary file; check the path"
               : "%s: there is no file %s; check the path", spec, path);
  return FALSE;
}

/* A network that is named does not say how the weights want their pictures, or what classes their
 * head is of. A card is written with a file of its ending, which then need not be read; of another
 * file it may not be. */
static RtBackbone *
find_file (const char  *spec,
           const char  *network,
           const char  *folder,
           GError     **error)
{
  g_autofree char *whole = rt_recipe_resolve_spec (spec, folder);
  const char *path = whole + strlen ("file:");
  g_autoptr (RtBackbone) card = NULL, backbone = NULL;
  gboolean fits;

  if (!rt_backbone_find_card (path, &card, error))
    return NULL;
  fits = card != NULL && (network == NULL || g_str_equal (network, card->network));
  if ((!fits && !check_network (spec, network, error)) || !check_file (spec, path, error))
    return NULL;
  if (fits && g_str_has_suffix (path, ".safetensors"))
    backbone = g_steal_pointer (&card);
  else if (!fits && g_strcmp0 (network, "mlp") == 0)
    backbone = make_mlp (path);
  else
    backbone = rt_backbone_open_file (path, network, NULL, error);
  if (backbone == NULL)
    return NULL;
  rt_backbone_set_path (backbone, path);
  if (!fits && card != NULL)
    backbone->carded = g_strdup (card->network);
  return g_steal_pointer (&backbone);
}

/* A file of weights under the catalogue's name, with what the catalogue says of it. */
static RtBackbone *
find_catalogue (const char  *spec,
                const char  *network,
                GError     **error)
{
  g_autoptr (RtCatalogueEntry) entry = NULL;
  g_autofree char *whole = rt_catalogue_resolve (spec, RT_CATALOGUE_WEIGHTS, &entry, error);
  RtBackbone *backbone;

  if (whole == NULL)
    return NULL;
  backbone = rt_backbone_open_file (whole + strlen ("file:"),
                                    network != NULL ? network : entry->network, NULL, error);
  if (backbone == NULL)
    return NULL;
  g_free (backbone->name);
  backbone->name = g_strdup (entry->name);
  g_free (backbone->spec);
  backbone->spec = rt_catalogue_entry_get_spec (entry);
  g_free (backbone->title);
  backbone->title = g_strdup (entry->title);
  g_free (backbone->trained_on);
  backbone->trained_on = g_strdup (entry->trained_on);
  g_free (backbone->trained_by);
  backbone->trained_by = g_strdup (entry->publisher);
  g_free (backbone->licence);
  backbone->licence = g_strdup (entry->licence);
  return backbone;
}

RtBackbone *
rt_resolver_find (const RtResolver  *resolver,
                  const char        *spec,
                  const char        *network,
                  const char        *folder,
                  GError           **error)
{
  g_return_val_if_fail (spec != NULL, NULL);
  if (g_str_has_prefix (spec, "builtin:"))
    return find_builtin (spec, error);
  if (g_str_has_prefix (spec, "run:"))
    return find_run (resolver, spec, error);
  if (g_str_has_prefix (spec, "file:") && spec[strlen ("file:")] != '\0')
    return find_file (spec, network, folder, error);
  if (g_str_has_prefix (spec, RT_CATALOGUE_PREFIX))
    return find_catalogue (spec, network, error);
  g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
               "\"%s\" names no weights; allowed: builtin:NAME, file:PATH, run:NUMBER, "
               "run:NUMBER@EPOCH or catalogue:NAME", spec);
  return NULL;
}

/* By its name or a longer one that ends in it ("module.linear.weight"). */
static const RtTensor *
find_tensor (const RtTensorList *tensors,
             const char         *name)
{
  const RtTensor *tensor = rt_tensor_list_find (tensors, name);
  g_autofree char *ending = g_strconcat (".", name, NULL);

  for (size_t i = 0; tensor == NULL && i < rt_tensor_list_get_n (tensors); i++)
    if (g_str_has_suffix (rt_tensor_list_get (tensors, i)->name, ending))
      tensor = rt_tensor_list_get (tensors, i);
  return tensor;
}

/* An mlp's sizes from "fc1.weight" (out, in) and on: each takes in what the one before gives
 * out, so that no network is made that is larger than its file. */
static gboolean
read_mlp (const RtTensorList  *tensors,
          const RtBackbone    *backbone,
          RtNetworkOptions    *options,
          GError             **error)
{
  int sizes[RT_MAX_HIDDEN + 1] = { 0 };
  int from = options->height * options->width * options->channels;
  int n;

  for (n = 0; n <= RT_MAX_HIDDEN; n++)
    {
      g_autofree char *name = g_strdup_printf ("fc%d.weight", n + 1);
      const RtTensor *tensor = find_tensor (tensors, name);

      if (tensor == NULL || tensor->shape.n_dims != 2 || tensor->shape.dims[1] != from)
        break;
      from = sizes[n] = tensor->shape.dims[0];
    }
  if (n < 2)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s: not the weights of an mlp for an input of %dx%dx%d: fc1.weight and "
                   "fc2.weight must be there and fit one another", backbone->weights_path,
                   options->height, options->width, options->channels);
      return FALSE;
    }
  options->classes = sizes[n - 1];
  sizes[n - 1] = 0;
  if (backbone->hidden[0] != 0 && memcmp (backbone->hidden, sizes, sizeof backbone->hidden) != 0)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "%s: its layers are of other sizes than \"hidden\" of its card says",
                   backbone->weights_path);
      return FALSE;
    }
  memcpy (options->hidden, sizes, sizeof options->hidden);
  return TRUE;
}

static RtNetwork *
load_mlp (const RtBackbone  *backbone,
          RtNetworkOptions  *options,
          GError           **error)
{
  g_autoptr (RtTensorList) tensors = rt_weights_read (backbone->weights_path, NULL, error);
  g_autoptr (RtNetwork) network = NULL;

  if (tensors == NULL || !read_mlp (tensors, backbone, options, error))
    return NULL;
  network = rt_network_new (options, error);
  if (network == NULL || !rt_network_load (network, tensors, FALSE, NULL, error))
    {
      g_prefix_error (error, "%s: ", backbone->weights_path);
      return NULL;
    }
  return g_steal_pointer (&network);
}

RtNetwork *
rt_backbone_load (const RtBackbone  *backbone,
                  GError           **error)
{
  g_autoptr (RtTensorList) tensors = NULL;
  g_autoptr (RtNetwork) network = NULL;
  RtNetworkOptions options = { .name = backbone->network, .height = backbone->format.height,
                               .width = backbone->format.width,
                               .channels = backbone->format.channels };
  RtIdentity identity;

  if (g_str_equal (backbone->network, "mlp"))
    return load_mlp (backbone, &options, error);
  tensors = rt_backbone_read_tensors (backbone, &identity, NULL, error);
  if (tensors == NULL)
    return NULL;
  options.classes = identity.classes;
  if (options.classes == 0)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_HEADLESS,
                   "%s: these weights have no head, so they can begin a fine-tuning but name no "
                   "classes", backbone->weights_path);
      return NULL;
    }
  network = rt_network_new (&options, error);
  if (network == NULL || !rt_network_load (network, tensors, FALSE, NULL, error))
    {
      g_prefix_error (error, "%s: ", backbone->weights_path);
      return NULL;
    }
  return g_steal_pointer (&network);
}
