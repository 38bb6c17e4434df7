/** @module Functions that are called as parsers are, and are none: what they read was written here, or another one judges it. */

/** Functions, by file and name, and why they have no target. */
export const excused: readonly { readonly which: RegExp; readonly why: string }[] = [
  {
    which: /^postern\/src\/store\/\S+ read/,
    why: 'asks the store for rows that Postern wrote',
  },
  {
    which:
      /^postern\/src\/(?:connections\/credential|feeds\/(?:log-state|reach|sweep-state)|sinks\/record|server\/actor-names)\.ts (?:read|import)/,
    why: 'reads what Postern wrote, out of a sealed secret, a state or the spool',
  },
  {
    which:
      /^core\/src\/(?:actions\/(?:app-access|reference)|doctor\/(?:read-page|read-resource|registration|roles)|inputs\/(?:fan-out|objects)|org\/(?:pages|public-document|public-org)|service-app\/app|setup\/(?:kept-app|prove))\.ts read/,
    why: 'asks an org; parsePage, parseAnswer and parseRecord read the answer',
  },
  { which: /^postern\/src\/server\/mcp\/org-read\.ts readOrg/, why: 'asks an org' },
  {
    which: /^core\/src\/transport\.ts readBody/,
    why: 'collects bytes up to a limit and reads none of them',
  },
  {
    which:
      /^postern\/src\/cli\/(?:admin-body|apply-at-start|connection-values|given-text|read-sign-in|tls-files)\.ts read/,
    why: 'reads files that flags name, for parsers that have targets',
  },
  {
    which: /^postern\/src\/cli\/(?:commands\/action|completion\/kept-names)\.ts read/,
    why: 'asks a server or a store of this user',
  },
  {
    which:
      /^postern\/src\/config\/(?:okta-environment|secret-reference|text-file|file\/(?:read|read-secrets|reference)|master-key\/read-text)\.ts read(?!Yaml)/,
    why: 'reads files and variables, for parsers that have targets',
  },
  {
    which: /^postern\/src\/config\/file\/check-connection\.ts parseWithStandIns/,
    why: 'a step of parseConfigFile',
  },
  { which: /^postern\/src\/sinks\/jsonl-file\.ts readSize/, why: 'asks the file system' },
  {
    which: /^postern\/src\/cli\/commands\/demo\/replay\/(?:compare|told-replay)\.ts read/,
    why: 'reads again what the demo wrote, and tells of readRecords',
  },
]
