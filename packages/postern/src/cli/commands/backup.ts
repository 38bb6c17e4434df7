/** @module `postern backup`: everything that is kept, in one file. */

import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { link, open, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../../config/atomic-file.ts'
import { FileError, unwritable } from '../../config/secret-reference.ts'
import type { LocalAnswer } from '../../http/local-client.ts'
import { checkBackup } from '../../store/restore.ts'
import type { GlobalOptions } from '../global-options.ts'
import { openApi } from '../open-api.ts'
import { tell } from '../output.ts'
import { requireFile } from '../require-file.ts'
import { printRows } from './backup-output.ts'

/** Writes a backup to a new file, which has its name only when it is whole. */
export async function backUp(
  path: string,
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<void> {
  requireFile(path, 'A backup', 'today.backup')
  await using api = await openApi(options, signal)
  const call = { method: 'GET', path: '/v1/backup', body: undefined, accept: 'application/gzip' }
  const answer = await api.send(call)
  if (answer.status >= 400) throw await api.problemOf(answer)
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}`)
  try {
    await writeTo(temporary, answer)
    const rows = await checkBackup(createReadStream(temporary))
    await link(temporary, path)
    await syncFolder(dirname(path))
    await printRows(rows, options)
    tell(`Written to ${path}. Keep the master key elsewhere: without it no secret in it opens.`)
  } catch (error) {
    throw explain(error, path)
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
}

async function writeTo(path: string, { body }: LocalAnswer): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  for await (const chunk of body) await file.writeFile(chunk)
  await file.sync()
}

function explain(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  if (!('code' in error) || error.code !== 'EEXIST') return unwritable(error, path)
  return new FileError('file_exists', `${path} is there already.`, {
    remedy: 'Name a file that is not there yet.',
    details: { path },
  })
}
