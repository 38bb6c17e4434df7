import { inspect } from 'node:util'
import { Secret } from '@postern/core'
import { describe, expect, test } from 'vitest'

describe('Secret', () => {
  const canary = 'canary-7f3a9c1e5b2d8046a1'
  const secret = new Secret(canary)
  const holder = { name: 'holder', secret }

  test.each<[string, () => string]>([
    ['toString', () => secret.toString()],
    ['String()', () => String(secret)],
    ['a template literal', () => `${secret}`],
    ['concatenation', () => `a${secret}`],
    ['JSON.stringify', () => JSON.stringify(holder)],
    ['util.inspect', () => inspect(holder, { depth: 9, showHidden: true, getters: true })],
    ['spread', () => inspect({ ...secret })],
    ['Object.assign', () => JSON.stringify(Object.assign({}, secret))],
    ['structuredClone', () => inspect(structuredClone(secret), { showHidden: true })],
    ['an error message', () => inspect(new Error(`refused: ${secret}`))],
    ['Object.entries', () => JSON.stringify(Object.entries(secret))],
    [
      'own property names and symbols',
      () => inspect([Object.getOwnPropertyNames(secret), Object.getOwnPropertySymbols(secret)]),
    ],
  ])('%s does not show the value', (_way, show) => {
    expect(show()).not.toContain('canary')
  })

  test('reveal gives the value', () => {
    expect(secret.reveal()).toBe(canary)
  })

  test('is frozen, so nothing can be hung on it', () => {
    expect(() => Object.assign(secret, { extra: 1 })).toThrow(TypeError)
  })
})
