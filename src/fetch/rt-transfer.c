/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One request and its answer. The request asks for the rest of the file, of the version that the
 * part is of (If-Range); what the answer is good for is decided by its status alone:
 *
 *   206  the rest, if it begins where the part ends      -> appended
 *   200  the whole, of whatever version                  -> the part begins anew
 *   416  the part is no part of what is there now        -> the part begins anew, next time
 *   3xx  elsewhere: followed a few times, to http and https only, never from https to http
 *
 * All else is refused with the server's own words. Nothing of a page of error is ever written, and
 * nothing more than the file may have. Bodies are taken as they are sent: no decoder, no cookies.
 */
#include "config.h"

#include "rt-transfer.h"

#include "rt-fetch.h"

#include <string.h>

#define BLOCK_BYTES (64 * 1024)
#define MAX_REDIRECTS 5

static gboolean G_GNUC_PRINTF (4, 5)
fail (RtTransfer   *self,
      RtFetchError  code,
      GError      **error,
      const char   *format,
      ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, RT_FETCH_ERROR, code, "%s: %s", self->file->address, message);
  return FALSE;
}

static SoupMessage *
make_request (RtTransfer *self,
              GUri       *uri)
{
  SoupMessage *message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  guint64 from = rt_part_get_bytes (self->part);
  const char *version = rt_part_get_version (self->part);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (from > 0)
    {
      soup_message_headers_set_range (headers, (goffset) from, -1);
      if (version != NULL)
        soup_message_headers_replace (headers, "If-Range", version);
    }
  return message;
}

/* (nullable): where the answer says that the file is. */
static GUri *
find_redirect (RtTransfer   *self,
               SoupMessage  *message,
               GError      **error)
{
  const char *to = soup_message_headers_get_one (soup_message_get_response_headers (message),
                                                 "Location");
  GUri *from = soup_message_get_uri (message);
  g_autoptr (GUri) uri = to != NULL ? g_uri_parse_relative (from, to, SOUP_HTTP_URI_FLAGS, NULL)
                         : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";
  gboolean secure = g_str_equal (g_uri_get_scheme (from), "https");

  if (g_str_equal (scheme, "https") || (g_str_equal (scheme, "http") && !secure))
    return g_steal_pointer (&uri);
  fail (self, RT_FETCH_ERROR_REFUSED, error,
        "the server sends one on to “%s”, which is not followed", to != NULL ? to : "nowhere");
  return NULL;
}

/* Follows redirects. (transfer full) (nullable): the body, with @answer. */
static GInputStream *
send (RtTransfer   *self,
      SoupMessage **answer,
      GError      **error)
{
  g_autoptr (GUri) uri = g_uri_parse (self->file->address, SOUP_HTTP_URI_FLAGS, error);

  for (int i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (SoupMessage) message = make_request (self, uri);
      g_autoptr (GInputStream) body = soup_session_send (self->session, message, self->cancellable,
                                                         error);
      guint status = soup_message_get_status (message);

      if (body == NULL)
        return NULL;
      if (!SOUP_STATUS_IS_REDIRECTION (status) || status == SOUP_STATUS_NOT_MODIFIED)
        {
          *answer = g_steal_pointer (&message);
          return g_steal_pointer (&body);
        }
      g_clear_pointer (&uri, g_uri_unref);
      uri = find_redirect (self, message, error);
    }
  if (uri != NULL)
    fail (self, RT_FETCH_ERROR_REFUSED, error, "the server sends one on more than %d times",
          MAX_REDIRECTS);
  return NULL;
}

/* As If-Range takes it: a strong ETag, else the date. */
static const char *
get_version (SoupMessageHeaders *headers)
{
  const char *tag = soup_message_headers_get_one (headers, "ETag");

  if (tag != NULL && *tag == '"')
    return tag;
  return soup_message_headers_get_one (headers, "Last-Modified");
}

