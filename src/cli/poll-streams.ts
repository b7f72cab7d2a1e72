import { setTimeout as wait } from 'node:timers/promises'
import { type Account, bodyOf, readList } from './api-client.ts'
import { mayPass } from './failure.ts'
import { hasEnded } from './job-end.ts'
import { POLL_FAILURES_MAX, POLL_INTERVAL, POLL_RECORDS_MAX } from './limits.ts'
import type { StreamRecord } from './stream-record.ts'

/** Yields a job's records where there are no events: the list is read again and again until the job has ended or is suspended. */
export async function* pollStreams(account: Account, jobId: string, signal: AbortSignal): AsyncGenerator<StreamRecord> {
	const seen = new Set<string>()
	let failures = 0
	for (;;) {
		signal.throwIfAborted()
		try {
			// Asked before the list is read: nothing comes after an end.
			const { status = '' } = await account.client.job.get(...account.names, jobId)
			for (const id of await listIds(account, jobId)) {
				if (seen.has(id)) continue
				signal.throwIfAborted()
				const record = bodyOf(await account.client.jobStream.get(...account.names, jobId, id)) as StreamRecord
				seen.add(id)
				yield record
			}
			failures = 0
			if (hasEnded(status)) return
		} catch (error) {
			failures++
			if (signal.aborted || failures >= POLL_FAILURES_MAX || !mayPass(error)) throw error
		}
		await wait(POLL_INTERVAL, undefined, { signal })
	}
}

/** In the order they were written, which the list need not have: ids sort by time. */
async function listIds(account: Account, jobId: string): Promise<string[]> {
	const { jobStream } = account.client
	const { items } = await readList(account, POLL_RECORDS_MAX, {
		first: () => jobStream.listByJob(...account.names, jobId),
		next: (link) => jobStream.listByJobNext(link),
	})
	return items.flatMap(({ jobStreamId }) => (jobStreamId ? [jobStreamId] : [])).sort()
}
