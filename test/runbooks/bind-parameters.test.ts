import assert from 'node:assert/strict'
import * as fc from 'fast-check'
import { test } from 'uvu'
import { z } from 'zod'
import { type Binding, bindParameters, webhookDataName } from '../../src/runbooks/bind-parameters.ts'
import type { RunbookContent } from '../../src/runbooks/runbook.ts'
import { forAny } from '../support/properties.ts'
import { runbookContent } from '../support/runbook-content.ts'

function contentOf(schema: z.ZodObject): RunbookContent {
	const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
	return runbookContent(properties as Record<string, Record<string, unknown>>, { required })
}

function bind(schema: z.ZodObject, given: Record<string, unknown>, fromWebhook = false): Binding {
	return bindParameters(contentOf(schema), given, { fromWebhook })
}

const everything = z.object({
	Text: z.string().optional(),
	Count: z.number().optional(),
	Whole: z.int().optional(),
	IsForced: z.boolean().optional(),
	Tags: z.array(z.string()).optional(),
	Options: z.record(z.string(), z.unknown()).optional(),
	Level: z.enum(['low', 'high']).optional(),
	Size: z.union([z.literal(1), z.literal(2)]).optional(),
	Limit: z.number().nullable().optional(),
})

test('for any values what is bound from strings equals what is bound from native JSON', () => {
	const values = fc.record(
		{
			Text: fc.string(),
			Count: fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => value + 0),
			Whole: fc.integer(),
			IsForced: fc.boolean(),
			Tags: fc.array(fc.string()),
			Options: fc.dictionary(
				fc.string().filter((key) => key !== '__proto__'),
				fc.jsonValue(),
			),
			Level: fc.constantFrom('low', 'high'),
			Size: fc.constantFrom(1, 2),
			Limit: fc.option(fc.integer()),
		},
		{ requiredKeys: [] },
	)
	forAny(values, (given) => {
		const native = JSON.parse(JSON.stringify(given))
		const strings = Object.fromEntries(
			Object.entries(native).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
		)
		assert.deepEqual(bind(everything, native), { kind: 'bound', values: native })
		assert.deepEqual(bind(everything, strings), { kind: 'bound', values: native })
	})
})

test('for any given values nothing reaches a name that is not declared', () => {
	const content = runbookContent({ Text: { type: 'string' }, constructor: { type: 'string' }, valueOf: { type: 'number' } })
	const names = fc.oneof(
		fc.string(),
		fc.constantFrom('text', 'TEXT', 'constructor', 'valueOf', 'toString', '__proto__', 'hasOwnProperty', 'WebhookData'),
	)
	forAny(fc.tuple(fc.dictionary(names, fc.oneof(fc.string(), fc.jsonValue())), fc.boolean()), ([given, fromWebhook]) => {
		const binding = bindParameters(content, given, { fromWebhook })
		if (binding.kind === 'refused') return
		const declared = Object.keys(content.definition.parameters.properties)
		assert.deepEqual(
			Object.keys(binding.values).filter((name) => !declared.includes(name)),
			[],
		)
		assert.equal(Object.getPrototypeOf(binding.values), Object.prototype)
	})
})

test('a parameter may be called as a member of every object', () => {
	const content = runbookContent({ constructor: { type: 'string' }, toString: { type: 'number' } }, { required: ['toString'] })
	const bound = bindParameters(content, { constructor: 'a', tostring: '1' }, { fromWebhook: false })
	assert.deepEqual(bound, { kind: 'bound', values: { constructor: 'a', toString: 1 } })
	assert.deepEqual(bindParameters(content, { constructor: 'a' }, { fromWebhook: false }), {
		kind: 'refused',
		message: "Parameter 'toString' is mandatory and has no value.",
	})
})

test('names match without case and values stand under the declared name', () => {
	assert.deepEqual(bind(z.object({ VMName: z.string() }), { vmname: 'a' }), { kind: 'bound', values: { VMName: 'a' } })
})

