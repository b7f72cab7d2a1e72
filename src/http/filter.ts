import { timeOf } from '../instant.ts'

/** What a list can be filtered by: the OData path, the operators allowed, the kind of value, and how many terms may be by it. */
export type FilterFields = Record<
	string,
	{ operators: readonly Operator[]; kind: 'text' | 'time'; values?: readonly string[]; most?: number }
>

export const timeOperators = ['ge', 'le', 'gt', 'lt', 'eq'] as const
type Operator = (typeof timeOperators)[number] | 'contains'

/** A term: a text as it was written (one of `values` in their spelling), a time in milliseconds since 1970. */
export type FilterTerm = { field: string; operator: Operator } & ({ kind: 'text'; value: string } | { kind: 'time'; value: number })
export type Filter = { kind: 'read'; terms: FilterTerm[] } | { kind: 'refused'; message: string }

const termPattern = /^\s*(?<path>[\w/]+)\s+(?<word>[a-z]+)\s+(?:(?:datetime)?'(?<quoted>(?:[^']|'')*)'|(?<bare>[^\s'()]+))\s*(?:$|and\s)/i
const callPattern = /^\s*(?<word>contains)\(\s*(?<path>[\w/]+)\s*,\s*'(?<quoted>(?:[^']|'')*)'\s*\)\s*(?:$|and\s)/i
/**
 * Reads an OData filter of terms joined by `and`. What is not known is refused with what is allowed: a filter that is passed over
 * would answer with what nobody asked for.
 */
export function readFilter(text: string | undefined, fields: FilterFields): Filter {
	const terms: FilterTerm[] = []
	for (let rest = text ?? ''; rest.trim() !== ''; ) {
		const call = callPattern.exec(rest)
		const match = call ?? termPattern.exec(rest)
		if (!match) return refused(`cannot be read from '${rest.trim().slice(0, 60)}' on`, fields)
		const [whole] = match
		const { path, word, quoted, bare } = match.groups as { path: string; word: string; quoted?: string; bare?: string }
		const field = Object.keys(fields).find((name) => name.toLowerCase() === path.toLowerCase())
		if (field === undefined) return refused(`cannot be by ${path}`, fields)
		const { operators, kind, values, most = Number.POSITIVE_INFINITY } = fields[field]!
		if (terms.filter((term) => term.field === field).length >= most) return refused(`can have at most ${most} terms by ${field}`, fields)
		const operator = operators.find((each) => each === word.toLowerCase() && (each === 'contains') === (call !== null))
		if (operator === undefined) return refused(`cannot have '${word}' with ${field}`, fields)
		const value = quoted?.replaceAll("''", "'") ?? bare!
		if (kind === 'time') {
			const time = timeOf(value)
			if (Number.isNaN(time)) return refused(`has '${value.slice(0, 60)}', which is no time`, fields)
			terms.push({ field, operator, kind, value: time })
		} else {
			const known = values === undefined ? value : values.find((each) => each.toLowerCase() === value.toLowerCase())
			if (known === undefined) return refused(`has '${value.slice(0, 60)}' for ${field}; allowed are ${values!.join(', ')}`, fields)
			terms.push({ field, operator, kind, value: known })
		}
		if (/and\s$/i.test(whole) && rest.slice(whole.length).trim() === '') return refused("ends in 'and'", fields)
		rest = rest.slice(whole.length)
	}
	return { kind: 'read', terms }
}

function refused(what: string, fields: FilterFields): Filter {
	const allowed = Object.entries(fields).map(([name, { operators }]) => `${name} (${operators.join(', ')})`)
	return { kind: 'refused', message: `The filter ${what}. It can be by ${allowed.join('; ')}, joined by 'and'.` }
}

/** The range of milliseconds that the terms of one field leave; null where they leave it open. */
export function timeRange(terms: FilterTerm[], field: string): { from: number | null; to: number | null } {
	let from: number | null = null
	let to: number | null = null
	for (const term of terms) {
		if (term.kind !== 'time' || term.field !== field) continue
		const { operator, value } = term
		if (operator === 'ge' || operator === 'gt' || operator === 'eq')
			from = Math.max(from ?? -Infinity, operator === 'gt' ? value + 1 : value)
		if (operator === 'le' || operator === 'lt' || operator === 'eq') to = Math.min(to ?? Infinity, operator === 'lt' ? value - 1 : value)
	}
	return { from, to }
}

/** The texts that one field must equal; more than one different text matches nothing. Or those that it must contain. */
export function textsOf(terms: FilterTerm[], field: string, by: 'eq' | 'contains' = 'eq'): string[] {
	return terms.flatMap((term) => (term.kind === 'text' && term.field === field && term.operator === by ? [term.value] : []))
}
