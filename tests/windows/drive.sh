#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the desktop from outside: drive.sh RETORT CLI SCRIPT... Runs under with-display --desktop.
#
# Each script drives a start of its own, all with one history; every start but the last must have
# been made to end by itself, and the last is closed as a person closes it, so that a program that
# ends badly is seen. A line "# retort FILE" in a script is what its start is given to open.
# SCRIPT.py, where there is one, then looks at what was left behind.
set -e
here=$(dirname "$0")
retort=$1
cli=$2
shift 2
RETORT_HOME=$(mktemp -d)
export RETORT_HOME
trap 'rm -rf "$RETORT_HOME"' EXIT
mkdir -p "$RETORT_HOME/empty"
cp "$here/../../data/backbones/resnet8-letters.safetensors" "$RETORT_HOME/mine.safetensors"
cp "$here/../../data/glyphs/hand-test.png" "$RETORT_HOME/picture.png"
echo "no weights" > "$RETORT_HOME/broken.pth"
truncate -s 2G "$RETORT_HOME/large.safetensors"
PYTHONDONTWRITEBYTECODE=1 "$here/make-photos.py" "$RETORT_HOME/photos"
"$here/make-twofold.py" "$RETORT_HOME/twofold.safetensors"
# GTK's file chooser and AT-SPI leak; what the desktop's own parts leak the tests of the widgets see.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
while [ $# -gt 0 ]
do
  sed "s|@HOME@|$RETORT_HOME|g" "$1" > "$RETORT_HOME/script"
  opened=$(sed -n 's/^# retort //p' "$RETORT_HOME/script")
  "$retort" ${opened:+"$opened"} &
  app=$!
  "$here/../tools/drive-ui" script -v "$RETORT_HOME/script" || { kill "$app"; exit 1; }
  if [ $# -eq 1 ]
  then
    "$here/../tools/drive-ui" key alt+F4
  fi
  if ! timeout $((60 * ${DRIVE_UI_SLOW:-1})) tail -s 0.1 --pid "$app" -f /dev/null
  then
    echo "$1: the program has not ended; its windows:" >&2
    "$here/../tools/drive-ui" tree >&2
    kill "$app"
    exit 1
  fi
  wait "$app"
  check=${1%.ui}.py
  if [ -f "$check" ]
  then
    PYTHONDONTWRITEBYTECODE=1 "$check" "$cli"
  fi
  shift
done
