/** @module The numbers a private key is made of, whatever it was written in. */

/** The curves Okta accepts. */
export const curves = ['P-256', 'P-384', 'P-521'] as const

/** A curve Okta accepts. */
export type Curve = (typeof curves)[number]

/** The five numbers that speed up RSA and follow from n, e and d. */
export interface Crt {
  readonly p: bigint
  readonly q: bigint
  readonly dp: bigint
  readonly dq: bigint
  readonly qi: bigint
}

/** An RSA private key as it was written; nothing about it is proven. */
export interface RsaParts {
  readonly kty: 'RSA'
  readonly n: bigint
  readonly e: bigint
  readonly d: bigint
  readonly crt: Crt | undefined
}

/** A public point as it was written: whole, or its x and whether y is odd. */
export interface EcPoint {
  readonly x: bigint
  readonly y: bigint
}

/** An EC private key as it was written; nothing about it is proven. */
export interface EcParts {
  readonly kty: 'EC'
  readonly crv: Curve
  readonly d: bigint
  /** Undefined where the key leaves it to be computed from d. */
  readonly point: EcPoint | { readonly x: bigint; readonly yIsOdd: boolean } | undefined
}

/** A private key as it was written. */
export type KeyParts = RsaParts | EcParts

/** An RSA key whose numbers are proven to belong together. */
export interface SoundRsa extends RsaParts {
  readonly crt: Crt
}

/** An EC key with its point. */
export interface SoundEc extends EcParts {
  readonly point: EcPoint
}
