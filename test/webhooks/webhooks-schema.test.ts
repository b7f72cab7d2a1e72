import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import { schemaFile, webhooksSchema } from '../support/write-webhooks-schema.ts'

test('the JSON Schema for editors is the one that webhooks.json is checked with', () => {
	assert.deepEqual(
		JSON.parse(readFileSync(schemaFile, 'utf8')),
		webhooksSchema(),
		'Make it anew: node test/support/write-webhooks-schema.ts && npm run fix',
	)
})

test('the shipped webhooks.json names the schema, and every member of an entry is described in it', () => {
	const shipped = JSON.parse(readFileSync(new URL('../../webhooks.json', import.meta.url), 'utf8'))
	assert.equal(new URL(shipped.$schema, new URL('../../webhooks.json', import.meta.url)).href, schemaFile.href)
	const { properties } = webhooksSchema() as {
		properties: { webhooks: { items: { properties: Record<string, { description?: string }> } } }
	}
	for (const [name, member] of Object.entries(properties.webhooks.items.properties)) assert.ok(member.description, name)
})

test.run()
