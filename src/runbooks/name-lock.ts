/** Lets what concerns one name happen one after the other: a draft must not change between the look at it and its publishing. */
export class NameLock {
	readonly #last = new Map<string, Promise<unknown>>()

	/** Runs it when everything that was asked for before, of the same name without regard to case, has ended. */
	async run<Result>(name: string, act: () => Promise<Result>): Promise<Result> {
		const key = name.toLowerCase()
		const before = this.#last.get(key) ?? Promise.resolve()
		const result = before.then(act, act)
		this.#last.set(key, result)
		try {
			return await result
		} finally {
			if (this.#last.get(key) === result) this.#last.delete(key)
		}
	}
}
