/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The reading of large files of weights, cancelled at one moment after the other until it is
 * through: it ends soon. What is measured is the time that the reading thread still computes, which
 * does not depend on what else the machine does. The files are sparse: so many zeros.
 */
#include "config.h"

#include "format-files.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define N_VALUES  ((uint32_t) 1 << 26)
#define N_BYTES   ((uint64_t) N_VALUES * 4)
#define MOST      0.2    /* seconds from the cancel to the end */
#define STEP      0.1   /* seconds from one moment that is tried to the next */

typedef struct
{
  const char    *path;
  GCancellable  *cancellable;
  pthread_t      thread;
  GError        *error;
  double         ended;   /* seconds of the thread's own */
} Reading;

static double
get_seconds (const struct timespec *time)
{
  return (double) time->tv_sec + (double) time->tv_nsec * 1e-9;
}

static void *
read_thread (void *data)
{
  Reading *reading = data;
  struct timespec now;
  g_autoptr (RtTensorList) list = rt_weights_read (reading->path, reading->cancellable,
                                                   &reading->error);

  g_assert_cmpint (list != NULL, ==, reading->error == NULL);
  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now), ==, 0);
  reading->ended = get_seconds (&now);
  return NULL;
}

/* FALSE where it was through before it was cancelled. */
static gboolean
cancel_after (const char *path,
              double      seconds)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Reading reading = { .path = path, .cancellable = cancellable };
  struct timespec now;
  clockid_t clock;
  gboolean cancelled;
  double at;

  g_assert_cmpint (pthread_create (&reading.thread, NULL, read_thread, &reading), ==, 0);
  g_assert_cmpint (pthread_getcpuclockid (reading.thread, &clock), ==, 0);
  g_usleep ((gulong) (seconds * 1e6));
  /* A thread that has ended has no clock any more. */
  at = clock_gettime (clock, &now) == 0 ? get_seconds (&now) : 0;
  g_cancellable_cancel (cancellable);
  pthread_join (reading.thread, NULL);
  cancelled = reading.error != NULL;
  if (cancelled)
    {
      g_test_message ("cancelled at %.3f s, ended after %.3f s", at, reading.ended - at);
      g_assert_error (reading.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpfloat (reading.ended - at, <, MOST);
    }
  g_clear_error (&reading.error);
  return cancelled;
}

/* @head and @tail with the zeros between them. */
static void
check_file (const GByteArray *head,
            const GByteArray *tail)
{
  g_autofree char *folder = format_make_folder ();
  g_autofree char *path = g_build_filename (folder, "weights", NULL);
  int n_cancelled = 0;
  FILE *file;

  format_write (folder, "weights", head->data, head->len);
  g_assert_cmpint (truncate (path, (off_t) (head->len + N_BYTES)), ==, 0);
  file = fopen (path, "ab");
  if (tail->len > 0)
    g_assert_cmpuint (fwrite (tail->data, 1, tail->len, file), ==, tail->len);
  g_assert_cmpint (fclose (file), ==, 0);
  while (cancel_after (path, n_cancelled * STEP))
    n_cancelled++;
  g_assert_cmpint (n_cancelled, >, 0);
  format_remove (folder);
}

static void
put (GByteArray *to,
     const char *text)
{
  g_byte_array_append (to, (const uint8_t *) text, (guint) strlen (text));
}

static void
put_number (GByteArray *to,
            uint64_t    number,
            guint       n_bytes)
{
  uint64_t stored = GUINT64_TO_LE (number);

  g_byte_array_append (to, (const uint8_t *) &stored, n_bytes);
}

static void
test_safetensors (void)
{
  g_autoptr (GByteArray) head = g_byte_array_new (), tail = g_byte_array_new ();
  g_autofree char *text
    = g_strdup_printf ("{\"a\":{\"dtype\":\"F32\",\"shape\":[%u],\"data_offsets\":[0,%"
                       G_GUINT64_FORMAT "]}}", N_VALUES, N_BYTES);

  put_number (head, strlen (text), 8);
  put (head, text);
  check_file (head, tail);
}

/* {"a": a tensor of storage 0} as torch.save() pickles it. (transfer full) */
static GByteArray *
make_pickle (void)
{
  GByteArray *pickle = g_byte_array_new ();

  put (pickle, "\x80\x02}U\x01" "actorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\n"
               "FloatStorage\nU\x01" "0U\x03" "cpuJ");
  put_number (pickle, N_VALUES, 4);
  put (pickle, "tQK");
  put_number (pickle, 0, 1);
  put (pickle, "J");
  put_number (pickle, N_VALUES, 4);
  put (pickle, "\x85K\x01\x85\x89" "ccollections\nOrderedDict\n)RtRs.");
  return pickle;
}

/* The header of an entry that is stored, as it stands before it or, @central, in the directory. */
static void
put_entry (GByteArray *to,
           const char *name,
           uint64_t    n,
           uint32_t    sum,
           gboolean    central,
           uint64_t    at)
{
  put (to, central ? "PK\1\2" : "PK\3\4");
  put_number (to, 0, central ? 8 : 6);   /* versions, flags, method */
  put_number (to, 0, 4);                 /* time */
  put_number (to, sum, 4);
  put_number (to, n, 4);
  put_number (to, n, 4);
  put_number (to, strlen (name), 2);
  put_number (to, 0, 2);
  if (central)
    {
      put_number (to, 0, 8);
      put_number (to, 0, 2);
      put_number (to, at, 4);
    }
  put (to, name);
}

static uint32_t
sum_zeros (void)
{
  static const uint8_t zeros[1 << 16];
  unsigned long sum = 0;

  for (uint64_t at = 0; at < N_BYTES; at += sizeof zeros)
    sum = crc32_z (sum, zeros, sizeof zeros);
  return (uint32_t) sum;
}

static void
test_torch (void)
{
  g_autoptr (GByteArray) head = g_byte_array_new (), tail = g_byte_array_new ();
  g_autoptr (GByteArray) pickle = make_pickle ();
  uint32_t sum = sum_zeros ();
  guint at, n;

  put_entry (head, "a/data.pkl", pickle->len, 0, FALSE, 0);
  g_byte_array_append (head, pickle->data, pickle->len);
  at = head->len;
  put_entry (head, "a/data/0", N_BYTES, sum, FALSE, 0);
  put_entry (tail, "a/data.pkl", pickle->len, 0, TRUE, 0);
  put_entry (tail, "a/data/0", N_BYTES, sum, TRUE, at);
  n = tail->len;
  put (tail, "PK\5\6");
  put_number (tail, 0, 4);
  put_number (tail, 2, 2);
  put_number (tail, 2, 2);
  put_number (tail, n, 4);
  put_number (tail, head->len + N_BYTES, 4);
  put_number (tail, 0, 2);
  check_file (head, tail);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/weights-cancel/safetensors", test_safetensors);
  g_test_add_func ("/weights-cancel/torch", test_torch);
  return g_test_run ();
}
