import type { ParameterFacts, RunbookResource } from './account-content.ts'
import { fitting, type ParameterType, parameterType } from './parameter-type.ts'
import { readLiteral } from './powershell-literal.ts'

/** Characters of a default that are quoted. */
const QUOTED_LENGTH_MAX = 200

/** The text of a runbook that has the parameters of one of Azure and fails until it is written, and what has to be done by hand. */
export function skeleton({ name, properties }: RunbookResource): { text: string; notes: string[] } {
	const given = Object.entries(properties.parameters ?? {}).sort(([, one], [, other]) => (one.position ?? 0) - (other.position ?? 0))
	const parameters = given.map(([parameter, facts]) => declaration(parameter, facts))
	const lines = parameters.flatMap(({ line, comment }) => [...(comment ? [`\t\t// ${comment}`] : []), `\t\t${line}`])
	const imported = ['defineRunbook', ...(lines.some((line) => /\bWebhookData: WebhookData\b/.test(line)) ? ['WebhookData'] : []), 'z']
	const text = [
		`// A skeleton of the runbook of Azure with this name (${quoted(properties.runbookType ?? 'of unknown type')}): it has its parameters and fails until it is written.`,
		`import { ${imported.join(', ')} } from 'runhook'`,
		'',
		'export default defineRunbook({',
		...(properties.description ? [`\tdescription: ${literal(properties.description)},`] : []),
		...(lines.length > 0 ? ['\tparameters: z.object({', ...lines, '\t}),'] : ['\tparameters: z.object({}),']),
		...(properties.logVerbose ? ['\tlogVerbose: true,'] : []),
		...(properties.logProgress ? ['\tlogProgress: true,'] : []),
		'\trun() {',
		`\t\tthrow new Error(${literal(`Runbook '${name}' is not written yet: so far it has only the parameters that it had in Azure.`)})`,
		'\t},',
		'})',
		'',
	].join('\n')
	return { text, notes: parameters.flatMap(({ note }) => note ?? []) }
}

type Declaration = { line: string; comment?: string; note?: string }

function declaration(name: string, { type, isMandatory, defaultValue }: ParameterFacts): Declaration {
	if (name.toLowerCase() === 'webhookdata') return { line: `WebhookData: WebhookData${isMandatory ? '' : '.optional()'},` }
	const key = keyOf(name)
	const declared = parameterType(type)
	const about = declared.note ? { note: `Parameter '${name}' ${declared.note}.` } : {}
	if (isMandatory) return { line: `${key}: ${declared.schema},`, ...about }
	const known = defaultOf(declared, defaultValue)
	if (known === 'none') return { line: `${key}: ${declared.schema}.optional(),`, ...about }
	if (known !== 'unreadable') return { line: `${key}: ${declared.schema}.default(${literal(known.value)}),`, ...about }
	const text = quoted(defaultValue ?? '')
	return {
		line: `${key}: ${declared.schema}.optional(),`,
		comment: `Its default in Azure could not be carried over: ${text}`,
		note: `The default of parameter '${name}' could not be carried over: ${text}`,
	}
}

function defaultOf(type: ParameterType, text: string | null | undefined): { value: unknown } | 'none' | 'unreadable' {
	if (text == null || text.trim() === '') return 'none'
	const read = readLiteral(text)
	if (read?.value === null) return 'none'
	return (read && fitting(type, read.value)) ?? 'unreadable'
}

/** On one line, whatever it holds: it stands in a comment of the file. */
function quoted(text: string): string {
	const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()
	return line.length > QUOTED_LENGTH_MAX ? `${line.slice(0, QUOTED_LENGTH_MAX)}…` : line
}

/** The name of a member. Only in brackets is `__proto__` one like others. */
function keyOf(name: string): string {
	if (name === '__proto__') return "['__proto__']"
	return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name)
}

/** A JSON value as it stands in TypeScript. */
function literal(value: unknown): string {
	if (typeof value === 'string') {
		const inner = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"')
		return inner.includes("'") && !inner.includes('"') ? `"${inner}"` : `'${inner.replaceAll("'", "\\'")}'`
	}
	if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
	if (typeof value !== 'object' || value === null) return JSON.stringify(value)
	const members = Object.entries(value).map(([name, member]) => `${keyOf(name)}: ${literal(member)}`)
	return members.length > 0 ? `{ ${members.join(', ')} }` : '{}'
}
