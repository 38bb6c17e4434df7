/** @module Two nginx for bench/proxy.ts: one that answers in the place of an org, and one that is a proxy before it. */

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** What the org answers, by the last part of its path below `/api/v1`. */
export const bodyBytes = { small: 80, large: 194_000, huge: 32 * 1024 * 1024 } as const

/** Writes the configuration of the org. @returns its path. */
export function writeOrg(folder: string, port: number): string {
  const files = path.join(folder, 'org', 'api', 'v1')
  mkdirSync(files, { recursive: true })
  for (const [name, bytes] of Object.entries(bodyBytes)) {
    writeFileSync(path.join(files, name), `["${'x'.repeat(bytes - 4)}"]`)
  }
  const token = {
    ...{ token_type: 'Bearer', expires_in: 3_600, scope: 'okta.users.read' },
    access_token: 'TEST.ACCESS.TOKEN',
  }
  return write(
    folder,
    'org',
    `server {
      listen 127.0.0.1:${port} backlog=4096;
      location = /oauth2/v1/token { default_type application/json; return 200 '${JSON.stringify(token)}'; }
      location / { root ${path.join(folder, 'org')}; }
    }`,
  )
}

/** Writes the configuration of a proxy that puts a credential of its own before an org, with connections kept open. */
export function writeProxy(folder: string, port: number, orgPort: number): string {
  return write(
    folder,
    'proxy',
    `upstream org { server 127.0.0.1:${orgPort}; keepalive 64; keepalive_requests 100000000; }
    server {
      listen 127.0.0.1:${port};
      location / {
        proxy_pass http://org;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Authorization "Bearer TEST.ACCESS.TOKEN";
      }
    }`,
  )
}

function write(folder: string, name: string, servers: string): string {
  const place = path.join(folder, name)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${place}-${kind};`)
    .join(' ')
  const file = `${place}.conf`
  writeFileSync(
    file,
    `worker_processes 1; master_process off; daemon off; pid ${place}.pid; error_log ${place}.log;
    events { worker_connections 4096; }
    http {
      access_log off; sendfile on; keepalive_requests 100000000; default_type application/json;
      ${temporary}
      ${servers}
    }\n`,
  )
  return file
}
