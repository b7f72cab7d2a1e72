import assert from 'node:assert/strict'
import { Validator } from '@seriousme/openapi-schema-validator'
import { test } from 'uvu'
import { startRunner } from '../support/runner.ts'

type Operations = Record<string, { operationId: string; responses: Record<string, unknown>; requestBody?: unknown }>
type Document = { openapi: string; paths: Record<string, Operations>; components: { schemas: Record<string, unknown> } }

test('the served document is OpenAPI 3.1, and describes what the server does', async () => {
	await using runner = await startRunner({ runbooks: {} })
	const response = await fetch(`${runner.url}/openapi.json`)
	assert.equal(response.status, 200)
	const document = (await response.json()) as Document
	const { valid, errors } = await new Validator().validate(document)
	assert.equal(valid, true, JSON.stringify(errors))
	assert.equal(document.openapi, '3.1.0')
	const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
		Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
	)
	const ids = operations.map(({ operationId }) => operationId)
	assert.equal(new Set(ids).size, ids.length)
	for (const id of [
		'Webhook_CreateOrUpdate',
		'Webhook_Replace',
		'Job_Create',
		'JobStream_ListByJob',
		'RunbookDraft_ReplaceContent',
		'TestJob_Create',
		'Schedule_CreateOrUpdate',
		'JobSchedule_Create',
	])
		assert.ok(ids.includes(id), id)
	for (const { path, method, operationId, responses } of operations) {
		const url = runner.url + path.replace(/\{\w+\}/g, 'none')
		const unknown = await fetch(url, { method: method.toUpperCase() })
		assert.equal(unknown.status, 401, `${operationId} without a token`)
		assert.ok('default' in responses, operationId)
	}
	assert.deepEqual(
		Object.keys(document.components.schemas).filter((name) => !/^[A-Z]\w+$/.test(name)),
		[],
	)
})

test.run()
