// The records of the job in Azure, written again as records of ours.
import type { AutomationModels } from '@azure/arm-automation'
import type { Progress, RunbookContext } from 'runhook'
import { inParallel } from '../in-parallel.ts'
import type { AzureAccount } from './azure-account.ts'

/** Records that are relayed, as many as a job of ours keeps; pages of one list; records held at once, a megabyte each at the most. */
const RECORDS_MAX = 10_000
const PAGES_MAX = 1_000
const AT_ONCE = 8
/** Azure may show a record a little after later ones, milliseconds. */
const LATE_MAX = 60_000

type Streams = Pick<RunbookContext<unknown>, 'output' | 'warning' | 'error' | 'verbose' | 'debug' | 'progress'>

/** A record as the list has it. */
type Listed = AutomationModels.JobStream & { jobStreamId: string }

function isListed(record: AutomationModels.JobStream): record is Listed {
	return Boolean(record.jobStreamId)
}

function byId({ jobStreamId: one }: Listed, { jobStreamId: other }: Listed): number {
	return one < other ? -1 : 1
}

/** Writes each record of a job once, in the order in which they were written. */
export class StreamRelay {
	readonly #jobName: string
	readonly #streams: Streams
	readonly #after: string
	readonly #keep: (lastId: string) => Promise<void>
	readonly #seen = new Set<string>()
	#lastId: string
	#since: Date | undefined
	#isFull = false

	/** `after` is the last record that an earlier try wrote; `keep` is told of the last one that this one has written. */
	constructor(jobName: string, streams: Streams, { after, keep }: { after: string; keep: (lastId: string) => Promise<void> }) {
		this.#jobName = jobName
		this.#streams = streams
		this.#after = after
		this.#keep = keep
		this.#lastId = after
	}

	/** Writes what is new; with `whole` it looks at all records once more. */
	async relay(account: AzureAccount, { whole = false } = {}): Promise<void> {
		if (this.#isFull) return
		const fresh = await this.#fresh(account, whole ? undefined : this.#since)
		for (let at = 0; at < fresh.length; at += AT_ONCE) {
			const listed = fresh.slice(at, at + AT_ONCE)
			const records = await inParallel(listed, AT_ONCE, (record) => this.#readWhole(account, record))
			for (const [index, record] of records.entries()) if (!this.#write(listed[index]!.jobStreamId, record)) return
			await this.#keep(this.#lastId)
		}
	}

	/** In the order they were written, which the list need not have: ids sort by time. */
	async #fresh({ client, names }: AzureAccount, since: Date | undefined): Promise<Listed[]> {
		const isFresh = (id: string) => id > this.#after && !this.#seen.has(id)
		const filter = since ? { filter: `properties/time ge ${since.toISOString()}` } : {}
		const fresh: Listed[] = []
		let page = await client.jobStream.listByJob(...names, this.#jobName, filter)
		for (let pages = 1; ; pages++) {
			for (const record of page) if (isListed(record) && isFresh(record.jobStreamId)) fresh.push(record)
			if (!page.nextLink || pages >= PAGES_MAX || fresh.length > RECORDS_MAX) return fresh.sort(byId)
			page = await client.jobStream.listByJobNext(page.nextLink)
		}
	}

	/** A record that Azure lists and does not give otherwise is written as it is listed: cut, and without its value. */
	async #readWhole({ azure, client, names }: AzureAccount, listed: Listed): Promise<AutomationModels.JobStream> {
		try {
			return await client.jobStream.get(...names, this.#jobName, listed.jobStreamId)
		} catch (error) {
			if (azure.failure(error).statusCode === 404) return listed
			throw error
		}
	}

	#write(id: string, record: AutomationModels.JobStream): boolean {
		if (this.#seen.size >= RECORDS_MAX) {
			this.#isFull = true
			this.#streams.warning(`Only the first ${RECORDS_MAX} records are relayed; the job in Azure has all of them.`)
			return false
		}
		this.#seen.add(id)
		if (id > this.#lastId) this.#lastId = id
		const time = record.time?.getTime() ?? 0
		if (time - LATE_MAX > (this.#since?.getTime() ?? 0)) this.#since = new Date(time - LATE_MAX)
		writeRecord(this.#streams, record)
		return true
	}
}

/** Writes one record to the stream of its name. */
export function writeRecord(streams: Streams, record: AutomationModels.JobStream): void {
	const text = (record.streamText ?? record.summary ?? '').replace(/\r?\n$/, '')
	const { warning, error, debug, verbose } = streams
	if (record.streamType === 'Output') streams.output(outputOf(record, text))
	else if (record.streamType === 'Progress') streams.progress(progressOf(record, text))
	else (({ Warning: warning, Error: error, Debug: debug })[record.streamType as string] ?? verbose)(text)
}

/** The value where Azure has it as JSON; PowerShell's objects have members about themselves, and are clearer as their text. */
function outputOf({ value }: AutomationModels.JobStream, text: string): unknown {
	const isPlain = value !== undefined && value !== null && Object.keys(value).length === 1 && 'value' in value
	return isPlain && typeof value.value !== 'string' ? value.value : text
}

function progressOf({ value }: AutomationModels.JobStream, text: string): Progress {
	const inner: unknown = value?.value ?? value
	const members = new Map(
		Object.entries(typeof inner === 'object' && inner !== null ? inner : {}).map(([name, one]) => [name.toLowerCase(), one]),
	)
	const activity: unknown = members.get('activity')
	const status: unknown = members.get('statusdescription') ?? members.get('status')
	const percent: unknown = members.get('percentcomplete')
	return {
		activity: typeof activity === 'string' ? activity : text,
		...(typeof status === 'string' ? { status } : {}),
		// PowerShell's -1 is for unknown.
		...(typeof percent === 'number' && percent >= 0 && percent <= 100 ? { percentComplete: percent } : {}),
	}
}
