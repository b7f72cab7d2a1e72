/** Does the work for every item, at most `limit` at a time, and returns the results in the order of the items. Rejects with the first failure. */
export async function inParallel<Item, Result>(items: Item[], limit: number, work: (item: Item) => Promise<Result>): Promise<Result[]> {
	const results: Result[] = []
	const waiting = items.entries()
	const worker = async () => {
		for (const [index, item] of waiting) results[index] = await work(item)
	}
	await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
	return results
}
