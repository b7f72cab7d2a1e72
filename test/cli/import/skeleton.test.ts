import assert from 'node:assert/strict'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { test } from 'uvu'
import type { ParameterFacts } from '../../../src/cli/import/account-content.ts'
import { carriedValue, parameterType } from '../../../src/cli/import/parameter-type.ts'
import { skeleton } from '../../../src/cli/import/skeleton.ts'
import { forAny } from '../../support/properties.ts'

const of = (parameters: Record<string, ParameterFacts>, given: object = {}) =>
	skeleton({ name: 'Stop-Vms', properties: { runbookType: 'PowerShell', parameters, ...given } })
const lineOf = (facts: ParameterFacts) => /z\.object\(\{\n([\s\S]*?)\n\t\}\),/.exec(of({ Value: facts }).text)![1]!.replaceAll('\t', '')

test('a skeleton has the description, the parameters in their order, and fails', () => {
	const { text, notes } = of(
		{
			webhookdata: { type: 'System.Object', position: 2 },
			ResourceGroup: { type: 'System.String', isMandatory: true, position: 0 },
			Count: { type: 'System.Int32', position: 1, defaultValue: '10' },
		},
		{ description: "Stops Ada's machines.\nAll of them.", logVerbose: true },
	)
	assert.equal(
		text,
		`// A skeleton of the runbook of Azure with this name (PowerShell): it has its parameters and fails until it is written.
import { defineRunbook, WebhookData, z } from 'runhook'

export default defineRunbook({
	description: "Stops Ada's machines.\\nAll of them.",
	parameters: z.object({
		ResourceGroup: z.string(),
		Count: z.int().default(10),
		WebhookData: WebhookData.optional(),
	}),
	logVerbose: true,
	run() {
		throw new Error("Runbook 'Stop-Vms' is not written yet: so far it has only the parameters that it had in Azure.")
	},
})
`,
	)
	assert.deepEqual(notes, [])
})

test('types and defaults are carried over where they mean the same', () => {
	const table: [ParameterFacts, string][] = [
		[{ type: 'System.String', defaultValue: "'it''s'" }, `Value: z.string().default("it's"),`],
		[{ type: 'string', defaultValue: '5' }, "Value: z.string().default('5'),"],
		[{ type: 'System.Boolean', defaultValue: '$true' }, 'Value: z.boolean().default(true),'],
		[{ type: 'System.Management.Automation.SwitchParameter' }, 'Value: z.boolean().optional(),'],
		[{ type: 'System.Int64', isMandatory: true, defaultValue: '1' }, 'Value: z.int(),'],
		[{ type: 'System.Double', defaultValue: '1.5' }, 'Value: z.number().default(1.5),'],
		[{ type: 'System.String[]', defaultValue: "@('a','b')" }, "Value: z.array(z.string()).default(['a', 'b']),"],
		[{ type: 'System.String[]', defaultValue: "'a'" }, "Value: z.array(z.string()).default(['a']),"],
		[{ type: 'System.Object[]' }, 'Value: z.array(z.unknown()).optional(),'],
		[
			{ type: 'System.Collections.Hashtable', defaultValue: "@{a=1; 'b c'='d'}" },
			"Value: z.record(z.string(), z.unknown()).default({ a: 1, 'b c': 'd' }),",
		],
		[{ type: 'System.Object', defaultValue: '$null' }, 'Value: z.unknown().optional(),'],
		[{ type: 'System.Nullable`1[[System.Int32, mscorlib, Version=4.0.0.0]]' }, 'Value: z.int().optional(),'],
		[{ type: null, isMandatory: true }, 'Value: z.string(),'],
	]
	for (const [facts, line] of table) assert.equal(lineOf(facts), line, JSON.stringify(facts))
})

test('what cannot be carried over is told, in the file and in the report', () => {
	const { text, notes } = of({
		Since: { type: 'System.DateTime', defaultValue: '(Get-Date)\n*/ process.exit()' },
		Count: { type: 'System.Int32', defaultValue: "'ten'" },
		Login: { type: 'System.Management.Automation.PSCredential', isMandatory: true },
		Other: { type: 'Contoso.Thing[]' },
		'with blank': { type: 'System.String', isMandatory: true },
	})
	assert.match(
		text,
		/\n\t\t\/\/ Its default in Azure could not be carried over: \(Get-Date\) \*\/ process\.exit\(\)\n\t\tSince: z\.string\(\)\.optional\(\),\n/,
	)
	assert.match(text, /Count: z\.int\(\)\.optional\(\),/)
	assert.match(text, /'with blank': z\.string\(\),/)
	assert.deepEqual(notes, [
		"The default of parameter 'Since' could not be carried over: (Get-Date) */ process.exit()",
		"The default of parameter 'Count' could not be carried over: 'ten'",
		"Parameter 'Login' is a credential in PowerShell: here it is the name of one, to be read with credential().",
		"Parameter 'Other' is of type Contoso.Thing, which is not known here: any value is taken.",
	])
})

