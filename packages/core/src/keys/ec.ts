/** @module Whether the parts of an EC key are what they claim to be. */

import { isOnCurve, isPrivateNumber, publicPoint } from './curve.ts'
import type { EcParts, EcPoint, SoundEc } from './parts.ts'
import { refuse } from './refusals.ts'

/**
 * The key with its public point, computed from d where the key lacks it.
 *
 * Proves that d is in range and that a given point lies on the curve. That d * G is that point is proven by the
 * signature round trip every key goes through before it is used.
 *
 * @throws {KeyError} `key_parts_inconsistent`
 */
export function validateEc(parts: EcParts): SoundEc {
  const { crv, d } = parts
  if (!isPrivateNumber(crv, d)) {
    refuse(
      'key_parts_inconsistent',
      `The private number d is 0 or not below the order of ${crv}.`,
      {
        detail: 'd',
      },
    )
  }
  return { ...parts, point: wholePoint(parts) }
}

function wholePoint({ crv, d, point }: EcParts): EcPoint {
  if (point !== undefined && 'y' in point) {
    if (isOnCurve(crv, point)) return point
    refuse('key_parts_inconsistent', `The public point (x, y) does not lie on ${crv}.`, {
      detail: 'x, y',
    })
  }
  const computed = publicPoint(crv, d)
  if (point === undefined) return computed
  if (point.x === computed.x && point.yIsOdd === (computed.y % 2n === 1n)) return computed
  refuse('key_parts_inconsistent', 'The public point is not the one that d gives.', {
    detail: 'x, y',
  })
}
