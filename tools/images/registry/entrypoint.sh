#!/bin/sh
# Starts the registry: a configuration file alone is served, a subcommand or an option goes to the registry, anything else runs as it is.
set -e

case "$1" in
*.yaml | *.yml) set -- registry serve "$@" ;;
serve | garbage-collect | help | -*) set -- registry "$@" ;;
esac

exec "$@"
