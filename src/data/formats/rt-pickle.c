/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine for pickles that cannot run anything.
 *
 * A pickle is a program: opcodes push values on a stack, gather them into containers, name
 * functions and call them. Python's own reader calls whatever is named. This one knows numbers,
 * texts, lists, tuples and dictionaries, and of names the few that PyTorch writes for tensors
 * (rt-pickle-build.c), which it interprets itself. Any other name is called by nobody: it and what
 * it would make are values of which nothing is known, that may stand beside the tensors.
 *
 *   rt_pickle_read -> run -> step: one opcode
 *                              step_scalar, step_container, step_memo, step_object
 *
 * Values are owned by a list and refer to each other freely, so that circles need no care and
 * nothing here recurses. How many there can be is bounded, as an opcode of one byte makes a value
 * of many.
 *
 * Protocols 2 to 5 are read, as far as PyTorch uses them.
 */
#include "config.h"

#include "rt-pickle-private.h"

#include "rt-file.h"

#include <string.h>

struct _RtPickle
{
  GPtrArray           *values;     /* Owned */
  GPtrArray           *storages;   /* Owned; borrowed values */
  const RtPickleValue *root;
};

/* What one step says. */
typedef enum
{
  RT_STEP_FAILED,
  RT_STEP_DONE,
  RT_STEP_UNKNOWN,   /* not an opcode of this group */
} RtStep;

enum
{
  OP_MARK = '(', OP_STOP = '.', OP_POP = '0', OP_POP_MARK = '1', OP_DUP = '2', OP_NONE = 'N',
  OP_PROTO = 0x80, OP_FRAME = 0x95, OP_TRUE = 0x88, OP_FALSE = 0x89, OP_BININT = 'J',
  OP_BININT1 = 'K', OP_BININT2 = 'M', OP_LONG1 = 0x8a, OP_LONG4 = 0x8b, OP_BINFLOAT = 'G',
  OP_BINUNICODE = 'X', OP_SHORT_BINUNICODE = 0x8c, OP_BINUNICODE8 = 0x8d, OP_BINSTRING = 'T',
  OP_SHORT_BINSTRING = 'U', OP_BINBYTES = 'B', OP_SHORT_BINBYTES = 'C', OP_BINBYTES8 = 0x8e,
  OP_BYTEARRAY8 = 0x96, OP_EMPTY_LIST = ']', OP_LIST = 'l', OP_APPEND = 'a', OP_APPENDS = 'e',
  OP_EMPTY_TUPLE = ')', OP_TUPLE = 't', OP_TUPLE1 = 0x85, OP_TUPLE2 = 0x86, OP_TUPLE3 = 0x87,
  OP_EMPTY_DICT = '}', OP_DICT = 'd', OP_SETITEM = 's', OP_SETITEMS = 'u', OP_BINPUT = 'q',
  OP_LONG_BINPUT = 'r', OP_MEMOIZE = 0x94, OP_BINGET = 'h', OP_LONG_BINGET = 'j', OP_GLOBAL = 'c',
  OP_INST = 'i', OP_STACK_GLOBAL = 0x93, OP_REDUCE = 'R', OP_NEWOBJ = 0x81, OP_BUILD = 'b',
  OP_BINPERSID = 'Q',
};

static void
free_value (RtPickleValue *value)
{
  if (value->kind == RT_PICKLE_LIST || value->kind == RT_PICKLE_TUPLE
      || value->kind == RT_PICKLE_DICT)
    g_ptr_array_unref (value->items);
  g_free (value);
}

RtPickleValue *
rt_pickle_make (RtPickleMachine  *machine,
                RtPickleKind      kind,
                GError          **error)
{
  RtPickleValue *value;

  if (++machine->n_values > RT_PICKLE_MAX_VALUES)
    {
      rt_file_set_unsupported (error, machine->name, "its pickle holds more than the %zu values "
                               "that are opened",
                               RT_PICKLE_MAX_VALUES);
      return NULL;
    }
  value = g_new0 (RtPickleValue, 1);
  value->kind = kind;
  if (kind == RT_PICKLE_LIST || kind == RT_PICKLE_TUPLE || kind == RT_PICKLE_DICT)
    value->items = g_ptr_array_new ();
  g_ptr_array_add (machine->values, value);
  if (kind == RT_PICKLE_STORAGE)
    g_ptr_array_add (machine->storages, value);
  return value;
}

