import { z } from 'zod'
import { addressRangeRule, isAddressRange } from '../address-ranges.ts'
import {
	ALLOWED_ADDRESSES_MAX,
	RATE_CALLS_MAX,
	RATE_SECONDS_MAX,
	SIGNATURE_TOLERANCE_SECONDS,
	SIGNATURE_TOLERANCE_SECONDS_MAX,
	WEBHOOK_BODY_BYTES_MAX,
} from '../limits.ts'
import { waitingMembers } from './waiting-rules.ts'

const assetName = z.string().regex(/^[^\p{C}/\\]{1,128}$/u, 'must be the name of an asset')
const secretSchema = z
	.union(
		[z.strictObject({ variable: assetName }), z.strictObject({ credential: assetName })],
		'must be {"variable": "<name>"} or {"credential": "<name>"}',
	)
	.describe('Where the secret is kept: an encrypted variable, or the password of a credential. Never the secret itself.')
const secretsSchema = z
	.array(secretSchema)
	.min(1, 'must name at least one secret')
	.max(2, 'must name at most two secrets')
	.describe('One secret; two while the sender changes from one to the other: a call signed with either passes.')
const toleranceSchema = z
	.int('must be a whole number')
	.min(1, 'must be at least 1')
	.max(SIGNATURE_TOLERANCE_SECONDS_MAX, `must be at most ${SIGNATURE_TOLERANCE_SECONDS_MAX}`)
	.optional()
	.describe(`How far the sender's time may be from this machine's, seconds; default ${SIGNATURE_TOLERANCE_SECONDS}.`)
const headerSchema = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header')

const plainScheme = <Scheme extends string>(scheme: Scheme, description: string) =>
	z.strictObject({ scheme: z.literal(scheme).describe(description), secrets: secretsSchema })
const timedScheme = <Scheme extends string>(scheme: Scheme, description: string) =>
	z.strictObject({ scheme: z.literal(scheme).describe(description), secrets: secretsSchema, toleranceSeconds: toleranceSchema })

const grafanaScheme = z.strictObject({
	scheme: z.literal('grafana').describe('X-Grafana-Alerting-Signature.'),
	secrets: secretsSchema,
	header: headerSchema.optional().describe('The header of the signature, where the contact point names another one.'),
	timestampHeader: headerSchema.optional().describe('The header of the time, where the contact point names one: only then is it signed.'),
	toleranceSeconds: toleranceSchema,
})
const hmacScheme = z.strictObject({
	scheme: z.literal('hmac').describe('An HMAC of the body in a header.'),
	secrets: secretsSchema,
	header: headerSchema.describe('The header of the signature.'),
	algorithm: z.enum(['sha256', 'sha384', 'sha512']).optional().describe('Default sha256.'),
	encoding: z.enum(['hex', 'base64']).optional().describe('Default hex.'),
	prefix: z.string().max(64).optional().describe('What stands before the signature in its header, such as sha256=.'),
	timestampHeader: headerSchema
		.optional()
		.describe('The header of the time, in seconds since 1970: then `<time>.<body>` is what is signed.'),
	toleranceSeconds: toleranceSchema,
})

/** Whether a time is signed where one is limited: else old calls would pass that its operator takes for refused. */
function signsItsTime(rule: { timestampHeader?: string | undefined; toleranceSeconds?: number | undefined }): boolean {
	return rule.toleranceSeconds === undefined || rule.timestampHeader !== undefined
}

const untimedTolerance = { path: ['toleranceSeconds'], error: 'says nothing without timestampHeader: no time is signed' }

const signatureSchema = z
	.discriminatedUnion(
		'scheme',
		[
			plainScheme('github', 'X-Hub-Signature-256.'),
			plainScheme('gitlab', 'X-Gitlab-Token: the secret itself, not a signature.'),
			timedScheme('slack', 'X-Slack-Signature and X-Slack-Request-Timestamp.'),
			timedScheme('standardWebhooks', 'webhook-id, webhook-timestamp and webhook-signature (standardwebhooks.com), version v1.'),
			grafanaScheme.refine(signsItsTime, untimedTolerance),
			hmacScheme.refine(signsItsTime, untimedTolerance),
		],
		'must have one of the schemes github, gitlab, slack, standardWebhooks, grafana, hmac',
	)
	.describe('How calls are signed. A call without a valid signature is answered with 401.')

