import { expect, test } from 'vitest'
import { isLoopback } from '../../src/http/loopback.ts'

test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '[::1]'])(
  '%s is this machine',
  (name) => {
    expect(isLoopback(name)).toBe(true)
  },
)

test.each([
  '',
  'localhost.attacker.example',
  'acme.localhost',
  '127.0.0.1.attacker.example',
  '128.0.0.1',
  '0.0.0.0',
  '[::2]',
])('%j is not', (name) => {
  expect(isLoopback(name)).toBe(false)
})
