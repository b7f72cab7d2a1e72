// A worker of pg-boss in a process of its own, as cluster-recovery.ts and cluster-first-line.ts compare the runners with. Says `Listening on nothing`
// when it works, and of each job it gets its id and the milliseconds since 1970. A job that is called `stays` is held, the first time it is tried.
// node pg-boss-worker.ts <database url> <slots>
import type { JobWithMetadata } from 'pg-boss'
import { bossQueue, openBoss } from './queue-engines.ts'

const [url, slots] = process.argv.slice(2) as [string, string]
const boss = await openBoss(url)
type Given = { stays: boolean }
const take = async (job: JobWithMetadata<Given>): Promise<void> => {
	console.log(`${job.id} ${performance.timeOrigin + performance.now()}`)
	if (job.data.stays && job.retryCount === 0) await new Promise(() => undefined)
}
const polls = { notifyPollingIntervalSeconds: 2, pollingIntervalSeconds: 2, heartbeatRefreshSeconds: 1 }
for (let slot = 0; slot < Number(slots); slot++) {
	const worker: string = await boss.work(bossQueue, { ...polls, batchSize: 1, includeMetadata: true }, ([job]: JobWithMetadata<Given>[]) =>
		// Else a slot sleeps after a job until it polls again.
		take(job!).finally(() => boss.notifyWorker(worker)),
	)
}
console.log('Listening on nothing')
