/** @module Certificates for servers of tests, made when they are needed: signed by themselves or by an authority, valid or not. */

import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** A certificate with its private key, both PEM. TEST KEYS, made for one run. */
export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

/** What a certificate says. */
export interface CertificateOptions {
  /** The host names it is for. */
  readonly hosts: readonly string[]
  /** Default: an hour ago to an hour from now. */
  readonly validity?: 'expired'
}

/** Certificates are signed by this. */
export interface TestAuthority {
  /** PEM. */
  readonly cert: string
  issue(options: CertificateOptions): TestCertificate
}

const HOUR_MS = 3_600_000
const ECDSA_WITH_SHA256 = sequence(objectId([1, 2, 840, 10045, 4, 3, 2]))
const COMMON_NAME = objectId([2, 5, 4, 3])
const BASIC_CONSTRAINTS = objectId([2, 5, 29, 19])
const SUBJECT_ALT_NAME = objectId([2, 5, 29, 17])

/** Makes an authority that nobody trusts yet. */
export function createAuthority(commonName = 'TEST authority'): TestAuthority {
  const name = distinguishedName(commonName)
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const isAuthority = extension(BASIC_CONSTRAINTS, sequence(der(0x01, Buffer.from([0xff]))))
  const issuer = { name, key: privateKey }
  const cert = certificate({ subject: name, publicKey, issuer, extensions: [isAuthority] })
  return { cert, issue: (options) => issue(options, issuer) }
}

/** Makes a certificate that no authority signed. */
export function createSelfSigned(options: CertificateOptions): TestCertificate {
  return issue(options, undefined)
}

interface Issuer {
  readonly name: Buffer
  readonly key: KeyObject
}

function issue(options: CertificateOptions, issuer: Issuer | undefined): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const subject = distinguishedName('TEST server')
  const names = options.hosts.map((host) => der(0x82, Buffer.from(host)))
  const cert = certificate({
    subject,
    publicKey,
    issuer: issuer ?? { name: subject, key: privateKey },
    extensions: [extension(SUBJECT_ALT_NAME, sequence(...names))],
    endsMs: options.validity === 'expired' ? -HOUR_MS / 2 : HOUR_MS,
  })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }
}

function certificate(parts: {
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly issuer: Issuer
  readonly extensions: readonly Buffer[]
  readonly endsMs?: number
}): string {
  const { subject, publicKey, issuer, extensions, endsMs = HOUR_MS } = parts
  const signed = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    issuer.name,
    sequence(utcTime(-HOUR_MS), utcTime(endsMs)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', signed, issuer.key)
  const whole = sequence(signed, ECDSA_WITH_SHA256, bits(signature))
  const lines = whole
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))))
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value))
}

function utcTime(fromNowMs: number): Buffer {
  const digits = new Date(Date.now() + fromNowMs).toISOString().replace(/\D/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

function objectId([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  const encoded = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 0x7f]
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(0x06, Buffer.from(encoded))
}

function bits(value: Buffer): Buffer {
  return der(0x03, Buffer.concat([Buffer.from([0]), value]))
}

function sequence(...members: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(members))
}

function der(tag: number, value: Buffer): Buffer {
  const { length } = value
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}
