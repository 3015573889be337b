#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# How smooth the window is with ten thousand photographs, opened and trained on as a person does, what a
# person waits for, and what memory it takes:
#
#   bench-photos.sh RETORT BENCH-PHOTOS [WEIGHTS]
#
# WEIGHTS, a file, is the backbone then. Runs under with-display, without a window manager, on a machine that
# has nothing else to do. Not a test: it fails only when it cannot run.
set -e
drive=$(dirname "$0")/../tools/drive-ui
RETORT_HOME=$(mktemp -d)
export RETORT_HOME
trap 'kill $app 2>/dev/null; rm -rf "$RETORT_HOME"' EXIT
"$2" "$RETORT_HOME/photos"
RETORT_MEASURE=frames "$1" &
app=$!

# Does what is said on the standard input, and prints what frames took meanwhile.
phase()
{
  kill -USR1 "$app"
  sleep 0.3
  echo "--- $1"
  "$drive" script -
}

# How long it takes until a widget is there, with what the driver needs to see it.
until_shown()
{
  since=$(date +%s%N)
  "$drive" wait "$2" --timeout 120 > /dev/null
  echo "$1: $((($(date +%s%N) - since) / 1000000)) ms"
}

# Nobody wants to know what starting took.
"$drive" wait "window:Retort" --timeout 20 > /dev/null
if [ -n "$3" ]
then
  sleep 1
  phase "started" <<EOF
click "Open a weights file…"
wait "button:Cancel" --timeout 20
type - "$3"
key Return
wait "label:~.*; kept as .*" --timeout 60
EOF
fi
"$drive" script - <<EOF
click "Open a dataset"
click "Open a folder of class folders…"
wait "button:Cancel" --timeout 20
type - "$RETORT_HOME/photos"
EOF
phase "nothing" <<EOF
sleep 3
EOF
phase "listed, split, sampled and measured" <<EOF
key Return
EOF
until_shown "from the folder to a task" "label:~[0-9,]+ training · [0-9,]+ validation"
sleep 8
phase "surveyed, looked through for what is there twice" <<EOF
click "~[0-9,]+ training · [0-9,]+ validation"
sleep 6
key Escape
EOF
phase "stopped before the first step" <<EOF
key ctrl+Return
sleep 2
key ctrl+Escape
wait "button:Train" --timeout 20
sleep 5
EOF
phase "trained" <<EOF
key ctrl+Return
EOF
until_shown "from Train to the first steps" "label:~.* epoch [0-9]+ of .*|.*for validation.*"
sleep 40
phase "stopped" <<EOF
key ctrl+Escape
sleep 5
EOF
kill -USR1 "$app"
sleep 1
grep VmHWM "/proc/$app/status"
