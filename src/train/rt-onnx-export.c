/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A network as an ONNX file, node by node.
 *
 * Ours is NHWC and ONNX NCHW: weights are taken in the layouts of PyTorch's files, which are ONNX's
 * too, and what works along an axis names another one. Three things have no operator of the same
 * form: padding like TensorFlow's becomes explicit, for the sides that the network was made for;
 * the average over an image keeps two dimensions of 1, which are flattened; and the parameter-free
 * shortcut is a slice with a stride and zeros around the channels.
 *
 *   rt_onnx_export -> put_node for each node -> put_conv, put_linear, ... -> put
 */
#include "config.h"

#include "rt-onnx-export.h"

#include "rt-backbone-private.h"
#include "rt-json.h"

#include "rt-dirs.h"
#include "rt-fold.h"
#include "rt-ops.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  const RtNetwork *network;   /* Borrowed */
  const RtGraph   *graph;     /* Borrowed */
  RtTensorList    *weights;   /* Owned: in the layouts of files */
  RtOnnxModel     *model;     /* Owned */
  GPtrArray       *values;    /* Owned: of char *: what the value of each node is called */
  int             *readers;   /* Owned: how many nodes read each node */
} Export;

static void
clear_export (Export *self)
{
  g_clear_pointer (&self->weights, rt_tensor_list_free);
  g_clear_pointer (&self->model, rt_onnx_model_free);
  g_clear_pointer (&self->values, g_ptr_array_unref);
  g_clear_pointer (&self->readers, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Export, clear_export)

static const char *
get_value (const Export *self,
           int           node)
{
  return g_ptr_array_index (self->values, node);
}

/* A name for something that a node needs: "NAME.suffix". (transfer full) */
static char *
name_part (const Export *self,
           int           index,
           const char   *suffix)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);

  return node->n_params > 0 ? g_strconcat (node->name, ".", suffix, NULL)
         : g_strdup_printf ("%s_%d.%s", node->name, index, suffix);
}

/* Adds a node of ONNX that reads a value and up to two constants. */
static RtOnnxNode *
put (Export     *self,
     const char *op,
     const char *input,
     const char *second,
     const char *third,
     const char *output)
{
  const char *inputs[] = { input, second, third, NULL };

  return rt_onnx_model_add_node (self->model, op, output, inputs, output);
}

/* The value that node @index reads. */
static const char *
get_source (const Export *self,
            int           index,
            int           input)
{
  return get_value (self, rt_graph_get_node (self->graph, index)->in[input]);
}

static void
put_floats (Export        *self,
            const char    *name,
            const RtShape *shape,
            const float   *values)
{
  int64_t dims[RT_MAX_DIMS];
  RtOnnxTensor *tensor;

  for (int i = 0; i < shape->n_dims; i++)
    dims[i] = shape->dims[i];
  tensor = rt_onnx_model_add_tensor (self->model, name, shape->n_dims, dims, FALSE);
  memcpy (tensor->floats, values, tensor->count * sizeof (float));
}

static void
put_integers (Export        *self,
              const char    *name,
              int64_t        n,
              const int64_t *values)
{
  RtOnnxTensor *tensor = rt_onnx_model_add_tensor (self->model, name, 1, &n, TRUE);

  memcpy (tensor->integers, values, tensor->count * sizeof (int64_t));
}

static const RtTensor *
find_weight (const Export *self,
             const RtNode *node,
             const char   *suffix)
{
  g_autofree char *name = g_strconcat (node->name, ".", suffix, NULL);

  return rt_tensor_list_find (self->weights, name);
}

/* --- windows */

/* The padding of one direction, before and behind. */
static void
find_pads (int      size,
           int      kernel,
           int      stride,
           int      pad,
           int64_t *before,
           int64_t *behind)
{
  int out, first;

  *before = *behind = pad;
  if (pad != RT_PAD_SAME)
    return;
  rt_op_window (size, kernel, stride, pad, &out, &first);
  *before = first;
  *behind = MAX ((out - 1) * stride + kernel - size - first, 0);
}

