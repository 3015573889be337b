/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file of weights as a backbone: the one door for safetensors, PyTorch, Keras and ONNX.
 *
 * rt_backbone_open_file() says which network a file is of and what its inputs look like: by the
 * card beside it, else by the file's own metadata (rt-backbone-metadata.c), else as the network's
 * publishers trained it. rt_backbone_read_tensors() gives its tensors by the network's names;
 * rt_backbone_keep() writes them with their card into the user's own backbones, from where they
 * need not be told again.
 */
#include "config.h"

#include "rt-backbone-private.h"

#include "rt-dirs.h"
#include "rt-formats.h"
#include "rt-network-identify.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* What publishers take off a pixel of 0 .. 1 and divide it by, and how much of a photograph their
 * networks look at (0: all). */
typedef struct
{
  const char *network;
  int         classes;   /* of the publisher's head */
  float       mean[3];
  float       std[3];
  float       crop;
  gboolean    keras;     /* this publisher's files come from Keras */
} Preprocessing;

#define IMAGENET { 0.485f, 0.456f, 0.406f }, { 0.229f, 0.224f, 0.225f }
#define HALF     { 0.5f, 0.5f, 0.5f }, { 0.5f, 0.5f, 0.5f }
#define CUT_224  (224.0f / 256.0f)

static const Preprocessing table[] = {
  /* The public checkpoints of the CIFAR family were trained with ImageNet's figures. */
  { "resnet20", 10, IMAGENET }, { "resnet32", 10, IMAGENET }, { "resnet44", 10, IMAGENET },
  { "resnet56", 10, IMAGENET },
  { "resnet18", 1000, IMAGENET, CUT_224 }, { "resnet34", 1000, IMAGENET, CUT_224 },
  { "resnet50", 1000, IMAGENET, CUT_224 },
  { "mobilenet_v2", 1000, IMAGENET, CUT_224 }, { "squeezenet1_1", 1000, IMAGENET, CUT_224 },
  { "mobilenet_v2-same", 1000, HALF, CUT_224, TRUE },
  { "mobilenet_v1", 1000, HALF, 0, TRUE }, { "mobilenet_v1-0.25", 1000, HALF, 0, TRUE },
  { "mobilenet_v1-0.5", 1000, HALF, 0, TRUE }, { "mobilenet_v1-0.75", 1000, HALF, 0, TRUE },
  { "efficientnet_lite0-symmetric", 1000, IMAGENET, CUT_224 },
  { "efficientnet_lite0", 1000, { 127.0f / 255.0f, 127.0f / 255.0f, 127.0f / 255.0f },
    { 128.0f / 255.0f, 128.0f / 255.0f, 128.0f / 255.0f }, CUT_224 },
};

static const Preprocessing *
find_published (const char *network)
{
  for (size_t i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i].network, network) == 0)
      return &table[i];
  return NULL;
}

/* Of its name, or of that without its variants. */
static const Preprocessing *
find_preprocessing (const char *network)
{
  const Preprocessing *found = find_published (network);
  g_autofree char *base = g_strndup (network, strcspn (network, "-"));

  return found != NULL ? found : find_published (base);
}

void
rt_backbone_get_default_format (const char    *network,
                                RtInputFormat *format)
{
  RtNetworkOptions options = { .name = network, .classes = 2 };
  g_autoptr (RtNetwork) layout = rt_network_new_layout (&options, NULL);
  const Preprocessing *preprocessing = find_preprocessing (network);

  *format = (RtInputFormat) { .mean = { 0.5f, 0.5f, 0.5f }, .std = { 0.25f, 0.25f, 0.25f },
                              .fit = RT_PICTURE_FIT_CROP, .crop = 1.0f };
  if (layout == NULL)
    return;
  format->width = rt_network_get_options (layout)->width;
  format->height = rt_network_get_options (layout)->height;
  format->channels = rt_network_get_options (layout)->channels;
  if (preprocessing != NULL)
    {
      memcpy (format->mean, preprocessing->mean, sizeof format->mean);
      memcpy (format->std, preprocessing->std, sizeof format->std);
      /* A variant for small pictures looks at all of them. */
      if (preprocessing->crop > 0 && g_str_equal (preprocessing->network, network))
        format->crop = preprocessing->crop;
    }
}

