/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look over a protobuf message before it is unpacked.
 *
 * A message is a row of fields: a key (a varint: number << 3 | wire type), then a varint, 4 or 8
 * bytes, or a length and as many bytes. Which of the last are messages again, the descriptors say
 * that the compiler of the schema made. A message that stands twice where one is meant would be
 * merged with the first, at a cost that grows with the square of their number: no writer does that,
 * and it is refused.
 */
#include "config.h"

#include "rt-onnx-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#define MAX_DEPTH 16
#define MAX_FIELDS (1 << 20)

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

typedef struct
{
  const ProtobufCMessageDescriptor *type;
  size_t                            end;
  uint64_t                          seen;   /* bit i: its field i, a message, was there */
} Level;

static uint64_t
read_varint (RtCursor *cursor)
{
  uint64_t value = 0;

  for (int shift = 0; shift < 64; shift += 7)
    {
      uint8_t byte = rt_cursor_u8 (cursor);

      value |= (uint64_t) (byte & 0x7f) << shift;
      if (byte < 0x80)
        return value;
    }
  cursor->failed = TRUE;
  return 0;
}

/* The type of the messages in field @number; NULL where there are none. */
static const ProtobufCMessageDescriptor *
find_message (Level    *level,
              unsigned  number,
              gboolean *again)
{
  const ProtobufCFieldDescriptor *field;
  uint64_t bit;

  field = protobuf_c_message_descriptor_get_field (level->type, number);
  if (field == NULL || field->type != PROTOBUF_C_TYPE_MESSAGE)
    return NULL;
  bit = (uint64_t) 1 << ((field - level->type->fields) & 63);
  *again = field->label != PROTOBUF_C_LABEL_REPEATED && (level->seen & bit) != 0;
  level->seen |= bit;
  return field->descriptor;
}

static gboolean
is_cut_off (const char  *name,
            GError     **error)
{
  return rt_file_set_invalid (error, name, "is not an ONNX network, or is cut off or damaged");
}

gboolean
rt_onnx_scan (const ProtobufCMessageDescriptor  *type,
              const uint8_t                     *bytes,
              size_t                             n_bytes,
              const char                        *name,
              GError                           **error)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  Level levels[MAX_DEPTH] = { { .type = type, .end = n_bytes } };
  int depth = 0, n_fields = 0;

  while (depth >= 0)
    {
      uint64_t key, length = 0;
      const ProtobufCMessageDescriptor *inner = NULL;
      gboolean again = FALSE;

      if (cursor.at == levels[depth].end)
        {
          depth--;
          continue;
        }
      if (++n_fields > MAX_FIELDS)
        return rt_file_set_unsupported (error, name, "has more than %d parts; save it with its "
                                        "weights as raw data (onnx.save in Python does)",
                                        MAX_FIELDS);
      key = read_varint (&cursor);
      if (key > G_MAXUINT32)
        return is_cut_off (name, error);
      switch (key & 7)
        {
        case WIRE_VARINT:
          read_varint (&cursor);
          break;
        case WIRE_64:
          rt_cursor_take (&cursor, 8);
          break;
        case WIRE_32:
          rt_cursor_take (&cursor, 4);
          break;
        case WIRE_BYTES:
          length = read_varint (&cursor);
          inner = find_message (&levels[depth], (unsigned) (key >> 3), &again);
          if (inner == NULL)
            rt_cursor_take (&cursor, length);
          break;
        default:
          return is_cut_off (name, error);
        }
      if (cursor.failed || again || key >> 3 == 0 || cursor.at > levels[depth].end
          || (inner != NULL && length > levels[depth].end - cursor.at))
        return is_cut_off (name, error);
      if (inner == NULL)
        continue;
      if (depth + 1 == MAX_DEPTH)
        return rt_file_set_unsupported (error, name, "has networks within networks, more than %d "
                                        "deep; save it without branches and loops", MAX_DEPTH);
      levels[++depth] = (Level) { .type = inner, .end = cursor.at + (size_t) length };
    }
  return TRUE;
}