test('for any text, the description and the default in the file are that text', () => {
	forAny(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (text) => {
		const quoted = `'${text.replaceAll("'", "''")}'`
		const made = of({ Value: { type: 'System.String', defaultValue: quoted } }, { description: text }).text
		const [, description] = /^\tdescription: (.*),$/m.exec(made)!
		const [, value] = /\.default\((.*)\),$/m.exec(made)!
		assert.deepEqual([runInNewContext(description!), runInNewContext(value!)], [text, text])
	})
})

/** What running a skeleton makes known: what it declares, and what else happened. */
function run(text: string) {
	let declared: { description?: string; parameters?: object } = {}
	const happened: string[] = []
	const note = (name: string) => () => void happened.push(name)
	const schema = { optional: () => schema, default: (value: unknown) => ({ value }) }
	const make = (name: string) => (given?: unknown) => (name === 'object' ? given : schema)
	const z = Object.fromEntries(['object', ...schemaNames].map((name) => [name, make(name)]))
	const context = {
		defineRunbook(given: typeof declared) {
			declared = given
			happened.push('defineRunbook')
		},
		z,
		WebhookData: schema,
		attack: note('attack'),
		process: { exit: note('exit') },
	}
	const script = text.replace(/^import \{ [\w, ]+ \} from 'runhook'$/m, '').replace('export default', '')
	runInNewContext(script, context)
	return { declared, happened }
}
const schemaNames = ['unknown', 'string', 'int', 'number', 'boolean', 'record', 'array']

test('for any account, a skeleton runs nothing but its declaration, and declares the parameters', () => {
	// Pieces that leave a comment, a text, a line or a template, among any others.
	const pieces = [
		"'",
		'"',
		'`',
		'\\',
		'\n',
		'\r',
		'\u2028',
		'\u2029',
		'*/',
		'//',
		'${',
		'}',
		');',
		']',
		"');attack();('",
		'\nattack()\n',
		'\u2028attack()//',
		'\rattack()//',
	]
	const hostile = fc
		.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 5 })), { maxLength: 8 })
		.map((parts) => parts.join(''))
	const name = fc.oneof(hostile, fc.constantFrom('__proto__', 'constructor', 'Name'))
	const defaultValue = fc.oneof(
		hostile,
		hostile.map((text) => `'${text.replaceAll("'", "''")}'`),
		hostile.map((text) => `@{ '${text.replaceAll("'", "''")}' = 1 }`),
	)
	const type = fc.oneof(hostile, fc.constantFrom('System.String', 'System.Int32', 'System.Collections.Hashtable', 'System.String[]'))
	const parameter = fc.record({ name, type, isMandatory: fc.boolean(), defaultValue })
	const account = fc.record({
		runbook: hostile,
		runbookType: hostile,
		description: hostile,
		parameters: fc.array(parameter, { maxLength: 3 }),
	})
	forAny(account, ({ runbook, runbookType, description, parameters }) => {
		const declaring = Object.fromEntries(parameters.map(({ name: each, ...facts }) => [each, facts]))
		const { text } = skeleton({ name: runbook, properties: { runbookType, description, parameters: declaring } })
		const { declared, happened } = run(text)
		assert.deepEqual(happened, ['defineRunbook'], text)
		assert.equal(declared.description ?? '', description)
		const named = (names: string[]) => names.map((each) => (each.toLowerCase() === 'webhookdata' ? 'WebhookData' : each)).sort()
		assert.deepEqual(Object.keys(declared.parameters!).sort(), named(Object.keys(declaring)), text)
	})
})

test('values are read by the type of their parameter', () => {
	const table: [string, string, unknown][] = [
		['System.String', '10', '10'],
		['System.Boolean', 'True', true],
		['System.Boolean', '$false', false],
		['System.Int32', '10', 10],
		['System.Int32', 'ten', 'ten'],
		['System.String[]', '["a"]', ['a']],
		['System.Object', '{"a":1}', { a: 1 }],
		['System.Object', '10', '10'],
		['System.Object', '[1]', [1]],
		['System.Object', 'true', 'true'],
	]
	for (const [type, text, value] of table) assert.deepEqual(carriedValue(parameterType(type), text), value, `${type} ${text}`)
})

test.run()
