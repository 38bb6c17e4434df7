/** @module Disturbances of the body of an answer. */

import { type Answer, bodyOf } from '../http/answer.ts'
import { afterOrg, insteadOfOrg } from './disturbance.ts'
import type { Fault } from './fault.ts'

/** Faults of bodies. */
export const bodyFaults: readonly Fault[] = [
  afterOrg(
    {
      name: 'truncated-json',
      summary: 'A proxy on the way keeps the first half of the body only.',
      answers: 'A whole HTTP answer whose JSON ends in the middle',
    },
    (_request, answer) => {
      const text = textOf(answer)
      return text === '' ? undefined : { answer: withText(answer, text.slice(0, text.length / 2)) }
    },
  ),
  afterOrg(
    {
      name: 'body-cut',
      summary: 'The connection breaks in the middle of the body.',
      answers: 'Status and headers, half of the body, then the connection is closed',
    },
    (_request, answer) =>
      textOf(answer) === '' ? undefined : { delivery: { kind: 'cut', fraction: 0.5 } },
  ),
  afterOrg(
    {
      name: 'slow-body',
      summary: 'The line is slow.',
      answers: 'The body in pieces, with a wait before each',
      parameters: {
        pieces: { meaning: 'how many pieces', type: 'number', default: 10, range: [1, 1_000] },
        waitMs: {
          meaning: 'milliseconds before each',
          type: 'number',
          default: 200,
          range: [0, 60_000],
        },
      },
    },
    (_request, answer, { values }) => {
      if (textOf(answer) === '') return undefined
      const pieces = values.number('pieces') ?? 1
      return { delivery: { kind: 'slow', pieces, waitMs: values.number('waitMs') ?? 0 } }
    },
  ),
  insteadOfOrg(
    {
      name: 'html-200',
      summary: 'A proxy or a captive portal answers in the place of Okta.',
      answers: '200 with a web page',
    },
    () => ({
      answer: {
        status: 200,
        text: '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form>…</form></body></html>\n',
        headers: { 'Content-Type': 'text/html;charset=utf-8' },
      },
      fromGateway: true,
    }),
  ),
  afterOrg(
    {
      name: 'json-with-bom',
      summary: 'A proxy on the way puts a byte order mark before the body.',
      answers: 'JSON that begins with U+FEFF',
    },
    (_request, answer) => {
      const text = textOf(answer)
      return text === '' ? undefined : { answer: withText(answer, `\ufeff${text}`) }
    },
  ),
]

function textOf(answer: Answer): string {
  return bodyOf(answer).toString()
}

function withText(answer: Answer, text: string): Answer {
  return { ...answer, text }
}