static RtStep
fail (RtPickleMachine  *machine,
      GError          **error)
{
  rt_file_set_invalid (error, machine->name, "its pickle is cut off or damaged near byte %zu",
                       machine->cursor->at);
  return RT_STEP_FAILED;
}

static RtStep
push (RtPickleMachine *machine,
      RtPickleValue   *value)
{
  if (value == NULL)
    return RT_STEP_FAILED;
  g_ptr_array_add (machine->stack, value);
  return RT_STEP_DONE;
}

/* How much of the stack is above the last mark. */
static guint
count_above (const RtPickleMachine *machine)
{
  guint n = machine->marks->len;

  return machine->stack->len - (n > 0 ? g_array_index (machine->marks, guint, n - 1) : 0);
}

/* NULL where there is none above the last mark. */
static RtPickleValue *
peek (const RtPickleMachine *machine)
{
  return count_above (machine) > 0 ? machine->stack->pdata[machine->stack->len - 1] : NULL;
}

static RtPickleValue *
pop (RtPickleMachine *machine)
{
  RtPickleValue *value = peek (machine);

  if (value != NULL)
    g_ptr_array_set_size (machine->stack, machine->stack->len - 1);
  return value;
}

/* Takes the last mark away. *@first becomes where its values begin; they stay until the stack is
 * cut there. */
static gboolean
pop_mark (RtPickleMachine *machine,
          guint           *first)
{
  if (machine->marks->len == 0)
    return FALSE;
  *first = g_array_index (machine->marks, guint, machine->marks->len - 1);
  g_array_set_size (machine->marks, machine->marks->len - 1);
  return TRUE;
}

static RtStep
push_int (RtPickleMachine  *machine,
          RtPickleKind      kind,
          int64_t           integer,
          GError          **error)
{
  RtPickleValue *value = rt_pickle_make (machine, kind, error);

  if (value != NULL)
    value->integer = integer;
  return push (machine, value);
}

static RtStep
push_text (RtPickleMachine  *machine,
           RtPickleKind      kind,
           uint64_t          n,
           GError          **error)
{
  const uint8_t *bytes = rt_cursor_take (machine->cursor, n);
  RtPickleValue *value;

  if (bytes == NULL)
    return fail (machine, error);
  value = rt_pickle_make (machine, kind, error);
  if (value != NULL)
    {
      value->text.bytes = (const char *) bytes;
      value->text.n = n;
    }
  return push (machine, value);
}

/* Two's complement of @n bytes. */
static RtStep
push_long (RtPickleMachine  *machine,
           uint64_t          n,
           GError          **error)
{
  const uint8_t *bytes;
  uint64_t bits;

  if (n > 8)
    return push_text (machine, RT_PICKLE_BIG_INT, n, error);
  bytes = rt_cursor_take (machine->cursor, n);
  if (bytes == NULL)
    return fail (machine, error);
  bits = n > 0 && bytes[n - 1] & 0x80 ? ~(uint64_t) 0 : 0;
  for (int i = (int) n - 1; i >= 0; i--)
    bits = bits << 8 | bytes[i];
  return push_int (machine, RT_PICKLE_INT, (int64_t) bits, error);
}

static RtStep
push_float (RtPickleMachine  *machine,
            GError          **error)
{
  uint64_t bits = rt_cursor_read_be (machine->cursor, 8);
  RtPickleValue *value = rt_pickle_make (machine, RT_PICKLE_FLOAT, error);

  if (value != NULL)
    memcpy (&value->real, &bits, sizeof bits);
  return push (machine, value);
}

