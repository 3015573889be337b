/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects of an HDF5 file that is not to be trusted: groups and datasets by hard links, texts from
 * attributes, and what is wrong with them. In the reader's process (rt-keras.c). */
#include "config.h"

#include "rt-keras-hdf5.h"

#define MAX_NAMES 65536
#define MAX_NAME 1024
#define MAX_PARTS 16          /* of an attribute that is cut up, and of a path */


void
rt_keras_clear_hid (RtHid *id)
{
  if (*id > 0)
    H5Idec_ref (*id);
}

void
rt_keras_clear_names (RtKerasNames *names)
{
  for (size_t i = 0; i < names->n; i++)
    g_free (names->texts[i]);
  g_free (names->texts);
}

/* --- Errors */

gboolean
rt_keras_refuse (RtKerasReader *reader,
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

gboolean
rt_keras_set_library_error (RtKerasReader *reader,
                            const char    *what,
                            const char    *where)
{
  const char *reason = NULL;

  H5Ewalk2 (H5E_DEFAULT, H5E_WALK_UPWARD, keep_first_cb, &reason);
  rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                   "%s %s cannot be read: %s", what, where,
                   reason != NULL ? reason : "it is not there");
  H5Eclear2 (H5E_DEFAULT);
  return FALSE;
}

/* --- Objects */

gboolean
rt_keras_check_path (RtKerasReader *reader,
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
  return good || rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                                  "names a layer or a weight \"%.200s\", which is no name", path);
}

hid_t
rt_keras_open_object (RtKerasReader *reader,
                      hid_t          parent,
                      const char    *path,
                      H5O_type_t     type)
{
  g_autofree char *so_far = g_strdup (path);
  H5O_info_t info;
  H5L_info_t link;
  hid_t object;

  if (!rt_keras_check_path (reader, path))
    return H5I_INVALID_HID;
  for (char *slash = so_far; slash != NULL; )
    {
      slash = strchr (slash, '/');
      if (slash != NULL)
        *slash = '\0';
      if (H5Lget_info (parent, so_far, &link, H5P_DEFAULT) < 0)
        {
          rt_keras_set_library_error (reader, "layer or weight", path);
          return H5I_INVALID_HID;
        }
      if (link.type != H5L_TYPE_HARD)
        {
          rt_keras_refuse (reader, RT_DATA_ERROR_UNSUPPORTED,
                           "%s is a link to elsewhere, which is not followed; in Python, "
                           "model.save (\"new.h5\") writes a file without links", path);
          return H5I_INVALID_HID;
        }
      if (slash != NULL)
        *slash++ = '/';
    }
  object = H5Oopen (parent, path, H5P_DEFAULT);
  if (object >= 0 && H5Oget_info2 (object, &info, H5O_INFO_BASIC) >= 0 && info.type == type)
    return object;
  if (object < 0)
    rt_keras_set_library_error (reader, "layer or weight", path);
  else
    rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                     "%s is not a %s", path, type == H5O_TYPE_GROUP ? "group" : "dataset");
  rt_keras_clear_hid (&object);
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

gboolean
rt_keras_read_texts (RtKerasReader *reader,
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
    return rt_keras_set_library_error (reader, "attribute", key);
  if (H5Tget_class (type) == H5T_FLOAT && n == 0)
    return TRUE;      /* what h5py makes of an empty list */
  is_variable = H5Tis_variable_str (type);
  if (H5Tget_class (type) != H5T_STRING || is_variable < 0)
    return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID, "attribute %s is not a text", key);
  if (n_stored > reader->n_left || n > MAX_NAMES || (n > 0 && size > n_stored / n))
    return rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                            "attribute %s is larger than the file", key);
  bytes = g_malloc0 (MAX (n * size, 1));
  if (H5Aread (attribute, type, bytes) < 0)
    return rt_keras_set_library_error (reader, "attribute", key);
  take_texts (names, bytes, n, size, is_variable);
  if (is_variable)
    H5Dvlen_reclaim (type, space, H5P_DEFAULT, bytes);
  return TRUE;
}

static gboolean
count_names (RtKerasReader *reader,
             size_t         n)
{
  reader->n_names += n;
  return reader->n_names <= MAX_NAMES ||
         rt_keras_refuse (reader, RT_DATA_ERROR_INVALID,
                          "names more than %d layers and weights", MAX_NAMES);
}

gboolean
rt_keras_read_names (RtKerasReader *reader,
                     hid_t          object,
                     const char    *key,
                     RtKerasNames  *names)
{
  if (H5Aexists (object, key) > 0 && !rt_keras_read_texts (reader, object, key, names))
    return FALSE;
  for (int i = 0; i < MAX_PARTS; i++)
    {
      g_autofree char *part = g_strdup_printf ("%s%d", key, i);

      if (H5Aexists (object, part) <= 0)
        break;
      if (!rt_keras_read_texts (reader, object, part, names))
        return FALSE;
    }
  H5Eclear2 (H5E_DEFAULT);
  return count_names (reader, names->n);
}

/* --- Links */

static herr_t
add_link_cb (hid_t             group,
             const char       *name,
             const H5L_info_t *info,
             void             *data)
{
  RtKerasNames *names = data;

  if (names->n > MAX_NAMES)
    return 1;
  names->texts = g_renew (char *, names->texts, names->n + 1);
  names->texts[names->n++] = g_strdup (name);
  return 0;
}

gboolean
rt_keras_list_links (RtKerasReader *reader,
                     hid_t          group,
                     RtKerasNames  *names)
{
  if (H5Literate (group, H5_INDEX_NAME, H5_ITER_INC, NULL, add_link_cb, names) < 0)
    return rt_keras_set_library_error (reader, "a group", "of layers");
  return count_names (reader, names->n);
}
