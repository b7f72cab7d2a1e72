import type { Runbook } from '../answers.ts'

/** A parameter of a runbook, as a form shows it. */
export type Parameter = {
	name: string
	kind: 'text' | 'number' | 'boolean' | 'choice' | 'json'
	isMandatory: boolean
	hint: string
	choices: string[]
	/** JSON text, or the text itself of a text. */
	defaultText: string
	check: (text: string) => string | undefined
}

/** What a schema says that a form can use. */
type JsonSchema = {
	type?: string | string[]
	enum?: unknown[]
	const?: unknown
	anyOf?: JsonSchema[]
	description?: string
	default?: unknown
	minimum?: number
	maximum?: number
	minLength?: number
	maxLength?: number
	pattern?: string
	format?: string
}

/** The parameters of a runbook that people fill in: WebhookData comes with a call. */
export function parametersOf({ properties: { parametersSchema } }: Pick<Runbook, 'properties'>): Parameter[] {
	const { properties = {}, required = [] } = parametersSchema as { properties?: Record<string, JsonSchema>; required?: string[] }
	return Object.entries(properties)
		.filter(([name]) => name.toLowerCase() !== 'webhookdata')
		.map(([name, schema]) => parameterOf(name, schema, required.includes(name) && schema.default === undefined))
}

function parameterOf(name: string, outer: JsonSchema, isMandatory: boolean): Parameter {
	const alternatives = outer.anyOf?.filter(({ type }) => type !== 'null') ?? []
	const schema = { ...(alternatives.length === 1 ? alternatives[0] : {}), ...outer }
	const kind = kindOf(schema)
	return {
		name,
		kind,
		isMandatory,
		hint: [schema.description, hintOf(kind, schema)].filter(Boolean).join(' '),
		choices: (schema.enum ?? []).map(String),
		defaultText: schema.default === undefined ? '' : typeof schema.default === 'string' ? schema.default : JSON.stringify(schema.default),
		check: (text) => (text === '' ? (isMandatory ? `${name} is mandatory.` : undefined) : faultOf(kind, text, schema)),
	}
}

function kindOf({ type, enum: choices }: JsonSchema): Parameter['kind'] {
	const single = Array.isArray(type) ? type.find((each) => each !== 'null') : type
	if (choices?.every((each) => typeof each === 'string')) return 'choice'
	if (single === 'number' || single === 'integer') return 'number'
	if (single === 'boolean') return 'boolean'
	return single === 'string' ? 'text' : 'json'
}

function hintOf(kind: Parameter['kind'], { minimum, maximum, format }: JsonSchema): string {
	// zod writes the safe integers as bounds of every integer.
	const isBound = (value: number | undefined) => value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER
	if (kind === 'json') return 'As JSON.'
	if (kind === 'text') return format ? `Format: ${format}.` : ''
	return [isBound(minimum) && `At least ${minimum}.`, isBound(maximum) && `At most ${maximum}.`].filter(Boolean).join(' ')
}

function faultOf(kind: Parameter['kind'], text: string, schema: JsonSchema): string | undefined {
	const { minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity, pattern, type } = schema
	if (kind === 'number') {
		const value = Number(text)
		if (text.trim() === '' || Number.isNaN(value)) return `'${text}' is no number.`
		if (type === 'integer' && !Number.isInteger(value)) return 'A whole number is needed.'
		if (value < minimum) return `At least ${minimum}.`
		return value > maximum ? `At most ${maximum}.` : undefined
	}
	if (kind === 'json') {
		try {
			JSON.parse(text)
			return undefined
		} catch {
			return 'This is not JSON.'
		}
	}
	if (kind !== 'text') return undefined
	if (text.length < minLength) return `At least ${minLength} characters.`
	if (text.length > maxLength) return `At most ${maxLength} characters.`
	return pattern !== undefined && !matches(pattern, text) ? `It has to match ${pattern}.` : undefined
}

/** The runner looks at it in any case: a pattern that this browser cannot read is no fault here. */
function matches(pattern: string, text: string): boolean {
	try {
		return new RegExp(pattern, 'u').test(text)
	} catch {
		return true
	}
}

/** The values that were given, as the API takes them. */
export function givenValues(values: Record<string, string>): Record<string, string> {
	return Object.fromEntries(Object.entries(values).filter(([, text]) => text !== ''))
}

/** Whether all that is mandatory is there and nothing is wrong. */
export function isComplete(parameters: Parameter[], values: Record<string, string>): boolean {
	return parameters.every(({ name, check }) => check(values[name] ?? '') === undefined)
}