static void
set_window (RtOnnxNode    *to,
            const RtShape *in,
            int            kernel,
            int            stride,
            int            pad)
{
  int64_t pads[4];

  find_pads (in->dims[0], kernel, stride, pad, &pads[0], &pads[2]);
  find_pads (in->dims[1], kernel, stride, pad, &pads[1], &pads[3]);
  rt_onnx_node_set_ints (to, "kernel_shape", 2, (const int64_t[]) { kernel, kernel });
  rt_onnx_node_set_ints (to, "strides", 2, (const int64_t[]) { stride, stride });
  if (pad == RT_PAD_CEIL)
    rt_onnx_node_set_int (to, "ceil_mode", 1);
  else
    rt_onnx_node_set_ints (to, "pads", 4, pads);
}

/* The batch norm that alone reads node @index; -1 where there is none. */
static int
find_norm (const Export *self,
           int           index)
{
  for (int i = index + 1; i < rt_graph_get_n_nodes (self->graph); i++)
    {
      const RtNode *node = rt_graph_get_node (self->graph, i);

      if (node->op == &rt_op_batch_norm && node->in[0] == index)
        return self->readers[index] == 1 ? i : -1;
    }
  return -1;
}

/* The weights of convolution @node with those of the norm @norm after it, by which the plan folds
 * too, so that both compute with the same bits. */
static void
put_folded (Export       *self,
            const RtNode *node,
            const RtNode *norm,
            const char   *weight_name,
            const char   *bias_name)
{
  const RtTensor *weight = find_weight (self, node, "weight");
  const RtTensor *bias = find_weight (self, node, "bias");
  const RtBatchNormParams *params = norm->params;
  size_t n_out = (size_t) weight->shape.dims[0];
  size_t count = rt_shape_count (&weight->shape);
  g_autofree float *folded = g_new (float, count);
  g_autofree float *folded_bias = g_new (float, n_out);

  rt_fold_batch_norm (folded, folded_bias, weight->data, bias != NULL ? bias->data : NULL,
                      find_weight (self, norm, "weight")->data,
                      find_weight (self, norm, "bias")->data,
                      find_weight (self, norm, "running_mean")->data,
                      find_weight (self, norm, "running_var")->data,
                      params->eps, false, n_out, count / n_out);
  put_floats (self, weight_name, &weight->shape, folded);
  put_floats (self, bias_name, &RT_SHAPE_1 ((int) n_out), folded_bias);
}

static void
put_conv (Export     *self,
          int         index,
          const char *output)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);
  const RtShape *in = &rt_graph_get_node (self->graph, node->in[0])->shape;
  const RtConvParams *params = node->params;
  g_autofree char *weight_name = name_part (self, index, "weight");
  g_autofree char *bias_name = name_part (self, index, "bias");
  const RtTensor *weight = find_weight (self, node, "weight");
  const RtTensor *bias = find_weight (self, node, "bias");
  int norm = find_norm (self, index);
  RtOnnxNode *to;

  if (norm >= 0)
    put_folded (self, node, rt_graph_get_node (self->graph, norm), weight_name, bias_name);
  else
    {
      put_floats (self, weight_name, &weight->shape, weight->data);
      if (bias != NULL)
        put_floats (self, bias_name, &bias->shape, bias->data);
    }
  to = put (self, "Conv", get_source (self, index, 0), weight_name,
            norm >= 0 || bias != NULL ? bias_name : NULL, output);
  rt_onnx_node_set_int (to, "group", node->op == &rt_op_depthwise ? in->dims[2]
                                     : MAX (params->groups, 1));
  set_window (to, in, params->kernel, params->stride, params->pad);
}

