/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keras's HDF5 files, through libhdf5, which is used here only. A whole model has the group
 * model_weights and the attribute model_config; a file of weights has what is in that group at its
 * root:
 *
 *   attribute layer_names: ["conv2d", "batch_normalization", ...]
 *   group conv2d, its attribute weight_names: ["conv2d/kernel:0", "conv2d/bias:0"]
 *   datasets conv2d/conv2d/kernel:0, conv2d/conv2d/bias:0
 *
 * (An attribute of more than 64 kB is cut up: layer_names0, layer_names1, ...) Only what is named
 * there is visited; the optimiser's state is not.
 *
 * The file is not to be trusted, and HDF5 can do much: a link may lead to another file, values may
 * lie in others or be put together from them, a filter may be a library to be loaded. So the bytes
 * are given to libhdf5 as a file in memory, only hard links are followed, only plain, compact and
 * deflated values are read, and of types only numbers. What a dataset claims to hold is compared
 * with what it takes of the file, and all together with the file's length, before memory is taken.
 *
 *   rt_keras_send -> open_image, read_file -> read_layer -> read_weight -> rt_keras_send_weight
 *
 * libhdf5 itself may still fall over damaged structures, or turn in them for ever. So all of this
 * runs in a process of its own (rt-keras-process.c), forked from one that may have threads: nothing
 * here may take a lock that GLib shares between them, which leaves its strings and memory.
 */
#include "config.h"

#include "rt-keras-private.h"

#include "rt-dtype.h"
#include "rt-file.h"

#include <hdf5.h>

#define MAX_NAMES 65536
#define MAX_NAME 1024
#define MAX_PARTS 16          /* of an attribute that is cut up, and of a path */
#define MOST_DEFLATED 1032    /* a byte becomes no more by deflate */

typedef hid_t RtHid;

typedef struct
{
  int          fd;         /* where the contents go */
  hid_t        file;
  uint64_t     n_left;     /* bytes of the file that no tensor has taken yet */
  size_t       n_names;
  size_t       n_weights;
  RtKerasError problem;
} RtKerasReader;

/* Texts from an attribute. */
typedef struct
{
  char **texts;            /* Owned */
  size_t n;
} RtKerasNames;

static void
clear_hid (RtHid *id)
{
  if (*id > 0)
    H5Idec_ref (*id);
}

static void
clear_names (RtKerasNames *names)
{
  for (size_t i = 0; i < names->n; i++)
    g_free (names->texts[i]);
  g_free (names->texts);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtHid, clear_hid)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtKerasNames, clear_names)

/* --- Errors */

static gboolean G_GNUC_PRINTF (3, 4)
refuse (RtKerasReader *reader,
        RtDataError    code,
        const char    *format,
        ...)
{
  va_list args;

  va_start (args, format);
  reader->problem.code = code;
  g_vsnprintf (reader->problem.text, sizeof reader->problem.text, format, args);
  va_end (args);
  return FALSE;
}

static herr_t
keep_first_cb (unsigned            n,
               const H5E_error2_t *entry,
               void               *data)
{
  const char **text = data;

  if (*text == NULL)
    *text = entry->desc;
  return 0;
}

/* What libhdf5 could not do, with its own innermost reason. */
static gboolean
set_library_error (RtKerasReader  *reader,
                   const char     *what,
                   const char     *where)
{
  const char *reason = NULL;

  H5Ewalk2 (H5E_DEFAULT, H5E_WALK_UPWARD, keep_first_cb, &reason);
  refuse (reader, RT_DATA_ERROR_INVALID, "%s %s cannot be read: %s", what, where,
                       reason != NULL ? reason : "it is not there");
  H5Eclear2 (H5E_DEFAULT);
  return FALSE;
}

/* --- The file in memory: libhdf5 is lent the bytes, and never writes to a file that is opened for
 * reading. */

static void *
lend_image (size_t                 n,
            H5FD_file_image_op_t   op,
            void                  *bytes)
{
  return bytes;
}

static void *
copy_image (void                 *to,
            const void           *from,
            size_t                n,
            H5FD_file_image_op_t  op,
            void                 *bytes)
{
  return to;
}

static void *
grow_image (void                 *image,
            size_t                n,
            H5FD_file_image_op_t  op,
            void                 *bytes)
{
  return NULL;
}

static herr_t
free_image (void                 *image,
            H5FD_file_image_op_t  op,
            void                 *bytes)
{
  return 0;
}

static void *
copy_lender (void *bytes)
{
  return bytes;
}

