#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the gallery from outside: drive-gallery.sh GALLERY SCRIPT. Runs under with-display --desktop.
set -e
here=$(dirname "$0")
"$1" &
app=$!
status=0
"$here/../tools/drive-ui" script -v "$2" || status=$?
kill "$app" 2>/dev/null || status=1
exit $status
