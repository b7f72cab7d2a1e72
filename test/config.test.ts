import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { readConfig } from '../src/config.ts'
import { StartError } from '../src/errors.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const folder = '/nowhere'

test('an empty environment gives the defaults, with paths in the given folder', () => {
	const { config, secrets } = readConfig({}, folder, false)
	const { concurrency, ...rest } = config
	assert.ok(concurrency >= 4)
	assert.deepEqual(rest, {
		host: '127.0.0.1',
		port: 8080,
		publicUrl: undefined,
		dataDir: '/nowhere/data',
		runbooksDir: '/nowhere/runbooks',
		webhooksFile: '/nowhere/webhooks.json',
		settingsFile: '/nowhere/settings.json',
		otelModule: undefined,
		healthPath: '/health',
		secretsDir: undefined,
		tls: undefined,
		account: { subscriptionId: '00000000-0000-0000-0000-000000000000', resourceGroup: 'runhook', name: 'runhook' },
		queueLimit: 100_000,
		armEndpoint: 'https://management.azure.com',
		logLevel: 'info',
		logFormat: 'json',
		jobTimeoutSeconds: 10_800,
		shutdownSeconds: 30,
		retentionDays: 30,
		retentionJobs: 1_000_000,
		retentionMb: 10_240,
		diskLowMb: undefined,
		auditRetentionDays: 365,
		entra: undefined,
		trustedProxies: [],
		sandboxUser: undefined,
		envFile: '/nowhere/.env',
	})
	assert.deepEqual(secrets, {
		adminToken: undefined,
		databaseUrl: undefined,
		healthKey: undefined,
		entraClientSecret: undefined,
		secretKeys: [],
		variables: {},
		sandboxEnvironment: {},
	})
	assert.ok(Object.isFrozen(config) && Object.isFrozen(secrets))
})

test('what is set is taken, URLs without their trailing slash', () => {
	const { config, secrets } = readConfig(
		{
			RUNHOOK_HOST: '::',
			RUNHOOK_PORT: '0',
			RUNHOOK_PUBLIC_URL: 'https://hooks.example/prefix//',
			RUNHOOK_DATA_DIR: '/var/lib/runhook',
			RUNHOOK_WEBHOOKS_FILE: 'etc/hooks.json',
			RUNHOOK_ARM_ENDPOINT: 'http://127.0.0.1:9000/',
			RUNHOOK_ACCOUNT: 'my-account',
			RUNHOOK_CONCURRENCY: '3',
			RUNHOOK_ADMIN_TOKEN: 'sixteen-letters!',
		},
		folder,
		true,
	)
	const { host, port, publicUrl, dataDir, webhooksFile, armEndpoint, account, concurrency, logFormat } = config
	assert.deepEqual(
		[host, port, publicUrl, dataDir, webhooksFile, armEndpoint, account.name, concurrency, logFormat],
		[
			...['::', 0, 'https://hooks.example/prefix', '/var/lib/runhook', '/nowhere/etc/hooks.json', 'http://127.0.0.1:9000', 'my-account'],
			...[3, 'text'],
		],
	)
	assert.equal(secrets.adminToken, 'sixteen-letters!')
	assert.equal(JSON.stringify(config).includes('sixteen-letters!'), false)
})

test('keys are 32 bytes in hex or base64, the one in force first; variables are taken by the end of their names', () => {
	const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index))
	const spellings = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64'), bytes.toString('base64url')]
	const RUNHOOK_SECRET_KEY = spellings.join(' , ')
	const { secrets } = readConfig({ RUNHOOK_SECRET_KEY, RUNHOOK_VARIABLE_REGION: 'west', RUNHOOK_VARIABLE_: 'x' }, folder, false)
	assert.deepEqual(
		secrets.secretKeys.map((key) => Buffer.from(key)),
		spellings.map(() => bytes),
	)
	assert.deepEqual(secrets.variables, { REGION: 'west' })
	for (const faulty of ['short', bytes.toString('hex').slice(1), `${bytes.toString('base64')}=`, `${bytes.toString('hex')},`])
		assert.throws(() => readConfig({ RUNHOOK_SECRET_KEY: faulty }, folder, false), {
			name: 'StartError',
			message: /^RUNHOOK_SECRET_KEY: its value cannot be used; allowed is 32 bytes as 64 hex digits or as base64; .*\.$/,
		})
})

