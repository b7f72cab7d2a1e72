import type { Request } from 'express'
import { z } from 'zod'
import { LIST_PAGE_SIZE, LIST_PAGE_SIZE_MAX } from '../limits.ts'

/** The text of a whole number from 1 to the most that may be asked for. */
export function countMember(most: number) {
	const rule = `must be a whole number from 1 to ${most}`
	return z
		.string()
		.regex(/^[1-9]\d{0,4}$/, rule)
		.transform(Number)
		.refine((count) => count <= most, rule)
}

/** What lists may be asked for beside a filter. */
const pageMembers = {
	$top: countMember(LIST_PAGE_SIZE_MAX)
		.default(LIST_PAGE_SIZE)
		.describe(`Entries of one page, ${LIST_PAGE_SIZE} unless told, at most ${LIST_PAGE_SIZE_MAX}; nextLink leads to the next.`),
	$skiptoken: z.string().max(512).optional().describe('Where a page begins; only as nextLink has it.'),
}

export const pageQuery = z.object(pageMembers)

/** The query of a list that can be filtered. */
export const filteredPageQuery = z.object({
	...pageMembers,
	$filter: z.string().max(2_048, 'is too long').optional().describe("Terms joined by ' and ', such as properties/status eq 'Failed'."),
})

export type ListQuery = { $top: number; $skiptoken?: string | undefined; $filter?: string | undefined }

/** One page of any list in Azure's envelope. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
	return z.object({
		value: z.array(item),
		nextLink: z.string().optional().describe('The address of the next page; absent on the last one.'),
	})
}

/**
 * A page with the absolute address of the next one: the official client sends a relative one to Azure.
 * `next` is the key after which the next page begins; undefined on the last page.
 */
export function page<Body>(
	value: Body[],
	next: string | undefined,
	{ request, base }: { request: Request; base: string },
): { value: Body[]; nextLink?: string } {
	if (next === undefined) return { value }
	const start = request.url.indexOf('?')
	const query = new URLSearchParams(start < 0 ? '' : request.url.slice(start))
	// Whoever follows one page asks for the next one plainly.
	query.delete('follow')
	query.set('$skiptoken', Buffer.from(next).toString('base64url'))
	// The $ is sent as it is, as the clients do themselves.
	const text = [...query].map(([name, each]) => `${encodeURIComponent(name).replace('%24', '$')}=${encodeURIComponent(each)}`).join('&')
	return { value, nextLink: `${base}?${text}` }
}

/** The key that a $skiptoken holds; undefined when there is none. */
export function keyOf({ $skiptoken }: ListQuery): string | undefined {
	return $skiptoken === undefined ? undefined : Buffer.from($skiptoken, 'base64url').toString()
}

/** The key of a list that is ordered by a number; `faulty` when it is none that this server gave out. */
export function numberKeyOf(query: ListQuery): number | undefined | 'faulty' {
	const key = keyOf(query)
	if (key === undefined) return undefined
	return /^\d{1,15}$/.test(key) ? Number(key) : 'faulty'
}

export const faultySkipToken = '$skiptoken is not one that this server gave out.'

/**
 * One page of a whole list that is in memory, ordered by name.
 * Begins after the name in the token, so that entries that come and go move no others from page to page.
 */
export function pageOfNamed<Item extends { name: string }, Body>(
	items: Item[],
	query: ListQuery,
	{ request, base, body }: { request: Request; base: string; body: (item: Item) => Body },
) {
	const key = (item: Item) => item.name.toLowerCase()
	const after = keyOf(query) ?? ''
	const left = items.filter((item) => key(item) > after).sort((one, other) => (key(one) < key(other) ? -1 : 1))
	const shown = left.slice(0, query.$top)
	return page(shown.map(body), left.length > shown.length ? key(shown.at(-1)!) : undefined, { request, base })
}
