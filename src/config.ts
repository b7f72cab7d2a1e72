import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { entraSettings, entraVariables } from './access/entra-settings.ts'
import type { EntraSettings } from './access/entra-tokens.ts'
import { addressRangeRule, isAddressRange } from './address-ranges.ts'
import { StartError } from './errors.ts'
import { TIMEOUT_SECONDS_MAX } from './limits.ts'

/** The checked settings of one runner. Secrets are kept apart, in {@link Secrets}. */
export type Config = {
	host: string
	/** 0 = any free port. */
	port: number
	/** Base of issued URLs, Location and nextLink, without a trailing slash; undefined = made of host and actual port. */
	publicUrl: string | undefined
	dataDir: string
	runbooksDir: string
	webhooksFile: string
	/** The file of a module that sets OpenTelemetry up; undefined = no traces, unless Node was told to load one. */
	otelModule: string | undefined
	/** What may change without a restart; it need not be there. */
	settingsFile: string
	/** Where the health of core and secondary parts is told, unless the settings file has another path. */
	healthPath: string
	/** Where variables and credentials are mounted as files; undefined = nowhere. */
	secretsDir: string | undefined
	/** Names in the paths of the management API; others answer 404. */
	account: { subscriptionId: string; resourceGroup: string; name: string }
	/** Jobs that run at once. */
	concurrency: number
	/** Jobs that may wait; over it a call is refused with 503. */
	queueLimit: number
	/** Where runbooks reach Azure Resource Manager, without a trailing slash. */
	armEndpoint: string
	logLevel: (typeof logLevels)[number]
	logFormat: 'text' | 'json'
	/** Time limit of a job whose runbook declares none, seconds. */
	jobTimeoutSeconds: number
	/** What running jobs are given at a shutdown, seconds. */
	shutdownSeconds: number
	/** How long ended jobs are kept, days. */
	retentionDays: number
	/** How long entries of the audit trail are kept, days. */
	auditRetentionDays: number
	/** Whose tokens of Entra ID are taken; undefined = none. */
	entra: EntraSettings | undefined
	/** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
	trustedProxies: string[]
}

/** What must never reach a log or an answer. */
export type Secrets = {
	/** The management token, if it was set and not left to be generated. */
	adminToken: string | undefined
	/** The PostgreSQL database that keeps everything instead of SQLite; undefined = SQLite. */
	databaseUrl: string | undefined
	/** What lets a monitor see details, unless the settings file has other keys. */
	healthKey: string | undefined
	/** What stored secrets are sealed with, 32 bytes each, the one in force first; none: those in the key file of the data folder. */
	secretKeys: Uint8Array[]
	/** Values of variables that were set as RUNHOOK_VARIABLE_<NAME>, by that name's end. */
	variables: Record<string, string>
	/** The environment that runbooks see: the allow-listed names only. */
	sandboxEnvironment: Record<string, string>
}

const logLevels = ['error', 'warn', 'info', 'debug'] as const

/** Names of our own environment that reach runbooks, beside AZURE_* and those in RUNHOOK_SANDBOX_ENV. */
const passedOn = [
	...['PATH', 'TZ', 'LANG', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
	...['http_proxy', 'https_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'NODE_V8_COVERAGE'],
]

/** At the level `verbose` the Azure clients print signed poll URLs. */
const heldBack = new Set(['AZURE_LOG_LEVEL'])

const wholeNumber = (least: number, most: number) =>
	z
		.string()
		.regex(/^\d+$/)
		.transform(Number)
		.refine((value) => value >= least && value <= most)
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
export const healthPathPattern = /^(\/[\w.~-]{1,128}){1,8}$/
export const healthPathRule = 'a path such as /health/4f1c: slashes and letters, digits, dots, hyphens, underscores and tildes'

/** Each variable with the check of its text, and what is allowed in words. */
const variables = {
	RUNHOOK_HOST: [z.string().regex(/^[\w.:-]+$/), 'a host name or an address'],
	RUNHOOK_PORT: [wholeNumber(0, 65_535), 'a whole number from 0 to 65535'],
	RUNHOOK_PUBLIC_URL: [url, 'an http or https URL without query'],
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
	RUNHOOK_RETENTION_DAYS: [wholeNumber(1, 3_650), 'a whole number from 1 to 3650'],
	RUNHOOK_AUDIT_RETENTION_DAYS: [wholeNumber(1, 3_650), 'a whole number from 1 to 3650'],
	...entraVariables,
	RUNHOOK_TRUSTED_PROXIES: [
		z
			.string()
			.transform((text) => text.split(/[\s,]+/).filter((each) => each !== ''))
			.refine((ranges) => ranges.every(isAddressRange)),
		`a list with commas, each ${addressRangeRule}`,
	],
	RUNHOOK_SANDBOX_ENV: [z.string().regex(/^[\w\s,]*$/), 'names of variables, separated by commas'],
} as const satisfies Record<string, readonly [z.ZodType, string]>

/** Their values stand in no message. */
const secretNames = ['RUNHOOK_ADMIN_TOKEN', 'RUNHOOK_DATABASE_URL', 'RUNHOOK_SECRET_KEY', 'RUNHOOK_HEALTH_KEY', 'RUNHOOK_HEALTH_PATH']

type Variables = { [Name in keyof typeof variables]?: z.output<(typeof variables)[Name][0]> }

/**
 * Makes the settings from an environment and the `.env` file of a folder (the environment wins).
 * Throws a StartError whose sentence names the variable, its value (not a secret's) and what is allowed.
 */
export function readConfig(environment: NodeJS.ProcessEnv, folder: string, onTerminal: boolean): { config: Config; secrets: Secrets } {
	const all = { ...readEnvFile(resolve(folder, '.env')), ...environment }
	const set = checkVariables(all)
	const config: Config = {
		host: set.RUNHOOK_HOST ?? '127.0.0.1',
		port: set.RUNHOOK_PORT ?? 8080,
		publicUrl: set.RUNHOOK_PUBLIC_URL,
		dataDir: resolve(folder, set.RUNHOOK_DATA_DIR ?? 'data'),
		runbooksDir: resolve(folder, set.RUNHOOK_RUNBOOKS_DIR ?? 'runbooks'),
		webhooksFile: resolve(folder, set.RUNHOOK_WEBHOOKS_FILE ?? 'webhooks.json'),
		settingsFile: resolve(folder, set.RUNHOOK_SETTINGS_FILE ?? 'settings.json'),
		otelModule: set.RUNHOOK_OTEL_MODULE === undefined ? undefined : resolve(folder, set.RUNHOOK_OTEL_MODULE),
		healthPath: set.RUNHOOK_HEALTH_PATH ?? '/health',
		secretsDir: set.RUNHOOK_SECRETS_DIR === undefined ? undefined : resolve(folder, set.RUNHOOK_SECRETS_DIR),
		account: {
			subscriptionId: set.RUNHOOK_SUBSCRIPTION_ID ?? '00000000-0000-0000-0000-000000000000',
			resourceGroup: set.RUNHOOK_RESOURCE_GROUP ?? 'runhook',
			name: set.RUNHOOK_ACCOUNT ?? 'runhook',
		},
		concurrency: set.RUNHOOK_CONCURRENCY ?? Math.max(4, 2 * availableParallelism()),
		queueLimit: set.RUNHOOK_QUEUE_LIMIT ?? 100_000,
		armEndpoint: set.RUNHOOK_ARM_ENDPOINT ?? 'https://management.azure.com',
		logLevel: set.RUNHOOK_LOG_LEVEL ?? 'info',
		logFormat: set.RUNHOOK_LOG_FORMAT ?? (onTerminal ? 'text' : 'json'),
		jobTimeoutSeconds: set.RUNHOOK_JOB_TIMEOUT_SECONDS ?? 10_800,
		shutdownSeconds: set.RUNHOOK_SHUTDOWN_SECONDS ?? 30,
		retentionDays: set.RUNHOOK_RETENTION_DAYS ?? 30,
		auditRetentionDays: set.RUNHOOK_AUDIT_RETENTION_DAYS ?? 365,
		entra: entraSettings(set),
		trustedProxies: set.RUNHOOK_TRUSTED_PROXIES ?? [],
	}
	const secrets = {
		adminToken: set.RUNHOOK_ADMIN_TOKEN,
		databaseUrl: set.RUNHOOK_DATABASE_URL,
		healthKey: set.RUNHOOK_HEALTH_KEY,
		secretKeys: set.RUNHOOK_SECRET_KEY ?? [],
		variables: variablesIn(all),
		sandboxEnvironment: sandboxEnvironment(all, set.RUNHOOK_SANDBOX_ENV?.split(/[\s,]+/) ?? []),
	}
	return { config: Object.freeze(config), secrets: Object.freeze(secrets) }
}

/** The part of an environment that runbooks may see: nothing of the runner's own beyond the allow-list. */
function sandboxEnvironment(environment: NodeJS.ProcessEnv, alsoPassedOn: string[]): Record<string, string> {
	const allowed = new Set([...passedOn, ...alsoPassedOn])
	return Object.fromEntries(
		Object.entries(environment).filter(
			(entry): entry is [string, string] =>
				entry[1] !== undefined && (allowed.has(entry[0]) || (entry[0].startsWith('AZURE_') && !heldBack.has(entry[0]))),
		),
	)
}

const variablePrefix = 'RUNHOOK_VARIABLE_'

function variablesIn(environment: NodeJS.ProcessEnv): Record<string, string> {
	const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined)
	const given = set.filter(([name]) => name.startsWith(variablePrefix) && name !== variablePrefix)
	return Object.fromEntries(given.map(([name, value]) => [name.slice(variablePrefix.length), value]))
}

function checkVariables(environment: NodeJS.ProcessEnv): Variables {
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

function readEnvFile(file: string): NodeJS.Dict<string> {
	try {
		return parseEnv(readFileSync(file, 'utf8'))
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
		throw new StartError(`${file} cannot be read: ${(error as Error).message}.`)
	}
}
