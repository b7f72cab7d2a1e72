import { MASKED_LENGTH_MIN } from '../limits.ts'

/** What is looked through, a string. */
export type Letters = Pick<string, 'length' | 'charCodeAt'>

/** Stretches of a text, in order and apart from one another: the first's begin and end, the next one's, and so on. */
export type Spans = readonly number[]

/**
 * Finds all occurrences of secrets in one pass, whatever they have in common with each other and with the text (Aho and Corasick's
 * automaton). A node is a beginning of a secret. Most have one child, which is the next number: 15 bytes for each letter of the secrets.
 */
export class SecretAutomaton {
	readonly secrets: readonly string[]
	/** Letters of all secrets. */
	readonly length: number
	/** The children of node 0 by their letters. */
	readonly #first = new Int32Array(0x10000)
	/** Of other nodes: the second and further children. */
	readonly #branches = new Map<number, number>()
	readonly #isBranching: Uint8Array
	readonly #letters: Uint16Array
	/** Letters up to the node. */
	readonly #depths: Int32Array
	/** The longest beginning of a secret, shorter than the node, that the node ends in. */
	readonly #fallbacks: Int32Array
	/** The length of the longest secret that the node ends in; 0: in none. */
	readonly #found: Int32Array

	constructor(secrets: readonly string[]) {
		this.secrets = secrets
		this.length = secrets.reduce((sum, { length }) => sum + length, 0)
		// An empty place behind each secret's last node tells that it has no next one.
		const size = this.length + secrets.length + 2
		this.#isBranching = new Uint8Array(size)
		this.#letters = new Uint16Array(size)
		this.#depths = new Int32Array(size)
		this.#fallbacks = new Int32Array(size)
		this.#found = new Int32Array(size)
		this.#link(this.#grow(secrets))
	}

	/** Answers the children of each node that are not the next number. */
	#grow(secrets: readonly string[]): Map<number, number[]> {
		const children = new Map<number, number[]>()
		let size = 1
		for (const secret of secrets) {
			let node = 0
			let isNew = false
			for (let at = 0; at < secret.length; at++) {
				const letter = secret.charCodeAt(at)
				const known = isNew ? 0 : this.#child(node, letter)
				if (known === 0) {
					if (!isNew) this.#branch(node, size, letter)
					if (!isNew) children.set(node, [...(children.get(node) ?? []), size])
					isNew = true
					this.#letters[size] = letter
					this.#depths[size] = at + 1
				}
				node = known === 0 ? size++ : known
			}
			this.#found[node] = secret.length
			if (isNew) size++
		}
		return children
	}

	#branch(node: number, child: number, letter: number): void {
		if (node === 0) this.#first[letter] = child
		else this.#branches.set(node * 0x10000 + letter, child)
		this.#isBranching[node] = 1
	}

	/** Shorter nodes first: a fallback is always shorter. */
	#link(children: Map<number, number[]>): void {
		const queue = new Int32Array(this.#letters.length)
		let queued = 1
		for (let at = 0; at < queued; at++) {
			const node = queue[at]!
			const others = this.#isBranching[node] === 1 ? children.get(node)! : []
			const next = node !== 0 && this.#depths[node + 1]! > this.#depths[node]! ? [node + 1] : []
			for (const child of [...next, ...others]) {
				const fallback = node === 0 ? 0 : this.#follow(this.#fallbacks[node]!, this.#letters[child]!)
				this.#fallbacks[child] = fallback
				if (this.#found[child] === 0) this.#found[child] = this.#found[fallback]!
				queue[queued++] = child
			}
		}
	}

	/** 0: there is none. */
	#child(node: number, letter: number): number {
		if (node === 0) return this.#first[letter]!
		const next = node + 1
		if (this.#letters[next] === letter && this.#depths[next]! > this.#depths[node]!) return next
		return this.#isBranching[node] === 1 ? (this.#branches.get(node * 0x10000 + letter) ?? 0) : 0
	}

	#follow(from: number, letter: number): number {
		let node = from
		for (;;) {
			const child = this.#child(node, letter)
			if (child !== 0 || node === 0) return child
			node = this.#fallbacks[node]!
		}
	}

	/** Where secrets stand. Of a text that was cut, its end counts, too, when a secret begins with it. */
	search(text: Letters, isCut: boolean): Spans {
		const spans: number[] = []
		let node = 0
		for (let at = 0; at < text.length; at++) {
			let child = this.#child(node, text.charCodeAt(at))
			while (child === 0 && node !== 0) {
				node = this.#fallbacks[node]!
				child = this.#child(node, text.charCodeAt(at))
			}
			node = child
			if (node === 0) continue
			if (this.#found[node] !== 0) join(spans, at + 1 - this.#found[node]!, at + 1)
		}
		const depth = this.#depths[node]!
		if (isCut && depth >= MASKED_LENGTH_MIN) join(spans, text.length - depth, text.length)
		return spans
	}
}

/** Adds a span that ends no earlier than those that are there. Spans that touch become one. */
function join(spans: number[], from: number, to: number): void {
	let begin = from
	while (spans.length > 0 && spans.at(-1)! >= begin) {
		spans.pop()
		begin = Math.min(begin, spans.pop()!)
	}
	spans.push(begin, to)
}
