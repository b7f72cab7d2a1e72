import { z } from 'zod'
import type { JobStatus } from '../jobs/job-status.ts'
import type { Queue } from '../queue/queue.ts'
import type { ExplainWaiting } from '../queue/why-waiting.ts'
import type { RunbookParts } from '../runbooks/manage-runbook.ts'
import { startTestJob } from '../runbooks/start-test-job.ts'
import { callerName } from './caller-name.ts'
import { testJobBody, testJobSchema } from './job-body.ts'
import { actOn } from './job-operations.ts'
import { type Operation, operation, type Reply, refuse, worded } from './operation.ts'
import { type JobOfCall, type StreamParts, streamOperations } from './stream-operations.ts'
import { parametersSchema } from './wire.ts'

type Parts = StreamParts & {
	managing: RunbookParts
	queue: Queue
	explain: ExplainWaiting
	changed: (jobId: string, status: JobStatus) => void
}

const createSchema = z.object({ parameters: parametersSchema, runOn: z.string().nullish() }).meta({ id: 'TestJobCreate' })
const path = '/runbooks/{runbook}/draft/testJob'

/** Test jobs run the draft of a runbook; each runbook shows its latest. They stand in no list of jobs. */
export function testJobOperations(parts: Parts): Operation[] {
	const { jobs, accountPath } = parts
	const jobOf: JobOfCall = async ({ runbook }) => {
		const job = await jobs.latestTest(runbook!)
		return job ? { job } : { missing: refuse('NotFound', `Runbook '${runbook!.slice(0, 128)}' has no test job.`) }
	}
	return [
		operation(
			{
				operationId: 'TestJob_Create',
				action: 'runbooks/draft/testJob/write',
				method: 'put',
				path,
				summary: 'Run the draft of a runbook as a test.',
				body: createSchema,
				answers: { 201: { description: 'The test job.', schema: testJobSchema } },
			},
			async ({ names, body, caller, now }) => startTest(parts, { name: names.runbook!, ...body, startedBy: callerName(caller), now }),
		),
		operation(
			{
				operationId: 'TestJob_Get',
				action: 'runbooks/draft/testJob/read',
				method: 'get',
				path,
				summary: 'Get the latest test job of a runbook.',
				answers: { 200: { description: 'The test job.', schema: testJobSchema } },
			},
			async ({ names }) => {
				const found = await jobOf(names)
				if ('missing' in found) return found.missing
				const [job] = await parts.explain([found.job])
				return { status: 200, json: testJobBody(job!) }
			},
		),
		...(['stop', 'suspend', 'resume'] as const).map((action) => actionOperation(action, { ...parts, jobOf })),
		...streamOperations(parts, {
			path,
			operations: { list: 'TestJobStreams_ListByTestJob', get: 'TestJobStreams_Get' },
			action: 'runbooks/draft/testJob/streams/read',
			jobOf,
			ownPath: (job) => `${accountPath}/runbooks/${job.runbookName}/draft/testJob`,
			canBeFollowed: false,
		}),
	]
}

type Asked = z.infer<typeof createSchema> & { name: string; startedBy: string | null; now: number }

async function startTest(parts: Parts, { name, parameters, runOn, startedBy, now }: Asked): Promise<Reply> {
	if (runOn) return refuse('BadRequest', 'Hybrid worker groups are not supported.')
	const outcome = await startTestJob(parts, { name, parameters: parameters ?? {}, startedBy, now })
	if (outcome.kind === 'started') return { status: 201, json: testJobBody(outcome.job) }
	return outcome.kind === 'queueFull' ? refuse('ServiceUnavailable', 'As many jobs wait as may. Try again later.') : worded(outcome)
}

function actionOperation(action: 'stop' | 'suspend' | 'resume', parts: Pick<Parts, 'jobs' | 'changed'> & { jobOf: JobOfCall }): Operation {
	const word = `${action[0]!.toUpperCase()}${action.slice(1)}`
	return operation(
		{
			operationId: `TestJob_${word}`,
			action: `runbooks/draft/testJob/${action}/action`,
			method: 'post',
			path: `${path}/${action}`,
			summary: `${word} the latest test job of a runbook.`,
			answers: { 200: { description: 'It is done, or on its way.' } },
		},
		async ({ names, now }) => {
			const found = await parts.jobOf(names)
			return 'missing' in found ? found.missing : actOn(action, found.job, { ...parts, now })
		},
	)
}