static RtStep
step_scalar (RtPickleMachine  *machine,
             int               op,
             GError          **error)
{
  RtCursor *cursor = machine->cursor;

  switch (op)
    {
    case OP_NONE:
      return push_int (machine, RT_PICKLE_NONE, 0, error);
    case OP_TRUE:
    case OP_FALSE:
      return push_int (machine, RT_PICKLE_BOOL, op == OP_TRUE, error);
    case OP_BININT:
      return push_int (machine, RT_PICKLE_INT, (int32_t) rt_cursor_u32_le (cursor), error);
    case OP_BININT1:
      return push_int (machine, RT_PICKLE_INT, rt_cursor_u8 (cursor), error);
    case OP_BININT2:
      return push_int (machine, RT_PICKLE_INT, rt_cursor_u16_le (cursor), error);
    case OP_LONG1:
      return push_long (machine, rt_cursor_u8 (cursor), error);
    case OP_LONG4:
      return push_long (machine, rt_cursor_u32_le (cursor), error);
    case OP_BINFLOAT:
      return push_float (machine, error);
    case OP_BINUNICODE:
    case OP_BINSTRING:
      return push_text (machine, RT_PICKLE_TEXT, rt_cursor_u32_le (cursor), error);
    case OP_SHORT_BINUNICODE:
    case OP_SHORT_BINSTRING:
      return push_text (machine, RT_PICKLE_TEXT, rt_cursor_u8 (cursor), error);
    case OP_BINUNICODE8:
      return push_text (machine, RT_PICKLE_TEXT, rt_cursor_u64_le (cursor), error);
    case OP_BINBYTES:
      return push_text (machine, RT_PICKLE_BYTES, rt_cursor_u32_le (cursor), error);
    case OP_SHORT_BINBYTES:
      return push_text (machine, RT_PICKLE_BYTES, rt_cursor_u8 (cursor), error);
    case OP_BINBYTES8:
    case OP_BYTEARRAY8:
      return push_text (machine, RT_PICKLE_BYTES, rt_cursor_u64_le (cursor), error);
    default:
      return RT_STEP_UNKNOWN;
    }
}

/* The stack from @first up becomes the items of @container. */
static RtStep
fill (RtPickleMachine  *machine,
      RtPickleValue    *container,
      guint             first,
      GError          **error)
{
  guint n = machine->stack->len - first;

  if (container->kind == RT_PICKLE_DICT && n % 2 != 0)
    return fail (machine, error);
  for (guint i = first; i < machine->stack->len; i++)
    g_ptr_array_add (container->items, machine->stack->pdata[i]);
  g_ptr_array_set_size (machine->stack, first);
  return RT_STEP_DONE;
}

/* A new container of the top @n values, or of those above the mark where @n is below 0. */
static RtStep
gather (RtPickleMachine  *machine,
        RtPickleKind      kind,
        int               n,
        GError          **error)
{
  RtPickleValue *container = rt_pickle_make (machine, kind, error);
  guint first;

  if (container == NULL)
    return RT_STEP_FAILED;
  if (n < 0 ? !pop_mark (machine, &first) : count_above (machine) < (guint) n)
    return fail (machine, error);
  if (n >= 0)
    first = machine->stack->len - n;
  if (fill (machine, container, first, error) == RT_STEP_FAILED)
    return RT_STEP_FAILED;
  return push (machine, container);
}

/* The top @n values, or those above the mark, go into the container below them. */
static RtStep
extend (RtPickleMachine  *machine,
        RtPickleKind      kind,
        int               n,
        GError          **error)
{
  RtPickleValue *container;
  guint first;

  if (n < 0 ? !pop_mark (machine, &first) : count_above (machine) < (guint) n)
    return fail (machine, error);
  if (n >= 0)
    first = machine->stack->len - n;
  if (count_above (machine) < machine->stack->len - first + 1)
    return fail (machine, error);
  container = machine->stack->pdata[first - 1];
  if (container->kind == RT_PICKLE_OTHER)
    {
      g_ptr_array_set_size (machine->stack, first);
      return RT_STEP_DONE;
    }
  if (container->kind != kind)
    return fail (machine, error);
  return fill (machine, container, first, error);
}

static RtStep
step_container (RtPickleMachine  *machine,
                int               op,
                GError          **error)
{
  switch (op)
    {
    case OP_EMPTY_LIST:
      return gather (machine, RT_PICKLE_LIST, 0, error);
    case OP_LIST:
      return gather (machine, RT_PICKLE_LIST, -1, error);
    case OP_APPEND:
      return extend (machine, RT_PICKLE_LIST, 1, error);
    case OP_APPENDS:
      return extend (machine, RT_PICKLE_LIST, -1, error);
    case OP_EMPTY_TUPLE:
      return gather (machine, RT_PICKLE_TUPLE, 0, error);
    case OP_TUPLE:
      return gather (machine, RT_PICKLE_TUPLE, -1, error);
    case OP_TUPLE1:
    case OP_TUPLE2:
    case OP_TUPLE3:
      return gather (machine, RT_PICKLE_TUPLE, op - OP_TUPLE1 + 1, error);
    case OP_EMPTY_DICT:
      return gather (machine, RT_PICKLE_DICT, 0, error);
    case OP_DICT:
      return gather (machine, RT_PICKLE_DICT, -1, error);
    case OP_SETITEM:
      return extend (machine, RT_PICKLE_DICT, 2, error);
    case OP_SETITEMS:
      return extend (machine, RT_PICKLE_DICT, -1, error);
    default:
      return RT_STEP_UNKNOWN;
    }
}

