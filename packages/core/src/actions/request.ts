/** @module The actions that send one request of the caller's: one that reads, one that changes. */

import type { JsonValue } from '../json.ts'
import type { Action } from './action.ts'
import { type Arguments, argumentsInvalid } from './arguments.ts'
import type { Parameter, TakesArguments } from './parameter.ts'
import {
  changeMethods,
  type GivenRequest,
  prepareChange,
  prepareRead,
  readMethods,
} from './sent-request.ts'

const MAX_PATH_CHARACTERS = 8_192

const path: Parameter = {
  name: 'path',
  kind: 'text',
  description: 'On the org, such as /api/v1/users; it may have a query.',
  required: true,
  audited: true,
  max: MAX_PATH_CHARACTERS,
}

const query: Parameter = {
  name: 'query',
  kind: 'object',
  description: 'Texts, numbers and booleans by name, beside what the path has.',
  required: false,
}

/** `request`: a GET or HEAD, answered with what the org answered. */
export const requestAction: Action = {
  name: 'request',
  title: 'Read a path of the org',
  summary: 'Sends GET or HEAD to a path of the org and gives its answer, up to 1 MiB of it.',
  effect: 'read',
  destructive: false,
  scopes: [],
  roles: [],
  parameters: [
    {
      name: 'method',
      kind: 'text',
      description: 'GET where it is left out.',
      required: false,
      audited: true,
      choices: readMethods,
    },
    path,
    query,
  ],
  prepare: (calls, given) =>
    prepareRead(calls, readRequest(requestAction, given, given.optionalText('method') ?? 'GET')),
}

/** `request.change`: any other request. */
export const requestChangeAction: Action = {
  name: 'request.change',
  title: 'Send a change to a path of the org',
  summary:
    'Sends a request as it is. It cannot know whether things are so already: each run sends it once.',
  effect: 'change',
  destructive: true,
  doneEachRun: true,
  scopes: [],
  roles: [],
  parameters: [
    {
      name: 'method',
      kind: 'text',
      description: 'The method of the request.',
      required: true,
      audited: true,
      choices: changeMethods,
    },
    path,
    query,
    { name: 'body', kind: 'json', description: 'Sent as JSON.', required: false },
  ],
  prepare: async (calls, given) => {
    const request = readRequest(requestChangeAction, given, given.text('method'))
    return prepareChange(calls, request, { change: 'request.sent', objects: [] })
  },
}

function readRequest(action: TakesArguments, given: Arguments, method: string): GivenRequest {
  return {
    method,
    path: given.text('path'),
    query: readQuery(action, given),
    body: given.values['body'],
  }
}

function readQuery(action: TakesArguments, given: Arguments): GivenRequest['query'] {
  const entries = Object.entries(given.object('query')).map(([name, value]) => {
    if (isScalar(value)) return [name, value] as const
    const observed = 'A value of it is no text, number or boolean.'
    throw argumentsInvalid(action, [{ argument: 'query', observed }])
  })
  return Object.fromEntries(entries)
}

function isScalar(value: JsonValue | undefined): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}
