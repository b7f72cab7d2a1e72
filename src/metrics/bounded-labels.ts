/** Names that become labels: each one is kept for ever by whoever collects them, so that only the first of them are told apart. */
export class BoundedLabels {
	readonly #most: number
	readonly #known = new Set<string>()

	constructor(most: number) {
		this.#most = most
	}

	/** The name itself, or `other` once as many are known as may be. */
	of(name: string): string {
		if (this.#known.has(name)) return name
		if (this.#known.size >= this.#most) return 'other'
		this.#known.add(name)
		return name
	}
}
