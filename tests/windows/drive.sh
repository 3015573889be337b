#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the desktop from outside: drive.sh RETORT SCRIPT. Runs under with-display --desktop, with a history of its own.
set -e
here=$(dirname "$0")
RETORT_HOME=$(mktemp -d)
export RETORT_HOME
trap 'rm -rf "$RETORT_HOME"' EXIT
mkdir -p "$RETORT_HOME/empty"
"$1" &
app=$!
status=0
sed "s|@HOME@|$RETORT_HOME|g" "$2" > "$RETORT_HOME/script"
"$here/../tools/drive-ui" script -v "$RETORT_HOME/script" || status=$?
if grep -q '^# restart' "$2"
then
  # The script closed the window in the middle of a run: the program ends by itself, and is started again.
  wait "$app" || status=1
  "$1" &
  app=$!
  sed -n '1,/^# restart/!p' "$2" | sed "s|@HOME@|$RETORT_HOME|g; s|^#> ||" > "$RETORT_HOME/again"
  "$here/../tools/drive-ui" script -v "$RETORT_HOME/again" || status=$?
fi
kill "$app" 2>/dev/null || status=1
exit $status
