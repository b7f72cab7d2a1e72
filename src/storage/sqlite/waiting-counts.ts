/** How many jobs wait, by runbook. Kept in memory: this runner is the only one that changes them. */
export class WaitingCounts {
	readonly #limit: number
	readonly #counts: Map<string, number>
	#total: number

	constructor(limit: number, counts: Map<string, number>) {
		this.#limit = limit
		this.#counts = counts
		this.#total = counts.values().reduce((sum, count) => sum + count, 0)
	}

	/** Whether as many jobs wait as may. */
	isFull(): boolean {
		return this.#total >= this.#limit
	}

	/** How many jobs wait. */
	total(): number {
		return this.#total
	}

	/** The runbooks of which a job waits. */
	runbooks(): string[] {
		return [...this.#counts.keys()]
	}

	add(runbookName: string, change: number): void {
		this.#total += change
		const count = (this.#counts.get(runbookName) ?? 0) + change
		if (count > 0) this.#counts.set(runbookName, count)
		else this.#counts.delete(runbookName)
	}
}
