import { z } from 'zod'
import type { ParametersJsonSchema, RunbookContent } from './runbook.ts'

export type Binding = { kind: 'bound'; values: Record<string, unknown> } | { kind: 'refused'; message: string }

/** The declared name of the parameter that receives the request of a webhook call; undefined when there is none. */
export function webhookDataName({ properties }: ParametersJsonSchema): string | undefined {
	return Object.keys(properties).find((name) => name.toLowerCase() === 'webhookdata')
}

/**
 * Binds given values to a runbook's parameters: names match without case, a string is read as JSON where the parameter is no string,
 * every value is checked, and mandatory ones must be there. All that is wrong is said in one message.
 * `fromWebhook`: WebhookData comes with the request, so a given one is dropped and a missing one is no fault.
 */
export function bindParameters(
	content: RunbookContent,
	given: Readonly<Record<string, unknown>>,
	{ fromWebhook }: { fromWebhook: boolean },
): Binding {
	const schema = content.definition.parameters
	const declared = new Map(Object.keys(schema.properties).map((name) => [name.toLowerCase(), name]))
	const webhookData = webhookDataName(schema)
	const values: Record<string, unknown> = {}
	const faults: string[] = []
	const faulty = new Set<string>()
	for (const [givenName, value] of Object.entries(given)) {
		const name = declared.get(givenName.toLowerCase())
		if (fromWebhook && givenName.toLowerCase() === 'webhookdata') continue
		if (name === undefined) faults.push(unknownName(givenName, content))
		else if (Object.hasOwn(values, name)) faults.push(`Parameter '${name}' was given twice.`)
		else {
			const declaredAs = resolved(schema.properties[name]!, schema)
			const read = readValue(declaredAs, value)
			const fault = faultOf(name, declaredAs, read)
			if (fault === undefined) values[name] = read
			else {
				faults.push(fault)
				faulty.add(name)
			}
		}
	}
	for (const name of schema.required)
		if (!Object.hasOwn(values, name) && !(fromWebhook && name === webhookData) && !faulty.has(name))
			faults.push(`Parameter '${name}' is mandatory and has no value.`)
	return faults.length > 0 ? { kind: 'refused', message: faultsText(faults) } : { kind: 'bound', values }
}

const faultsShownMax = 5

function faultsText(faults: string[]): string {
	const more = faults.length - faultsShownMax
	return [...faults.slice(0, faultsShownMax), ...(more > 0 ? [`And ${more} more.`] : [])].join(' ')
}

function unknownName(name: string, content: RunbookContent): string {
	const names = Object.keys(content.definition.parameters.properties)
	const allowed = names.length > 0 ? `it has ${names.map((each) => `'${each}'`).join(', ')}` : 'it has none'
	return `Runbook '${content.runbookName}' has no parameter '${name}': ${allowed}.`
}

const resolutions = new WeakMap<object, Record<string, unknown>>()

/** A parameter's schema, followed where it is a reference, and with the schemas that it refers to itself. */
function resolved(schema: Record<string, unknown>, { $defs }: ParametersJsonSchema): Record<string, unknown> {
	if (!$defs) return schema
	const known = resolutions.get(schema)
	if (known) return known
	const named = typeof schema.$ref === 'string' ? $defs[schema.$ref.replace(/^#\/\$defs\//, '')] : undefined
	const whole = { ...(named ?? schema), $defs }
	resolutions.set(schema, whole)
	return whole
}

/** The native value of a parameter whose value came as a string, as on Azure's wire; a text that is no JSON stays as it is, for the check to refuse. */
function readValue(schema: Record<string, unknown>, value: unknown): unknown {
	if (typeof value !== 'string' || typesOf(schema).includes('string')) return value
	try {
		return JSON.parse(value)
	} catch {
		return value
	}
}

function typesOf(schema: Record<string, unknown>): string[] {
	const alternatives = [schema.anyOf, schema.oneOf].filter(Array.isArray).flat() as Record<string, unknown>[]
	if (alternatives.length > 0) return alternatives.flatMap(typesOf)
	if (typeof schema.type === 'string') return [schema.type]
	if (Array.isArray(schema.type)) return schema.type
	const examples: unknown[] = Array.isArray(schema.enum) ? schema.enum : 'const' in schema ? [schema.const] : []
	// A schema that says nothing of its type takes strings too.
	return examples.length > 0 ? examples.map((example) => typeof example) : ['string']
}

const checks = new WeakMap<object, z.ZodType | null>()

/** One sentence on why a value does not fit; undefined when it does. What a JSON Schema cannot say is checked when the job starts. */
function faultOf(name: string, schema: Record<string, unknown>, value: unknown): string | undefined {
	const result = checkOf(schema)?.safeParse(value)
	if (!result || result.success) return undefined
	const issue = result.error.issues[0]!
	const place = issue.path.length > 0 ? ` at ${issue.path.join('.')}` : ''
	return `Parameter '${name}' must be ${expectation(schema)}${place}: ${shown(value)} does not fit (${issue.message}).`
}

function checkOf(schema: Record<string, unknown>): z.ZodType | null {
	let check = checks.get(schema)
	if (check === undefined) {
		try {
			check = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])
		} catch {
			check = null
		}
		checks.set(schema, check)
	}
	return check
}

const typeWords: Record<string, string> = {
	string: 'a string',
	number: 'a number',
	integer: 'a whole number',
	boolean: 'true or false',
	object: 'an object',
	array: 'an array',
	null: 'null',
}

function expectation(schema: Record<string, unknown>): string {
	if (Array.isArray(schema.enum)) return `one of ${schema.enum.map((value) => JSON.stringify(value)).join(', ')}`
	const types = typesOf(schema)
	const words = types.map((type) => typeWords[type] ?? type)
	const bounds = [
		schema.minimum === undefined ? '' : ` of at least ${schema.minimum}`,
		schema.maximum === undefined ? '' : `${schema.minimum === undefined ? ' of' : ' and'} at most ${schema.maximum}`,
	]
	return `${[...new Set(words)].join(' or ')}${types.includes('number') ? bounds.join('') : ''}`
}

function shown(value: unknown): string {
	const json = JSON.stringify(value) ?? 'nothing'
	return json.length > 80 ? `${json.slice(0, 80)}…` : json
}
