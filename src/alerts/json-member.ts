// Looks into JSON of which nothing is certain: members may be missing, null, of another type or spelt in another case, and some senders
// put JSON into strings inside JSON. Nothing here throws.

/** A JSON object, in which `__proto__` and `constructor` are names like any others. */
export type JsonObject = Record<string, unknown>

/** The value; where it is a text that holds a JSON object or array, what that holds. */
export function unfolded(value: unknown): unknown {
	if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
	try {
		return JSON.parse(value)
	} catch {
		return value
	}
}

/** The value if it is a JSON object, also one written as a text; else an empty one. */
export function objectOf(value: unknown): JsonObject {
	const found = unfolded(value)
	return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as JsonObject) : {}
}

/** Levels of nesting to which JSON of anybody's making can be handed on: what reads or writes it may use the stack for each. */
const jsonDepthMax = 100

/** Whether JSON has more levels than that. */
function isDeep(value: unknown, levels = jsonDepthMax): boolean {
	if (typeof value !== 'object' || value === null) return false
	return levels === 0 || Object.values(value).some((each) => isDeep(each, levels - 1))
}

/** The object without the members that hold more levels than can be handed on. */
export function withoutDeep(object: JsonObject): JsonObject {
	return isDeep(object) ? Object.fromEntries(Object.entries(object).filter(([, value]) => !isDeep(value, jsonDepthMax - 1))) : object
}

/** The member that is reached by these names one after the other; undefined where there is none. Case counts only to choose among several. */
export function member(value: unknown, ...names: string[]): unknown {
	return names.reduce(oneMember, value)
}

function oneMember(value: unknown, name: string): unknown {
	const object = objectOf(value)
	if (Object.hasOwn(object, name)) return object[name]
	const wanted = name.toLowerCase()
	const spelt = Object.keys(object).find((key) => key.toLowerCase() === wanted)
	return spelt === undefined ? undefined : object[spelt]
}

/** Whether the object has all of these members and none of them is null. */
export function hasMembers(value: unknown, ...names: string[]): boolean {
	return names.every((name) => (member(value, name) ?? null) !== null)
}

/** The items of an array, also of one written as a text. A single value counts as an array of one, null and undefined as none. */
export function listOf(value: unknown): unknown[] {
	const found = unfolded(value)
	if (Array.isArray(found)) return found
	return found === null || found === undefined ? [] : [found]
}

/** The text to the letter; a number as text; null for everything else and for a text of blanks. */
export function textOf(value: unknown): string | null {
	if (typeof value === 'number') return String(value)
	return typeof value === 'string' && value.trim() !== '' ? value : null
}

/** All of the values that are texts. */
export function textsOf(values: unknown[]): string[] {
	return values.map(textOf).filter((text) => text !== null)
}

/** The first of the values that is a text. */
export function firstText(...values: unknown[]): string | null {
	return textsOf(values)[0] ?? null
}

/** The text as senders' lists of words are compared: without regard to case, blanks and hyphens; '' for what is no text. */
export function wordOf(value: unknown): string {
	return (textOf(value) ?? '').toLowerCase().replace(/[\s-]/g, '')
}