static herr_t
free_lender (void *bytes)
{
  return 0;
}

static hid_t
open_image (RtKerasReader  *reader,
            const uint8_t  *bytes,
            size_t          n_bytes)
{
  H5FD_file_image_callbacks_t lender = {
    lend_image, copy_image, grow_image, free_image, copy_lender, free_lender, (void *) bytes
  };
  g_auto (RtHid) access = H5Pcreate (H5P_FILE_ACCESS);
  hid_t file;

  if (access < 0 || H5Pset_fapl_core (access, 65536, FALSE) < 0 ||
      H5Pset_file_image_callbacks (access, &lender) < 0 ||
      H5Pset_file_image (access, (void *) bytes, n_bytes) < 0)
    {
      set_library_error (reader, "the file", "in memory");
      return H5I_INVALID_HID;
    }
  file = H5Fopen ("weights", H5F_ACC_RDONLY, access);
  if (file < 0)
    set_library_error (reader, "the HDF5 file", "(is it cut off?)");
  return file;
}

/* --- Objects */

/* Names in the file become names of tensors, so what is no ordinary path is refused. */
static gboolean
check_path (RtKerasReader *reader,
            const char    *path)
{
  gboolean good = strlen (path) <= MAX_NAME && g_utf8_validate (path, -1, NULL);
  const char *at = path;

  for (int i = 0; good && at != NULL; i++)
    {
      const char *slash = strchr (at, '/');
      size_t n = slash != NULL ? (size_t) (slash - at) : strlen (at);

      good = i < MAX_PARTS && n > 0 && !(at[0] == '.' && (n == 1 || (n == 2 && at[1] == '.')));
      at = slash != NULL ? slash + 1 : NULL;
    }
  return good || refuse (reader, RT_DATA_ERROR_INVALID, "names a layer or a weight \"%.200s\", "
                         "which is no name", path);
}

/* By hard links only, step by step. */
static hid_t
open_object (RtKerasReader  *reader,
             hid_t           parent,
             const char     *path,
             H5O_type_t      type)
{
  g_autofree char *so_far = g_strdup (path);
  H5O_info_t info;
  H5L_info_t link;
  hid_t object;

  if (!check_path (reader, path))
    return H5I_INVALID_HID;
  for (char *slash = so_far; slash != NULL; )
    {
      slash = strchr (slash, '/');
      if (slash != NULL)
        *slash = '\0';
      if (H5Lget_info (parent, so_far, &link, H5P_DEFAULT) < 0)
        {
          set_library_error (reader, "layer or weight", path);
          return H5I_INVALID_HID;
        }
      if (link.type != H5L_TYPE_HARD)
        {
          refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "%s is a link to elsewhere, which is not "
                                   "followed; in Python, model.save (\"new.h5\") writes a file "
                                   "without links", path);
          return H5I_INVALID_HID;
        }
      if (slash != NULL)
        *slash++ = '/';
    }
  object = H5Oopen (parent, path, H5P_DEFAULT);
  if (object >= 0 && H5Oget_info2 (object, &info, H5O_INFO_BASIC) >= 0 && info.type == type)
    return object;
  if (object < 0)
    set_library_error (reader, "layer or weight", path);
  else
    refuse (reader, RT_DATA_ERROR_INVALID, "%s is not a %s", path,
                         type == H5O_TYPE_GROUP ? "group" : "dataset");
  clear_hid (&object);
  return H5I_INVALID_HID;
}

/* --- Attributes */

/* @n texts of fixed length, or addresses of texts that libhdf5 made. */
static void
take_texts (RtKerasNames *names,
            const char   *bytes,
            size_t        n,
            size_t        size,
            gboolean      is_variable)
{
  names->texts = g_renew (char *, names->texts, names->n + n);
  for (size_t i = 0; i < n; i++)
    {
      char *text = NULL;

      if (is_variable)
        memcpy (&text, bytes + i * size, sizeof text);
      names->texts[names->n++] = is_variable ? g_strdup (text != NULL ? text : "")
                                 : g_strndup (bytes + i * size, size);
    }
}

