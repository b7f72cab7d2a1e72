import type { Storage } from '../../src/storage/open-storage.ts'
import { newJob } from './new-job.ts'

type Ending = {
	/** Instant of the first end, and milliseconds between two. */
	from?: number
	apart?: number
	/** Length of the one record that each job has. */
	length?: number
}

/** Makes jobs and ends them, one after the other; their ids in that order. */
export async function endJobs(
	{ queue }: Pick<Storage, 'queue'>,
	count: number,
	{ from = 1_000, apart = 1, length = 10 }: Ending = {},
): Promise<string[]> {
	const jobs = Array.from({ length: count }, () => newJob())
	for (const job of jobs) await queue.insert(job)
	while ((await queue.claim({ count, at: 1 })).length > 0);
	const records = [{ sequence: 1, time: 1, streamType: 'Output', json: JSON.stringify('x'.repeat(length)) } as const]
	await Promise.all(jobs.map(({ jobId }, index) => queue.finish({ jobId, to: 'Completed', at: from + index * apart, records })))
	return jobs.map(({ jobId }) => jobId)
}