test('a value that cannot be used stops the start with a sentence that names the variable, the value and what is allowed', () => {
	const table: Record<string, string[]> = {
		RUNHOOK_HOST: ['a b', 'http://x'],
		RUNHOOK_PORT: ['-1', '65536', '80a', '1.5', ' 80'],
		RUNHOOK_PUBLIC_URL: ['hooks.example', 'ftp://hooks.example', 'https://hooks.example/?a=b', 'https://hooks.example/#a'],
		RUNHOOK_SUBSCRIPTION_ID: ['mine'],
		RUNHOOK_RESOURCE_GROUP: ['a/b'],
		RUNHOOK_ACCOUNT: ['a b'],
		RUNHOOK_CONCURRENCY: ['0', '1001'],
		RUNHOOK_QUEUE_LIMIT: ['0'],
		RUNHOOK_ARM_ENDPOINT: ['management.azure.com'],
		RUNHOOK_LOG_LEVEL: ['INFO', 'trace'],
		RUNHOOK_LOG_FORMAT: ['xml'],
		RUNHOOK_JOB_TIMEOUT_SECONDS: ['0', '86001'],
		RUNHOOK_SHUTDOWN_SECONDS: ['3601'],
		RUNHOOK_RETENTION_DAYS: ['0'],
		RUNHOOK_RETENTION_JOBS: ['0', '99', '10000001'],
		RUNHOOK_RETENTION_MB: ['0', '63', '10GB'],
		RUNHOOK_DISK_LOW_MB: ['-1', '5%'],
		RUNHOOK_AUDIT_RETENTION_DAYS: ['0', 'x'],
		RUNHOOK_ENTRA_TENANT_ID: ['contoso'],
		RUNHOOK_ENTRA_AUDIENCE: [' , '],
		RUNHOOK_ENTRA_ROLES: ['Start', 'Start=', '=Reader', 'Start=King', 'Start=Reader,start=Owner', 'a=b=Reader'],
		RUNHOOK_ENTRA_CLIENT_ID: ['runhook'],
		RUNHOOK_ENTRA_AUTHORITY: ['http://login.example', 'login.example', 'https://login.example/?a'],
		RUNHOOK_SANDBOX_ENV: ['A=B', 'A,RUNHOOK_ADMIN_TOKEN', 'NODE_OPTIONS'],
		RUNHOOK_SANDBOX_USER: ['a b', '1:', ':1', '-1'],
	}
	for (const [name, values] of Object.entries(table))
		for (const value of values)
			assert.throws(
				() => readConfig({ [name]: value }, folder, false),
				(error: Error) => error instanceof StartError && error.message.startsWith(`${name}: "${value}" cannot be used; allowed is `),
				`${name}=${value}`,
			)
})

test('the sentence about a health key or a hidden path does not show it', () => {
	for (const [name, value] of Object.entries({ RUNHOOK_HEALTH_KEY: 'too-short', RUNHOOK_HEALTH_PATH: 'hidden' }))
		assert.throws(() => readConfig({ [name]: value }, folder, false), {
			name: 'StartError',
			message: new RegExp(`^${name}: its value cannot be used; allowed is `),
		})
	const { config, secrets } = readConfig({ RUNHOOK_HEALTH_KEY: 'sixteen-letters!', RUNHOOK_HEALTH_PATH: '/a/b-1' }, folder, false)
	assert.deepEqual([secrets.healthKey, config.healthPath], ['sixteen-letters!', '/a/b-1'])
})

test('the sentence about a management token does not show it', () => {
	assert.throws(() => readConfig({ RUNHOOK_ADMIN_TOKEN: 'too-short' }, folder, false), {
		message: 'RUNHOOK_ADMIN_TOKEN: its value cannot be used; allowed is at least 16 visible ASCII characters.',
	})
})

