#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# test-with-display.sh WITH-DISPLAY: a screen whose number comes a while before the end of its line, as Xvfb
# writes it, is waited for.
set -e
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
cat > "$bin/Xvfb" <<'EOF'
#!/bin/sh
printf 17 >&3
sleep 0.3
echo >&3
exec sleep 60
EOF
chmod +x "$bin/Xvfb"
shown=$(PATH="$bin:$PATH" GTK_A11Y=none "$1" sh -c 'echo "$DISPLAY"')
[ "$shown" = :17 ] || { echo "the screen is '$shown', not ':17'" >&2; exit 1; }
