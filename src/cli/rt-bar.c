/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rt-bar.h"

#include "rt-clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REDRAW_SECONDS   0.1
#define BAR_WIDTH        24
#define DEFAULT_COLUMNS  80

static int
get_columns (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return DEFAULT_COLUMNS;
}

void
rt_bar_print (double share,
              int    width)
{
  int filled = (int) (CLAMP (share, 0.0, 1.0) * width + 0.5);

  for (int i = 0; i < width; i++)
    putchar (i < filled ? '=' : ' ');
}

gboolean
rt_bar_is_due (const RtBar *self)
{
  return rt_clock_now () - self->drawn >= REDRAW_SECONDS;
}

void
rt_bar_draw (RtBar      *self,
             double      fraction,
             const char *text)
{
  char bar[BAR_WIDTH + 1];
  int filled = (int) (CLAMP (fraction, 0.0, 1.0) * BAR_WIDTH);
  g_autofree char *line = NULL;
  g_autofree char *shown = NULL;

  memset (bar, ' ', BAR_WIDTH);
  memset (bar, '=', filled);
  if (filled < BAR_WIDTH)
    bar[filled] = '>';
  bar[BAR_WIDTH] = '\0';
  line = g_strdup_printf ("[%s] %s", bar, text);
  shown = g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), get_columns () - 1));
  printf ("\r%s\033[K", shown);
  fflush (stdout);
  self->shown = TRUE;
  self->drawn = rt_clock_now ();
}

void
rt_bar_clear (RtBar *self)
{
  if (self->shown)
    fputs ("\r\033[K", stdout);
  self->shown = FALSE;
  fflush (stdout);
}
