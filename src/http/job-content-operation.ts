import type { JobStore } from '../jobs/job-store.ts'
import type { RunbookContent } from '../runbooks/runbook.ts'
import { type Operation, operation, refuse } from './operation.ts'

type Parts = { jobs: Pick<JobStore, 'get'>; contentOf: (contentHash: string) => Promise<RunbookContent | undefined> }

/** What a job was started with, whatever has become of its runbook. */
export function jobContentOperation({ jobs, contentOf }: Parts): Operation {
	return operation(
		{
			operationId: 'Job_GetRunbookContent',
			action: 'jobs/runbookContent/action',
			method: 'get',
			path: '/jobs/{job}/runbookContent',
			summary: 'Get the text of the runbook as the job was started with it.',
			answers: { 200: { description: 'The text.', mediaType: 'text/plain' } },
		},
		async ({ names }) => {
			const job = await jobs.get(names.job!)
			if (!job) return refuse('NotFound', `There is no job '${names.job!.slice(0, 128)}'.`)
			const content = await contentOf(job.contentHash)
			if (!content) return refuse('NotFound', 'The content that the job was started with is no longer kept.')
			return { status: 200, text: content.files[0]!.text, headers: { 'Content-Type': 'text/plain; charset=utf-8' } }
		},
	)
}
