#!/bin/sh
# Makes the files of deploy/secrets that compose.yaml names, once: what is there already stays.
set -eu
if [ "$(id -u)" != 0 ]; then
  echo 'Run it as root, who alone may give files to the users of the containers.' >&2
  exit 1
fi
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
[ -e secrets/master-key ] || echo "postern-master-key:1:$(openssl rand -base64 32)" > secrets/master-key
[ -e secrets/database-superuser ] || openssl rand -hex 32 > secrets/database-superuser
[ -e secrets/database-password ] || openssl rand -hex 32 > secrets/database-password
[ -e secrets/database ] ||
  printf 'postgres://postern:%s@database:5432/postern?sslmode=disable\n' "$(cat secrets/database-password)" > secrets/database
# Each of the user of its container, who alone may read it: 10001 is Postern, 999 is PostgreSQL.
chown 10001:10001 secrets/master-key secrets/database
chown 999:999 secrets/database-superuser secrets/database-password