static RtStep
put_memo (RtPickleMachine  *machine,
          uint32_t          number,
          GError          **error)
{
  RtPickleValue *value = peek (machine);

  if (value == NULL)
    return fail (machine, error);
  g_hash_table_insert (machine->memo, GUINT_TO_POINTER (number), value);
  return RT_STEP_DONE;
}

static RtStep
get_memo (RtPickleMachine  *machine,
          uint32_t          number,
          GError          **error)
{
  RtPickleValue *value = g_hash_table_lookup (machine->memo, GUINT_TO_POINTER (number));

  return value != NULL ? push (machine, value) : fail (machine, error);
}

/* The memo and the stack itself. */
static RtStep
step_memo (RtPickleMachine  *machine,
           int               op,
           GError          **error)
{
  RtCursor *cursor = machine->cursor;
  guint first;

  switch (op)
    {
    case OP_PROTO:
      rt_cursor_u8 (cursor);
      return RT_STEP_DONE;
    case OP_FRAME:
      rt_cursor_u64_le (cursor);
      return RT_STEP_DONE;
    case OP_MARK:
      g_array_append_val (machine->marks, machine->stack->len);
      return RT_STEP_DONE;
    case OP_POP:
      if (pop (machine) != NULL)
        return RT_STEP_DONE;
      G_GNUC_FALLTHROUGH;
    case OP_POP_MARK:
      if (!pop_mark (machine, &first))
        return fail (machine, error);
      g_ptr_array_set_size (machine->stack, first);
      return RT_STEP_DONE;
    case OP_DUP:
      return peek (machine) != NULL ? push (machine, peek (machine)) : fail (machine, error);
    case OP_BINPUT:
      return put_memo (machine, rt_cursor_u8 (cursor), error);
    case OP_LONG_BINPUT:
      return put_memo (machine, rt_cursor_u32_le (cursor), error);
    case OP_MEMOIZE:
      return put_memo (machine, g_hash_table_size (machine->memo), error);
    case OP_BINGET:
      return get_memo (machine, rt_cursor_u8 (cursor), error);
    case OP_LONG_BINGET:
      return get_memo (machine, rt_cursor_u32_le (cursor), error);
    default:
      return RT_STEP_UNKNOWN;
    }
}

/* The rest of a line. FALSE where it has no end. */
static gboolean
take_line (RtCursor    *cursor,
           const char **line,
           size_t      *n)
{
  const uint8_t *here = cursor->bytes + cursor->at;
  const uint8_t *end = memchr (here, '\n', rt_cursor_get_left (cursor));

  if (end == NULL)
    return FALSE;
  *line = (const char *) here;
  *n = end - here;
  rt_cursor_take (cursor, *n + 1);
  return TRUE;
}

static RtStep
push_global (RtPickleMachine  *machine,
             gboolean          from_stack,
             GError          **error)
{
  const char *module, *name;
  size_t n_module, n_name;

  if (from_stack)
    {
      RtPickleValue *b = pop (machine);
      RtPickleValue *a = pop (machine);

      if (a == NULL || b == NULL || a->kind != RT_PICKLE_TEXT || b->kind != RT_PICKLE_TEXT)
        return fail (machine, error);
      module = a->text.bytes;
      n_module = a->text.n;
      name = b->text.bytes;
      n_name = b->text.n;
    }
  else if (!take_line (machine->cursor, &module, &n_module)
           || !take_line (machine->cursor, &name, &n_name))
    return fail (machine, error);
  return push (machine, rt_pickle_make_global (machine, module, n_module, name, n_name, error));
}

static RtStep
call (RtPickleMachine  *machine,
      GError          **error)
{
  RtPickleValue *args = pop (machine);
  RtPickleValue *callee = pop (machine);

  if (callee == NULL || args->kind != RT_PICKLE_TUPLE
      || (callee->kind != RT_PICKLE_GLOBAL && callee->kind != RT_PICKLE_OTHER))
    return fail (machine, error);
  return push (machine, rt_pickle_call (machine, callee, args, error));
}

/* "iMODULE\nNAME\n": what is above the mark becomes an object of that class. None of the known
 * names is one. */
