/** @module The folder of a setup: the private key, the settings for other tools, and how far the setup and a rotation got. */

import { chmod, mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  exportPem,
  importKey,
  type PrimeTest,
  type PrivateKey,
  type PublicJwk,
  parseRotationState,
  parseSetupState,
  type RotationState,
  type Secret,
  type SetupState,
} from '@postern/core'
import { syncFolder, writeAtomically } from '../config/atomic-file.ts'
import { unwritable } from '../config/secret-reference.ts'
import { readTextFile } from '../config/text-file.ts'
import { FolderError } from './folder-error.ts'
import { formatOktaEnv, type OktaEnvFile } from './okta-env-file.ts'

const SETUP = 'setup.json'
const ROTATION = 'rotation.json'
const ENV = 'okta.env'
const KEY_SET = 'jwks.json'
const API_TOKEN = 'api-token'
const LOCK = '.lock'
const KEY = /^key-[A-Za-z0-9_-]{8,}\.pem$/
// A file on its way, of a process that was killed.
const TEMPORARY =
  /^\.(?:(?:setup|rotation|jwks)\.json|okta\.env|api-token|lock|key-[\w-]+\.pem)\.[0-9a-f]{8}$/

/** A folder of mode 0700 whose files have mode 0600. Each is written whole or not at all. */
export class SetupFolder {
  /** Absolute. */
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /**
   * Opens a folder, or makes it.
   *
   * @throws {FolderError} `folder_in_use` where other files are in it.
   * @throws {FileError} where it cannot be made.
   */
  static async open(path: string): Promise<SetupFolder> {
    const folder = new SetupFolder(resolve(path))
    let strange: readonly string[]
    try {
      await makeFolder(folder.path)
      strange = (await readdir(folder.path)).filter((name) => !isOwn(name))
      // Somebody else's folder is left as it is.
      if (strange.length === 0) await chmod(folder.path, 0o700)
      await syncFolder(resolve(folder.path, '..'))
    } catch (error) {
      throw unwritable(error, path)
    }
    if (strange.length === 0) return folder
    throw new FolderError('folder_in_use', `${path} holds other files (${strange.length}).`, {
      remedy: 'Name a folder that is empty or not there yet, or the one of an earlier setup.',
      details: { folder: path },
    })
  }

  /** How far the setup got; undefined where none was begun. @throws {SetupError} `setup_state_invalid` */
  async readSetup(): Promise<SetupState | undefined> {
    const value = await this.#readJson(SETUP)
    return value === undefined ? undefined : parseSetupState(value)
  }

  saveSetup(state: SetupState): Promise<void> {
    return this.#writeJson(SETUP, state)
  }

  /** How far the last rotation got; undefined where there was none. @throws {RotationError} `rotation_state_invalid` */
  async readRotation(customDomains: readonly string[] = []): Promise<RotationState | undefined> {
    const value = await this.#readJson(ROTATION)
    return value === undefined ? undefined : parseRotationState(value, { customDomains })
  }

  saveRotation(state: RotationState): Promise<void> {
    return this.#writeJson(ROTATION, state)
  }

  /** The place of a key's private half, named by its thumbprint: the key in use is the one that okta.env names. */
  keyPath(thumbprint: string): string {
    return join(this.path, `key-${thumbprint.slice(0, 16)}.pem`)
  }

  /** Keeps a private key. Never overwrites one: the same name is the same key. */
  async writeKey(key: PrivateKey): Promise<void> {
    const path = this.keyPath(key.thumbprint)
    if ((await readTextFile(path)) !== undefined) return
    const pem = await exportPem(key)
    await writeAtomically(path, pem.reveal())
  }

  /** The private key of a public half; undefined where the folder does not have it. */
  async readKey(
    { kid, alg }: PublicJwk,
    thumbprint: string,
    isProbablePrime: PrimeTest,
  ): Promise<PrivateKey | undefined> {
    const text = await readTextFile(this.keyPath(thumbprint))
    return text === undefined ? undefined : importKey(text, { kid, alg, isProbablePrime })
  }

  writeEnv(
    settings: Omit<OktaEnvFile, 'keyPath'> & { readonly thumbprint: string },
  ): Promise<void> {
    const { thumbprint, ...rest } = settings
    const text = formatOktaEnv({ ...rest, keyPath: this.keyPath(thumbprint) })
    return writeAtomically(this.envPath, text)
  }

  get envPath(): string {
    return join(this.path, ENV)
  }

  get setupPath(): string {
    return join(this.path, SETUP)
  }

  get keySetPath(): string {
    return join(this.path, KEY_SET)
  }

  /** The public keys, to be published. */
  writeKeySet(keys: readonly PublicJwk[]): Promise<void> {
    return this.#writeJson(KEY_SET, { keys })
  }

  /** Deletes a private key that is of no use any more. */
  async removeKey(thumbprint: string): Promise<void> {
    await unlink(this.keyPath(thumbprint)).catch(() => undefined)
    await syncFolder(this.path)
  }

  /** Keeps an API token that a person made. */
  writeApiToken(apiToken: Secret): Promise<void> {
    return writeAtomically(this.apiTokenPath, `${apiToken.reveal()}\n`)
  }

  get apiTokenPath(): string {
    return join(this.path, API_TOKEN)
  }

  /** Deletes what a setup and its rotations wrote; the plan last, so that a stop in between shows. */
  async clear(): Promise<void> {
    const names = (await readdir(this.path)).filter(
      (name) => isOwn(name) && name !== SETUP && name !== LOCK,
    )
    for (const name of [...names, SETUP]) {
      await unlink(join(this.path, name)).catch(() => undefined)
    }
    await syncFolder(this.path)
  }

  /** The same, and the folder. */
  async remove(): Promise<void> {
    await this.clear()
    await unlink(join(this.path, LOCK)).catch(() => undefined)
    await rmdir(this.path).catch(() => undefined)
  }

  async #readJson(name: string): Promise<unknown> {
    const path = join(this.path, name)
    const text = await readTextFile(path)
    if (text === undefined) return undefined
    try {
      return JSON.parse(text)
    } catch {
      throw new FolderError('folder_damaged', `${path} is no JSON.`, {
        remedy: 'Put the file back as Postern wrote it, or begin again in another folder.',
        details: { path },
      })
    }
  }

  #writeJson(name: string, value: object): Promise<void> {
    return writeAtomically(join(this.path, name), `${JSON.stringify(value, null, 2)}\n`)
  }
}

/**
 * Makes a folder and those above it. One by one: with `recursive` Node asks for ever where a system refuses a new name with
 * ENOENT, as Linux does in /proc.
 */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : undefined
    if (reason === 'EEXIST' && (await stat(path)).isDirectory()) return
    const parent = dirname(path)
    if (reason !== 'ENOENT' || parent === path || (await isFolder(parent))) throw error
    await makeFolder(parent)
    await makeFolder(path)
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
}

function isOwn(name: string): boolean {
  const own = [SETUP, ROTATION, ENV, KEY_SET, API_TOKEN, LOCK]
  return own.includes(name) || KEY.test(name) || TEMPORARY.test(name)
}

/** Whether there is a folder with a setup at a path, without making one. */
export async function hasSetup(path: string): Promise<boolean> {
  try {
    await using file = await open(join(path, SETUP), 'r')
    return (await file.stat()).isFile()
  } catch {
    return false
  }
}