static void
put_pool (Export     *self,
          int         index,
          const char *output)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);
  const RtPoolParams *params = node->params;
  RtOnnxNode *to = put (self, node->op == &rt_op_max_pool ? "MaxPool" : "AveragePool",
                        get_source (self, index, 0), NULL, NULL, output);

  set_window (to, &rt_graph_get_node (self->graph, node->in[0])->shape, params->kernel,
              params->stride, params->pad);
}

/* --- the others */

/* Folded into the convolution before it, or on its own. */
static void
put_norm (Export     *self,
          int         index,
          const char *output)
{
  static const char *const suffixes[] = { "weight", "bias", "running_mean", "running_var" };
  const RtNode *node = rt_graph_get_node (self->graph, index);
  const char *inputs[6] = { get_source (self, index, 0) };
  const RtBatchNormParams *params = node->params;
  RtOnnxNode *to;

  for (int i = 0; i < 4; i++)
    {
      const RtTensor *tensor = find_weight (self, node, suffixes[i]);

      put_floats (self, tensor->name, &tensor->shape, tensor->data);
      inputs[i + 1] = tensor->name;
    }
  to = rt_onnx_model_add_node (self->model, "BatchNormalization", output, inputs, output);
  rt_onnx_node_add (to, "epsilon", RT_ONNX_FLOAT)->real = params->eps;
}

static void
put_linear (Export     *self,
            int         index,
            const char *output)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);
  const RtTensor *weight = find_weight (self, node, "weight");
  const RtTensor *bias = find_weight (self, node, "bias");
  RtOnnxNode *to;

  put_floats (self, weight->name, &weight->shape, weight->data);
  if (bias != NULL)
    put_floats (self, bias->name, &bias->shape, bias->data);
  to = put (self, "Gemm", get_source (self, index, 0), weight->name,
            bias != NULL ? bias->name : NULL, output);
  rt_onnx_node_set_int (to, "transB", 1);
}

/* FALSE for those that no network has and ONNX 17 has no operator for. */
static gboolean
put_activation (Export       *self,
                int           index,
                RtActivation  activation,
                const char   *output)
{
  const char *source = get_source (self, index, 0);

  if (activation == RT_ACTIVATION_RELU)
    put (self, "Relu", source, NULL, NULL, output);
  else if (activation == RT_ACTIVATION_SIGMOID)
    put (self, "Sigmoid", source, NULL, NULL, output);
  else if (activation == RT_ACTIVATION_RELU6)
    {
      g_autofree char *low = name_part (self, index, "min");
      g_autofree char *high = name_part (self, index, "max");

      rt_onnx_model_add_tensor (self->model, low, 0, NULL, FALSE)->floats[0] = 0.0f;
      rt_onnx_model_add_tensor (self->model, high, 0, NULL, FALSE)->floats[0] = 6.0f;
      put (self, "Clip", source, low, high, output);
    }
  else
    return FALSE;
  return TRUE;
}

static void
put_flatten (Export     *self,
             const char *source,
             const char *output)
{
  RtOnnxNode *to = put (self, "Flatten", source, NULL, NULL, output);

  rt_onnx_node_set_int (to, "axis", 1);
}

static void
put_global_pool (Export     *self,
                 int         index,
                 const char *output)
{
  g_autofree char *pooled = g_strconcat (output, ".pooled", NULL);

  put (self, "GlobalAveragePool", get_source (self, index, 0), NULL, NULL, pooled);
  put_flatten (self, pooled, output);
}

