#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the gallery from outside: drive-gallery.sh GALLERY SCRIPT. Runs under with-display --desktop.
set -e
here=$(dirname "$0")
# AT-SPI leaks; what the widgets leak their own tests see.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
"$1" &
app=$!
status=0
"$here/../tools/drive-ui" script -v "$2" || status=$?
[ "$status" -ne 0 ] || "$here/../tools/drive-ui" key alt+F4 || status=$?
[ "$status" -eq 0 ] || kill "$app" 2>/dev/null
wait "$app" || status=1
exit $status
