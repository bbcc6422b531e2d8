#!/bin/sh
# Gives secrets that come as files (NAME_FILE) under their own name, without the line's end.
set -eu
for variable in $(env | sed -n 's/^\([A-Z_]*\)_FILE=.*/\1/p'); do
    eval "file=\$${variable}_FILE"
    value=$(cat "$file")
    export "$variable=$value"
    unset "${variable}_FILE"
done
exec "$@"