/* Every so many rows and columns, and zeros before and behind the channels. */
static void
put_shortcut (Export     *self,
              int         index,
              const char *output)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);
  const RtShape *in = &rt_graph_get_node (self->graph, node->in[0])->shape;
  const RtShortcutParams *params = node->params;
  int before = (params->out_c - in->dims[2]) / 2;
  int64_t pads[8] = { 0, before, 0, 0, 0, params->out_c - in->dims[2] - before, 0, 0 };
  g_autofree char *thinned = g_strconcat (output, ".thinned", NULL);
  g_autofree char *starts = name_part (self, index, "starts");
  g_autofree char *ends = name_part (self, index, "ends");
  g_autofree char *axes = name_part (self, index, "axes");
  g_autofree char *steps = name_part (self, index, "steps");
  g_autofree char *around = name_part (self, index, "pads");
  const char *slice[] = { get_source (self, index, 0), starts, ends, axes, steps, NULL };

  put_integers (self, starts, 2, (const int64_t[]) { 0, 0 });
  put_integers (self, ends, 2, (const int64_t[]) { in->dims[0], in->dims[1] });
  put_integers (self, axes, 2, (const int64_t[]) { 2, 3 });
  put_integers (self, steps, 2, (const int64_t[]) { params->stride, params->stride });
  put_integers (self, around, 8, pads);
  rt_onnx_model_add_node (self->model, "Slice", thinned, slice, thinned);
  put (self, "Pad", thinned, around, NULL, output);
}

static void
put_joined (Export     *self,
            int         index,
            const char *op,
            const char *output)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);
  const char *inputs[RT_OP_MAX_INPUTS + 1] = { NULL };
  RtOnnxNode *to;

  for (int i = 0; i < node->n_in; i++)
    inputs[i] = get_source (self, index, i);
  to = rt_onnx_model_add_node (self->model, op, output, inputs, output);
  if (!g_str_equal (op, "Add"))
    rt_onnx_node_set_int (to, "axis", 1);
}

/* --- the graph */

/* Whether a node changes nothing: then its value is the one that it reads. */
static gboolean
passes (const Export *self,
        int           index)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);

  return node->op == &rt_op_dropout || node->op == &rt_op_gradient_reversal
         || (node->op == &rt_op_batch_norm && find_norm (self, node->in[0]) == index
             && (rt_graph_get_node (self->graph, node->in[0])->op == &rt_op_conv2d
                 || rt_graph_get_node (self->graph, node->in[0])->op == &rt_op_depthwise));
}

static gboolean
put_node (Export      *self,
          int          index,
          const char  *output,
          GError     **error)
{
  const RtNode *node = rt_graph_get_node (self->graph, index);
  gboolean done = TRUE;

  if (node->op == &rt_op_conv2d || node->op == &rt_op_depthwise)
    put_conv (self, index, output);
  else if (node->op == &rt_op_linear)
    put_linear (self, index, output);
  else if (node->op == &rt_op_batch_norm)
    put_norm (self, index, output);
  else if (node->op == &rt_op_activation)
    done = put_activation (self, index, ((const RtActivationParams *) node->params)->activation,
                           output);
  else if (node->op == &rt_op_max_pool || node->op == &rt_op_average_pool)
    put_pool (self, index, output);
  else if (node->op == &rt_op_global_pool)
    put_global_pool (self, index, output);
  else if (node->op == &rt_op_add)
    put_joined (self, index, "Add", output);
  else if (node->op == &rt_op_concat)
    put_joined (self, index, "Concat", output);
  else if (node->op == &rt_op_softmax)
    put_joined (self, index, "Softmax", output);
  else if (node->op == &rt_op_flatten)
    put_flatten (self, get_source (self, index, 0), output);
  else if (node->op == &rt_op_shortcut)
    put_shortcut (self, index, output);
  else
    done = FALSE;
  if (!done)
    g_set_error (error, RT_NN_ERROR, RT_NN_ERROR_UNKNOWN,
                 "%s (%s) has no counterpart in an ONNX file; export the weights as .safetensors",
                 node->name, node->op->name);
  return done;
}

