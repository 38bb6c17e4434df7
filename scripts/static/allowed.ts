/** @module Where a rule of the static check does not hold, and why. The only place for exceptions. */

/** One exception. */
export interface Allowed {
  readonly rule: string
  /** A file, or a folder with `/` at its end; relative to the repository. */
  readonly place: string
  /** The only source text it holds for; everything in the place where it is left out. */
  readonly text?: string
  readonly why: string
}

/**
 * Every exception from the code rules. The tests are free of those rules altogether.
 *
 * `secret-reveal` is the list S11 asks for: the files that may take a secret out of its wrapper.
 */
export const allowed: readonly Allowed[] = [
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/secret.ts',
    why: 'defines reveal',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/doctor/checks/key.ts',
    text: 'connection.key?.reveal',
    why: 'hands the text of a key to importKey',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/doctor/checks/token-life.ts',
    text: 'accessToken.reveal',
    why: 'reads when the token itself ends, and nothing else of it',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/keys/encrypted.ts',
    why: 'decrypts a PEM with its passphrase',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/keys/export.ts',
    text: 'key.privateJwk.reveal',
    why: 'turns a private JWK into a PEM, which is a Secret again',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/org/attempts.ts',
    text: 'used.headers.reveal',
    why: 'sends the authorisation of a request',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/token/api-token-authorizer.ts',
    why: 'puts the API token into the Authorization header',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/token/credential.ts',
    why: 'judges the shape of an API token',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/token/grant.ts',
    why: 'sends the assertion to the token endpoint',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/core/src/token/service-app-authorizer.ts',
    why: 'puts the token into the Authorization header',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/web/src/connect/check-key.ts',
    text: 'text.reveal',
    why: 'hands the text of a key to importKey',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/web/src/connect/members.ts',
    why: 'sends the credential to the server that keeps it',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/actions/idempotency.ts',
    text: 'text.reveal',
    why: 'parses the answer that was sealed for an idempotency key',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/actions/plans.ts',
    text: 'text.reveal',
    why: 'parses what a plan would do, which was sealed',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/mcp/tools/changes.ts',
    text: 'code.reveal',
    why: 'tells the code of a plan once, to whoever asked for it',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/plans.ts',
    text: 'created.code.reveal',
    why: 'tells the code of a plan once, to whoever asked for it',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/connection.ts',
    text: 'values.key?.reveal',
    why: 'hands the text of a key to importKey',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/master-key/file.ts',
    text: 'newMasterKeyLine(version).reveal',
    why: 'keeps a new version of the master key in its file',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/master-key/file.ts',
    text: 'newMasterKeyLine(1).reveal',
    why: 'writes the first master key to its file',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/file/check-connection.ts',
    text: 'pem.reveal',
    why: 'hands over a key that was made a moment ago to stand in for one',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/file/read-secrets.ts',
    text: 'secret.reveal',
    why: 'puts what a reference named where a connection is made of it',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/okta-environment.ts',
    why: 'reads settings that are no secrets from where secrets are found too',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/okta-key.ts',
    text: 'found.value.reveal',
    why: 'asks whether the setting of a key is the path of a file',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/commands/keys.ts',
    text: 'text.reveal',
    why: 'writes a new private key to the file that was asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/commands/proxy.ts',
    text: 'accessKey.reveal',
    why: 'prints the access key that was made for its own listener: nobody gets in there without',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/okta-tool-environment.ts',
    text: 'access.accessKey.reveal',
    why: 'gives the access key of a run to the command that it is made for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/commands/token.ts',
    text: 'got.accessToken.reveal',
    why: 'prints the token that was asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/commands/token.ts',
    text: 'authorization.headers.reveal',
    why: 'prints the headers that were asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/admin-body.ts',
    text: 'secret.reveal',
    why: "hands an administrator's API token to Postern's own API, for one request",
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/connection-body.ts',
    why: "hands a credential to Postern's own API, to be kept",
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/commands/sink.ts',
    why: "hands a sink's secret to Postern's own API, to be kept",
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/in-process.ts',
    text: 'localKey.reveal',
    why: 'lets the commands of this process call its own API',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/open-api.ts',
    text: 'server.accessKey.reveal',
    why: 'lets the commands of a user call the server that the same user runs',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/open-api.ts',
    text: 'accessKey.reveal',
    why: 'presents the access key that a command was given to the server of the same user',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/database-reference.ts',
    text: 'url.reveal',
    why: 'judges the scheme of a URL',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/config/write-server-file.ts',
    text: 'accessKey.reveal',
    why: 'writes the key of this run to the file that its own commands read',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/connections/credential.ts',
    text: 'privateJwk.reveal',
    why: 'hands the unsealed key to importKey, or takes its algorithm out, and it is a Secret again',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/connections/credential.ts',
    text: 'headers.reveal',
    why: 'reads the unsealed headers of the token request',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/connections/setup-folder.ts',
    text: 'pem.reveal',
    why: 'writes a new private key to the folder that was asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/connections/setup-folder.ts',
    text: 'apiToken.reveal',
    why: 'writes an API token that a person made to the folder that was asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/access-keys.ts',
    text: 'added.text.reveal',
    why: 'tells a new access key to who asked for it, once',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/access-keys.ts',
    text: 'rotated.text.reveal',
    why: 'tells a new access key to who asked for it, once',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/connect-sessions.ts',
    text: 'link.reveal',
    why: 'tells a new link to who asked for it, once',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/connect.ts',
    text: 'token.reveal',
    why: 'hands out the token that a link is exchanged for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/console/cookie.ts',
    text: 'text.reveal',
    why: 'sets the cookie of a session',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/console/sessions.ts',
    text: 'this.#links.take(text).reveal',
    why: 'signs in with the access key of this process',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/console/openid.ts',
    text: 'credential.key.reveal',
    why: 'reads the key that proves this server to the provider of its people',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/console/openid.ts',
    text: 'privateJwk.reveal',
    why: 'hands that key, once it was found sound, to openid-client',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/console/openid.ts',
    text: 'secret.reveal',
    why: 'hands the client secret to openid-client, which sends it to the token endpoint',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/commands/start-output.ts',
    text: 'link.reveal',
    why: 'shows whoever started the server the link that signs their browser in, once',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/token.ts',
    text: 'got.accessToken.reveal',
    why: 'hands out the token that was asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/api/proof.ts',
    text: 'headers.reveal',
    why: 'hands out the headers that were asked for',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/server/access-keys.ts',
    text: 'text.reveal',
    why: 'takes the digest of an access key that its operator made',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/cli/apply-at-start.ts',
    text: 'text.reveal',
    why: 'shows an access key that was made, once, on a terminal',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/service/apply-connection.ts',
    text: 'kept.reveal',
    why: 'asks whether an API token is the one that a configuration file names',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/service/apply-sink.ts',
    text: 'secret.reveal',
    why: 'gives the secrets of a sink to where they are sealed',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/service/apply-sink.ts',
    text: 'kept.reveal',
    why: 'asks whether a secret is the one that a configuration file names',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/service/apply-sink.ts',
    text: 'wanted.reveal',
    why: 'asks whether a secret is the one that a configuration file names',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/store/key-wrapper.ts',
    text: 'key.reveal',
    why: 'wraps data keys with the master key',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/store/postgres-pool.ts',
    text: 'url.reveal',
    why: 'hands the URL of the database, which holds its password, to the driver',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/sinks/object-storage/bucket.ts',
    why: 'hands the access key to the client that signs with it',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/sinks/http.ts',
    why: 'puts the token or the password of a receiver into the Authorization header',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/sinks/http/webhook.ts',
    why: 'reads the key that signs what a webhook is sent',
  },
  {
    rule: 'secret-reveal',
    place: 'packages/postern/src/store/seal.ts',
    text: 'secret.reveal',
    why: 'encrypts a secret',
  },
  {
    rule: 'secret-comparison',
    place: 'packages/core/src/token/source.ts',
    text: 'kept.token !== refused',
    why: 'asks whether two Token objects are the same one',
  },
  {
    rule: 'secret-comparison',
    place: 'packages/core/src/url/audience.ts',
    text: 'audience === token',
    why: 'compares URLs; token is the token URL here',
  },
  {
    rule: 'network',
    place: 'packages/core/src/transport.ts',
    why: 'is the way to the network for core',
  },
  {
    rule: 'network',
    place: 'packages/postern/src/http/',
    why: 'is the way to the network for postern, with the address guard',
  },
  {
    rule: 'network',
    place: 'packages/postern/src/server/',
    why: 'listens; sends nothing by itself',
  },
  {
    rule: 'network',
    place: 'packages/emulator/src/',
    why: 'listens; sends nothing by itself',
  },
  {
    rule: 'environment',
    place: 'packages/postern/src/config/',
    why: 'is where the environment becomes configuration',
  },
  {
    rule: 'environment',
    place: 'packages/postern/src/cli/',
    why: 'reads what the terminal says: NO_COLOR, POSTERN_DATA',
  },
]

/** Whether a rule does not hold for this source text of a file. */
export function isAllowed(rule: string, file: string, text: string): boolean {
  return allowed.some(
    (entry) =>
      entry.rule === rule &&
      (entry.place.endsWith('/') ? file.startsWith(entry.place) : file === entry.place) &&
      (entry.text === undefined || entry.text === text),
  )
}