/* Keras's SqueezeNet is a port from Caffe: blue first, and the mean of each channel taken off
 * 0 .. 255. */
static gboolean
is_from_caffe (const RtTensorList *tensors,
               const RtIdentity   *identity)
{
  return rt_tensor_list_has_meta (tensors, "format", "keras") && !identity->by_order
         && g_str_equal (identity->network, "squeezenet1_1") && identity->channels == 3;
}

/* Whether this is a publisher's own file: of one network only, by the names of its layers, with the
 * whole of the publisher's head. The same network with another head, or with none, was cut, trained
 * further or carried over by somebody, and may have learned from other values. Keras's publisher
 * has files without heads too. */
static gboolean
is_published (const RtTensorList *tensors,
              const RtIdentity   *identity,
              const GPtrArray    *left_over)
{
  const Preprocessing *found = find_published (identity->network);

  if (found == NULL || identity->by_order || identity->channels != 3
      || identity->others[0] != NULL)
    return FALSE;
  if (!found->keras)
    return identity->classes == found->classes
           && !rt_tensor_list_has_meta (tensors, "format", "keras");
  return identity->classes == found->classes
         || (identity->classes == 0 && left_over->len == 0);
}

/* What its publisher's inputs look like, or the likeliest. */
static void
suppose_format (const RtTensorList *tensors,
                const RtIdentity   *identity,
                RtInputFormat      *format)
{
  static const float caffe_mean[] = { 123.68f / 255.0f, 116.779f / 255.0f, 103.939f / 255.0f };

  rt_backbone_get_default_format (identity->network, format);
  format->channels = identity->channels;
  if (is_from_caffe (tensors, identity))
    for (int i = 0; i < 3; i++)
      {
        format->mean[i] = caffe_mean[i];
        format->std[i] = 1.0f / 255.0f;
      }
}

/* The first convolution's channels the other way round: (O,3,KH,KW). */
static void
turn_channels (RtTensorList *tensors)
{
  RtTensor *first = rt_tensor_list_get (tensors, 0);
  size_t plane = (size_t) first->shape.dims[2] * first->shape.dims[3];

  for (int o = 0; o < first->shape.dims[0]; o++)
    {
      float *red = first->data + (size_t) o * 3 * plane;
      float *blue = red + 2 * plane;

      for (size_t i = 0; i < plane; i++)
        {
          float value = red[i];

          red[i] = blue[i];
          blue[i] = value;
        }
    }
}

