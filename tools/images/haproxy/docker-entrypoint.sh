#!/bin/sh
# Starts HAProxy as a master with workers in the foreground; options alone are HAProxy's, any other command runs as it is.
set -e

case "$1" in
-*) set -- haproxy "$@" ;;
esac

if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi

exec "$@"
