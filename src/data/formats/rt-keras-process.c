/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The process in which libhdf5 reads a Keras file, and the pipe through which the contents come.
 *
 * libhdf5 was made for files that one trusts: a damaged one can make it read or free what it should
 * not, turn in a circle, or ask for all the memory there is. So a child of this process does the
 * reading, which may open no file, writes nothing but its pipe, and has a time to be done in and so
 * much memory as its file can be worth. What comes through the pipe is checked
 * as any file is. A child that ends before it said that it is done has met a damaged file.
 *
 *   rt_keras_parse -> check_start, receive_from_child -> run_child (rt_keras_send) and receive
 *
 * The pipe carries records: a header, its texts, its values.
 */
#include "config.h"

#include "rt-keras-private.h"

#include "rt-cursor.h"
#include "rt-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file that is not read after so many seconds of a processor, and one for each so many bytes,
 * never will be; nor after ten times as long by the clock, which on a busy machine goes faster. */
#define SECONDS 5
#define BYTES_PER_SECOND (4 << 20)
#define CLOCK_PER_PROCESSOR 10

/* What the child may take beyond what it is born with. libhdf5 holds the file, a dataset is held as
 * it is stored and as floats, and bytes become floats of four: nine times the file's length, and
 * room for what is packed. */
#define MEMORY ((uint64_t) 256 << 20)
#define MEMORY_PER_BYTE 9

/* The sanitizers take address space as it pleases them. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define LIMITS_MEMORY 0
#elif defined (__has_feature)
#if __has_feature (address_sanitizer) || __has_feature (thread_sanitizer)
#define LIMITS_MEMORY 0
#endif
#endif
#ifndef LIMITS_MEMORY
#define LIMITS_MEMORY 1
#endif

#define MAX_TEXT ((size_t) 256 << 20)
#define N_TEXTS 3

typedef enum
{
  RT_KERAS_RECORD_DONE = 0x4b01,
  RT_KERAS_RECORD_CONFIG,
  RT_KERAS_RECORD_STORE,
  RT_KERAS_RECORD_WEIGHT,
  RT_KERAS_RECORD_ERROR,
} RtKerasRecordKind;

typedef struct
{
  uint32_t kind;
  uint32_t code;         /* of an error */
  uint64_t n_texts[N_TEXTS];  /* bytes: layer, variable and own name, or config, or error */
  RtShape  shape;        /* of a weight */
} RtKerasRecord;

/* --- In the child */

static void
put (int         fd,
     const void *bytes,
     size_t      n)
{
  const char *at = bytes;

  while (n > 0)
    {
      ssize_t now = write (fd, at, n);

      if (now < 0 && errno != EINTR)
        _exit (1);
      if (now > 0)
        {
          at += now;
          n -= now;
        }
    }
}

static void
put_record (int            fd,
            RtKerasRecord *record,
            const char    *first,
            const char    *second,
            const char    *third)
{
  const char *texts[N_TEXTS] = { first, second, third };

  for (int i = 0; i < N_TEXTS; i++)
    record->n_texts[i] = strlen (texts[i]);
  put (fd, record, sizeof *record);
  for (int i = 0; i < N_TEXTS; i++)
    put (fd, texts[i], record->n_texts[i]);
}

void
rt_keras_send_config (int         fd,
                      const char *text)
{
  RtKerasRecord record = { .kind = RT_KERAS_RECORD_CONFIG };

  put_record (fd, &record, text, "", "");
}

void
rt_keras_send_store (int fd)
{
  RtKerasRecord record = { .kind = RT_KERAS_RECORD_STORE };

  put_record (fd, &record, "", "", "");
}

void
rt_keras_send_weight (int            fd,
                      const char    *layer,
                      const char    *variable,
                      const char    *own,
                      const RtShape *shape,
                      const float   *values)
{
  RtKerasRecord record = { .kind = RT_KERAS_RECORD_WEIGHT, .shape = *shape };

  put_record (fd, &record, layer, variable, own);
  put (fd, values, rt_shape_count (shape) * sizeof (float));
}

