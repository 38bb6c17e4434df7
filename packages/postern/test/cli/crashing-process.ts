/** @module A process that protects itself as `postern start` does, and then ends badly: `throw`, `memory` or `signal`. */

import { url } from 'node:inspector'
import { protectProcess } from '../../src/cli/protect-process.ts'

const [how, protection] = process.argv.slice(2)
if (protection === 'protected') protectProcess(false)

const crashes: Readonly<Record<string, () => void>> = {
  throw: () => {
    throw new Error('a crash')
  },
  memory: () => {
    const held: unknown[] = []
    for (;;) held.push(new Array(1_000).fill(held.length))
  },
  signal: () => {
    process.once('SIGUSR1', () => {
      process.stdout.write(`debugger: ${url() ?? 'none'}`)
      process.exit(0)
    })
    process.kill(process.pid, 'SIGUSR1')
    setInterval(() => undefined, 1_000)
  },
}
crashes[how ?? '']?.()
