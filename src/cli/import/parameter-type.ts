/** What a parameter of Azure becomes: the schema in a runbook's text, and what JSON has to be to fit it. */
export type ParameterType = {
	schema: string
	json: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'any' | { listOf: ParameterType }
	/** What has to be known of it. */
	note?: string
}

const any: ParameterType = { schema: 'z.unknown()', json: 'any' }
const text: ParameterType = { schema: 'z.string()', json: 'string' }
const integer: ParameterType = { schema: 'z.int()', json: 'integer' }
const decimal: ParameterType = { schema: 'z.number()', json: 'number' }
const yesOrNo: ParameterType = { schema: 'z.boolean()', json: 'boolean' }
const table: ParameterType = { schema: 'z.record(z.string(), z.unknown())', json: 'object' }
const listOf = ({ note, ...type }: ParameterType): ParameterType => ({
	schema: `z.array(${type.schema})`,
	json: { listOf: type },
	...(note ? { note } : {}),
})

/** By the name of the .NET type, in lower case and without its namespace; PowerShell's own short names too. */
const types = new Map<string, ParameterType>([
	...['string', 'char', 'guid', 'uri'].map((name) => [name, text] as const),
	...['byte', 'sbyte', 'int', 'int16', 'int32', 'int64', 'long', 'uint16', 'uint32', 'uint64'].map((name) => [name, integer] as const),
	...['single', 'float', 'double', 'decimal'].map((name) => [name, decimal] as const),
	...['boolean', 'bool', 'switchparameter', 'switch'].map((name) => [name, yesOrNo] as const),
	...['hashtable', 'idictionary', 'ordereddictionary', 'psobject', 'pscustomobject'].map((name) => [name, table] as const),
	...['array', 'arraylist', 'list`1'].map((name) => [name, listOf(any)] as const),
	['object', any],
	['datetime', { ...text, note: 'is a date and time in PowerShell, and a text here: its form is not checked' }],
	['datetimeoffset', { ...text, note: 'is a date and time in PowerShell, and a text here: its form is not checked' }],
	['timespan', { ...text, note: 'is a time span in PowerShell, and a text here: its form is not checked' }],
	['pscredential', { ...text, note: 'is a credential in PowerShell: here it is the name of one, to be read with credential()' }],
	['securestring', { ...text, note: 'is a secret in PowerShell: read an encrypted variable instead, values of parameters can be seen' }],
])

/** The type of a parameter; one that says nothing is a text, as Python's are. */
export function parameterType(name: string | null | undefined): ParameterType {
	// System.Nullable`1[[System.Int32, mscorlib, …]] is an Int32 that may be missing.
	const bare = (name ?? '').trim().replace(/^(?:System\.)?Nullable`1\[\[?([^,\]]+).*$/i, '$1')
	if (bare === '') return text
	if (bare.endsWith('[]')) return listOf(parameterType(bare.slice(0, -2)))
	const short = bare.split(/[[,]/, 1)[0]!.trim().split('.').at(-1)!.toLowerCase()
	return types.get(short) ?? { ...any, note: `is of type ${bare.slice(0, 100)}, which is not known here: any value is taken` }
}

/** A default as this type takes it, converted as PowerShell would; undefined when it does not fit. */
export function fitting({ json }: ParameterType, value: unknown): { value: unknown } | undefined {
	if (typeof json === 'object') {
		const items = (Array.isArray(value) ? value : [value]).map((item) => fitting(json.listOf, item))
		return items.every((item) => item !== undefined) ? { value: items.map((item) => item.value) } : undefined
	}
	if (json === 'string' && Number.isInteger(value)) return { value: String(value) }
	return fits(json, value) ? { value } : undefined
}

function fits(json: Exclude<ParameterType['json'], object>, value: unknown): boolean {
	if (json === 'any') return true
	if (json === 'integer') return Number.isSafeInteger(value)
	if (json === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
	return typeof value === json
}

/** The value that a text of Azure stands for; what cannot be read stays the text. */
export function carriedValue({ json }: ParameterType, given: string): unknown {
	if (json === 'string') return given
	const word = json === 'boolean' ? /^\s*\$?(true|false)\s*$/i.exec(given)?.[1] : undefined
	if (word) return word.toLowerCase() === 'true'
	try {
		const value: unknown = JSON.parse(given)
		// A text for anything may look like a number.
		return json === 'any' && typeof value !== 'object' ? given : value
	} catch {
		return given
	}
}
