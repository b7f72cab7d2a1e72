// Paths into JSON: `status`, `$.checks[0].name`, `$['a.b']`, or `$` for the whole.

/** The steps of a path; undefined when the text is none. */
export function readPath(text: string): (string | number)[] | undefined {
	const steps: (string | number)[] = []
	const step = /\.?([^.[\]'"$]+)|\[(\d{1,9})\]|\['([^']*)'\]|\["([^"]*)"\]/y
	let at = text.startsWith('$') ? 1 : 0
	if (text === '' || (at === 1 && text[1] !== undefined && !'.['.includes(text[1]))) return undefined
	while (at < text.length) {
		step.lastIndex = at
		const found = step.exec(text)
		// A name needs a dot before it, but for the first one.
		if (!found || (found[1] !== undefined && at > 0 !== found[0].startsWith('.'))) return undefined
		steps.push(found[2] === undefined ? (found[1] ?? found[3] ?? found[4] ?? '') : Number(found[2]))
		at = step.lastIndex
	}
	return steps
}

/** Whether the value at the path is there and matches: objects may have further members, everything else must be equal. */
export function jsonMatches(json: unknown, path: string, expected: unknown): boolean {
	let value = json
	for (const step of readPath(path) ?? []) {
		if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false
		value = (value as Record<string | number, unknown>)[step]
	}
	return matches(value, expected)
}

/** Levels of an expected value that are compared. */
const LEVELS_MAX = 100

function matches(value: unknown, expected: unknown, levels = LEVELS_MAX): boolean {
	if (typeof expected !== 'object' || expected === null) return value === expected
	if (levels === 0 || typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(expected)) return false
	if (Array.isArray(expected) && expected.length !== (value as unknown[]).length) return false
	return Object.entries(expected).every(
		([key, each]) => Object.hasOwn(value, key) && matches((value as Record<string, unknown>)[key], each, levels - 1),
	)
}
