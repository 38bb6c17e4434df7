/** @module The guides as a person reads them: the texts of all steps, and single ones. */

import { type GuideOptions, type GuideStep, generateKey, guideToServiceApp } from '@postern/core'

/** The key whose public half is in the guides. TEST KEY. */
export const guideKey = await generateKey({ alg: 'ES256', kid: 'guide-key' })

const options: GuideOptions = {
  label: 'Postern acme',
  publicJwk: guideKey.publicJwk,
  scopes: ['okta.users.read', 'okta.groups.read'],
  roles: [{ type: 'READ_ONLY_ADMIN' }],
}

/** The guide to an app whose public key is saved in Okta. */
export const guide = guideToServiceApp(options)

/** The guide to an app that takes its public key from a URL. */
export const guideByUrl = guideToServiceApp({
  ...options,
  jwksUri: 'https://keys.acme.example/jwks.json',
})

/** A step by its id. */
export function stepOf(id: string, steps: readonly GuideStep[] = guide): GuideStep {
  const step = steps.find((each) => each.id === id)
  if (step === undefined) throw new Error(`The guide has no step ${id}.`)
  return step
}

/** Everything a step shows, line by line, without the marks for the words of the screen. */
export function linesOf({ title, where, actions, values, warnings }: GuideStep): readonly string[] {
  const shown = values.map(({ label, value }) => `${label}: ${value}`)
  return [title, ...where, ...actions, ...shown, ...warnings].map((line) =>
    line.replaceAll('**', ''),
  )
}

/** Everything a step shows. */
export function textOf(step: GuideStep): string {
  return linesOf(step).join('\n')
}

/** Those of the words that a text does not say behind the ones before them. */
export function missingInOrder(text: string, words: readonly string[]): readonly string[] {
  let from = 0
  return words.filter((word) => {
    const at = text.indexOf(word, from)
    if (at >= 0) from = at + word.length
    return at < 0
  })
}
