#!/bin/sh
# Run once by the image of PostgreSQL: the user of Postern, who is no superuser and so cannot change the audit log.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --set=password="$(cat /run/secrets/database-password)" <<'SQL'
create role postern login createrole password :'password';
create database postern owner postern;
SQL