static gboolean
put_graph (Export  *self,
           GError **error)
{
  int n = rt_graph_get_n_nodes (self->graph);

  for (int i = 0; i < n; i++)
    {
      const RtNode *node = rt_graph_get_node (self->graph, i);
      char *output;

      if (node->op == NULL)
        output = g_strdup (node->name);
      else if (passes (self, i))
        output = g_strdup (get_source (self, i, 0));
      else
        {
          output = i == rt_graph_get_output (self->graph, 0) ? g_strdup ("logits")
                   : node->n_params > 0 ? g_strdup (node->name)
                   : g_strdup_printf ("%s_%d", node->name, i);
          if (!put_node (self, i, output, error))
            {
              g_free (output);
              return FALSE;
            }
        }
      g_ptr_array_add (self->values, output);
    }
  return TRUE;
}

/* (N,C,H,W) of an image, (N,C) of a vector. */
static int
list_dims (const RtShape *shape,
           int64_t       *dims)
{
  dims[0] = -1;
  dims[1] = shape->dims[shape->n_dims - 1];
  for (int i = 0; i + 1 < shape->n_dims; i++)
    dims[i + 2] = shape->dims[i];
  return shape->n_dims + 1;
}

static void
put_ends (Export *self)
{
  int64_t dims[RT_MAX_DIMS + 1];

  for (int i = 0; i < rt_graph_get_n_inputs (self->graph); i++)
    {
      int input = rt_graph_get_input (self->graph, i);
      int n = list_dims (&rt_graph_get_node (self->graph, input)->shape, dims);

      rt_onnx_model_add_input (self->model, get_value (self, input), n, dims);
    }
  for (int i = 0; i < rt_graph_get_n_outputs (self->graph); i++)
    {
      int output = rt_graph_get_output (self->graph, i);
      int n = list_dims (&rt_graph_get_node (self->graph, output)->shape, dims);

      rt_onnx_model_add_output (self->model, get_value (self, output), n, dims);
    }
}

/* --- what is said beside it */

static void
put_metadata (Export           *self,
              const RtBackbone *backbone)
{
  g_autoptr (GPtrArray) said = rt_backbone_list_metadata (backbone);

  for (guint i = 0; i + 1 < said->len; i += 2)
    rt_onnx_model_set_meta (self->model, said->pdata[i], said->pdata[i + 1]);
}

RtOnnxModel *
rt_onnx_export (const RtNetwork   *network,
                const RtBackbone  *backbone,
                GError           **error)
{
  g_auto (Export) self = { .network = network, .graph = rt_network_get_graph (network) };
  int n = rt_graph_get_n_nodes (self.graph);

  self.weights = rt_network_save (network);
  self.model = rt_onnx_model_new ();
  self.model->ir_version = RT_ONNX_IR_VERSION;
  self.model->opset = RT_ONNX_OPSET;
  self.model->producer = g_strdup ("retort");
  self.model->graph_name = g_strdup (rt_network_get_options (network)->name);
  self.values = g_ptr_array_new_with_free_func (g_free);
  self.readers = g_new0 (int, n);
  for (int i = 0; i < n; i++)
    for (int j = 0; j < rt_graph_get_node (self.graph, i)->n_in; j++)
      self.readers[rt_graph_get_node (self.graph, i)->in[j]]++;
  for (int i = 0; i < rt_graph_get_n_outputs (self.graph); i++)
    self.readers[rt_graph_get_output (self.graph, i)]++;
  if (!put_graph (&self, error))
    return NULL;
  put_ends (&self);
  put_metadata (&self, backbone);
  return g_steal_pointer (&self.model);
}

/* --- the folder */

static char *
print_preprocessing (const RtBackbone *backbone)
{
  const RtInputFormat *format = &backbone->format;
  g_autofree char *mean = rt_backbone_print_floats (format->mean, format->channels, ", ");
  g_autofree char *std = rt_backbone_print_floats (format->std, format->channels, ", ");
  g_autofree char *crop = rt_backbone_print_crop (backbone);

  return g_strdup_printf ("{\n  \"width\": %d,\n  \"height\": %d,\n  \"channels\": %d,\n"
                          "  \"channel_order\": \"%s\",\n  \"value_range\": [0, 1],\n"
                          "  \"mean\": [%s],\n  \"std\": [%s],\n  \"layout\": \"NCHW\",\n"
                          "  \"fit\": \"%s\",\n  \"crop\": %s,\n  \"min_side\": %d\n}\n",
                          format->width, format->height, format->channels,
                          rt_backbone_get_channel_order (backbone), mean, std,
                          rt_picture_fit_names[format->fit], crop,
                          rt_input_format_get_min_side (format));
}