/* The child is born with all that the program has mapped, which counts. */
static void
limit_memory (size_t n_bytes)
{
  char text[32] = "";
  int fd = open ("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  ssize_t n = fd >= 0 ? read (fd, text, sizeof text - 1) : 0;
  uint64_t born = n > 0 ? g_ascii_strtoull (text, NULL, 10) * (uint64_t) sysconf (_SC_PAGESIZE) : 0;
  rlim_t most = born + MEMORY + (uint64_t) n_bytes * MEMORY_PER_BYTE;
  const struct rlimit limit = { most, most };

  if (fd >= 0)
    close (fd);
  /* Where the program itself has less, that stays. */
  if (born > 0)
    setrlimit (RLIMIT_AS, &limit);
}

static void
limit_time (size_t n_bytes)
{
  rlim_t seconds = SECONDS + n_bytes / BYTES_PER_SECOND;
  const struct rlimit limit = { seconds, seconds };

  setrlimit (RLIMIT_CPU, &limit);
  alarm (seconds * CLOCK_PER_PROCESSOR);
}

/* To end quietly, soon, and without having touched anything. */
static void
confine (size_t n_bytes)
{
  static const int ends[] = { SIGALRM, SIGXCPU, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL,
                              SIGPIPE };
  const struct rlimit none = { 0, 0 };
  int quiet = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  sigset_t all;

  for (size_t i = 0; i < G_N_ELEMENTS (ends); i++)
    signal (ends[i], SIG_DFL);
  sigfillset (&all);
  sigprocmask (SIG_UNBLOCK, &all, NULL);
  if (quiet >= 0)
    dup2 (quiet, STDERR_FILENO);
  if (LIMITS_MEMORY)
    limit_memory (n_bytes);
  limit_time (n_bytes);
  prctl (PR_SET_DUMPABLE, 0);
  setrlimit (RLIMIT_CORE, &none);
  setrlimit (RLIMIT_FSIZE, &none);
  setrlimit (RLIMIT_NOFILE, &none);
}

static void G_GNUC_NORETURN
run_child (int            fd,
           const uint8_t *bytes,
           size_t         n_bytes)
{
  RtKerasRecord record = { .kind = RT_KERAS_RECORD_DONE };
  RtKerasError problem = { 0 };

  confine (n_bytes);
  if (!rt_keras_send (fd, bytes, n_bytes, &problem))
    {
      record.kind = RT_KERAS_RECORD_ERROR;
      record.code = problem.code;
    }
  put_record (fd, &record, problem.text, "", "");
  _exit (0);
}

/* --- In the program */

static void
free_weight (gpointer data)
{
  RtKerasWeight *weight = data;

  g_free (weight->layer);
  g_free (weight->variable);
  g_free (weight->own);
  g_free (weight->values);
  g_free (weight);
}

/* The pipe, and who may say that no more is wanted of it. */
typedef struct
{
  GPollFD       ends[2];
  guint         n_ends;
  GCancellable *cancellable;   /* (nullable) Borrowed */
} RtKerasPipe;

static RtKerasPipe
open_pipe (int           fd,
           GCancellable *cancellable)
{
  RtKerasPipe pipe = { .ends = { { .fd = fd, .events = G_IO_IN } }, .n_ends = 1,
                       .cancellable = cancellable };

  if (g_cancellable_make_pollfd (cancellable, &pipe.ends[1]))
    pipe.n_ends = 2;
  return pipe;
}

static void
close_pipe (RtKerasPipe *pipe)
{
  if (pipe->n_ends == 2)
    g_cancellable_release_fd (pipe->cancellable);
  close (pipe->ends[0].fd);
}

/* FALSE where they do not come, or are not waited for any more. */
static gboolean
take (RtKerasPipe *pipe,
      void        *bytes,
      size_t       n)
{
  char *at = bytes;

  while (n > 0)
    {
      ssize_t now;

      g_poll (pipe->ends, pipe->n_ends, -1);
      if (g_cancellable_is_cancelled (pipe->cancellable))
        return FALSE;
      now = read (pipe->ends[0].fd, at, n);
      if (now < 0 && errno == EINTR)
        continue;
      if (now <= 0)
        return FALSE;
      at += now;
      n -= now;
    }
  return TRUE;
}

/* (transfer full) (nullable) */
static char *
take_text (RtKerasPipe *pipe,
           uint64_t     n)
{
  g_autofree char *text = n <= MAX_TEXT ? g_try_malloc (n + 1) : NULL;

  if (text == NULL || !take (pipe, text, n))
    return NULL;
  text[n] = '\0';
  return g_steal_pointer (&text);
}

static gboolean
is_sound_shape (const RtShape *shape)
{
  uint64_t count = 1;

  if (shape->n_dims < 0 || shape->n_dims > RT_MAX_DIMS)
    return FALSE;
  for (int i = 0; i < shape->n_dims; i++)
    {
      if (shape->dims[i] <= 0 || count * shape->dims[i] > G_MAXINT)
        return FALSE;
      count *= shape->dims[i];
    }
  return TRUE;
}

/* Takes the three texts. FALSE without an error where the values do not come. The sum of all
 * weights has a limit, as each may be as large as a file's worth. */
static gboolean
take_weight (RtKerasPipe         *pipe,
             const RtKerasRecord *record,
             char               **texts,
             RtKerasFile         *file,
             const char          *name,
             GError             **error)
{
  RtKerasWeight *weight = g_new0 (RtKerasWeight, 1);
  gboolean good = is_sound_shape (&record->shape);
  size_t n_bytes = good ? rt_shape_count (&record->shape) * sizeof (float) : 0;

  weight->layer = g_steal_pointer (&texts[0]);
  weight->variable = g_steal_pointer (&texts[1]);
  weight->own = *texts[2] != '\0' ? g_steal_pointer (&texts[2]) : NULL;
  weight->shape = record->shape;
  g_ptr_array_add (file->weights, weight);
  if (n_bytes > file->n_left)
    return rt_file_set_invalid (error, name, "its weights are larger than such a file's can be");
  file->n_left -= n_bytes;
  weight->values = g_try_malloc (n_bytes);
  return good && weight->values != NULL && take (pipe, weight->values, n_bytes);
}

/* The texts of a record, as many as there may be. */
typedef struct
{
  char *texts[N_TEXTS];   /* Owned */
} RtKerasTexts;

static void
clear_texts (RtKerasTexts *self)
{
  for (int i = 0; i < N_TEXTS; i++)
    g_free (self->texts[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RtKerasTexts, clear_texts)

static gboolean
take_texts (RtKerasPipe         *pipe,
            const RtKerasRecord *record,
            RtKerasTexts        *self)
{
  for (int i = 0; i < N_TEXTS; i++)
    {
      self->texts[i] = take_text (pipe, record->n_texts[i]);
      if (self->texts[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* The contents up to the record that ends them; FALSE without an error where it does not come. */
static gboolean
receive (RtKerasPipe *pipe,
         RtKerasFile *file,
         const char  *name,
         GError     **error)
{
  RtKerasRecord record;

  while (take (pipe, &record, sizeof record))
    {
      g_auto (RtKerasTexts) taken = { 0 };

      if (!take_texts (pipe, &record, &taken))
        return FALSE;
      if (record.kind == RT_KERAS_RECORD_DONE)
        return TRUE;
      if (record.kind == RT_KERAS_RECORD_ERROR)
        return record.code == RT_DATA_ERROR_UNSUPPORTED
               ? rt_file_set_unsupported (error, name, "%s", taken.texts[0])
               : rt_file_set_invalid (error, name, "%s", taken.texts[0]);
      if (record.kind == RT_KERAS_RECORD_CONFIG && file->config == NULL)
        file->config = g_steal_pointer (&taken.texts[0]);
      else if (record.kind == RT_KERAS_RECORD_STORE)
        file->is_store = TRUE;
      else if (record.kind != RT_KERAS_RECORD_WEIGHT ||
               !take_weight (pipe, &record, taken.texts, file, name, error))
        return FALSE;
    }
  return FALSE;
}

static gboolean
receive_from_child (const uint8_t *bytes,
                    size_t         n_bytes,
                    RtKerasFile   *file,
                    const char    *name,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_autoptr (GError) problem = NULL;
  RtKerasPipe pipe;
  gboolean good;
  int fds[2];
  pid_t child;

  if (pipe2 (fds, O_CLOEXEC) != 0)
    return rt_file_set_invalid (error, name, "cannot be read now: %s", g_strerror (errno));
  child = fork ();
  if (child == 0)
    {
      /* Or it would wait for itself to read, where the program reads no more. */
      close (fds[0]);
      run_child (fds[1], bytes, n_bytes);
    }
  close (fds[1]);
  if (child < 0)
    {
      close (fds[0]);
      return rt_file_set_invalid (error, name, "cannot be read now: %s", g_strerror (errno));
    }
  pipe = open_pipe (fds[0], cancellable);
  good = receive (&pipe, file, name, &problem);
  close_pipe (&pipe);
  /* It may be far from writing anything that would tell it. */
  if (!good)
    kill (child, SIGKILL);
  while (waitpid (child, NULL, 0) < 0 && errno == EINTR)
    ;
  if (!good && problem == NULL && !g_cancellable_set_error_if_cancelled (cancellable, &problem))
    rt_file_set_invalid (&problem, name, "the HDF5 file is damaged inside");
  if (!good)
    g_propagate_error (error, g_steal_pointer (&problem));
  return good;
}

/* --- The door */

/* The superblock: version, sizes of numbers, where the file begins and ends. What Keras does not
 * write is not handed on. */
static gboolean
check_start (const uint8_t  *bytes,
             size_t          n_bytes,
             const char     *name,
             GError        **error)
{
  RtCursor cursor = rt_cursor_new (bytes, n_bytes);
  int version, offset_size, length_size;
  uint64_t base, end;

  rt_cursor_take (&cursor, 8);
  version = rt_cursor_u8 (&cursor);
  if (!cursor.failed && version != 0 && version != 2 && version != 3)
    return rt_file_set_unsupported (error, name, "is HDF5 with a superblock of version %d, which "
                                    "is not opened; in Python, model.save (\"new.h5\") writes one "
                                    "that is", version);
  rt_cursor_take (&cursor, version == 0 ? 4 : 0);
  offset_size = rt_cursor_u8 (&cursor);
  length_size = rt_cursor_u8 (&cursor);
  rt_cursor_take (&cursor, version == 0 ? 9 : 1);
  base = rt_cursor_read_le (&cursor, 8);
  rt_cursor_read_le (&cursor, 8);
  end = rt_cursor_read_le (&cursor, 8);
  if (cursor.failed)
    return rt_file_set_invalid (error, name, "the HDF5 file is cut off");
  if (offset_size != 8 || length_size != 8 || base != 0)
    return rt_file_set_invalid (error, name, "the HDF5 file is damaged in its superblock");
  if (end > n_bytes)
    return rt_file_set_invalid (error, name, "the HDF5 file is cut off: it has %zu bytes of "
                                "%" G_GUINT64_FORMAT, n_bytes, end);
  return TRUE;
}

RtTensorList *
rt_keras_parse_with_graph (const uint8_t  *bytes,
                           size_t          n_bytes,
                           char           *config,
                           const char     *name,
                           GCancellable   *cancellable,
                           GError        **error)
{
  RtKerasFile file = { .config = config };
  RtTensorList *list = NULL;

  file.n_left = rt_file_get_most_unpacked (n_bytes);
  file.weights = g_ptr_array_new_with_free_func (free_weight);
  if (check_start (bytes, n_bytes, name, error)
      && receive_from_child (bytes, n_bytes, &file, name, cancellable, error))
    list = rt_keras_translate (&file, name, error);
  g_ptr_array_unref (file.weights);
  g_free (file.config);
  return list;
}

RtTensorList *
rt_keras_parse (const uint8_t  *bytes,
                size_t          n_bytes,
                const char     *name,
                GCancellable   *cancellable,
                GError        **error)
{
  return rt_keras_parse_with_graph (bytes, n_bytes, NULL, name, cancellable, error);
}
