import { z } from 'zod'
import { StartError } from '../errors.ts'
import type { EntraSettings } from './entra-tokens.ts'
import { type Role, readRole, roles } from './role.ts'
import { entraAuthority } from './signed-entra-token.ts'

/** Tokens are believed by what is fetched there: in clear only where nothing leaves the machine. */
const authority = z
	.url({ protocol: /^https?$/ })
	.transform((text) => text.replace(/\/+$/, ''))
	.refine((text) => !/[?#]/.test(text))
	.refine((text) => text.startsWith('https:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(text).hostname))

const audiences = z
	.string()
	.transform((text) => text.split(/[\s,]+/).filter((each) => each !== ''))
	.refine((all) => all.length > 0)

/** `<app role or object id>=<role>`, separated by commas; in lower case, as object ids are written either way. */
const roleMap = z.string().transform((text, context) => {
	const map = new Map<string, Role>()
	for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
		const [, name, roleName] = /^\s*([^=]+?)\s*=\s*([^=]+?)\s*$/.exec(pair) ?? []
		const role = roleName === undefined ? undefined : readRole(roleName)
		if (name === undefined || role === undefined || map.has(name.toLowerCase())) {
			context.addIssue({ code: 'custom', message: 'cannot be read' })
			return z.NEVER
		}
		map.set(name.toLowerCase(), role)
	}
	return map
})

/** The settings of Entra ID: each variable with the check of its text, and what is allowed in words. */
export const entraVariables = {
	RUNHOOK_ENTRA_TENANT_ID: [z.guid().toLowerCase(), 'the GUID of a tenant'],
	RUNHOOK_ENTRA_AUDIENCE: [audiences, 'one or more client ids or application id URIs, separated by commas'],
	RUNHOOK_ENTRA_ROLES: [
		roleMap,
		`pairs of an app role or object id and a role, such as Runbooks.Start=Job Operator, separated by commas; roles are ${roles.join(', ')}`,
	],
	RUNHOOK_ENTRA_CLIENT_ID: [z.guid().toLowerCase(), 'the GUID of an application (client) id'],
	// The id of a secret stands beside it, and is what most people copy first.
	RUNHOOK_ENTRA_CLIENT_SECRET: [
		z.string().regex(/^(?![0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)[\x21-\x7e]{8,512}$/i),
		'the value of a client secret, not its id: 8 to 512 visible ASCII characters',
	],
	RUNHOOK_ENTRA_AUTHORITY: [authority, 'an https URL, or an http one on this machine, without query'],
} as const satisfies Record<string, readonly [z.ZodType, string]>

type Variables = { [Name in keyof typeof entraVariables]?: z.output<(typeof entraVariables)[Name][0]> }

/** undefined where none is set. Throws a StartError where one is set and another one is missing. */
export function entraSettings(set: Variables): EntraSettings | undefined {
	if (Object.keys(entraVariables).every((name) => set[name as keyof Variables] === undefined)) return undefined
	const { RUNHOOK_ENTRA_TENANT_ID, RUNHOOK_ENTRA_ROLES, RUNHOOK_ENTRA_AUTHORITY, RUNHOOK_ENTRA_CLIENT_ID: clientId } = set
	// Tokens of version 2 name the client id, those of a sign-in always do.
	const RUNHOOK_ENTRA_AUDIENCE = set.RUNHOOK_ENTRA_AUDIENCE ?? (clientId === undefined ? undefined : [clientId])
	const mandatory = { RUNHOOK_ENTRA_TENANT_ID, RUNHOOK_ENTRA_AUDIENCE, RUNHOOK_ENTRA_ROLES }
	const missing = Object.entries(mandatory).flatMap(([name, value]) => (value === undefined ? [name] : []))
	if (missing.length > 0)
		throw new StartError(
			`${missing.join(' and ')} must be set, too: tokens of Entra ID need a tenant, an audience and what their roles are here.`,
		)
	if (set.RUNHOOK_ENTRA_CLIENT_SECRET !== undefined && clientId === undefined)
		throw new StartError('RUNHOOK_ENTRA_CLIENT_ID must be set, too: RUNHOOK_ENTRA_CLIENT_SECRET is the secret of that application.')
	return {
		tenantId: RUNHOOK_ENTRA_TENANT_ID!,
		audiences: RUNHOOK_ENTRA_AUDIENCE!,
		authority: RUNHOOK_ENTRA_AUTHORITY ?? entraAuthority,
		roles: RUNHOOK_ENTRA_ROLES!,
		...(clientId === undefined ? {} : { clientId }),
	}
}
