import { z } from 'zod'
import { entraVariables } from './access/entra-settings.ts'
import { addressRangeRule, isAddressRange } from './address-ranges.ts'
import { StartError } from './errors.ts'
import { TIMEOUT_SECONDS_MAX } from './limits.ts'
import { nearNames } from './near-names.ts'
import { retentionVariables } from './retention-settings.ts'
import { wholeNumber } from './whole-number.ts'

const logLevels = ['error', 'warn', 'info', 'debug'] as const
export type LogLevel = (typeof logLevels)[number]

const url = z
	.url({ protocol: /^https?$/ })
	.transform((text) => text.replace(/\/+$/, ''))
	.refine((text) => !/[?#]/.test(text))
/** Credentials go there: in clear only where nothing leaves the machine. */
const armEndpoint = url.refine((text) => text.startsWith('https:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(text).hostname))
/** With the name of a database: without one the client would take that of the user. */
const databaseUrl = z.string().refine((text) => /^postgres(ql)?:\/\/[^?]*\/[^/?]/.test(text) && URL.canParse(text))
/** One or more keys of 32 bytes: 64 hex digits, or base64 of either alphabet. */
const secretKeys = z
	.string()
	.transform((text) => text.split(',').map((key) => key.trim()))
	.refine((keys) => keys.every((key) => /^([0-9a-f]{64}|[\w+/-]{43}=?)$/i.test(key)))
	.transform((keys) => keys.map((key) => new Uint8Array(Buffer.from(key, key.length === 64 ? 'hex' : 'base64'))))
const resourceName = z.string().regex(/^[-\w.]{1,90}$/)

/** A token or key that people choose. */
export const keyPattern = /^[\x21-\x7e]{16,512}$/
export const keyRule = 'at least 16 visible ASCII characters'

/** Where health is told. Below it stand the modes, so that it is no path of its own for `live` and `ready`. */
export const healthPathPattern = /^(?!\/(webhooks|jobs|metrics|openapi\.json|subscriptions|providers)(\/|$))(\/[\w.~-]{1,128}){1,8}$/i
export const healthPathRule =
	'a path such as /health/4f1c: slashes and letters, digits, dots, hyphens, underscores and tildes; not one of webhooks, metrics or the API'

/** Each variable with the check of its text, and what is allowed in words. */
const variables = {
	RUNHOOK_HOST: [z.string().regex(/^[\w.:-]+$/), 'a host name or an address'],
	RUNHOOK_PORT: [wholeNumber(0, 65_535), 'a whole number from 0 to 65535'],
	RUNHOOK_PUBLIC_URL: [url, 'an http or https URL without query'],
	RUNHOOK_TLS_CERT_FILE: [z.string(), 'a file'],
	RUNHOOK_TLS_KEY_FILE: [z.string(), 'a file'],
	RUNHOOK_DATA_DIR: [z.string(), 'a folder'],
	RUNHOOK_DATABASE_URL: [databaseUrl, 'a URL such as postgres://user:password@host:5432/database, with the name of a database'],
	RUNHOOK_RUNBOOKS_DIR: [z.string(), 'a folder'],
	RUNHOOK_WEBHOOKS_FILE: [z.string(), 'a file'],
	RUNHOOK_SETTINGS_FILE: [z.string(), 'a file'],
	RUNHOOK_OTEL_MODULE: [z.string(), 'a file'],
	RUNHOOK_HEALTH_PATH: [z.string().regex(healthPathPattern), healthPathRule],
	RUNHOOK_HEALTH_KEY: [z.string().regex(keyPattern), keyRule],
	RUNHOOK_ADMIN_TOKEN: [z.string().regex(keyPattern), keyRule],
	RUNHOOK_SECRET_KEY: [
		secretKeys,
		'32 bytes as 64 hex digits or as base64; further keys that values are still sealed with follow after commas',
	],
	RUNHOOK_SECRETS_DIR: [z.string(), 'a folder'],
	RUNHOOK_SUBSCRIPTION_ID: [z.guid(), 'a GUID'],
	RUNHOOK_RESOURCE_GROUP: [resourceName, '1 to 90 letters, digits, dots, hyphens and underscores'],
	RUNHOOK_ACCOUNT: [resourceName, '1 to 90 letters, digits, dots, hyphens and underscores'],
	RUNHOOK_CONCURRENCY: [wholeNumber(1, 1_000), 'a whole number from 1 to 1000'],
	RUNHOOK_QUEUE_LIMIT: [wholeNumber(1, 10_000_000), 'a whole number from 1 to 10000000'],
	RUNHOOK_ARM_ENDPOINT: [armEndpoint, 'an https URL, or an http one on this machine, without query'],
	RUNHOOK_LOG_LEVEL: [z.enum(logLevels), `one of ${logLevels.join(', ')}`],
	RUNHOOK_LOG_FORMAT: [z.enum(['text', 'json']), 'text or json'],
	RUNHOOK_JOB_TIMEOUT_SECONDS: [wholeNumber(1, TIMEOUT_SECONDS_MAX), `a whole number from 1 to ${TIMEOUT_SECONDS_MAX}`],
	RUNHOOK_SHUTDOWN_SECONDS: [wholeNumber(0, 3_600), 'a whole number from 0 to 3600'],
	...retentionVariables,
	...entraVariables,
	RUNHOOK_TRUSTED_PROXIES: [
		z
			.string()
			.transform((text) => text.split(/[\s,]+/).filter((each) => each !== ''))
			.refine((ranges) => ranges.every(isAddressRange)),
		`a list with commas, each ${addressRangeRule}`,
	],
	RUNHOOK_SANDBOX_USER: [z.string().regex(/^([a-z_][\w.-]*\$?|\d{1,10}(:\d{1,10})?)$/i), "a user's name, or numbers, as 1000 or 1000:1000"],
	RUNHOOK_SANDBOX_ENV: [
		// Node's options could open what its permissions close.
		z.string().regex(/^(?!.*\b(RUNHOOK_|NODE_OPTIONS\b))[\w\s,]*$/s),
		'names of variables, separated by commas, none of them RUNHOOK_… or NODE_OPTIONS',
	],
} as const satisfies Record<string, readonly [z.ZodType, string]>

/** Their values stand in no message. */
const secretNames = [
	'RUNHOOK_ADMIN_TOKEN',
	'RUNHOOK_DATABASE_URL',
	'RUNHOOK_SECRET_KEY',
	'RUNHOOK_HEALTH_KEY',
	'RUNHOOK_HEALTH_PATH',
	'RUNHOOK_ENTRA_CLIENT_SECRET',
]

/** What was set, as its check left it. */
export type Variables = { [Name in keyof typeof variables]?: z.output<(typeof variables)[Name][0]> }

/** Of the command line, which may read the same `.env`. */
const namesOfTheCommand = ['RUNHOOK_ENDPOINT', 'RUNHOOK_TOKEN', 'RUNHOOK_FROM_TOKEN']

/**
 * Names that are no setting's and near to one: its value would stay the default, and nobody be told. Others that begin with RUNHOOK_ are
 * nobody's fault: Kubernetes sets some for a service that is called so.
 */
export function misspeltVariables(environment: NodeJS.ProcessEnv): { variable: string; near: string }[] {
	const known = Object.keys(variables)
	return Object.keys(environment)
		.filter((name) => /^RUNHOOK_(?!VARIABLE_)/i.test(name) && ![...known, ...namesOfTheCommand].includes(name))
		.map((variable) => ({ variable, near: nearNames(variable, known).join(', ') }))
		.filter(({ near }) => near !== '')
}

/** Throws a StartError whose sentence names the variable, its value (not a secret's) and what is allowed. */
export function checkVariables(environment: NodeJS.ProcessEnv): Variables {
	const checked: Record<string, unknown> = {}
	for (const [name, [schema, allowed]] of Object.entries(variables)) {
		const text = environment[name]
		if (text === undefined || text === '') continue
		const result = schema.safeParse(text)
		if (!result.success) {
			const value = secretNames.includes(name) ? 'its value' : `"${text}"`
			throw new StartError(`${name}: ${value} cannot be used; allowed is ${allowed}.`)
		}
		checked[name] = result.data
	}
	return checked
}