static gboolean
write_text (const char  *folder,
            const char  *name,
            const char  *text,
            GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0666, error);
}

/* One that comes with the program. */
static gboolean
copy_script (const char  *name,
             const char  *folder,
             GError     **error)
{
  g_autofree char *relative = g_build_filename ("export", name, NULL);
  g_autofree char *path = rt_dirs_get_data (relative);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, error) && write_text (folder, name, text, error);
}

static gboolean
write_files (const RtOnnxModel  *model,
             const RtBackbone   *backbone,
             const char         *folder,
             GError            **error)
{
  g_autofree char *path = g_build_filename (folder, "model.onnx", NULL);
  g_autofree char *labels = rt_backbone_print_labels (backbone, "\n");
  g_autofree char *preprocessing = print_preprocessing (backbone);

  /* The preprocessing first, by which the folder is known again should the others fail. */
  return write_text (folder, "preprocessing.json", preprocessing, error)
         && rt_onnx_model_write (model, path, error)
         && write_text (folder, "labels.txt", labels, error)
         && copy_script ("preprocessing.py", folder, error)
         && copy_script ("predict.py", folder, error);
}

static const char *const file_names[] = { "preprocessing.json", "model.onnx", "labels.txt",
                                          "preprocessing.py", "predict.py" };

/* A person's own files may have such names too; an export is known by its preprocessing. */
static gboolean
check_folder (const char  *folder,
              GError     **error)
{
  g_autofree char *said_path = g_build_filename (folder, file_names[0], NULL);
  g_autofree char *said = NULL;

  if (g_file_get_contents (said_path, &said, NULL, NULL)
      && strstr (said, "\"channel_order\"") != NULL && strstr (said, "\"layout\"") != NULL)
    return TRUE;
  for (size_t i = 0; i < G_N_ELEMENTS (file_names); i++)
    {
      g_autofree char *path = g_build_filename (folder, file_names[i], NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_set_error (error, RT_RECIPE_ERROR, RT_RECIPE_ERROR_INVALID,
                       "%s is there and is not of an export; choose another folder", path);
          return FALSE;
        }
    }
  return TRUE;
}

/* What failed half-way is not left behind. */
static void
remove_folder (const char *folder)
{
  for (size_t i = 0; i < G_N_ELEMENTS (file_names); i++)
    {
      g_autofree char *path = g_build_filename (folder, file_names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static gboolean
set_system_error (GError     **error,
                  const char  *path)
{
  int code = errno;
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "%s: %s", shown,
               g_strerror (code));
  return FALSE;
}

gboolean
rt_onnx_export_folder (const RtNetwork   *network,
                       const RtBackbone  *backbone,
                       const char        *path,
                       GError           **error)
{
  g_autoptr (RtOnnxModel) model = rt_onnx_export (network, backbone, error);
  /* Without the slashes at its end. */
  g_autofree char *target = g_canonicalize_filename (path, NULL);
  g_autofree char *made = g_strconcat (target, ".XXXXXX", NULL);

  if (model == NULL)
    return FALSE;
  if (g_file_test (target, G_FILE_TEST_IS_DIR))
    return check_folder (target, error) && write_files (model, backbone, target, error);
  if (g_mkdtemp_full (made, 0777) == NULL)
    return set_system_error (error, target);
  if (write_files (model, backbone, made, error)
      && (g_rename (made, target) == 0 || set_system_error (error, target)))
    return TRUE;
  remove_folder (made);
  return FALSE;
}
