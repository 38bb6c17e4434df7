/** @module A file of the server, asked for by script, so that what is refused or breaks off is told and not saved. */

import { type Asked, asProblem, brokenOff, type Client, RefusedError } from '../../client.ts'

/** A file that is asked for. */
export interface AskedFile extends Pick<Asked, 'path' | 'signal'> {
  /** Its media type. */
  readonly type: string
  /** Told how many of its bytes are here. */
  readonly onBytes?: (bytes: number) => void
}

/** A file that is here as a whole. */
export interface GivenFile {
  /** Where it is kept is the browser's to choose: it may be larger than the memory of a page. */
  readonly content: Blob
  readonly name: string
}

/**
 * Asks for a file.
 *
 * @throws {RefusedError} as {@link Client.ask}; for one that breaks off, with the code `server_unreachable`.
 */
export async function askForFile(
  client: Client,
  { path, type, onBytes, signal }: AskedFile,
): Promise<GivenFile> {
  const headers = { accept: type }
  const response = await client.open({ method: 'GET', path, headers, ...(signal && { signal }) })
  if (!response.ok || response.body === null) {
    const answer: unknown = await response.json().catch(() => undefined)
    throw new RefusedError(asProblem(answer, response.status))
  }
  const content = new Response(response.body.pipeThrough(counted(onBytes)))
  const [, name = 'postern'] =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? []
  try {
    return { content: await content.blob(), name }
  } catch {
    signal?.throwIfAborted()
    throw new RefusedError(brokenOff)
  }
}

function counted(onBytes: AskedFile['onBytes']): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  return new TransformStream({
    transform: (chunk, controller) => {
      bytes += chunk.byteLength
      onBytes?.(bytes)
      controller.enqueue(chunk)
    },
  })
}
