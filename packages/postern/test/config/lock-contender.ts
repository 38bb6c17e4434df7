/** @module A process that tries to take a lock each time it is told to, and says what came of it. For process-lock.test.ts. */

import { createInterface } from 'node:readline'
import { takeLock } from '../../src/config/process-lock.ts'

const [path] = process.argv.slice(2)
if (path === undefined) throw new Error('Usage: lock-contender.ts PATH')
const lines = createInterface({ input: process.stdin })
process.stdout.write('ready\n')
for await (const _line of lines) {
  const attempt = await takeLock(path, { onLost: () => process.exit(1) })
  process.stdout.write('lock' in attempt ? 'taken\n' : `${attempt.owner.pid}\n`)
}
