#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: one database and one role per service, none able to reach another's.
set -eu
for name in registry subsidy evaluation eastwest gateway; do
  psql -v ON_ERROR_STOP=1 -v name="$name" -v password="$SERVICE_DATABASE_PASSWORD" -U "$POSTGRES_USER" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$name" -c 'CREATE EXTENSION pg_trgm'
done
