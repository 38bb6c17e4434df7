/** @module A key management service for tests, spoken for by a command: `node local-kms.ts KEYS.json describe|wrap|unwrap`. */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { json } from 'node:stream/consumers'

interface Question {
  readonly version: number
  readonly context: Record<string, string>
  readonly data: string
}

const [keyFile = '', question] = process.argv.slice(2)
// A file that is gone ends this process with another code than 0: the service cannot be asked.
const keys = JSON.parse(readFileSync(keyFile, 'utf8')) as Record<string, string>
process.stderr.write(`what a command may say: ${Object.values(keys).join(' ')}\n`)
const asked = (await json(process.stdin)) as Question
process.stdout.write(JSON.stringify(answer()))

function answer(): object {
  if (question === 'describe') return { versions: Object.keys(keys).map(Number) }
  const key = Buffer.from(keys[asked.version] ?? '', 'base64url')
  const context = Buffer.from(JSON.stringify(Object.entries(asked.context).toSorted()))
  const bytes = Buffer.from(asked.data, 'base64')
  if (question === 'wrap') {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context)
    const text = Buffer.concat([cipher.update(bytes), cipher.final()])
    return { data: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64') }
  }
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(context)
    decipher.setAuthTag(bytes.subarray(12, 28))
    const plain = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
    return { data: plain.toString('base64') }
  } catch {
    return { refused: true }
  }
}
