/** @module What a whole run of the tests shares: a folder, and one PostgreSQL server that is started when a test first asks for it. */

import { rmSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import type { TestProject } from 'vitest/node'
import { prepareWeb } from '../scripts/build-web.ts'
import { prepareStore } from '../scripts/prepare-store.ts'
import { chromiumPath } from './chromium-path.ts'
import { type StartedPostgres, startPostgres } from './postgres.ts'
import { prepareProgram } from './prepare-program.ts'
import { prepareTestPrograms } from './prepare-test-programs.ts'
import { makeRunFolder } from './run-folder.ts'
import { compileCache } from './source-program.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The file of the browser. */
    readonly chromiumPath: string
    /** A folder that is removed after the run. */
    readonly runFolder: string
    /** A socket that answers each connection with a PostgresServer as JSON, or with `{ error }`. */
    readonly postgresSocket: string
  }
}

/** Called by vitest before the first test file; what it gives is called after the last one. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  prepareStore()
  // The workers are given it, and what they start.
  process.env['NODE_COMPILE_CACHE'] ??= compileCache
  await prepareWeb()
  await prepareProgram()
  await prepareTestPrograms()
  const folder = makeRunFolder()
  const socketPath =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\${path.basename(folder)}`
      : path.join(folder, 'postgres.sock')
  let started: Promise<StartedPostgres> | undefined
  const answers = createServer((socket) => {
    socket.on('error', () => undefined)
    started ??= startPostgres()
    started.then(
      ({ server }) => socket.end(JSON.stringify(server)),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    )
  })
  await new Promise<void>((resolve) => answers.listen(socketPath, resolve))
  // Once for all: it is unpacked where it is not there yet, and two processes would write over each other.
  project.provide('chromiumPath', await chromiumPath())
  process.env['TMPDIR'] = folder
  project.provide('runFolder', folder)
  project.provide('postgresSocket', socketPath)
  return async () => {
    answers.close()
    await started?.then(
      ({ stop }) => stop(),
      () => undefined,
    )
    rmSync(folder, { recursive: true, force: true })
  }
}
