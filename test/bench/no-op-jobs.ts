// Jobs that do nothing, ended per second, from the first POST to the last end. node test/bench/no-op-jobs.ts [jobs]
import { startRunner } from '../support/runner.ts'

const [jobs = 3_000] = process.argv.slice(2).map(Number)
const nothing = `import { defineRunbook } from 'runhook'
export default defineRunbook({ run() {} })`

await using runner = await startRunner({ isBare: true, runbooks: { nothing }, environment: { RUNHOOK_LOG_LEVEL: 'warn' } })
await runner.untilJob(await runner.start('nothing'))
const ids: string[] = []
const since = performance.now()
const callers = Array.from({ length: 16 }, async () => {
	while (ids.length < jobs) ids.push(await runner.start('nothing'))
})
await Promise.all(callers)
const accepted = performance.now() - since
for (const jobId of ids) {
	const { properties } = await runner.untilJob(jobId)
	if (properties.status !== 'Completed') throw new Error(properties.exception ?? properties.status)
}
const lastEnd = Math.max(
	...(await Promise.all(ids.slice(-50).map(async (jobId) => Date.parse((await runner.job(jobId)).properties.endTime!)))),
)
const firstStart = Date.parse((await runner.job(ids[0]!)).properties.creationTime)
console.log(
	`${ids.length} jobs accepted in ${Math.round(accepted)} ms, all ended after ${lastEnd - firstStart} ms: ${Math.round((ids.length / (lastEnd - firstStart)) * 1000)} jobs/s`,
)
