#!/bin/sh
# Starts the server: a configuration file or options alone are the server's. Root gives the data to user valkey and goes on as valkey.
set -e

case "$1" in
-* | *.conf) set -- valkey-server "$@" ;;
esac

if [ "$1" = valkey-server ] && [ "$(id -u)" = 0 ]; then
  find . ! -user valkey -exec chown valkey {} +
  exec su -s /bin/sh valkey -c 'exec "$0" "$@"' -- "$0" "$@"
fi

# Files that the server writes are its own alone.
if [ "$(umask)" = 0022 ]; then umask 0077; fi

# Unquoted on purpose: several flags in one variable.
exec "$@" $VALKEY_EXTRA_FLAGS
