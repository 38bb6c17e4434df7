/** @module The files of the pages that browsers load, as they were built. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { constants, gzipSync } from 'node:zlib'
import { ServerError } from './problem.ts'

/** A file of a page. */
export interface WebFile {
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The same, compressed. */
  readonly gzip: Uint8Array<ArrayBuffer>
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** The files of the pages, read once and kept: there are few, and no path of a request ever reaches the disk. */
export class WebFiles {
  readonly #folder: string
  #files: ReadonlyMap<string, WebFile> | undefined

  /** @param folder - where they were built. Source and bundle lie equally deep. */
  constructor(folder = fileURLToPath(new URL('../../dist/web', import.meta.url))) {
    this.#folder = folder
  }

  /**
   * The file at a path like `connect/index.html`; undefined where there is none.
   *
   * @throws {ServerError} `page_not_built` in a checkout in which the pages were not built
   */
  find(path: string): WebFile | undefined {
    this.#files ??= this.#read()
    const file = this.#files.get(path)
    // Only what was built knows the names of the other files, so a page that is missing was not built.
    if (file === undefined && path.endsWith('.html')) throw notBuilt()
    return file
  }

  #read(): ReadonlyMap<string, WebFile> {
    if (!existsSync(this.#folder)) throw notBuilt()
    const names = readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })
    return new Map(
      names.flatMap((name) => {
        const type = TYPES[name.split('.').at(-1) ?? '']
        if (type === undefined) return []
        const bytes = readFileSync(join(this.#folder, name))
        const file = { type, bytes: Uint8Array.from(bytes), gzip: pack(bytes) }
        return [[name.replaceAll('\\', '/'), file]]
      }),
    )
  }
}

/** As small as it gets: it is done once, and loaded by everybody. */
function pack(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }))
}

function notBuilt(): ServerError {
  return new ServerError('page_not_built', 'The pages were not built in this checkout.', {
    remedy: 'Run npm run build, then ask again.',
  })
}
