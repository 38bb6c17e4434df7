/** @module A setup's place that is a folder: the private key, the settings for other tools, and how far everything got. */

import { chmod, mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import {
  deadKey,
  exportPem,
  importKey,
  keyInUse,
  type PrivateKey,
  type PublicJwk,
  parseRotationState,
  parseSetupState,
  type RotationState,
  type Secret,
  type SetupState,
  thumbprint,
} from '@postern/core'
import { syncFolder, writeAtomically } from '../config/atomic-file.ts'
import { unwritable } from '../config/secret-reference.ts'
import { readTextFile } from '../config/text-file.ts'
import { isProbablePrime } from '../http/primes.ts'
import { FolderError } from './folder-error.ts'
import { formatOktaEnv, type OktaEnvFile } from './okta-env-file.ts'
import type { RotatedApp } from './rotated-app.ts'
import type { RotationPlace } from './rotation-place.ts'
import type { SetupPlace } from './setup-place.ts'

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
export class SetupFolder implements SetupPlace, RotationPlace {
  /** Absolute. */
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  get label(): string {
    return this.path
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

  async readSetup(): Promise<SetupState | undefined> {
    const value = await this.#readJson(SETUP)
    return value === undefined ? undefined : parseSetupState(value)
  }

  async beginSetup(state: SetupState, key: PrivateKey): Promise<void> {
    await this.#writeJson(SETUP, state)
    await this.#writeKey(key)
    if (state.plan.jwksUri !== undefined) await this.writeKeySet([key.publicJwk])
    await this.#writeSettings(state, key)
  }

  async saveSetup(state: SetupState, key?: PrivateKey): Promise<void> {
    if (key !== undefined) await this.#writeSettings(state, key)
    await this.#writeJson(SETUP, state)
  }

  async readKeyInUse({ plan }: SetupState): Promise<PrivateKey | undefined> {
    const rotation = await this.readRotation()
    return this.readKey(rotation === undefined ? plan.publicJwk : keyInUse(rotation))
  }

  async readRotation(customDomains: readonly string[] = []): Promise<RotationState | undefined> {
    const value = await this.#readJson(ROTATION)
    return value === undefined ? undefined : parseRotationState(value, { customDomains })
  }

  async beginRotation(state: RotationState, newKey: PrivateKey): Promise<void> {
    // After the last one, the machine may have stopped before its dead key was deleted.
    const last = await this.readRotation([state.plan.org])
    if (last !== undefined) await this.#removeDeadKey(last)
    await this.#writeKey(newKey)
    await this.#writeJson(ROTATION, state)
  }

  async saveRotation(state: RotationState): Promise<void> {
    await this.#writeJson(ROTATION, state)
    await this.#removeDeadKey(state)
  }

  async useKey(
    { label, org, clientId, scopes, dpopRequired }: RotatedApp,
    publicJwk: PublicJwk,
  ): Promise<void> {
    await this.#writeEnv({ label, org, clientId, scopes, dpopRequired, publicJwk })
  }

  async readKey(publicJwk: PublicJwk): Promise<PrivateKey | undefined> {
    const { kid, alg } = publicJwk
    const text = await readTextFile(this.keyPath(await thumbprint(publicJwk)))
    return text === undefined ? undefined : importKey(text, { kid, alg, isProbablePrime })
  }

  /** The place of a key's private half, named by its thumbprint: the key in use is the one that okta.env names. */
  keyPath(print: string): string {
    return join(this.path, `key-${print.slice(0, 16)}.pem`)
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

  /** Keeps an API token that a person made. */
  writeApiToken(apiToken: Secret): Promise<void> {
    return writeAtomically(this.apiTokenPath, `${apiToken.reveal()}\n`)
  }

  get apiTokenPath(): string {
    return join(this.path, API_TOKEN)
  }

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

  /** Keeps a private key. Never overwrites one: the same name is the same key. */
  async #writeKey(key: PrivateKey): Promise<void> {
    const path = this.keyPath(key.thumbprint)
    if ((await readTextFile(path)) !== undefined) return
    const pem = await exportPem(key)
    await writeAtomically(path, pem.reveal())
  }

  async #removeDeadKey(state: RotationState): Promise<void> {
    const dead = deadKey(state)
    if (dead === undefined) return
    await unlink(this.keyPath(await thumbprint(dead))).catch(() => undefined)
    await syncFolder(this.path)
  }

  #writeSettings({ plan, app, skipped }: SetupState, { publicJwk }: PrivateKey): Promise<void> {
    return this.#writeEnv({
      label: plan.label,
      org: plan.org,
      clientId: app?.clientId ?? plan.clientId,
      publicJwk,
      scopes: plan.scopes,
      dpopRequired: plan.dpopRequired && !('require-dpop' in skipped),
    })
  }

  async #writeEnv(settings: Omit<OktaEnvFile, 'keyPath'>): Promise<void> {
    const keyPath = this.keyPath(await thumbprint(settings.publicJwk))
    await writeAtomically(this.envPath, formatOktaEnv({ ...settings, keyPath }))
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
async function makeFolder(path: string, isLastAttempt = false): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : undefined
    if (reason === 'EEXIST' && (await stat(path)).isDirectory()) return
    const parent = dirname(path)
    if (reason !== 'ENOENT' || parent === path || isLastAttempt) throw error
    // Where it is there now, somebody else has just made it; where it was there before, the next attempt fails too.
    const isThere = await isFolder(parent)
    if (!isThere) await makeFolder(parent)
    await makeFolder(path, isThere)
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
