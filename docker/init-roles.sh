#!/bin/sh
# Runs once, when the database is made: the owner of the schema, and the role the service runs as, which owns nothing.
set -eu

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
    --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE recital LOGIN PASSWORD :'owner_password' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE ROLE recital_app LOGIN PASSWORD :'app_password' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
CREATE DATABASE recital OWNER recital;
REVOKE ALL ON DATABASE recital FROM PUBLIC;
GRANT CONNECT ON DATABASE recital TO recital_app;
\connect recital
ALTER SCHEMA public OWNER TO recital;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
SQL
