#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a person waits for: bench-desktop.sh RETORT. The median of ten starts to the first frame, frames
# while the first recipe trains, and how soon stop is answered. Runs under with-display, without a
# window manager, on a machine that has nothing else to do.
set -e
RETORT_HOME=$(mktemp -d)
export RETORT_HOME
trap 'rm -rf "$RETORT_HOME"' EXIT
for _ in 0 1 2 3 4 5 6 7 8 9
do
  RETORT_MEASURE=start "$1"
done | sort -n | awk '{ ms[NR] = $1 }
  END { printf "first frame after %.0f ms (median of %d starts, %.0f to %.0f)\n", (ms[5] + ms[6]) / 2, NR, ms[1], ms[NR] }'
RETORT_MEASURE=training "$1"
