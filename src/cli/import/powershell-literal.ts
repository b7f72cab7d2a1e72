/** Characters of a literal, and how deep lists and tables may lie in each other: what is longer or deeper is no default to read. */
const LENGTH_MAX = 10_000
const DEPTH_MAX = 10

/** The value of a PowerShell literal that means the same wherever it is read; undefined for anything that would have to be run. */
export function readLiteral(text: string): { value: unknown } | undefined {
	if (text.length > LENGTH_MAX) return undefined
	const reader = new LiteralReader(text)
	try {
		return { value: reader.whole() }
	} catch (error) {
		if (error instanceof Unreadable) return undefined
		throw error
	}
}

class Unreadable extends Error {
	override name = 'Unreadable'
}

/** Reads strings, numbers, $true, $false, $null, lists and hash tables of these. */
class LiteralReader {
	readonly #text: string
	#at = 0

	constructor(text: string) {
		this.#text = text
	}

	whole(): unknown {
		const first = this.#value(0)
		const list = [first]
		// 'a', 'b' is a list without further signs.
		while (this.#take(/\s*,\s*/y)) list.push(this.#value(0))
		this.#take(/\s*/y)
		if (this.#at < this.#text.length) throw new Unreadable()
		return list.length > 1 ? list : first
	}

	#value(depth: number): unknown {
		if (depth > DEPTH_MAX) throw new Unreadable()
		this.#take(/\s*/y)
		const quoted = this.#quoted()
		if (quoted !== undefined) return quoted
		const word = this.#take(/\$(true|false|null)(?!\w)/iy)
		if (word) return { true: true, false: false, null: null }[word.slice(1).toLowerCase()]
		const number = this.#take(/-?\d+(\.\d+)?(e[+-]?\d+)?(?![\w.])/iy)
		if (number) return numberOf(number)
		if (this.#take(/@\(/y)) return this.#list(depth)
		if (this.#take(/@\{/y)) return this.#table(depth)
		throw new Unreadable()
	}

	#list(depth: number): unknown[] {
		const list: unknown[] = []
		if (this.#take(/\s*\)/y)) return list
		do list.push(this.#value(depth + 1))
		while (this.#take(/\s*[,;\n]\s*(?![\s)])/y))
		if (!this.#take(/\s*\)/y)) throw new Unreadable()
		return list
	}

	#table(depth: number): Record<string, unknown> {
		const members: [string, unknown][] = []
		this.#take(/\s*/y)
		while (!this.#take(/\}/y)) {
			const name = this.#quoted() ?? this.#take(/[a-z_]\w*/iy)
			if (name === undefined || name === '__proto__' || !this.#take(/\s*=/y)) throw new Unreadable()
			members.push([name, this.#value(depth + 1)])
			if (this.#take(/[ \t]*[;\n\r]\s*|\s*(?=\})/y) === undefined) throw new Unreadable()
		}
		return Object.fromEntries(members)
	}

	/** In double quotes $ and ` mean something that has to be run. */
	#quoted(): string | undefined {
		const single = this.#take(/'([^']|'')*'/y)
		if (single !== undefined) return single.slice(1, -1).replaceAll("''", "'")
		const double = this.#take(/"([^"$`]|"")*"/y)
		return double?.slice(1, -1).replaceAll('""', '"')
	}

	#take(pattern: RegExp): string | undefined {
		pattern.lastIndex = this.#at
		const [found] = pattern.exec(this.#text) ?? []
		this.#at += found?.length ?? 0
		return found
	}
}

function numberOf(text: string): number {
	const value = Number(text)
	// What JavaScript would round is another number.
	if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) throw new Unreadable()
	return value
}
