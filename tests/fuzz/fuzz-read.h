/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Reads what a parser gave from end to end, so that a sanitizer sees what is not there. */
static inline void
fuzz_read (const void *values,
           size_t      n_bytes)
{
  const volatile uint8_t *bytes = values;

  for (size_t i = 0; i < n_bytes; i++)
    (void) bytes[i];
}