static RtStep
push_instance (RtPickleMachine  *machine,
               GError          **error)
{
  guint first;

  if (!pop_mark (machine, &first))
    return fail (machine, error);
  g_ptr_array_set_size (machine->stack, first);
  if (push_global (machine, FALSE, error) == RT_STEP_FAILED)
    return RT_STEP_FAILED;
  return peek (machine)->kind == RT_PICKLE_OTHER ? RT_STEP_DONE : fail (machine, error);
}

/* Names, calls, and attributes set on what was made: an OrderedDict may carry some (the versions of
 * its modules), which are of no use here. */
static RtStep
step_object (RtPickleMachine  *machine,
             int               op,
             GError          **error)
{
  RtPickleValue *value;

  switch (op)
    {
    case OP_GLOBAL:
      return push_global (machine, FALSE, error);
    case OP_INST:
      return push_instance (machine, error);
    case OP_STACK_GLOBAL:
      return push_global (machine, TRUE, error);
    case OP_REDUCE:
    case OP_NEWOBJ:
      return call (machine, error);
    case OP_BUILD:
      pop (machine);
      value = peek (machine);
      return value != NULL && (value->kind == RT_PICKLE_DICT || value->kind == RT_PICKLE_OTHER)
             ? RT_STEP_DONE : fail (machine, error);
    case OP_BINPERSID:
      value = pop (machine);
      if (value == NULL)
        return fail (machine, error);
      return push (machine, rt_pickle_make_storage (machine, value, error));
    default:
      return RT_STEP_UNKNOWN;
    }
}

/* The value that the pickle stands for, or NULL. */
static const RtPickleValue *
run (RtPickleMachine  *machine,
     GError          **error)
{
  static RtStep (*const groups[]) (RtPickleMachine *, int, GError **) = {
    step_memo, step_scalar, step_container, step_object,
  };

  for (;;)
    {
      size_t at = machine->cursor->at;
      int op = rt_cursor_u8 (machine->cursor);
      RtStep step = RT_STEP_UNKNOWN;

      if (machine->cursor->failed || (op == OP_STOP && peek (machine) == NULL))
        {
          fail (machine, error);
          return NULL;
        }
      if (op == OP_STOP)
        return peek (machine);
      for (size_t i = 0; i < G_N_ELEMENTS (groups) && step == RT_STEP_UNKNOWN; i++)
        step = groups[i] (machine, op, error);
      if (step == RT_STEP_FAILED)
        return NULL;
      if (machine->cursor->failed)
        {
          fail (machine, error);
          return NULL;
        }
      if (step == RT_STEP_UNKNOWN)
        {
          rt_file_set_invalid (error, machine->name, "its pickle has the opcode 0x%02x at byte "
                               "%zu, which no checkpoint of plain tensors "
                               "needs: refused", op, at);
          return NULL;
        }
    }
}

RtPickle *
rt_pickle_read (RtCursor    *cursor,
                const char  *name,
                GError     **error)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) memo = g_hash_table_new (NULL, NULL);
  RtPickleMachine machine = {
    .cursor = cursor, .name = name, .stack = stack, .marks = marks, .memo = memo,
  };
  RtPickle *pickle = g_new0 (RtPickle, 1);

  pickle->values = g_ptr_array_new_with_free_func ((GDestroyNotify) free_value);
  pickle->storages = g_ptr_array_new ();
  machine.values = pickle->values;
  machine.storages = pickle->storages;
  pickle->root = run (&machine, error);
  if (pickle->root == NULL)
    g_clear_pointer (&pickle, rt_pickle_free);
  return pickle;
}

void
rt_pickle_free (RtPickle *pickle)
{
  if (pickle == NULL)
    return;
  g_ptr_array_unref (pickle->storages);
  g_ptr_array_unref (pickle->values);
  g_free (pickle);
}

const RtPickleValue *
rt_pickle_get_root (const RtPickle *pickle)
{
  return pickle->root;
}

const GPtrArray *
rt_pickle_get_storages (const RtPickle *pickle)
{
  return pickle->storages;
}

const RtPickleValue *
rt_pickle_find (const RtPickleValue *dict,
                const char          *key)
{
  size_t n = strlen (key);

  if (dict == NULL || dict->kind != RT_PICKLE_DICT)
    return NULL;
  /* From the end: the last of two equal keys is the one that Python would keep. */
  for (guint i = dict->items->len; i >= 2; i -= 2)
    {
      const RtPickleValue *k = dict->items->pdata[i - 2];

      if (k->kind == RT_PICKLE_TEXT && k->text.n == n && memcmp (k->text.bytes, key, n) == 0)
        return dict->items->pdata[i - 1];
    }
  return NULL;
}
