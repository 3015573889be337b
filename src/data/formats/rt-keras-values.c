/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of a dataset of an HDF5 file that is not to be trusted: only plain, compact and
 * deflated ones, of types that are numbers, and no more than the file has for them. In the
 * reader's process (rt-keras.c). */
#include "config.h"

#include "rt-keras-hdf5.h"

#include "rt-dtype.h"
#include "rt-file.h"

#define MOST_DEFLATED 1032    /* a byte becomes no more by deflate */

/* IEEE 754 and bfloat16: width, exponent's place and size, bias. */
static gboolean
find_float (hid_t    type,
            RtDtype *dtype)
{
  static const struct { size_t size, n_exponent, n_fraction; RtDtype dtype; } kinds[] = {
    { 2, 5, 10, RT_DTYPE_F16 }, { 2, 8, 7, RT_DTYPE_BF16 }, { 4, 8, 23, RT_DTYPE_F32 },
    { 8, 11, 52, RT_DTYPE_F64 },
  };
  size_t sign, exponent, n_exponent, fraction, n_fraction;

  if (H5Tget_fields (type, &sign, &exponent, &n_exponent, &fraction, &n_fraction) < 0)
    return FALSE;
  for (size_t i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (H5Tget_size (type) == kinds[i].size && n_exponent == kinds[i].n_exponent &&
        n_fraction == kinds[i].n_fraction && fraction == 0 && exponent == n_fraction &&
        sign == exponent + n_exponent && H5Tget_norm (type) == H5T_NORM_IMPLIED &&
        H5Tget_ebias (type) == (1u << (n_exponent - 1)) - 1)
      {
        *dtype = kinds[i].dtype;
        return TRUE;
      }
  return FALSE;
}

static gboolean
find_integer (hid_t    type,
              RtDtype *dtype)
{
  gboolean is_signed = H5Tget_sign (type) == H5T_SGN_2;
  size_t size = H5Tget_size (type);

  if (H5Tget_precision (type) != 8 * size)
    return FALSE;
  if (size == 1)
    *dtype = is_signed ? RT_DTYPE_I8 : RT_DTYPE_U8;
  else if (size == 2)
    *dtype = is_signed ? RT_DTYPE_I16 : RT_DTYPE_U16;
  else if (size == 4)
    *dtype = is_signed ? RT_DTYPE_I32 : RT_DTYPE_U32;
  else
    *dtype = is_signed ? RT_DTYPE_I64 : RT_DTYPE_U64;
  return size <= 8;
}

static gboolean
find_dtype (hid_t     type,
            RtDtype  *dtype,
            gboolean *big_endian)
{
  H5T_class_t kind = H5Tget_class (type);
  H5T_order_t order = kind == H5T_FLOAT || kind == H5T_INTEGER ? H5Tget_order (type)
                      : H5T_ORDER_ERROR;

  *big_endian = order == H5T_ORDER_BE;
  if (order != H5T_ORDER_BE && order != H5T_ORDER_LE)
    return FALSE;
  return kind == H5T_FLOAT ? find_float (type, dtype) : find_integer (type, dtype);
}

static gboolean
read_shape (RtKerasReader  *reader,
            hid_t           dataset,
            const char     *path,
            RtShape        *shape)
{
  g_auto (RtHid) space = H5Dget_space (dataset);
  hsize_t dims[H5S_MAX_RANK];
  int n_dims = space >= 0 ? H5Sget_simple_extent_dims (space, dims, NULL) : -1;
  uint64_t count = 1;

  if (n_dims < 0 || H5Sget_simple_extent_type (space) == H5S_NULL)
    return rt_keras_set_library_error (reader, "the shape of", path);
  if (n_dims > RT_MAX_DIMS)
    return rt_keras_refuse (reader, RT_DATA_ERROR_UNSUPPORTED,
                            "%s has %d dimensions; up to %d are opened", path, n_dims, RT_MAX_DIMS);
  shape->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    {
      if (dims[i] == 0 || dims[i] > G_MAXINT || count * dims[i] > G_MAXINT)
        return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                                "%s holds no values, or more than there can be", path);
      count *= dims[i];
      shape->dims[i] = dims[i];
    }
  return TRUE;
}

/* Filters that need no library to be loaded. */
static gboolean
check_filters (RtKerasReader  *reader,
               hid_t           plist,
               const char     *path,
               gboolean       *deflated)
{
  int n = H5Pget_nfilters (plist);

  if (n < 0)
    return rt_keras_set_library_error (reader, "the filters of", path);
  for (int i = 0; i < n; i++)
    {
      unsigned flags;
      size_t n_values = 0;
      H5Z_filter_t filter = H5Pget_filter2 (plist, i, &flags, &n_values, NULL, 0, NULL, NULL);

      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
          filter != H5Z_FILTER_FLETCHER32)
        return rt_keras_refuse (reader, RT_DATA_ERROR_UNSUPPORTED,
                                "%s is packed by filter %d; only deflate is opened (h5repack -f "
                                "NONE unpacks it)", path, (int) filter);
      *deflated = *deflated || filter == H5Z_FILTER_DEFLATE;
    }
  return TRUE;
}