test('every fault is told, in a sentence that names the parameter, what was expected and what came', () => {
	const schema = z.object({
		Name: z.string(),
		Count: z.number().min(1).max(5).optional(),
		IsForced: z.boolean().optional(),
		Tags: z.array(z.string()).optional(),
		Level: z.enum(['low', 'high']).optional(),
	})
	const refused = (given: Record<string, unknown>) => {
		const binding = bind(schema, given)
		return binding.kind === 'refused' ? binding.message : ''
	}
	assert.equal(refused({}), "Parameter 'Name' is mandatory and has no value.")
	assert.equal(
		refused({ Name: 'a', Nmae: 'b' }),
		"Runbook 'deploy' has no parameter 'Nmae': it has 'Name', 'Count', 'IsForced', 'Tags', 'Level'.",
	)
	assert.equal(refused({ Name: 'a', name: 'b' }), "Parameter 'Name' was given twice.")
	assert.match(
		refused({ Name: 'a', Count: 'many' }),
		/^Parameter 'Count' must be a number of at least 1 and at most 5: "many" does not fit \(.+\)\.$/,
	)
	assert.match(refused({ Name: 'a', Count: '6' }), /^Parameter 'Count' must be a number of at least 1 and at most 5: 6 does not fit/)
	assert.match(refused({ Name: 'a', IsForced: 'yes' }), /^Parameter 'IsForced' must be true or false: "yes" does not fit/)
	assert.match(refused({ Name: 'a', Tags: '["a",1]' }), /^Parameter 'Tags' must be an array at 1: \["a",1\] does not fit/)
	assert.match(refused({ Name: 'a', Level: 'LOW' }), /^Parameter 'Level' must be one of "low", "high": "LOW" does not fit/)
	assert.match(refused({ Name: 7 }), /^Parameter 'Name' must be a string: 7 does not fit/)
	assert.match(refused({ Count: 0, Other: 1 }), /'Count'.*no parameter 'Other'.*Parameter 'Name' is mandatory/)
	assert.match(refused({ Name: 'a', Tags: `["${'x'.repeat(200)}",1]` }), /does not fit/)
	assert.ok(refused({ Name: 'a', Tags: `["${'x'.repeat(200)}",1]` }).length < 250)
})

test('a runbook without parameters says so', () => {
	assert.deepEqual(bind(z.object({}), { Name: 'a' }), {
		kind: 'refused',
		message: "Runbook 'deploy' has no parameter 'Name': it has none.",
	})
})

test('a string stays a string where the parameter is one, also when it looks like JSON', () => {
	assert.deepEqual(bind(z.object({ Text: z.string(), Either: z.union([z.string(), z.number()]) }), { Text: '{"a":1}', Either: '5' }), {
		kind: 'bound',
		values: { Text: '{"a":1}', Either: '5' },
	})
})

test('an object that is put together of several schemas is read from its JSON text too', () => {
	const schema = z.object({ Both: z.intersection(z.object({ a: z.number() }), z.object({ b: z.number() })) })
	assert.deepEqual(bind(schema, { Both: '{"a":1,"b":2}' }), { kind: 'bound', values: { Both: { a: 1, b: 2 } } })
})

test('a webhook brings WebhookData with the request: a given one is dropped and a missing one is no fault', () => {
	const schema = z.object({ Name: z.string().optional(), webhookData: z.object({ WebhookName: z.string() }) })
	assert.equal(webhookDataName(contentOf(schema).definition.parameters), 'webhookData')
	assert.deepEqual(bind(schema, { Name: 'a', WebhookData: 'forged' }, true), { kind: 'bound', values: { Name: 'a' } })
	assert.deepEqual(bind(schema, {}, true), { kind: 'bound', values: {} })
	assert.deepEqual(bind(schema, {}), { kind: 'refused', message: "Parameter 'webhookData' is mandatory and has no value." })
	assert.deepEqual(bind(schema, { WEBHOOKDATA: '{"WebhookName":"a"}' }), { kind: 'bound', values: { webhookData: { WebhookName: 'a' } } })
	assert.equal(webhookDataName(contentOf(z.object({})).definition.parameters), undefined)
})

test.run()
