import assert from 'node:assert/strict'
import { test } from 'uvu'
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

test.run()
