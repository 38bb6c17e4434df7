/** @module The HTTP API as data: what each route takes and answers, and who may call it. */

import type { z } from '@hono/zod-openapi'
import type { Verb } from '../config/access-rules.ts'
import type { Caller } from '../store/audit.ts'
import type { RequestCaller } from './caller.ts'
import type { Incoming, SentAnswer } from './incoming.ts'
import type { Services } from './services.ts'

/**
 * Who may call a route: `public` everybody; `any-key` whoever has an access key; `connect-session` the person of a Connect
 * session, by its token, and nobody else; `console-session` whoever is signed in to the console; else whoever has the verb.
 *
 * `connection` says where the verb is needed: `name` on the connection that the path parameter `name` names, `any` on some
 * connection (the handler shows only what {@link RequestCaller.may} allows). Without it the verb is needed on all of them (`*`).
 */
export type Access =
  | 'public'
  | 'any-key'
  | 'connect-session'
  | 'console-session'
  | { readonly verb: Verb; readonly connection?: 'name' | 'any' }

/** How many requests one caller may have under way on all routes that name the same. */
export interface Concurrent {
  readonly together: string
  readonly most: number
}

/** How a list is told a page at a time. */
export interface PagedList {
  /** The member of the answer that has the rows of a page. */
  readonly rows: string
  /** The member of the query that takes `next` of the page before; absent where there is one page. */
  readonly cursor?: string
  /** The `limit` of a page, where the list is given whole; absent where the query has none. */
  readonly pageRows?: number
}

/** One route. */
export interface Route<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
  Event extends z.ZodType = z.ZodType,
> {
  readonly method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete'
  /** With parameters in braces: `/v1/connections/{name}`. */
  readonly path: `/${string}`
  /** The name of the call in a client that is made from the API's description. */
  readonly operationId: string
  readonly tag: string
  /** One sentence. */
  readonly summary: string
  readonly access: Access
  readonly params?: Params
  readonly query?: Query
  /** JSON. */
  readonly body?: Body
  /** Whether the body may be left out. */
  readonly bodyOptional?: boolean
  /** Whether a browser may ask for it on behalf of another site: a page that is linked to or framed, a script that is loaded. */
  readonly fromOtherSites?: true
  /** Whether an address may ask for it as often as a person does: whoever asks need not show who they are, and others are asked then. */
  readonly forPeople?: true
  /** Whether its last path parameter takes all that is left of the path. */
  readonly takesRest?: true
  /** For programs alone: no browser in which somebody is signed in may ask for it. */
  readonly forPrograms?: true
  /** Asked thousands of times a second, so that it is answered past Hono. Such a route has no query, no events and no `Response`. */
  readonly isDirect?: true
  /**
   * Answers by writing into the connection, what it was asked as it came. Its last path parameter takes all that is left of
   * the target, with the slash before it and the query. What comes under a method that no such route has goes to the first.
   */
  readonly isPiped?: true
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number
  /** How many of these one caller may have under way; default: as many as of all routes together. */
  readonly concurrent?: number | Concurrent
  /** The status of success: 200, or 204 where there is no `answer`. */
  readonly status?: 200 | 201 | 202
  readonly answer?: Answer
  /** Where the answer is something else than JSON. */
  readonly answerType?: string
  /** Further statuses whose body is an `answer`. */
  readonly otherStatuses?: readonly number[]
  /** What is told on the way to a caller that accepts JSON lines, each as `{ event }`. */
  readonly event?: Event
  /** Of a list: how it is given whole, to a caller that accepts CSV or JSON lines. */
  readonly list?: PagedList
  /** Codes that this route refuses with, beside those of every route. */
  readonly refusals?: readonly string[]
}

/** One request, parsed and allowed. */
export interface Call<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Event extends z.ZodType = z.ZodType,
> {
  readonly params: z.output<Params>
  readonly query: z.output<Query>
  readonly body: z.output<Body>
  readonly services: Services
  readonly caller: RequestCaller
  /** The caller, for the audit log. */
  readonly by: Caller
  /** Told with every answer, and in the log. */
  readonly requestId: string
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal
  readonly request: Incoming
  /** Tells a caller that accepts JSON lines what happened on the way. */
  tell(event: z.input<Event>): void
}

/** Does what a route is for. What it returns is sent as JSON; a `Response` is sent as it is, and what is sent is sent. */
export type Handler<
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  Body extends z.ZodType,
  Answer extends z.ZodType,
  Event extends z.ZodType,
> = (
  call: Call<Params, Query, Body, Event>,
) => Promise<z.input<Answer> | Response | SentAnswer> | z.input<Answer> | Response

/** A route and what it does. */
export interface ServedRoute {
  readonly route: Route
  handle(call: Call): Promise<unknown> | unknown
}

/** Collects the routes. */
export class Api {
  readonly #routes: ServedRoute[] = []

  /** Every route, in the order it was added. */
  get routes(): readonly ServedRoute[] {
    return this.#routes
  }

  add<
    Params extends z.ZodObject = z.ZodObject<Record<never, never>>,
    Query extends z.ZodObject = z.ZodObject<Record<never, never>>,
    Body extends z.ZodType = z.ZodUndefined,
    Answer extends z.ZodType = z.ZodVoid,
    Event extends z.ZodType = z.ZodNever,
  >(
    route: Route<Params, Query, Body, Answer, Event>,
    handler: Handler<Params, Query, Body, Answer, Event>,
  ): void {
    // The types of a route hold between it and its handler; to the server all routes are alike.
    this.#routes.push({ route, handle: (call) => handler(call as never) })
  }
}
