#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Takes the photographs that README.md shows, of the real window after runs with good curves:
#     WITH_DISPLAY_SCREEN=1280x800x24 tests/tools/with-display --desktop tests/windows/photograph.sh RETORT [light] [dark]
# They are written to data/screenshots/, each after a history of its own.
set -e
here=$(cd "$(dirname "$0")" && pwd)
out=$here/../../data/screenshots
mkdir -p "$out"
retort=$1
shift
[ $# -gt 0 ] || set -- light dark
for look
do
  RETORT_HOME=$(mktemp -d)
  export RETORT_HOME
  trap 'rm -rf "$RETORT_HOME"' EXIT
  ADW_DEBUG_COLOR_SCHEME=prefer-$look "$retort" &
  app=$!
  status=0
  sed "s|@OUT@|$out|g" "$here/photograph-$look.ui" > "$RETORT_HOME/script"
  "$here/../tools/drive-ui" script -v "$RETORT_HOME/script" || status=$?
  kill "$app"
  wait "$app" || true
  rm -rf "$RETORT_HOME"
  [ "$status" = 0 ] || exit "$status"
  convert "$out/$look.png" -strip -define png:compression-level=9 +dither -colors 256 "PNG8:$out/desktop-$look.png"
  rm "$out/$look.png"
done
