#!/bin/sh
# Run once by the image of PostgreSQL: the user of Postern, who is no superuser and so cannot change the audit log.
set -eu
# psql reads the password itself: among its arguments everybody would see it who may list the processes of the machine.
psql --set=ON_ERROR_STOP=1 --username=postgres <<'SQL'
\set password `cat /run/secrets/database-password`
create role postern login createrole password :'password';
create database postern owner postern;
SQL