static gboolean
read_texts (RtKerasReader *reader,
            hid_t          object,
            const char    *key,
            RtKerasNames  *names)
{
  g_auto (RtHid) attribute = H5Aopen (object, key, H5P_DEFAULT);
  g_auto (RtHid) type = attribute >= 0 ? H5Aget_type (attribute) : H5I_INVALID_HID;
  g_auto (RtHid) space = attribute >= 0 ? H5Aget_space (attribute) : H5I_INVALID_HID;
  hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints (space) : -1;
  size_t size = type >= 0 ? H5Tget_size (type) : 0;
  uint64_t n_stored = attribute >= 0 ? H5Aget_storage_size (attribute) : 0;
  g_autofree char *bytes = NULL;
  htri_t is_variable;

  if (n < 0 || size == 0)
    return set_library_error (reader, "attribute", key);
  if (H5Tget_class (type) == H5T_FLOAT && n == 0)
    return TRUE;      /* what h5py makes of an empty list */
  is_variable = H5Tis_variable_str (type);
  if (H5Tget_class (type) != H5T_STRING || is_variable < 0)
    return refuse (reader, RT_DATA_ERROR_INVALID, "attribute %s is not a text", key);
  if (n_stored > reader->n_left || n > MAX_NAMES || (n > 0 && size > n_stored / n))
    return refuse (reader, RT_DATA_ERROR_INVALID, "attribute %s is larger than the file", key);
  bytes = g_malloc0 (MAX (n * size, 1));
  if (H5Aread (attribute, type, bytes) < 0)
    return set_library_error (reader, "attribute", key);
  take_texts (names, bytes, n, size, is_variable);
  if (is_variable)
    H5Dvlen_reclaim (type, space, H5P_DEFAULT, bytes);
  return TRUE;
}

/* Of an attribute that may be cut up; no texts where there is none. */
static gboolean
read_names (RtKerasReader *reader,
            hid_t          object,
            const char    *key,
            RtKerasNames  *names)
{
  if (H5Aexists (object, key) > 0 && !read_texts (reader, object, key, names))
    return FALSE;
  for (int i = 0; i < MAX_PARTS; i++)
    {
      g_autofree char *part = g_strdup_printf ("%s%d", key, i);

      if (H5Aexists (object, part) <= 0)
        break;
      if (!read_texts (reader, object, part, names))
        return FALSE;
    }
  H5Eclear2 (H5E_DEFAULT);
  reader->n_names += names->n;
  return reader->n_names <= MAX_NAMES ||
         refuse (reader, RT_DATA_ERROR_INVALID, "names more than %d layers and weights", MAX_NAMES);
}

static gboolean
read_config (RtKerasReader *reader)
{
  g_auto (RtKerasNames) texts = { 0 };

  if (H5Aexists (reader->file, "model_config") <= 0)
    return TRUE;
  if (!read_texts (reader, reader->file, "model_config", &texts))
    return FALSE;
  if (texts.n != 1)
    return refuse (reader, RT_DATA_ERROR_INVALID, "attribute model_config is not one text");
  rt_keras_send_config (reader->fd, texts.texts[0]);
  return TRUE;
}

/* --- Values */

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
    return set_library_error (reader, "the shape of", path);
  if (n_dims > RT_MAX_DIMS)
    return refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "%s has %d dimensions; up to %d are "
                                    "opened", path, n_dims, RT_MAX_DIMS);
  shape->n_dims = n_dims;
  for (int i = 0; i < n_dims; i++)
    {
      if (dims[i] == 0 || dims[i] > G_MAXINT || count * dims[i] > G_MAXINT)
        return refuse (reader, RT_DATA_ERROR_INVALID, "%s holds no values, or more than there "
                                    "can be", path);
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
    return set_library_error (reader, "the filters of", path);
  for (int i = 0; i < n; i++)
    {
      unsigned flags;
      size_t n_values = 0;
      H5Z_filter_t filter = H5Pget_filter2 (plist, i, &flags, &n_values, NULL, 0, NULL, NULL);

      if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
          filter != H5Z_FILTER_FLETCHER32)
        return refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "%s is packed by filter %d; only "
                                        "deflate is opened (h5repack -f NONE unpacks it)", path,
                                        (int) filter);
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
         refuse (reader, RT_DATA_ERROR_INVALID, "%s is cut into pieces larger than it", path);
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
    return set_library_error (reader, "the layout of", path);
  if ((layout != H5D_CONTIGUOUS && layout != H5D_COMPACT && layout != H5D_CHUNKED) ||
      H5Pget_external_count (plist) != 0)
    return refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "the values of %s lie in another file or "
                                    "dataset, which is not opened; in Python, model.save "
                                    "(\"new.h5\") writes them into one", path);
  if (!check_filters (reader, plist, path, &deflated) ||
      (layout == H5D_CHUNKED && !check_chunk (reader, plist, path, shape)))
    return FALSE;
  if (n_stored > reader->n_left || n_bytes > n_stored * (deflated ? MOST_DEFLATED : 1) ||
      n_bytes > RT_MAX_FILE_BYTES)
    return refuse (reader, RT_DATA_ERROR_INVALID, "%s is larger than what the file has for it "
                                "(is it cut off?)", path);
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
      refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "%s is not of a type that is opened; floats and "
                               "whole numbers of 8 to 64 bits are", path);
      return NULL;
    }
  if (!check_storage (reader, dataset, path, shape, count * rt_dtype_get_size (dtype)))
    return NULL;
  bytes = g_try_malloc (count * rt_dtype_get_size (dtype));
  values = g_try_new (float, count);
  if (bytes == NULL || values == NULL)
    {
      refuse (reader, RT_DATA_ERROR_INVALID, "%s does not fit into memory", path);
      return NULL;
    }
  if (H5Dread (dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) < 0)
    {
      set_library_error (reader, "weight", path);
      return NULL;
    }
  rt_dtype_to_floats (values, bytes, count, dtype, big_endian);
  return g_steal_pointer (&values);
}

