import { type Answer, jsonAnswer } from './answer.ts'
import type { SimulatedRequest } from './simulated-request.ts'

/** One page of a list; the link to the next one carries where to go on and repeats what was asked. */
export function answerPage<Item>(items: Item[], bodyOf: (item: Item) => unknown, pageSize: number, request: SimulatedRequest): Answer {
	const { path, query, origin } = request
	const from = Number(query.get('$skiptoken')) || 0
	const value = items.slice(from, from + pageSize).map(bodyOf)
	if (from + pageSize >= items.length) return jsonAnswer(200, { value })
	const next = new URLSearchParams(query)
	next.set('$skiptoken', String(from + pageSize))
	return jsonAnswer(200, { value, nextLink: `${origin}${path}?${next}` })
}