/* @backbone: (nullable): gets what the file says of its inputs and classes; @identity is its. */
static RtTensorList *
identify (const char    *path,
          const char    *network,
          RtIdentity    *identity,
          RtBackbone    *backbone,
          GCancellable  *cancellable,
          GError       **error)
{
  g_autoptr (RtTensorList) tensors = rt_weights_read (path, cancellable, error);
  g_autoptr (RtTensorList) found = NULL;

  if (tensors == NULL)
    return NULL;
  found = rt_network_identify (tensors, network, identity, error);
  if (found == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  if (is_from_caffe (tensors, identity))
    turn_channels (found);
  if (backbone != NULL)
    {
      suppose_format (tensors, identity, &backbone->format);
      rt_backbone_read_metadata (backbone, tensors);
      backbone->left_over = rt_network_list_left (tensors, identity);
      backbone->format_guessed = rt_tensor_list_get_meta (tensors, "mean") == NULL
                                 && !is_published (tensors, identity, backbone->left_over)
                                 && !is_from_caffe (tensors, identity);
    }
  return g_steal_pointer (&found);
}

static void
count_params (RtBackbone         *backbone,
              const RtTensorList *tensors)
{
  for (size_t i = 0; i < rt_tensor_list_get_n (tensors); i++)
    {
      const RtTensor *tensor = rt_tensor_list_get (tensors, i);

      if (strstr (tensor->name, ".running_") == NULL)
        backbone->n_params += rt_shape_count (&tensor->shape);
    }
}

/* By what the file itself says. */
static RtBackbone *
read_file (const char    *path,
           const char    *network,
           GCancellable  *cancellable,
           GError       **error)
{
  g_autoptr (RtBackbone) backbone = rt_backbone_new ();
  RtIdentity *identity = &backbone->identity;
  g_autoptr (RtTensorList) tensors = identify (path, network, identity, backbone, cancellable,
                                               error);

  if (tensors == NULL)
    return NULL;
  rt_backbone_set_path (backbone, path);
  backbone->network = g_strdup (identity->network);
  backbone->title = g_strdup_printf ("%s from %s", identity->network, backbone->name);
  count_params (backbone, tensors);
  return g_steal_pointer (&backbone);
}

/* Gives @card what only the file tells. FALSE where the card cannot be of this file: one of the two
 * was replaced, or they only share a name, as an ONNX file does with other weights and their card:
 * that says itself what it is. Of an mlp there is nothing to be told by. */
static gboolean
complete_card (RtBackbone   *card,
               const char   *path,
               GCancellable *cancellable)
{
  int n_classes = (int) card->class_names->len;
  g_autoptr (RtBackbone) file = NULL;

  rt_backbone_set_path (card, path);
  if (g_str_equal (card->network, "mlp"))
    {
      card->identity = (RtIdentity) { .network = "mlp", .channels = card->format.channels,
                                      .classes = n_classes };
      card->left_over = g_ptr_array_new ();
      return TRUE;
    }
  file = read_file (path, card->network, cancellable, NULL);
  if (file == NULL || file->identity.channels != card->format.channels
      || (n_classes > 0 && file->identity.classes != n_classes)
      || (!g_str_has_suffix (path, ".safetensors") && !file->format_guessed))
    return FALSE;
  card->identity = file->identity;
  card->left_over = g_steal_pointer (&file->left_over);
  card->n_params = file->n_params;
  return TRUE;
}

RtBackbone *
rt_backbone_open_file (const char    *path,
                       const char    *network,
                       GCancellable  *cancellable,
                       GError       **error)
{
  g_autoptr (RtBackbone) card = NULL;

  if (!rt_backbone_find_card (path, &card, error))
    return NULL;
  if (card != NULL && (network == NULL || g_str_equal (network, card->network))
      && complete_card (card, path, cancellable))
    return g_steal_pointer (&card);
  return read_file (path, network, cancellable, error);
}

char *
rt_backbone_describe_guess (const RtBackbone *backbone)
{
  const RtIdentity *identity = &backbone->identity;
  const RtInputFormat *format = &backbone->format;
  g_autofree char *others = g_strjoinv (" or ", (char **) identity->others);
  g_autofree char *mean = rt_backbone_print_floats (format->mean, format->channels, ",");
  g_autofree char *std = rt_backbone_print_floats (format->std, format->channels, ",");
  g_autofree char *path = g_shell_quote (backbone->weights_path);
  GString *text;

  if (backbone->carded != NULL)
    return g_strdup_printf ("%s: taken for %s, as it is named, though its card says %s; name what "
                            "the card says, or take the card away", backbone->weights_path,
                            backbone->network, backbone->carded);
  if (!backbone->format_guessed && *others == '\0')
    return NULL;
  text = g_string_new (NULL);
  g_string_printf (text, "%s: ", backbone->weights_path);
  if (*others != '\0')
    g_string_append_printf (text, "taken for %s, and could be %s; ", identity->network, others);
  if (backbone->format_guessed)
    g_string_append_printf (text, "which values its inputs had is guessed, mean %s and deviation "
                            "%s; ", mean, std);
  g_string_append_printf (text, "retort-cli backbones %s --keep NAME", path);
  if (*others != '\0')
    g_string_append_printf (text, " --network %s", identity->network);
  if (backbone->format_guessed)
    g_string_append_printf (text, " --mean %s --std %s", mean, std);
  g_string_append (text, " settles it: name what that prints in the recipe");
  return g_string_free (text, FALSE);
}

RtTensorList *
rt_backbone_read_tensors (const RtBackbone  *backbone,
                          RtIdentity        *identity,
                          GCancellable      *cancellable,
                          GError           **error)
{
  RtIdentity found;
  RtTensorList *tensors = identify (backbone->weights_path, backbone->network, &found, NULL,
                                    cancellable, error);

  if (tensors != NULL && backbone->turned && found.channels == 3)
    turn_channels (tensors);
  if (tensors != NULL && identity != NULL)
    *identity = found;
  return tensors;
}

/* Its tensors, where they make a network for inputs of its format. */
static RtTensorList *
read_fitting (const RtBackbone  *backbone,
              GCancellable      *cancellable,
              GError           **error)
{
  gboolean is_mlp = g_str_equal (backbone->network, "mlp");
  g_autoptr (RtNetwork) network = is_mlp ? rt_backbone_load (backbone, error) : NULL;
  g_autoptr (RtTensorList) tensors = NULL;
  RtNetworkOptions options = { .name = backbone->network, .height = backbone->format.height,
                               .width = backbone->format.width,
                               .channels = backbone->format.channels };
  RtIdentity identity;

  if (is_mlp)
    return network != NULL ? rt_network_save (network) : NULL;
  tensors = rt_backbone_read_tensors (backbone, &identity, cancellable, error);
  if (tensors == NULL)
    return NULL;
  options.classes = MAX (identity.classes, 2);
  network = rt_network_new (&options, error);
  if (network != NULL && rt_network_load (network, tensors, TRUE, NULL, error))
    return g_steal_pointer (&tensors);
  g_prefix_error (error, "%s: ", backbone->weights_path);
  return NULL;
}

char *
rt_backbone_get_kept_folder (void)
{
  g_autofree char *home = rt_dirs_get_home ();

  return g_build_filename (home, "backbones", NULL);
}

char *
rt_backbone_keep (const RtBackbone  *backbone,
                  const char        *name,
                  GCancellable      *cancellable,
                  GError           **error)
{
  g_autofree char *folder = rt_backbone_get_kept_folder ();
  g_autofree char *weights = g_strdup_printf ("%s/%s.safetensors", folder, name);
  g_autofree char *card = g_strdup_printf ("%s/%s.json", folder, name);
  g_autoptr (RtTensorList) tensors = NULL;
  g_autoptr (RtBackbone) kept = NULL;

  if (*name == '\0' || *name == '.' || strchr (name, '/') != NULL)
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "“%s” cannot be the name of a file; choose one of letters and digits", name);
      return NULL;
    }
  /* Weights without a card are what an earlier try left behind. */
  if (g_file_test (card, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                   "there is a backbone called “%s” already; choose another name", name);
      return NULL;
    }
  tensors = read_fitting (backbone, cancellable, error);
  if (tensors == NULL || g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (errno),
                   "%s: cannot be created: %s", folder, g_strerror (errno));
      return NULL;
    }
  if (!rt_backbone_write_tensors (backbone, tensors, weights, error))
    return NULL;
  kept = rt_backbone_copy (backbone);
  rt_backbone_set_path (kept, weights);
  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !rt_backbone_write_card (kept, card, error))
    {
      g_unlink (weights);
      return NULL;
    }
  return g_strconcat ("file:", weights, NULL);
}
