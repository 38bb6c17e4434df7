/** @module A systemd unit as systemd reads it: its settings, its specifiers, its command lines. */

import { readFileSync } from 'node:fs'

/** The settings of a unit and of the drop-ins on it. */
export interface Unit {
  /** Every value that a setting has: an empty one takes those before it away. */
  all(name: string): readonly string[]
  /** The one value that a setting has. */
  one(name: string): string
  /** The words of a command, with variables in the place of their names. */
  words(command: string, env: Readonly<Record<string, string>>): readonly string[]
}

/** What stands for `%S`, `%d` and `%i`. */
export interface Specifiers {
  readonly S: string
  readonly d: string
  readonly i?: string
}

/** Reads a unit file, then its drop-ins. */
export function readUnit(files: readonly string[], specifiers: Specifiers): Unit {
  const settings = new Map<string, string[]>()
  for (const line of files.flatMap((file) => readFileSync(file, 'utf8').split('\n'))) {
    const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (name === '') continue
    const before = value === '' ? [] : (settings.get(name) ?? [])
    settings.set(name, value === '' ? [] : [...before, expand(value, specifiers)])
  }
  const all = (name: string) => settings.get(name) ?? []
  return {
    all,
    one: (name) => {
      const [value, ...more] = all(name)
      if (value === undefined || more.length > 0) throw new Error(`${name} has no single value.`)
      return value
    },
    words: (command, env) =>
      [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].flatMap(([, single, double, bare]) => {
        const word = single ?? double ?? bare ?? ''
        const name = /^\$(\w+)$/.exec(word)?.[1]
        // One that stands alone is as many words as it has; in a longer word none is here.
        return name === undefined ? [word] : (env[name] ?? '').split(/\s+/).filter(Boolean)
      }),
  }
}

function expand(value: string, specifiers: Specifiers): string {
  return value.replace(/%(.)/g, (_whole, name: string) => {
    const text = specifiers[name as keyof Specifiers]
    if (text === undefined) throw new Error(`%${name} is not known here.`)
    return text
  })
}
