import type { StreamRecord } from '../answers.ts'

/** Records that are kept in a page: a job has up to ten thousand, and a page that shows them all is slow. */
const SHOWN_MAX = 2_000
/** Characters of them: a record has up to a mebibyte. */
const SHOWN_LENGTH_MAX = 4_000_000

type Record = { properties: Pick<StreamRecord['properties'], 'streamText'> }

/** The newest of some records, as many as a page bears; the last one in any case. */
export function newestRecords<Each extends Record>(records: readonly Each[]): Each[] {
	const last = records.length - 1
	let length = 0
	const first = records.findLastIndex(({ properties: { streamText } }, index) => {
		length += streamText.length
		return index < last && (last - index >= SHOWN_MAX || length > SHOWN_LENGTH_MAX)
	})
	return records.slice(first + 1)
}
