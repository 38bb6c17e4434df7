/** @module The calls that a rule gives which names none. Apart from the rules, whose schema takes long to load. */

/** What `proxy` allows where a rule says nothing else: reading the management API. */
export const defaultCalls = { methods: ['GET', 'HEAD'], paths: ['/api/v1'] } as const
