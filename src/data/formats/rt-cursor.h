/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <stdint.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * RtCursor:
 *
 * A place in bytes that are not to be trusted. Each read checks that the bytes are there; the first
 * that are not set @failed, and from then on every read gives 0 or NULL. So a parser may read a
 * whole header and ask once.
 */
typedef struct
{
  const uint8_t *bytes;
  size_t         n;
  size_t         at;
  gboolean       failed;
} RtCursor;

static inline RtCursor
rt_cursor_new (const uint8_t *bytes,
               size_t         n)
{
  return (RtCursor) { bytes, n, 0, FALSE };
}

static inline size_t
rt_cursor_get_left (const RtCursor *cursor)
{
  return cursor->failed ? 0 : cursor->n - cursor->at;
}

/* The next @n bytes, or NULL where there are fewer. Never NULL for @n 0 unless it failed before. */
static inline const uint8_t *
rt_cursor_take (RtCursor *cursor,
                uint64_t  n)
{
  const uint8_t *here;

  if (cursor->failed || n > cursor->n - cursor->at)
    {
      cursor->failed = TRUE;
      return NULL;
    }
  here = cursor->bytes + cursor->at;
  cursor->at += n;
  return here;
}

/* Goes to @at from the start. */
static inline void
rt_cursor_seek (RtCursor *cursor,
                uint64_t  at)
{
  if (at > cursor->n)
    cursor->failed = TRUE;
  else
    cursor->at = at;
}

static inline uint64_t
rt_cursor_read_le (RtCursor *cursor,
                   int       n)
{
  const uint8_t *p = rt_cursor_take (cursor, n);
  uint64_t value = 0;

  for (int i = n - 1; p != NULL && i >= 0; i--)
    value = value << 8 | p[i];
  return value;
}

static inline uint64_t
rt_cursor_read_be (RtCursor *cursor,
                   int       n)
{
  const uint8_t *p = rt_cursor_take (cursor, n);
  uint64_t value = 0;

  for (int i = 0; p != NULL && i < n; i++)
    value = value << 8 | p[i];
  return value;
}

static inline uint8_t
rt_cursor_u8 (RtCursor *cursor)
{
  return rt_cursor_read_le (cursor, 1);
}

static inline uint16_t
rt_cursor_u16_le (RtCursor *cursor)
{
  return rt_cursor_read_le (cursor, 2);
}

static inline uint32_t
rt_cursor_u32_le (RtCursor *cursor)
{
  return rt_cursor_read_le (cursor, 4);
}

static inline uint64_t
rt_cursor_u64_le (RtCursor *cursor)
{
  return rt_cursor_read_le (cursor, 8);
}

static inline uint16_t
rt_cursor_u16_be (RtCursor *cursor)
{
  return rt_cursor_read_be (cursor, 2);
}

static inline uint32_t
rt_cursor_u32_be (RtCursor *cursor)
{
  return rt_cursor_read_be (cursor, 4);
}

/* Whether @n bytes begin with @magic, a string literal. */
#define RT_BEGINS_WITH(bytes, n, magic) \
  ((n) >= sizeof (magic) - 1 && memcmp ((bytes), (magic), sizeof (magic) - 1) == 0)

G_END_DECLS
