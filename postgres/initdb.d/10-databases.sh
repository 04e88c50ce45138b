#!/usr/bin/env bash
# Runs once, on an empty data volume. The statements hold passwords, so they come with the secrets.
set -euo pipefail
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --username postgres --dbname postgres --file /run/secrets/databases.sql
