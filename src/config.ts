import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { entraSettings } from './access/entra-settings.ts'
import type { EntraSettings } from './access/entra-tokens.ts'
import { checkVariables, type LogLevel, misspeltVariables, type Variables } from './config-variables.ts'
import { StartError } from './errors.ts'
import { type RetentionSettings, retentionSettings } from './retention-settings.ts'

/** The checked settings of one runner. Secrets are kept apart, in {@link Secrets}. */
export type Config = RetentionSettings & {
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
	/** The certificate it shows, and its key; undefined = plain HTTP. */
	tls: { certFile: string; keyFile: string } | undefined
	/** Names in the paths of the management API; others answer 404. */
	account: { subscriptionId: string; resourceGroup: string; name: string }
	/** Jobs that run at once. */
	concurrency: number
	/** Jobs that may wait; over it a call is refused with 503. */
	queueLimit: number
	/** Where runbooks reach Azure Resource Manager, without a trailing slash. */
	armEndpoint: string
	logLevel: LogLevel
	logFormat: 'text' | 'json'
	/** Time limit of a job whose runbook declares none, seconds. */
	jobTimeoutSeconds: number
	/** What running jobs are given at a shutdown, seconds. */
	shutdownSeconds: number
	/** Whose tokens of Entra ID are taken; undefined = none. */
	entra: EntraSettings | undefined
	/** Addresses and ranges of proxies whose X-Forwarded-For is believed. */
	trustedProxies: string[]
	/** Whom sandboxes run as; undefined = the runner's own user, where that is root one that owns nothing. */
	sandboxUser: string | undefined
	/** The file that settings were read from, if it is there: secrets among them. */
	envFile: string
}

/** What must never reach a log or an answer. */
export type Secrets = {
	/** The management token, if it was set and not left to be generated. */
	adminToken: string | undefined
	/** The PostgreSQL database that keeps everything instead of SQLite; undefined = SQLite. */
	databaseUrl: string | undefined
	/** What lets a monitor see details, unless the settings file has other keys. */
	healthKey: string | undefined
	/** Of the application that people sign in to with Entra ID, if it has one. */
	entraClientSecret: string | undefined
	/** What stored secrets are sealed with, 32 bytes each, the one in force first; none: those in the key file of the data folder. */
	secretKeys: Uint8Array[]
	/** Values of variables that were set as RUNHOOK_VARIABLE_<NAME>, by that name's end. */
	variables: Record<string, string>
	/** The environment that runbooks see: the allow-listed names only. */
	sandboxEnvironment: Record<string, string>
}

/** Names of our own environment that reach runbooks, beside AZURE_* and those in RUNHOOK_SANDBOX_ENV. */
const passedOn = [
	...['PATH', 'TZ', 'LANG', 'IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
	...['http_proxy', 'https_proxy', 'no_proxy', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'NODE_V8_COVERAGE'],
]

/** At the level `verbose` the Azure clients print signed poll URLs. */
const heldBack = new Set(['AZURE_LOG_LEVEL'])

/**
 * Makes the settings from an environment and the `.env` file of a folder (the environment wins).
 * Throws a StartError whose sentence names the variable, its value (not a secret's) and what is allowed.
 */
export function readConfig(
	environment: NodeJS.ProcessEnv,
	folder: string,
	onTerminal: boolean,
): { config: Config; secrets: Secrets; misspelt: ReturnType<typeof misspeltVariables> } {
	const envFile = resolve(folder, '.env')
	const all = { ...readEnvFile(envFile), ...environment }
	const set = checkVariables(all)
	const config: Config = {
		host: set.RUNHOOK_HOST ?? '127.0.0.1',
		port: set.RUNHOOK_PORT ?? 8080,
		publicUrl: set.RUNHOOK_PUBLIC_URL,
		tls: tlsFiles(folder, set),
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
		...retentionSettings(set),
		entra: entraSettings(set),
		trustedProxies: set.RUNHOOK_TRUSTED_PROXIES ?? [],
		sandboxUser: set.RUNHOOK_SANDBOX_USER,
		envFile,
	}
	checkSecrecy(config)
	const secrets = {
		adminToken: set.RUNHOOK_ADMIN_TOKEN,
		databaseUrl: set.RUNHOOK_DATABASE_URL,
		healthKey: set.RUNHOOK_HEALTH_KEY,
		entraClientSecret: set.RUNHOOK_ENTRA_CLIENT_SECRET,
		secretKeys: set.RUNHOOK_SECRET_KEY ?? [],
		variables: variablesIn(all),
		sandboxEnvironment: sandboxEnvironment(all, set.RUNHOOK_SANDBOX_ENV?.split(/[\s,]+/) ?? []),
	}
	return { config: Object.freeze(config), secrets: Object.freeze(secrets), misspelt: misspeltVariables(all) }
}

function tlsFiles(folder: string, { RUNHOOK_TLS_CERT_FILE: cert, RUNHOOK_TLS_KEY_FILE: key }: Variables): Config['tls'] {
	if (cert === undefined && key === undefined) return undefined
	if (cert === undefined || key === undefined) {
		const [set, missing] =
			cert === undefined ? ['RUNHOOK_TLS_KEY_FILE', 'RUNHOOK_TLS_CERT_FILE'] : ['RUNHOOK_TLS_CERT_FILE', 'RUNHOOK_TLS_KEY_FILE']
		throw new StartError(`${missing} is missing: ${set} is set, and a certificate is of use with its key alone.`)
	}
	return { certFile: resolve(folder, cert), keyFile: resolve(folder, key) }
}

/** Runbooks read all of their folder. Throws a StartError where something in it is not for them. */
function checkSecrecy({ runbooksDir, dataDir, secretsDir, tls, envFile }: Config): void {
	const secret = {
		RUNHOOK_DATA_DIR: dataDir,
		RUNHOOK_SECRETS_DIR: secretsDir,
		RUNHOOK_TLS_KEY_FILE: tls?.keyFile,
		'.env': existsSync(envFile) ? envFile : undefined,
	}
	for (const [name, path] of Object.entries(secret))
		if (path !== undefined && `${path}/`.startsWith(`${runbooksDir}/`))
			throw new StartError(
				`${name}: "${path}" cannot be used; allowed is a place outside of the runbooks folder, which every runbook reads.`,
			)
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

function readEnvFile(file: string): NodeJS.Dict<string> {
	try {
		return parseEnv(readFileSync(file, 'utf8'))
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
		throw new StartError(`${file} cannot be read: ${(error as Error).message}.`)
	}
}
