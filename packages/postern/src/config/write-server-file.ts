/** @module Writes `server.json`. Apart from its reader, which loads with every command. */

import { writeAtomically } from './atomic-file.ts'
import { type ServerFile, serverFilePath } from './server-file.ts'

/** Writes the file, readable by its user alone. @throws {FileError} `file_not_writable` */
export async function writeServerFile(dataDir: string, file: ServerFile): Promise<void> {
  const { accessKey, ...rest } = file
  await writeAtomically(
    serverFilePath(dataDir),
    `${JSON.stringify({ ...rest, accessKey: accessKey.reveal() }, null, 2)}\n`,
  )
}
