/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which format a file of weights is in, by its first bytes: names tell little, as .pt, .pth and
 * .bin may be anything. */
#include "config.h"

#include "rt-formats-private.h"

#include "rt-cursor.h"
#include "rt-file.h"
#include "rt-onnx.h"

#include <string.h>

#define ADVICE \
  "in Python, safetensors.torch.save_file (model.state_dict (), ...) writes a file that is"

/* A length that the file has room for, and the brace that opens the header. The length may begin
 * as any other format does: none of those has a length in these bytes that is so small. */
static gboolean
is_safetensors (const uint8_t *bytes,
                size_t         n)
{
  RtCursor cursor = rt_cursor_new (bytes, n);
  uint64_t n_header = rt_cursor_u64_le (&cursor);

  return n_header <= rt_cursor_get_left (&cursor) && rt_cursor_u8 (&cursor) == '{';
}

/* The mark and a protocol that has one: they begin the first pickle of PyTorch's stream. */
static gboolean
is_pickle (const uint8_t *bytes,
           size_t         n)
{
  return n >= 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

/* An ONNX file has no magic: a message whose first field is a small version number and whose next
 * is another of a model: who made it, a text, the graph. */
static gboolean
is_onnx (const uint8_t *bytes,
         size_t         n)
{
  static const char next[] = "\x12\x1a\x22\x28\x32\x3a\x42";

  return n > 4 && bytes[0] == 0x08 && bytes[1] < 0x20 && bytes[2] != '\0'
         && strchr (next, bytes[2]) != NULL;
}

static RtTensorList *
parse_onnx (const uint8_t  *bytes,
            size_t          n,
            const char     *name,
            GCancellable   *cancellable,
            GError        **error)
{
  g_autoptr (RtOnnxModel) model = rt_onnx_model_parse (bytes, n, name, cancellable, error);

  return model != NULL ? rt_onnx_model_to_tensors (model, name, cancellable, error) : NULL;
}

static RtTensorList *
parse_zip (const uint8_t  *bytes,
           size_t          n,
           const char     *name,
           GCancellable   *cancellable,
           GError        **error)
{
  g_autoptr (RtZip) zip = rt_zip_new (bytes, n, name, cancellable, error);

  if (zip == NULL)
    return NULL;
  return rt_keras_is_archive (zip) ? rt_keras_parse_archive (zip, name, cancellable, error)
         : rt_torch_parse_archive (zip, name, cancellable, error);
}

static RtTensorList *
parse (const uint8_t  *bytes,
       size_t          n,
       const char     *name,
       GCancellable   *cancellable,
       GError        **error)
{
  if (n == 0)
    rt_file_set_invalid (error, name, "the file is empty");
  else if (is_safetensors (bytes, n))
    return rt_safetensors_parse (bytes, n, name, cancellable, error);
  else if (RT_BEGINS_WITH (bytes, n, "PK\3\4"))
    return parse_zip (bytes, n, name, cancellable, error);
  else if (is_pickle (bytes, n))
    return rt_torch_parse (bytes, n, name, cancellable, error);
  else if (RT_BEGINS_WITH (bytes, n, RT_HDF5_MAGIC))
    return rt_keras_parse (bytes, n, name, cancellable, error);
  else if (is_onnx (bytes, n))
    return parse_onnx (bytes, n, name, cancellable, error);
  else
    rt_file_set_invalid (error, name, "is not a file of weights, or is cut off (safetensors, "
                         "PyTorch's .pt, .pth and .th, Keras's .h5 and .keras, and ONNX are "
                         "opened)");
  return NULL;
}

RtTensorList *
rt_weights_read (const char    *path,
                 GCancellable  *cancellable,
                 GError       **error)
{
  g_autoptr (GBytes) file = rt_file_read (path, RT_MAX_FILE_BYTES, cancellable, error);
  RtTensorList *list = NULL;

  if (file != NULL)
    list = parse (g_bytes_get_data (file, NULL), g_bytes_get_size (file), path, cancellable, error);
  if (list == NULL)
    rt_file_add_advice (error, "copy or download it again");
  return list;
}
