import assert from 'node:assert/strict'
import { test } from 'uvu'
import { readConfig } from '../src/config.ts'
import { misspeltVariables } from '../src/config-variables.ts'

test('names that are near to a setting are told, others that begin alike are not', () => {
	const others = { RUNHOOK_TOKEN: 'x', RUNHOOK_ENDPOINT: 'x', RUNHOOK_SERVICE_HOST: '10.0.0.1', RUNHOOK_VARIABLE_PORT: 'x', PORT: '1' }
	const misspelt = { RUNHOOK_CONCURENCY: '3', RUNHOOK_RETENTION: '5', runhook_host: 'here' }
	assert.deepEqual(misspeltVariables({ ...others, ...misspelt, RUNHOOK_PORT: '0' }), [
		{ variable: 'RUNHOOK_CONCURENCY', near: 'RUNHOOK_CONCURRENCY' },
		{ variable: 'RUNHOOK_RETENTION', near: 'RUNHOOK_RETENTION_DAYS, RUNHOOK_RETENTION_JOBS, RUNHOOK_RETENTION_MB' },
		{ variable: 'runhook_host', near: 'RUNHOOK_HOST, RUNHOOK_PORT' },
	])
})

const folder = '/nowhere'

test('the URL of a database is a secret, whether it can be used or not', () => {
	for (const RUNHOOK_DATABASE_URL of [
		'postgres://me:password@db.example/runhook',
		'postgresql://db.example:5433/runhook?sslmode=require',
	]) {
		const { config, secrets } = readConfig({ RUNHOOK_DATABASE_URL }, folder, false)
		assert.deepEqual([secrets.databaseUrl, JSON.stringify(config).includes('db.example')], [RUNHOOK_DATABASE_URL, false])
	}
	for (const RUNHOOK_DATABASE_URL of [
		'mysql://me:password@db.example/runhook',
		'db.example',
		'postgres://me:password@db.example',
		'postgres://db/',
	])
		assert.throws(() => readConfig({ RUNHOOK_DATABASE_URL }, folder, false), {
			name: 'StartError',
			message:
				'RUNHOOK_DATABASE_URL: its value cannot be used; allowed is a URL such as postgres://user:password@host:5432/database, with the name of a database.',
		})
})

test.run()
