/** @module Work of a process that takes time beside its own code: while it lasts, the time of the day stands still. */

import { finished } from 'node:stream/promises'
import { Gunzip, Gzip } from 'node:zlib'
import pg from 'pg'
import type { VirtualTime } from '../../../../../test/virtual-time.ts'

/** A method of an object that is not known before. */
type Call = (of: unknown, args: readonly unknown[]) => unknown

/** Lets time stand still during what is asked of a PostgreSQL client, of cryptography and of compression. Once for a process. */
export function holdDuringWork(time: VirtualTime): void {
  for (const name of ['query', 'connect']) {
    replace(pg.Client.prototype, name, (call) => untilTold(time, call))
  }
  for (const name of ['sign', 'verify', 'digest', 'importKey', 'encrypt', 'decrypt']) {
    replace(SubtleCrypto.prototype, name, (call) => untilTold(time, call))
  }
  for (const { prototype } of [Gzip, Gunzip]) {
    replace(prototype, 'end', (call) => (stream, args) => {
      if (stream instanceof Gzip || stream instanceof Gunzip) {
        time.during(() => finished(stream)).catch(() => undefined)
      }
      return call(stream, args)
    })
  }
}

/** Time stands still until the promise that a method gives is settled, or what it calls back is called. */
function untilTold(time: VirtualTime, call: Call): Call {
  return (of, args) => {
    const onAnswer = args.at(-1)
    if (typeof onAnswer !== 'function') {
      const answer = call(of, args)
      if (answer instanceof Promise) time.during(() => answer).catch(() => undefined)
      return answer
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    void time.during(() => promise)
    const told = (...answer: readonly unknown[]): void => {
      resolve()
      onAnswer(...answer)
    }
    return call(of, [...args.slice(0, -1), told])
  }
}

function replace(prototype: object, name: string, change: (call: Call) => Call): void {
  const method: unknown = Reflect.get(prototype, name)
  if (typeof method !== 'function') throw new Error(`There is no method ${name}.`)
  const changed = change((of, args) => Reflect.apply(method, of, args))
  Object.assign(prototype, {
    [name](this: unknown, ...args: readonly unknown[]): unknown {
      return changed(this, args)
    },
  })
}