const guid = z.guid('must be a GUID')
/** Tokens are verified with what is read there: in clear only where nothing leaves the machine. */
const authoritySchema = z
	.url('must be an https URL')
	.refine((text) => text.startsWith('https:') || /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(text), 'must be an https URL')
	.refine((text) => !/[?#@]|\/$/.test(text), 'must have no slash at its end, no user, no query and no fragment')

const entraIdSchema = z
	.strictObject({
		tenantId: guid.describe('The tenant that issues the tokens.'),
		audience: z.string().min(1).max(256).describe('Whom the tokens are for: the application id, or its id URI (api://…).'),
		clientIds: z
			.array(guid)
			.min(1)
			.max(20)
			.optional()
			.describe('Applications that may call; default any of the tenant that has a token for this audience.'),
		roles: z.array(z.string().min(1).max(120)).min(1).max(20).optional().describe('The token has to have one of these application roles.'),
		authority: authoritySchema.optional().describe('Of a sovereign cloud; default https://login.microsoftonline.com.'),
	})
	.describe("Calls need a bearer token of Microsoft Entra ID, as Azure Monitor's secure webhooks send it. Without a valid one: 401.")

const countSchema = (most: number) =>
	z
		.int({ error: ({ input }) => (input === undefined ? 'is mandatory' : 'must be a whole number') })
		.min(1, 'must be at least 1')
		.max(most, `must be at most ${most}`)

/** What an entry of webhooks.json and a request of the API may say of a webhook's protections, and of how its jobs wait. */
export const protectionMembers = {
	isTokenRequired: z
		.boolean()
		.optional()
		.describe(
			'false: the address is /webhooks/<name> without a token, and the signature or the Entra ID token alone lets a call in. Default true. Fixed once issued.',
		),
	signature: signatureSchema.optional(),
	entraId: entraIdSchema.optional(),
	allowedAddresses: z
		.array(z.string().refine(isAddressRange, `must be ${addressRangeRule}`))
		.min(1, 'must have at least one entry')
		.max(ALLOWED_ADDRESSES_MAX)
		.optional()
		.describe(`Whence it may be called: ${addressRangeRule}. Others are answered with 403. Default from everywhere.`),
	rateLimit: z
		.strictObject({
			calls: countSchema(RATE_CALLS_MAX),
			seconds: countSchema(RATE_SECONDS_MAX),
		})
		.optional()
		.describe('So many calls in so many seconds; a further one is answered with 429 and Retry-After. Default none.'),
	bodyBytesMax: z
		.int('must be a whole number')
		.min(0, 'must not be negative')
		.max(WEBHOOK_BODY_BYTES_MAX, `must be at most ${WEBHOOK_BODY_BYTES_MAX}`)
		.optional()
		.describe(`The longest body, bytes; a longer one is answered with 413. Default ${WEBHOOK_BODY_BYTES_MAX}.`),
	bodyIdentifiesDelivery: z
		.boolean()
		.optional()
		.describe(
			'true: where the sender gives no id, the same body within 24 hours is the same delivery, and makes no second job. Default false.',
		),
	protectionMode: z
		.enum(['enforce', 'observe'])
		.optional()
		.describe('observe: what would be refused is logged and accepted. Default enforce.'),
	...waitingMembers,
}

const protectionsSchema = z.strictObject(protectionMembers)

/** What guards a webhook beside its token, and how its jobs wait. What is absent says nothing. */
export type Protections = { [Name in keyof z.output<typeof protectionsSchema>]?: NonNullable<z.output<typeof protectionsSchema>[Name]> }
export type SignatureRule = NonNullable<Protections['signature']>
export type EntraIdRule = NonNullable<Protections['entraId']>
export type SecretName = SignatureRule['secrets'][number]

const memberNames = Object.keys(protectionMembers) as (keyof Protections)[]

/** The protections among other members; null and undefined are none. What says no more than the default says nothing. */
export function protectionsOf(given: { readonly [Name in keyof Protections]?: Protections[Name] | null | undefined }): Protections {
	const named = memberNames.map((name) => [name, given[name]] as const)
	return Object.fromEntries(named.filter(([name, value]) => value !== null && value !== undefined && value !== defaults[name]))
}

const defaults: { [Name in keyof Protections]?: Protections[Name] } = {
	isTokenRequired: true,
	bodyIdentifiesDelivery: false,
	protectionMode: 'enforce',
	priority: 0,
	overflow: 'queue',
}

/** Protections after a change: what it names is replaced, null takes it away. */
export function changedProtections(
	current: Protections,
	change: { readonly [Name in keyof Protections]?: Protections[Name] | null | undefined },
): Protections {
	const named = memberNames.filter((name) => change[name] !== undefined)
	return protectionsOf({ ...current, ...Object.fromEntries(named.map((name) => [name, change[name]])) })
}

/** Why protections cannot stand beside each other; undefined when they can. */
export function protectionsFault({ isTokenRequired, signature, entraId, protectionMode }: Protections): string | undefined {
	if (isTokenRequired !== false) return undefined
	if (!signature && !entraId) return 'isTokenRequired can be false only beside signature or entraId: else everybody could call it'
	if (protectionMode === 'observe') return 'protectionMode can be observe only while the token is required: else everybody could call it'
	return undefined
}

/** Whether a webhook is called by its name and not by a token. */
export function isTokenless({ isTokenRequired }: Protections): boolean {
	return isTokenRequired === false
}