/* Whether @whole, which the server says is the length of the file, is what the catalogue says. */
static gboolean
check_length (RtTransfer  *self,
              goffset      whole,
              GError     **error)
{
  guint64 least, most;

  rt_catalogue_file_get_limits (self->file, &least, &most);
  if (whole < 0 || ((guint64) whole >= least && (guint64) whole <= most))
    return TRUE;
  return fail (self, RT_FETCH_ERROR_DAMAGED, error, "the server has a file of %" G_GOFFSET_FORMAT
               " bytes, and the catalogue says %s%" G_GUINT64_FORMAT
               "; the file there is another one", whole, self->file->exact ? "" : "about ",
               self->file->bytes);
}

static gboolean
check_rest (RtTransfer          *self,
            SoupMessageHeaders  *headers,
            GError             **error)
{
  goffset start, end, whole = -1;

  if (soup_message_headers_get_content_range (headers, &start, &end, &whole)
      && start >= 0 && (guint64) start == rt_part_get_bytes (self->part))
    return check_length (self, whole, error);
  /* What it sends is not what was asked for: anew, from the beginning. */
  if (!rt_part_restart (self->part, NULL, error))
    return FALSE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "the server sent another part");
  return FALSE;
}

/* Makes the part ready for the body of the answer. */
static gboolean
accept_answer (RtTransfer   *self,
               SoupMessage  *answer,
               GError      **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (answer);
  guint status = soup_message_get_status (answer);

  switch (status)
    {
    case SOUP_STATUS_PARTIAL_CONTENT:
      return check_rest (self, headers, error);
    case SOUP_STATUS_OK:
      if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
          && !check_length (self, soup_message_headers_get_content_length (headers), error))
        return FALSE;
      return rt_part_restart (self->part, get_version (headers), error);
    case SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE:
      if (rt_part_get_bytes (self->part) > 0)
        {
          if (rt_part_restart (self->part, NULL, error))
            g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "the file has changed there");
          return FALSE;
        }
      break;
    default:
      break;
    }
  return fail (self, RT_FETCH_ERROR_REFUSED, error, "the server answers “%u %s”%s", status,
               soup_message_get_reason_phrase (answer) != NULL
               ? soup_message_get_reason_phrase (answer) : "",
               status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE
               ? "; the file is no longer there, a newer catalogue may know where it is" : "");
}

static gboolean
receive (RtTransfer    *self,
         GInputStream  *body,
         GError       **error)
{
  g_autofree char *block = g_malloc (BLOCK_BYTES);
  guint64 least, most;

  rt_catalogue_file_get_limits (self->file, &least, &most);
  for (;;)
    {
      gssize n = g_input_stream_read (body, block, BLOCK_BYTES, self->cancellable, error);

      if (n <= 0)
        return n == 0;
      if (rt_part_get_bytes (self->part) + (guint64) n > most)
        {
          rt_part_discard (self->part);
          return fail (self, RT_FETCH_ERROR_DAMAGED, error, "the server sends more than the %"
                       G_GUINT64_FORMAT " bytes that the catalogue says; nothing of it was kept",
                       self->file->bytes);
        }
      if (!rt_part_append (self->part, block, (size_t) n, error))
        return FALSE;
      self->func (TRUE, self->data);
    }
}

gboolean
rt_transfer_run (RtTransfer  *self,
                 GError     **error)
{
  g_autoptr (SoupMessage) answer = NULL;
  g_autoptr (GInputStream) body = NULL;

  self->func (FALSE, self->data);
  body = send (self, &answer, error);
  if (body == NULL || !accept_answer (self, answer, error))
    return FALSE;
  return receive (self, body, error);
}

gboolean
rt_transfer_is_offline (const GError *error)
{
  return error->domain == G_RESOLVER_ERROR
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

gboolean
rt_transfer_is_passing (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_FAILED)
         || g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_EOF)
         || g_error_matches (error, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING);
}
