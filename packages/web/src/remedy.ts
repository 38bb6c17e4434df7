/** @module What to do about a problem, for a person on the page: where core or the server name a command or a flag, the page says it otherwise. */

import { texts } from './texts.ts'

/** What is wrong, as core or the server tell it. */
export interface Told {
  readonly code?: string | undefined
  readonly remedy?: string | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** The remedy, as it reads on the page; undefined where there is none. */
export function remedyOf({ code, remedy }: Told): string | undefined {
  const { remedies, operatorCodes, trial } = texts
  const own = code !== undefined && Object.hasOwn(remedies, code) ? remedies[code] : undefined
  const text = own ?? remedy
  if (text === undefined) return undefined
  const isForOperator = code !== undefined && operatorCodes.includes(code)
  return fromHere(isForOperator ? trial.forOperator(text) : text)
}

/** What those who run Postern call "this machine" is another one for whoever looks at the page. */
export function fromHere(text: string): string {
  return text
    .replaceAll(/\bThis machine\b/g, 'The Postern server')
    .replaceAll(/\bthis machine\b/g, 'the Postern server')
}