test('a certificate and its key go together', () => {
	const both = { RUNHOOK_TLS_CERT_FILE: 'tls.crt', RUNHOOK_TLS_KEY_FILE: '/run/secrets/tls.key' }
	assert.deepEqual(readConfig(both, folder, false).config.tls, { certFile: '/nowhere/tls.crt', keyFile: '/run/secrets/tls.key' })
	for (const [set, missing] of [
		['RUNHOOK_TLS_CERT_FILE', 'RUNHOOK_TLS_KEY_FILE'],
		['RUNHOOK_TLS_KEY_FILE', 'RUNHOOK_TLS_CERT_FILE'],
	] as const)
		assert.throws(() => readConfig({ [set]: 'file' }, folder, false), {
			name: 'StartError',
			message: `${missing} is missing: ${set} is set, and a certificate is of use with its key alone.`,
		})
})

test('nothing secret may lie in the runbooks folder, which every runbook reads', () => {
	const tls = { RUNHOOK_TLS_CERT_FILE: 'runbooks/tls.crt', RUNHOOK_TLS_KEY_FILE: 'runbooks/tls.key' }
	const table: [string, Record<string, string>][] = [
		['RUNHOOK_DATA_DIR', { RUNHOOK_DATA_DIR: 'runbooks/data' }],
		['RUNHOOK_DATA_DIR', { RUNHOOK_RUNBOOKS_DIR: '.' }],
		['RUNHOOK_SECRETS_DIR', { RUNHOOK_SECRETS_DIR: 'runbooks' }],
		['RUNHOOK_TLS_KEY_FILE', tls],
	]
	for (const [name, environment] of table)
		assert.throws(() => readConfig(environment, folder, false), {
			name: 'StartError',
			message: new RegExp(`^${name}: "/nowhere/\\S+" cannot be used; allowed is a place outside of the runbooks folder`),
		})
	readConfig({ RUNHOOK_DATA_DIR: 'runbooks-data' }, folder, false)
	using own = temporaryFolder()
	writeFileSync(join(own.path, '.env'), '')
	assert.throws(() => readConfig({ RUNHOOK_RUNBOOKS_DIR: '.', RUNHOOK_DATA_DIR: '/data' }, own.path, false), { message: /^\.env: / })
})

test('runbooks see the allowed names of the environment and no setting of the runner', () => {
	const { secrets } = readConfig(
		{
			PATH: '/bin',
			HOME: '/root',
			AZURE_CLIENT_SECRET: 'a',
			RUNHOOK_ADMIN_TOKEN: 'sixteen-letters!',
			RUNHOOK_SANDBOX_ENV: 'SLACK_URL, OTHER',
			SLACK_URL: 'b',
			OTHERS: 'c',
			https_proxy: 'd',
		},
		folder,
		false,
	)
	assert.deepEqual(secrets.sandboxEnvironment, { PATH: '/bin', AZURE_CLIENT_SECRET: 'a', SLACK_URL: 'b', https_proxy: 'd' })
})

test('the .env file of the folder is read, the environment wins over it, and an empty value is one that is not set', () => {
	using own = temporaryFolder()
	writeFileSync(join(own.path, '.env'), 'RUNHOOK_PORT=1\nRUNHOOK_HOST="0.0.0.0"\nAZURE_TENANT_ID=t\n')
	const { config, secrets } = readConfig({ RUNHOOK_PORT: '2', RUNHOOK_ACCOUNT: '' }, own.path, false)
	assert.deepEqual([config.port, config.host, secrets.sandboxEnvironment], [2, '0.0.0.0', { AZURE_TENANT_ID: 't' }])
	assert.equal(config.account.name, 'runhook')
})

test('a .env that cannot be read stops the start', () => {
	using own = temporaryFolder()
	mkdirSync(join(own.path, '.env'))
	const refused = { name: 'StartError', message: /\.env cannot be read: EISDIR/ }
	assert.throws(() => readConfig({}, own.path, false), refused)
})

test.run()