static gboolean
read_weight (RtKerasReader *reader,
             hid_t          group,
             const char    *layer,
             const char    *variable)
{
  g_auto (RtHid) dataset = open_object (reader, group, variable, H5O_TYPE_DATASET);
  g_autofree char *path = g_strconcat (layer, "/", variable, NULL);
  g_autofree float *values = NULL;
  RtShape shape;

  if (dataset < 0 || !read_shape (reader, dataset, path, &shape))
    return FALSE;
  values = read_values (reader, dataset, path, &shape);
  if (values == NULL)
    return FALSE;
  rt_keras_send_weight (reader->fd, layer, variable, &shape, values);
  reader->n_weights++;
  return TRUE;
}

static gboolean
read_layer (RtKerasReader *reader,
            hid_t          root,
            const char    *layer)
{
  g_auto (RtHid) group = open_object (reader, root, layer, H5O_TYPE_GROUP);
  g_auto (RtKerasNames) names = { 0 };

  if (group < 0 || !read_names (reader, group, "weight_names", &names))
    return FALSE;
  for (size_t i = 0; i < names.n; i++)
    if (!read_weight (reader, group, layer, names.texts[i]))
      return FALSE;
  return TRUE;
}

static gboolean
read_layers (RtKerasReader *reader,
             hid_t          root)
{
  g_auto (RtKerasNames) layers = { 0 };

  if (!read_names (reader, root, "layer_names", &layers))
    return FALSE;
  if (layers.n == 0 && H5Lexists (reader->file, "layers", H5P_DEFAULT) > 0)
    return refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "is in Keras 3's own form (.weights.h5), "
                   "which is not opened; in Python, model.save (\"whole.h5\") writes one that is");
  if (layers.n == 0)
    return refuse (reader, RT_DATA_ERROR_UNSUPPORTED, "is HDF5, but has no layer_names: it is not "
                   "a Keras model; in Python, model.save (\"whole.h5\") writes one");
  for (size_t i = 0; i < layers.n; i++)
    if (!read_layer (reader, root, layers.texts[i]))
      return FALSE;
  return reader->n_weights > 0 ||
         refuse (reader, RT_DATA_ERROR_INVALID, "has layers, but none has weights");
}

static gboolean
read_file (RtKerasReader *reader)
{
  htri_t is_whole = H5Lexists (reader->file, "model_weights", H5P_DEFAULT);
  g_auto (RtHid) root = is_whole < 0 ? H5I_INVALID_HID : is_whole > 0
    ? open_object (reader, reader->file, "model_weights", H5O_TYPE_GROUP)
    : H5Gopen2 (reader->file, "/", H5P_DEFAULT);

  if (root < 0)
    return is_whole > 0 ? FALSE : set_library_error (reader, "the root", "of the file");
  return read_config (reader) && read_layers (reader, root);
}

/* libhdf5 would write its errors out, and would look for filters in folders that the environment
 * names. */
gboolean
rt_keras_send (int            fd,
               const uint8_t *bytes,
               size_t         n_bytes,
               RtKerasError  *problem)
{
  RtKerasReader reader = { .fd = fd, .n_left = n_bytes };
  gboolean good;

  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
  reader.file = open_image (&reader, bytes, n_bytes);
  good = reader.file >= 0 && read_file (&reader);
  clear_hid (&reader.file);
  *problem = reader.problem;
  return good;
}
