/** @module A plan as Terraform configuration, for teams that give no Super Admin token to anybody. */

import { labelOfRole } from '../service-app/admin-roles.ts'
import type { SetupPlan } from './plan.ts'
import { SetupError } from './setup-error.ts'

/**
 * The plan in HCL for the provider `okta/okta`: the app with its public key, its scopes and its roles. The private key
 * is nowhere in it, nor in the state that Terraform keeps.
 *
 * @throws {SetupError} `setup_plan_invalid` for an EC key, whose curve the provider has no argument for.
 * @see okta/terraform-provider-okta, `docs/resources`: app_oauth, app_oauth_api_scope, app_oauth_role_assignment
 * @see okta/terraform-provider-okta, pull request 2950 - `dpop_bound_access_tokens`
 */
export function terraformOf(plan: SetupPlan): string {
  const { scopes, roles, org } = plan
  const app = resource('okta_app_oauth', 'postern', [
    ...attributes({
      label: plan.label,
      type: 'service',
      ...(plan.clientId === undefined ? {} : { client_id: plan.clientId }),
      grant_types: ['client_credentials'],
      response_types: ['token'],
      token_endpoint_auth_method: 'private_key_jwt',
      pkce_required: false,
    }),
    ...(plan.dpopRequired
      ? [
          '# Of provider releases since September 2026. With an older one, leave the line out and switch it on in the',
          '# Admin Console: General > General Settings > Edit > Require Demonstrating Proof of Possession (DPoP).',
          ...attributes({ dpop_bound_access_tokens: true }),
        ]
      : []),
    '',
    ...keySource(plan),
  ])
  const granted = resource('okta_app_oauth_api_scope', 'postern', [
    ...attributes({ app_id: { reference: 'okta_app_oauth.postern.id' }, issuer: org, scopes }),
  ])
  const assigned = roles.map((role, index) => {
    const custom =
      role.type === 'CUSTOM' ? { role: role.roleId, resource_set: role.resourceSetId } : {}
    return resource('okta_app_oauth_role_assignment', `postern_${index + 1}`, [
      `# ${labelOfRole(role)}`,
      ...attributes({ client_id: CLIENT_ID, type: role.type, ...custom }),
    ])
  })
  const output = [
    'output "postern_client_id" {',
    ...indented(attributes({ value: CLIENT_ID })),
    '}',
  ]
  return [HEADER, app, granted, ...assigned, output.join('\n')].join('\n\n')
}

/** A value in HCL; a reference is written as it is. */
type Value = string | boolean | readonly string[] | { readonly reference: string }

const CLIENT_ID = { reference: 'okta_app_oauth.postern.client_id' }

const HEADER = `# The private key is not here: whoever planned this app has it.
terraform {
  required_providers {
    okta = {
      source = "okta/okta"
    }
  }
}`

function keySource({ publicJwk, jwksUri }: SetupPlan): readonly string[] {
  if (jwksUri !== undefined) return attributes({ jwks_uri: jwksUri })
  if (publicJwk.kty === 'EC') {
    throw new SetupError('setup_plan_invalid', 'The plan has an EC key.', {
      remedy:
        "Take an RSA key: Okta's Terraform provider has no argument for the curve of an EC key.",
    })
  }
  const { kty, kid, e, n } = publicJwk
  return ['jwks {', ...indented(attributes({ kty, kid, e, n })), '}']
}

function resource(type: string, name: string, lines: readonly string[]): string {
  return [`resource "${type}" "${name}" {`, ...indented(lines), '}'].join('\n')
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`))
}

/** Assignments, their equals signs below each other as `terraform fmt` puts them. */
function attributes(values: Readonly<Record<string, Value>>): readonly string[] {
  const width = Math.max(...Object.keys(values).map((name) => name.length))
  return Object.entries(values).map(([name, value]) => `${name.padEnd(width)} = ${literal(value)}`)
}

function literal(value: Value): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') {
    // In HCL `${` and `%{` begin a template.
    return JSON.stringify(value).replace(/[$%](?=\{)/g, (mark) => mark + mark)
  }
  return 'reference' in value ? value.reference : `[${value.map(literal).join(', ')}]`
}
