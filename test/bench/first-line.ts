// From the claim of a job to its runbook's first line: warm, and fresh from a started spare. node test/bench/first-line.ts [jobs]
import { startRunner } from '../support/runner.ts'
import { median, percentile } from './measure.ts'

const [jobs = 100] = process.argv.slice(2).map(Number)
const runbook = (isolation: string) => `import { defineRunbook } from 'runhook'
export default defineRunbook({ isolation: '${isolation}', run: ({ output }) => output(performance.timeOrigin + performance.now()) })`

await using runner = await startRunner({
	isBare: true,
	runbooks: { warm: runbook('warm'), fresh: runbook('fresh') },
	environment: { RUNHOOK_LOG_LEVEL: 'debug' },
})
for (const name of ['warm', 'fresh']) {
	const milliseconds: number[] = []
	for (let index = 0; index < jobs + 5; index++) {
		const jobId = await runner.start(name)
		const job = await runner.untilJob(jobId)
		// The first jobs start the first processes. A pause as between real calls lets the next spare get ready.
		if (index >= 5) milliseconds.push(Number(await runner.output(jobId)) - claimTime(jobId))
		await new Promise((resolve) => setTimeout(resolve, name === 'fresh' ? 250 : 0))
		if (job.properties.status !== 'Completed') throw new Error(job.properties.exception ?? '')
	}
	console.log(
		`claim to first line, ${name}: p50 ${median(milliseconds).toFixed(1)} ms, p99 ${percentile(milliseconds, 99).toFixed(1)} ms, ${jobs} jobs`,
	)
}

/** The runner's own log says when it claimed a job. */
function claimTime(jobId: string): number {
	const line = runner.logged.find((each) => each.includes('Job claimed') && each.includes(jobId))
	return Number(JSON.parse(line!).at)
}
