#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Drives the desktop from outside: drive.sh RETORT CLI SCRIPT... Runs under with-display --desktop.
#
# Each script drives a start of its own, all with one history; every start but the last must have
# been made to end by itself. SCRIPT.py, where there is one, then looks at what was left behind.
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
while [ $# -gt 0 ]
do
  sed "s|@HOME@|$RETORT_HOME|g" "$1" > "$RETORT_HOME/script"
  "$retort" &
  app=$!
  "$here/../tools/drive-ui" script -v "$RETORT_HOME/script" || { kill "$app"; exit 1; }
  if [ $# -eq 1 ]
  then
    kill "$app"
  else
    wait "$app"
  fi
  check=${1%.ui}.py
  if [ -f "$check" ]
  then
    PYTHONDONTWRITEBYTECODE=1 "$check" "$cli"
  fi
  shift
done
