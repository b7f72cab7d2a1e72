/** What a thing can be given by the control plane: the type of each member, or its values. */
export type Members = Record<string, MemberType | readonly unknown[]>

type MemberType = keyof typeof types

const types = {
	string: { is: (value: unknown) => typeof value === 'string', words: 'a string' },
	boolean: { is: (value: unknown) => typeof value === 'boolean', words: 'a boolean' },
	object: { is: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value), words: 'an object' },
	strings: { is: (value: unknown) => Array.isArray(value) && value.every((item) => typeof item === 'string'), words: 'a list of strings' },
	instant: {
		is: (value: unknown) => typeof value === 'string' && Number.isFinite(Date.parse(value)),
		words: 'an instant such as 2026-01-01T00:00:00Z',
	},
}

/** What is wrong with what came as JSON for `what`; undefined where it can be put. */
export function problemOf(what: string, members: Members, value: Record<string, unknown>): string | undefined {
	for (const [name, given] of Object.entries(value)) {
		const allowed = Object.hasOwn(members, name) ? members[name] : undefined
		if (!allowed) return `A ${what} has no ${name}, only ${Object.keys(members).join(', ')}.`
		if (typeof allowed !== 'string') {
			if (!allowed.includes(given)) return `${name} must be one of ${allowed.map(String).join(', ')}.`
		} else if (!types[allowed].is(given)) return `${name} must be ${types[allowed].words}.`
	}
	return undefined
}