/* A chunk is unpacked as a whole, so it may be no larger than the values are. */
static gboolean
check_chunk (RtKerasReader  *reader,
             hid_t           plist,
             const char     *path,
             const RtShape  *shape)
{
  hsize_t dims[H5S_MAX_RANK];
  int n = H5Pget_chunk (plist, H5S_MAX_RANK, dims);

  for (int i = 0; i < n && n == shape->n_dims; i++)
    if (dims[i] > (hsize_t) shape->dims[i])
      n = -1;
  return n == shape->n_dims ||
         rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                          "%s is cut into pieces larger than it", path);
}

/* That @n_bytes of values can come from what the dataset takes of the file, and that of that there
 * is so much. */
static gboolean
check_storage (RtKerasReader  *reader,
               hid_t           dataset,
               const char     *path,
               const RtShape  *shape,
               uint64_t        n_bytes)
{
  g_auto (RtHid) plist = H5Dget_create_plist (dataset);
  uint64_t n_stored = H5Dget_storage_size (dataset);
  H5D_layout_t layout = plist >= 0 ? H5Pget_layout (plist) : H5D_LAYOUT_ERROR;
  gboolean deflated = FALSE;

  if (layout == H5D_LAYOUT_ERROR)
    return rt_keras_set_library_error (reader, "the layout of", path);
  if ((layout != H5D_CONTIGUOUS && layout != H5D_COMPACT && layout != H5D_CHUNKED) ||
      H5Pget_external_count (plist) != 0)
    return rt_keras_refuse (reader, RT_DATA_ERROR_UNSUPPORTED,
                            "the values of %s lie in another file or dataset, which is not "
                            "opened; in Python, model.save (\"new.h5\") writes them into one",
                            path);
  if (!check_filters (reader, plist, path, &deflated) ||
      (layout == H5D_CHUNKED && !check_chunk (reader, plist, path, shape)))
    return FALSE;
  if (n_stored > reader->n_left || n_bytes > n_stored * (deflated ? MOST_DEFLATED : 1) ||
      n_bytes > RT_MAX_FILE_BYTES)
    return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                            "%s is larger than what the file has for it (is it cut off?)", path);
  reader->n_left -= n_stored;
  return TRUE;
}

/* @type: how the values are stored, in which they are read, so that libhdf5 converts nothing. */
static float *
read_values (RtKerasReader  *reader,
             hid_t           dataset,
             const char     *path,
             const RtShape  *shape)
{
  g_auto (RtHid) type = H5Dget_type (dataset);
  size_t count = rt_shape_count (shape);
  g_autofree uint8_t *bytes = NULL;
  g_autofree float *values = NULL;
  gboolean big_endian;
  RtDtype dtype;

  if (type < 0 || !find_dtype (type, &dtype, &big_endian))
    {
      rt_keras_refuse (reader, RT_DATA_ERROR_UNSUPPORTED,
                       "%s is not of a type that is opened; floats and whole numbers of 8 to 64 "
                       "bits are", path);
      return NULL;
    }
  if (!check_storage (reader, dataset, path, shape, count * rt_dtype_get_size (dtype)))
    return NULL;
  bytes = g_try_malloc (count * rt_dtype_get_size (dtype));
  values = g_try_new (float, count);
  if (bytes == NULL || values == NULL)
    {
      rt_keras_refuse (reader, RT_DATA_ERROR_INVALID, "%s does not fit into memory", path);
      return NULL;
    }
  if (H5Dread (dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
    {
      rt_keras_set_library_error (reader, "weight", path);
      return NULL;
    }
  rt_dtype_to_floats (values, bytes, count, dtype, big_endian);
  return g_steal_pointer (&values);
}

gboolean
rt_keras_read_weight (RtKerasReader *reader,
                      hid_t          group,
                      const char    *layer,
                      const char    *variable,
                      const char    *own)
{
  g_auto (RtHid) dataset = rt_keras_open_object (reader, group, variable, H5O_TYPE_DATASET);
  g_autofree char *path = g_strconcat (layer, "/", variable, NULL);
  g_autofree float *values = NULL;
  RtShape shape;

  if (dataset < 0 || !read_shape (reader, dataset, path, &shape))
    return FALSE;
  values = read_values (reader, dataset, path, &shape);
  if (values == NULL)
    return FALSE;
  rt_keras_send_weight (reader->fd, layer, variable, own, &shape, values);
  reader->n_weights++;
  return TRUE;
}
